//! `gratitude notes create`: whom notes are written to.

use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use uuid::Uuid;

use super::{batch, watch};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        contract, location,
        output::{self, OutputFormat},
        show,
    },
    proto::v1::{self, note_batch::Selection},
};

#[derive(Debug, Subcommand)]
pub(super) enum Create {
    /// Notes that are due anyway, all of one customer in one.
    #[command(after_help = "\
Examples:
  gratitude notes create due --watch
  gratitude notes create due --filter 'gesture.channel = EMAIL' --as-of 2026-11-25T18:00:00Z")]
    Due(Due),
    /// One note to each customer of a segment, each through every gate.
    #[command(after_help = "\
Examples:
  gratitude notes create segment --filter 'summary.visit_days >= 2' --template thanks-for-being-our-customer --watch
  gratitude notes create segment --template winter-greetings --channel post --location tea-house")]
    Segment(Segment),
}

#[derive(Debug, Args)]
pub(super) struct Due {
    /// Only these; over gesture fields, such as 'gesture.location = \"locations/tea-house\"'.
    #[arg(long, value_name = "FILTER", default_value = "")]
    filter: String,
    /// Due by then. Default: now.
    #[arg(long, value_name = "INSTANT")]
    as_of: Option<Timestamp>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Segment {
    /// Which customers; over customer and summary fields, such as 'summary.visit_days >= 2'. Default: all.
    #[arg(long, value_name = "FILTER", default_value = "")]
    filter: String,
    /// What is written; see `gratitude notes templates list`.
    #[arg(long, value_name = "TEMPLATE")]
    template: String,
    /// In whose name. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Over which channel, the best first; may be given several times. Default: e-mail, message, post, hand-over.
    #[arg(long, value_enum)]
    channel: Vec<WrittenChannel>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    client: ClientArgs,
    /// What staff call the batch.
    #[arg(long, value_name = "TEXT", default_value = "")]
    name: String,
    /// Watch until all notes are written.
    #[arg(long)]
    watch: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

/// A channel over which something written goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WrittenChannel {
    Email,
    Message,
    Post,
    HandOver,
}

impl WrittenChannel {
    pub(super) fn of_contract(self) -> v1::Channel {
        match self {
            Self::Email => v1::Channel::Email,
            Self::Message => v1::Channel::Message,
            Self::Post => v1::Channel::Post,
            Self::HandOver => v1::Channel::HandOver,
        }
    }
}

impl Create {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Due(due) => due.run().await,
            Self::Segment(segment) => segment.run().await,
        }
    }
}

impl Due {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.common.client).await?;
        let selection = v1::DueSelection { filter: self.filter, as_of_time: self.as_of.map(contract::stamp) };
        self.common.create(&client, Selection::Due(selection)).await
    }
}

impl Segment {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.common.client).await?;
        let selection = v1::SegmentSelection {
            filter: self.filter,
            template: super::templates::named(&self.template),
            location: location::chosen(&client, self.location).await?,
            channels: self.channel.iter().map(|channel| channel.of_contract().into()).collect(),
        };
        self.common.create(&client, Selection::Segment(selection)).await
    }
}

impl Common {
    async fn create(self, client: &Client, selection: Selection) -> Result<(), CliError> {
        let note_batch =
            v1::NoteBatch { display_name: self.name, selection: Some(selection), ..v1::NoteBatch::default() };
        let request = v1::CreateNoteBatchRequest {
            note_batch: Some(note_batch),
            // A call that is tried again makes no second batch.
            request_id: Uuid::new_v4().to_string(),
        };
        let reply = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.create_note_batch(request).await }
        });
        let made = reply.await?.note_batch.unwrap_or_default();
        if self.watch {
            return watch::to_rest(client, &made.name, self.output).await;
        }
        if self.output == OutputFormat::Json {
            return output::print_json("NoteBatch", &made);
        }
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "Notes to {} are being written: {}", show::customers(made.customer_count), made.name)?;
        writeln!(stdout, "Watch them: gratitude notes watch {}", batch::ending(&made.name))?;
        Ok(())
    }
}
