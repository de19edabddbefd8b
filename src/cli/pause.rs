//! `gratitude pause` and `gratitude resume`: stop what leaves, and let it leave again.

use std::io::Write;

use clap::Args;
use uuid::Uuid;

use super::{
    CliError,
    choices::Channel,
    client::{Client, ClientArgs},
    location,
    named::{self, Given},
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude pause --reason 'A wrong name in the template.'
  gratitude pause --location tea-house --channel email --reason 'The mail server is moved.'
  gratitude pause --list")]
pub(super) struct Pause {
    #[command(flatten)]
    client: ClientArgs,
    /// Only what is done in the name of this location. Default: everywhere.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Only what goes by this channel. Default: all.
    #[arg(long, value_enum)]
    channel: Option<Channel>,
    /// Only what this rule made. Default: all.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Why; without personal data.
    #[arg(long, value_name = "TEXT", required_unless_present = "list")]
    reason: Option<String>,
    /// Pause nothing; show what is paused.
    #[arg(long, conflicts_with_all = ["location", "channel", "rule", "reason"])]
    list: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude resume 1b6c
  gratitude resume --all

What is paused: gratitude pause --list")]
pub(super) struct Resume {
    #[command(flatten)]
    client: ClientArgs,
    /// Which pause: its id, or how that ends.
    #[arg(required_unless_present = "all")]
    pause: Option<String>,
    /// All pauses that hold.
    #[arg(long, conflicts_with = "pause")]
    all: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Pause {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let Some(reason) = self.reason else {
            return print(holding(&client).await?, self.output);
        };
        let rule = self.rule.map(|rule| if rule.starts_with("rules/") { rule } else { format!("rules/{rule}") });
        let request = v1::PauseAllRequest {
            location: self.location.map(location::named).unwrap_or_default(),
            channel: self.channel.map_or(v1::Channel::Unspecified, Channel::of_contract).into(),
            rule: rule.unwrap_or_default(),
            reason,
            request_id: Uuid::new_v4().to_string(),
        };
        let paused = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.pause_all(request).await }
        });
        print(paused.await?.pause.into_iter().collect(), self.output)
    }
}

impl Resume {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let mut fitting = holding(&client).await?;
        if let Some(pause) = &self.pause {
            let (Given::Name(ending) | Given::Ending(ending)) = named::read("pauses/", pause)?;
            let name = named::ending_so(&ending, fitting.iter().map(|held| held.name.as_str()))?;
            fitting.retain(|held| held.name == name);
        }
        let mut ended = Vec::with_capacity(fitting.len());
        for pause in fitting {
            let request = v1::ResumeRequest { name: pause.name };
            let resumed = client.call(|| {
                let (mut gestures, request) = (client.gestures(), request.clone());
                async move { gestures.resume(request).await }
            });
            ended.push(resumed.await?);
        }
        print(ended, self.output)
    }
}

/// The pauses that hold. There are at most a hundred, so one page has all.
async fn holding(client: &Client) -> Result<Vec<v1::Pause>, CliError> {
    let page = client.call(|| {
        let mut gestures = client.gestures();
        async move { gestures.list_pauses(v1::ListPausesRequest { page_size: 500, ..Default::default() }).await }
    });
    Ok(page.await?.pauses)
}

fn print(pauses: Vec<v1::Pause>, output: OutputFormat) -> Result<(), CliError> {
    match output {
        OutputFormat::Json => {
            let list = v1::ListPausesResponse { pauses, next_page_token: String::new() };
            output::print_json("ListPausesResponse", &list)
        }
        OutputFormat::Table if pauses.is_empty() => Ok(writeln!(std::io::stdout(), "Nothing is paused.")?),
        OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::pauses(&pauses))?),
    }
}
