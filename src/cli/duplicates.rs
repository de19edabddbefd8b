//! `gratitude duplicates`: which records may be of one person? `gratitude not-same`: these are not.

use std::io::Write;

use clap::Args;

use super::{
    CliError,
    client::{Client, ClientArgs},
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1::{self, find_duplicates_request::Rule};

/// Customers that one page looks at: as many as may be.
const PAGE: i32 = 50;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude duplicates
  gratitude duplicates --narrow --output json
  gratitude duplicates customers/0192a6b0-0000-7000-8000-000000000000")]
pub(super) struct Duplicates {
    #[command(flatten)]
    client: ClientArgs,
    /// Only other records of this customer; all customers are looked at when nobody is named.
    customer: Option<String>,
    /// Only where there is next to no doubt.
    #[arg(long)]
    narrow: bool,
    /// How many pairs at most.
    #[arg(long, value_name = "NUMBER", default_value = "100")]
    max: usize,
    /// How they are printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Duplicates {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let rule = if self.narrow { Rule::Narrow } else { Rule::Broad };
        let mut request = v1::FindDuplicatesRequest {
            customer: self.customer.map(customer).unwrap_or_default(),
            rule: rule.into(),
            page_size: PAGE,
            page_token: String::new(),
        };
        let mut all = v1::FindDuplicatesResponse::default();
        loop {
            let page = client.call(|| {
                let (mut customers, request) = (client.customers(), request.clone());
                async move { customers.find_duplicates(request).await }
            });
            let page = page.await?;
            all.pairs.extend(page.pairs);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() || all.pairs.len() >= self.max {
                break;
            }
        }
        all.pairs.truncate(self.max);
        match self.output {
            OutputFormat::Json => output::print_json("FindDuplicatesResponse", &all),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::duplicates(&all.pairs))?),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude not-same customers/0192a6b0-0000-7000-8000-000000000000 customers/0192a6b0-0000-7000-8000-000000000001
  gratitude not-same --take-back customers/0192a6b0-0000-7000-8000-000000000000 customers/0192a6b0-0000-7000-8000-000000000001")]
pub(super) struct NotSame {
    #[command(flatten)]
    client: ClientArgs,
    /// One of the two.
    customer: String,
    /// The other.
    other: String,
    /// They may be the same after all.
    #[arg(long)]
    take_back: bool,
}

impl NotSame {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::MarkNotSameRequest {
            name: customer(self.customer),
            other: customer(self.other),
            take_back: self.take_back,
        };
        let reply = client.call(|| {
            let (mut customers, request) = (client.customers(), request.clone());
            async move { customers.mark_not_same(request).await }
        });
        let text = match (reply.await?.changed, self.take_back) {
            (true, false) => "They are not suggested as one person again.",
            (true, true) => "They may be suggested as one person again.",
            (false, _) => "It was so already.",
        };
        Ok(writeln!(std::io::stdout(), "{text}")?)
    }
}

/// `customers/{uuid}`, whichever way it was said.
fn customer(said: String) -> String {
    if said.starts_with("customers/") { said } else { format!("customers/{said}") }
}
