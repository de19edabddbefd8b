//! `gratitude queue`: what people have to do today, and that it is done.

use std::io::Write;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{
    CliError, amount,
    call::Which,
    choices::GestureKind,
    client::{Client, ClientArgs},
    location,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  gratitude queue
  gratitude queue --location tea-house --day 2026-11-24 --kind call
  gratitude queue done 1b6c --by mina

What is to be done is named by its id, or by how that ends, as the list shows it. How a call went is said with
`gratitude call log`."
)]
pub(super) struct Queue {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    client: ClientArgs,
    /// Whose queue. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// Which day, by the location's clock. Default: today, and what is left from before.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
    /// Only this; may be given several times.
    #[arg(long, value_enum)]
    kind: Vec<GestureKind>,
    /// Only for this role; may be given several times.
    #[arg(long)]
    role: Vec<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say that something is done: a note sent or handed over, a gift given, somebody welcomed.
    Done(Done),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude queue done 1b6c --by mina
  gratitude queue done 1b6c --by mina --value 12.50 --currency EUR
  gratitude queue done gestures/0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10 --by mina

It counts as our contact with the customer. What a batch of notes has is done by its delivery.")]
struct Done {
    #[command(flatten)]
    which: Which,
    /// Who did it.
    #[arg(long, value_name = "WHO", default_value = "")]
    by: String,
    /// Of a gift, what it was worth, such as 12.50, where that differs from what was planned.
    #[arg(long, value_name = "AMOUNT", requires = "currency", value_parser = amount::worth)]
    value: Option<i64>,
    /// ISO 4217 code of the value.
    #[arg(long, value_name = "CODE", requires = "value")]
    currency: Option<String>,
}

impl Queue {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Some(Verb::Done(done)) => done.run().await,
            None => self.list().await,
        }
    }

    async fn list(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::ListQueueRequest {
            location: location::chosen(&client, self.location).await?,
            date: self.day.map(|day| v1::CalendarDate {
                year: day.year().into(),
                month: day.month().into(),
                day: day.day().into(),
            }),
            kinds: self.kind.iter().map(|kind| kind.of_contract().into()).collect(),
            roles: self.role,
            page_size: 500,
            ..Default::default()
        };
        let ask = |page_token| {
            let request = v1::ListQueueRequest { page_token, ..request.clone() };
            let mut gestures = client.gestures();
            async move { gestures.list_queue(request).await }
        };
        let entries = client.every_page(ask, |page| (page.entries, page.next_page_token)).await?;
        let queue = v1::ListQueueResponse { entries, ..Default::default() };
        match self.output {
            OutputFormat::Json => output::print_json("ListQueueResponse", &queue),
            OutputFormat::Table if queue.entries.is_empty() => Ok(writeln!(std::io::stdout(), "Nothing to do.")?),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::queue(&queue.entries))?),
        }
    }
}

impl Done {
    async fn run(self) -> Result<(), CliError> {
        use v1::complete_gesture_request::Authority;
        let client = Client::connect(&self.which.client).await?;
        let gesture = self.which.read(&client).await?;
        let request = v1::CompleteGestureRequest {
            name: gesture.name,
            authority: Some(Authority::Etag(gesture.etag)),
            staff: self.by,
            gift_value: self
                .value
                .zip(self.currency)
                .map(|(micros, currency_code)| v1::Money { currency_code, micros }),
            ..Default::default()
        };
        let done = client.call(|| {
            let (mut gestures, request) = (client.gestures(), request.clone());
            async move { gestures.complete_gesture(request).await }
        });
        self.which.print(&done.await?.gesture.unwrap_or_default())
    }
}
