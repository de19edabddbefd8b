//! `gratitude customers merge` and `unmerge`.

use std::io::Write;

use clap::Args;
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
#[command(after_help = "\
Examples:
  gratitude customers merge '020 7946 0012' ada@example.org --dry-run
  gratitude customers merge customers/0193c5a4-7f1e-7c52-9d3b-0a4f2f1f6a10 '020 7946 0013'")]
pub(super) struct Merge {
    #[command(flatten)]
    client: ClientArgs,
    /// Whose record goes on: customers/…, an id, a number, an address or a card.
    survivor: String,
    /// Whose record becomes part of it, named in the same ways.
    duplicate: String,
    /// Only say what would come of it.
    #[arg(long)]
    dry_run: bool,
    /// Where numbers without country code are from. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude customers unmerge customers/0193c5a4-7f1e-7c52-9d3b-0a4f2f1f6a10")]
pub(super) struct Unmerge {
    #[command(flatten)]
    client: ClientArgs,
    /// The record that is part of another: customers/…, or its id.
    customer: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Merge {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let survivor = find::customer(&client, &self.survivor, self.location.as_deref()).await?;
        let duplicate = find::customer(&client, &self.duplicate, self.location.as_deref()).await?;
        let request = v1::MergeCustomersRequest {
            survivor,
            duplicate,
            validate_only: self.dry_run,
            request_id: Uuid::now_v7().to_string(),
            ..Default::default()
        };
        let reply = client.call(|| {
            let (mut customers, request) = (client.customers(), request.clone());
            async move { customers.merge_customers(request).await }
        });
        let reply = reply.await?;
        if self.output == OutputFormat::Json {
            return output::print_json("MergeCustomersResponse", &reply);
        }
        let (survivor, duplicate) = (reply.survivor.unwrap_or_default(), reply.duplicate.unwrap_or_default());
        let is = if self.dry_run { "would become" } else { "is now" };
        let mut out = std::io::stdout();
        writeln!(out, "{} {is} part of {}:", duplicate.name, survivor.name)?;
        Ok(writeln!(out, "{}", person(&survivor))?)
    }
}

impl Unmerge {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let Given::Name(name) = named::read("customers/", &self.customer)? else {
            return Err(CliError::Usage("name the record by customers/… or its whole id".to_owned()));
        };
        let client = Client::connect(&self.client).await?;
        let request = v1::UnmergeCustomerRequest { name, request_id: Uuid::now_v7().to_string() };
        let reply = client.call(|| {
            let (mut customers, request) = (client.customers(), request.clone());
            async move { customers.unmerge_customer(request).await }
        });
        let reply = reply.await?;
        if self.output == OutputFormat::Json {
            return output::print_json("UnmergeCustomerResponse", &reply);
        }
        let both = [reply.survivor.unwrap_or_default(), reply.customer.unwrap_or_default()];
        let mut out = std::io::stdout();
        writeln!(out, "They are two again:")?;
        both.iter().try_for_each(|one| writeln!(out, "{}\n{}", one.name, person(one)))?;
        Ok(())
    }
}

/// A customer as lines of text.
fn person(customer: &v1::Customer) -> String {
    let found_by: Vec<_> = customer.identifiers.iter().map(|it| it.value.as_str()).collect();
    let summary = customer.summary.as_ref();
    let visits = summary.map(|it| format!("{}", it.visit_days)).unwrap_or_default();
    let lines = [
        ("name", customer.display_name.clone()),
        ("found by", found_by.join(", ")),
        ("visit days", visits),
        ("records", customer.merged_customers.join(", ")),
    ];
    let said = lines.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(heading, text)| format!("  {heading:<10} {text}")).collect::<Vec<_>>().join("\n")
}
