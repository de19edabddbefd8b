//! `gratitude customers set-household`.

use std::io::Write;

use clap::{ArgGroup, Args};
use uuid::Uuid;

use super::find;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        named::{self, Given},
        output::{self, OutputFormat},
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("where").required(true),
    after_help = "\
Examples:
  gratitude customers set-household '020 7946 0012' --with ada@example.org
  gratitude customers set-household ada@example.org --own

A household shares one contact budget: who lives together is not written to twice."
)]
pub(super) struct SetHousehold {
    #[command(flatten)]
    client: ClientArgs,
    /// Who moves: customers/…, an id, a number, an address or a card.
    customer: String,
    /// Whose household they join, named in the same ways.
    #[arg(long, value_name = "CUSTOMER", group = "where")]
    with: Option<String>,
    /// Which household they join: households/….
    #[arg(long, value_name = "HOUSEHOLD", group = "where")]
    household: Option<String>,
    /// They get a household of their own.
    #[arg(long, group = "where")]
    own: bool,
    /// Where numbers without country code are from. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl SetHousehold {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = find::customer(&client, &self.customer, self.location.as_deref()).await?;
        let household = self.household(&client).await?;
        let request_id = Uuid::now_v7().to_string();
        let request = v1::SetHouseholdRequest { name, household, request_id, ..Default::default() };
        let reply = client.call(|| {
            let (mut customers, request) = (client.customers(), request.clone());
            async move { customers.set_household(request).await }
        });
        let reply = reply.await?;
        if self.output == OutputFormat::Json {
            return output::print_json("SetHouseholdResponse", &reply);
        }
        let customer = reply.customer.unwrap_or_default();
        Ok(writeln!(std::io::stdout(), "{} belongs to {}.", customer.name, customer.household)?)
    }

    /// The household that they join; empty for one of their own.
    async fn household(&self, client: &Client) -> Result<String, CliError> {
        if let Some(typed) = &self.household {
            return match named::read("households/", typed)? {
                Given::Name(name) => Ok(name),
                Given::Ending(_) => {
                    Err(CliError::Usage("name the household by households/… or its whole id".to_owned()))
                }
            };
        }
        let Some(with) = &self.with else { return Ok(String::new()) };
        let name = find::customer(client, with, self.location.as_deref()).await?;
        let found = client.call(|| {
            let (mut customers, name) = (client.customers(), name.clone());
            async move { customers.get_customer(v1::GetCustomerRequest { name }).await }
        });
        Ok(found.await?.household)
    }
}
