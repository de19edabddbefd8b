//! `gratitude search`: who may be meant by what somebody typed?

use std::io::Write;

use clap::Args;

use super::{
    CliError,
    client::{Client, ClientArgs},
    location,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude search anna muller
  gratitude search --typing mul
  gratitude search 030 1234567 --location tea-house
  gratitude search anna 4711
  gratitude search anna berlin 12.5.1980 --output json")]
pub(super) struct Search {
    #[command(flatten)]
    client: ClientArgs,
    /// Names, a number or its last digits, an address, a card, a town; in any order.
    #[arg(required = true)]
    text: Vec<String>,
    /// Where it is asked: numbers without country code are read as numbers of that country.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Each word may be the beginning of a longer one.
    #[arg(long)]
    typing: bool,
    /// How many at most, up to 50.
    #[arg(long, value_name = "NUMBER", default_value = "10")]
    max: i32,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Search {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::SearchCustomersRequest {
            query: self.text.join(" "),
            location: self.location.map(location::named).unwrap_or_default(),
            type_ahead: self.typing,
            max_results: self.max,
        };
        let reply = client.call(|| {
            let (mut customers, request) = (client.customers(), request.clone());
            async move { customers.search_customers(request).await }
        });
        let reply = reply.await?;
        match self.output {
            OutputFormat::Json => output::print_json("SearchCustomersResponse", &reply),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::found(&reply))?),
        }
    }
}
