//! `gratitude explain`: why something is as it is, and what would have to change.

use std::io::Write;

use clap::Args;

use super::{
    CliError, call,
    client::{Client, ClientArgs},
    named,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

/// Where to copy whole names from.
const INTERACTIONS_STAND_IN: &str = "with --output json, whatever told of the interaction has it, and `gratitude events \
                                     list --about customers/… --output json` those of a customer";
const CUSTOMERS_STAND_IN: &str = "`gratitude search` shows it";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude explain interactions/019c4f6e-0a00-7000-8000-000000000001
  gratitude explain gestures/1b6c --output json
  gratitude explain customers/019c4f6e-0a00-7000-8000-000000000003

Of a customer it tells which greetings (birthdays, dates, silences) a gate stopped at once: why they were not greeted.")]
pub(super) struct Explain {
    #[command(flatten)]
    client: ClientArgs,
    /// The name of an interaction, a gesture or a customer; of a gesture in the queue, how its id ends is enough.
    name: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Explain {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        match self.name.split_once('/') {
            Some(("interactions", _)) => {
                let name = self.whole("interactions/", INTERACTIONS_STAND_IN)?;
                self.interaction(&client, name).await
            }
            Some(("gestures", _)) => {
                let name = call::gesture(&client, &self.name, None).await?;
                self.gesture(&client, name).await
            }
            Some(("customers", _)) => {
                let name = self.whole("customers/", CUSTOMERS_STAND_IN)?;
                self.customer(&client, name).await
            }
            _ => {
                let text = "only interactions/…, gestures/… and customers/… can be explained";
                Err(CliError::Usage(text.to_owned()))
            }
        }
    }

    /// There may be any number of interactions and customers: none of them is looked up by how its id ends.
    fn whole(&self, collection: &str, stands_in: &str) -> Result<String, CliError> {
        let wanted = || format!("{}: the whole id is needed here: {stands_in}", self.name);
        named::whole(collection, &self.name).ok_or_else(|| CliError::Usage(wanted()))
    }

    async fn interaction(&self, client: &Client, name: String) -> Result<(), CliError> {
        let request = v1::ExplainInteractionRequest { name };
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

    /// What rules of days and silences were to make for them and a gate stopped at once, the newest first.
    async fn customer(&self, client: &Client, name: String) -> Result<(), CliError> {
        use v1::timeline_entry::What;
        let ask = |page_token| {
            let request = v1::GetTimelineRequest { name: name.clone(), page_size: 500, page_token };
            let mut service = client.customers();
            async move { service.get_timeline(request).await }
        };
        let open = |page: v1::GetTimelineResponse| (page.entries, page.next_page_token);
        let entries = client.every_page(ask, open).await?;
        let stopped = entries.into_iter().filter(|entry| matches!(entry.what, Some(What::Decision(_))));
        let stopped = v1::GetTimelineResponse { entries: stopped.collect(), ..v1::GetTimelineResponse::default() };
        match self.output {
            OutputFormat::Json => output::print_json("GetTimelineResponse", &stopped),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::customer_explained(&stopped.entries))?),
        }
    }

    async fn gesture(&self, client: &Client, name: String) -> Result<(), CliError> {
        let request = v1::ExplainGestureRequest { name };
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
