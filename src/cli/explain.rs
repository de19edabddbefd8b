//! `gratitude explain`: why something is as it is, and what would have to change.

use std::io::Write;

use clap::Args;

use super::{
    CliError,
    client::{Client, ClientArgs},
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude explain interactions/019c4f6e-0a00-7000-8000-000000000001
  gratitude explain gestures/019c4f6e-0a00-7000-8000-000000000002 --output json")]
pub(super) struct Explain {
    #[command(flatten)]
    client: ClientArgs,
    /// The name of an interaction or a gesture.
    name: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Explain {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        match self.name.split_once('/') {
            Some(("interactions", _)) => self.interaction(&client).await,
            Some(("gestures", _)) => self.gesture(&client).await,
            _ => Err(CliError::Usage("only interactions/… and gestures/… can be explained".to_owned())),
        }
    }

    async fn interaction(&self, client: &Client) -> Result<(), CliError> {
        let request = v1::ExplainInteractionRequest { name: self.name.clone() };
        let reply = client.call(|| {
            let (mut service, request) = (client.interactions(), request.clone());
            async move { service.explain_interaction(request).await }
        });
        let reply = reply.await?;
        match self.output {
            OutputFormat::Json => output::print_json("ExplainInteractionResponse", &reply),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::interaction_explained(&reply))?),
        }
    }

    async fn gesture(&self, client: &Client) -> Result<(), CliError> {
        let request = v1::ExplainGestureRequest { name: self.name.clone() };
        let reply = client.call(|| {
            let (mut service, request) = (client.gestures(), request.clone());
            async move { service.explain_gesture(request).await }
        });
        let reply = reply.await?;
        match self.output {
            OutputFormat::Json => output::print_json("ExplainGestureResponse", &reply),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::gesture_explained(&reply))?),
        }
    }
}
