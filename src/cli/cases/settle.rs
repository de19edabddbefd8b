//! `gratitude cases resolve` and `reopen`.

use clap::Args;
use uuid::Uuid;

use super::{find, list};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::OutputFormat,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude cases resolve 1b6c --cause 'Cups were packed without a sleeve.' --remedy 'A new cup.'
  gratitude cases resolve 1b6c --no-cause-found --told")]
pub(super) struct Resolve {
    #[command(flatten)]
    client: ClientArgs,
    /// Which case: its id, or how that ends.
    case: String,
    /// Why it happened.
    #[arg(long, value_name = "TEXT", required_unless_present = "no_cause_found")]
    cause: Option<String>,
    /// The cause was looked for, and none was found.
    #[arg(long, conflicts_with = "cause")]
    no_cause_found: bool,
    /// What was done to put it right.
    #[arg(long, value_name = "TEXT", default_value = "")]
    remedy: String,
    /// The customer knows that it is settled: no recovery contact is planned.
    #[arg(long)]
    told: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude cases reopen 1b6c --reason 'The new cup is chipped too.'")]
pub(super) struct Reopen {
    #[command(flatten)]
    client: ClientArgs,
    /// Which case: its id, or how that ends.
    case: String,
    /// Why it is not settled, in words such as the customer may read.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Resolve {
    pub(super) async fn run(self) -> Result<(), CliError> {
        use v1::resolve_case_request::Cause;
        let client = Client::connect(&self.client).await?;
        let request = v1::ResolveCaseRequest {
            name: find::case(&client, &self.case).await?,
            cause: Some(self.cause.map_or(Cause::NoCauseFound(true), Cause::RootCause)),
            remedy: self.remedy,
            etag: String::new(),
            request_id: Uuid::now_v7().to_string(),
            recovery_made: self.told,
        };
        let resolved = client.call(|| {
            let (mut cases, request) = (client.cases(), request.clone());
            async move { cases.resolve_case(request).await }
        });
        list::print(&resolved.await?.case.unwrap_or_default(), self.output)
    }
}

impl Reopen {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::ReopenCaseRequest {
            name: find::case(&client, &self.case).await?,
            reason: self.reason,
            etag: String::new(),
            request_id: Uuid::now_v7().to_string(),
        };
        let reopened = client.call(|| {
            let (mut cases, request) = (client.cases(), request.clone());
            async move { cases.reopen_case(request).await }
        });
        list::print(&reopened.await?.case.unwrap_or_default(), self.output)
    }
}
