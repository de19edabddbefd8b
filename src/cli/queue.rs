//! `gratitude queue`: what people have to do today.

use std::io::Write;

use clap::Args;
use jiff::civil::Date;

use super::{
    CliError,
    client::{Client, ClientArgs},
    location,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude queue
  gratitude queue --location tea-house --day 2026-11-24 --kind call")]
pub(super) struct Queue {
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
    kind: Vec<Kind>,
    /// Only for this role; may be given several times.
    #[arg(long)]
    role: Vec<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    Note,
    Call,
    Recognition,
    Gift,
    Apology,
}

impl Queue {
    pub(super) async fn run(self) -> Result<(), CliError> {
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

impl Kind {
    fn of_contract(self) -> v1::GestureKind {
        match self {
            Self::Note => v1::GestureKind::Note,
            Self::Call => v1::GestureKind::Call,
            Self::Recognition => v1::GestureKind::Recognition,
            Self::Gift => v1::GestureKind::Gift,
            Self::Apology => v1::GestureKind::Apology,
        }
    }
}
