//! `gratitude strangers`: who left without being known, and whose visit that was.

use std::io::Write;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{
    CliError,
    client::{Client, ClientArgs},
    location,
    named::{self, Given},
    output::{self, OutputFormat},
    show, whom,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude strangers list
  gratitude strangers link 1b6c9a '020 7946 0012'

A visit is named by its id, or by how that ends; a customer by customers/…, an id, a number, an address or a card.")]
pub(super) struct Strangers {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show who was described and left without being known, the latest first.
    List(List),
    /// Say whose visit it was: they are thanked for it from then on.
    Link(Link),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// Where they were. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct Link {
    #[command(flatten)]
    client: ClientArgs,
    /// Which visit: its id, or how that ends.
    visit: String,
    /// Whose it was.
    customer: String,
    /// Where it was. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Strangers {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Link(link) => link.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let location = location::chosen(&client, self.location).await?;
        let interactions = visits(&client, &location).await?;
        match self.output {
            OutputFormat::Json => {
                let list = v1::ListStrangersResponse { interactions, next_page_token: String::new() };
                output::print_json("ListStrangersResponse", &list)
            }
            OutputFormat::Table if interactions.is_empty() => {
                Ok(writeln!(std::io::stdout(), "Nobody left without being known.")?)
            }
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::strangers(&interactions))?),
        }
    }
}

impl Link {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let location = location::chosen(&client, self.location.clone()).await?;
        let interaction = match named::read("interactions/", &self.visit)? {
            Given::Name(name) => name,
            Given::Ending(ending) => {
                let known = visits(&client, &location).await?;
                named::ending_so(&ending, known.iter().map(|visit| visit.name.as_str()))?
            }
        };
        let customer = whom::customer(&client, &self.customer, &location).await?;
        let request_id = Uuid::now_v7().to_string();
        let request = v1::ReassignVisitRequest { interaction, customer, request_id, ..Default::default() };
        let linked = client.call(|| {
            let (mut desk, request) = (client.front_desk(), request.clone());
            async move { desk.reassign_visit(request).await }
        });
        let linked = linked.await?;
        if self.output == OutputFormat::Json {
            return output::print_json("ReassignVisitResponse", &linked);
        }
        let owed = linked.obligation.unwrap_or_default();
        let said = format!("owed: {} — {}", show::obligation_state(owed.state()), show::short_ids(&owed.explanation));
        writeln!(std::io::stdout(), "{said}")?;
        super::visits::tell_undo(linked.undo)
    }
}

/// All visits of people who are not known, at a location.
async fn visits(client: &Client, location: &str) -> Result<Vec<v1::Interaction>, CliError> {
    let ask = |page_token| {
        let mut desk = client.front_desk();
        let request = v1::ListStrangersRequest { location: location.to_owned(), page_size: 500, page_token };
        async move { desk.list_strangers(request).await }
    };
    client.every_page(ask, |page| (page.interactions, page.next_page_token)).await
}
