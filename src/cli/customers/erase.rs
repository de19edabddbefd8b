//! `gratitude customers erase`.

use std::io::Write;

use clap::Args;
use uuid::Uuid;

use super::find;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::{self, OutputFormat},
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude customers erase '020 7946 0012' --yes

What goes and what stays is said with EraseCustomer in the contract.")]
pub(super) struct Erase {
    #[command(flatten)]
    client: ClientArgs,
    /// Who asked to be forgotten: customers/…, an id, a number, an address or a card.
    customer: String,
    /// They asked for it, and it can't be taken back.
    #[arg(long)]
    yes: bool,
    /// Where numbers without country code are from. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Erase {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = find::customer(&client, &self.customer, self.location.as_deref()).await?;
        if !self.yes {
            return Err(CliError::Usage(format!("{name} would be forgotten for good; say so with --yes")));
        }
        let request_id = Uuid::now_v7().to_string();
        let request = v1::EraseCustomerRequest { name, request_id, ..Default::default() };
        let reply = client.call(|| {
            let (mut customers, request) = (client.customers(), request.clone());
            async move { customers.erase_customer(request).await }
        });
        let reply = reply.await?;
        if self.output == OutputFormat::Json {
            return output::print_json("EraseCustomerResponse", &reply);
        }
        let how = if reply.replayed { "was forgotten before" } else { "is forgotten" };
        let name = reply.customer.map(|left| left.name).unwrap_or_default();
        Ok(writeln!(std::io::stdout(), "{name} {how}.")?)
    }
}
