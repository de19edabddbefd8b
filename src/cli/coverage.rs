//! `gratitude coverage`: do those who only came by get the same care as those who bought?

use std::io::Write;

use clap::Args;
use jiff::Timestamp;

use super::{
    CliError,
    client::{Client, ClientArgs},
    contract, location,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude coverage
  gratitude coverage --location tea-house --from 2026-11-01T00:00:00Z")]
pub(super) struct Coverage {
    #[command(flatten)]
    client: ClientArgs,
    /// Only what happened there. Default: everywhere.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Only what began then or later.
    #[arg(long, value_name = "INSTANT")]
    from: Option<Timestamp>,
    /// Only what began before.
    #[arg(long, value_name = "INSTANT")]
    until: Option<Timestamp>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Coverage {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::GetCoverageRequest {
            start_time: self.from.map(contract::stamp),
            end_time: self.until.map(contract::stamp),
            location: self.location.map(location::named).unwrap_or_default(),
        };
        let reply = client.call(|| {
            let (mut insights, request) = (client.insights(), request.clone());
            async move { insights.get_coverage(request).await }
        });
        let reply = reply.await?;
        match self.output {
            OutputFormat::Json => output::print_json("GetCoverageResponse", &reply),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::coverage(&reply))?),
        }
    }
}
