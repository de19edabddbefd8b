//! `gratitude notes list` and `show`: batches, and what became of them.

use std::io::Write;

use clap::Args;

use super::batch;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::{self, OutputFormat},
        show,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes list
  gratitude notes list --waiting --output json")]
pub(super) struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// Only those that wait for somebody: for approval, or because they stopped themselves.
    #[arg(long)]
    waiting: bool,
    /// How many at most, the newest first.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=500))]
    limit: i32,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes show
  gratitude notes show 1b6c --output json")]
pub(super) struct Show {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends. Default: the newest.
    batch: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl List {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let waiting = [v1::note_batch::State::Ready, v1::note_batch::State::Stopped];
        let states = waiting.iter().filter(|_| self.waiting).map(|state| i32::from(*state));
        let request = v1::ListNoteBatchesRequest {
            states: states.collect(),
            page_size: self.limit,
            ..v1::ListNoteBatchesRequest::default()
        };
        let page = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.list_note_batches(request).await }
        });
        let page = page.await?;
        let mut stdout = std::io::stdout().lock();
        match self.output {
            OutputFormat::Json => output::print_json("ListNoteBatchesResponse", &page),
            OutputFormat::Table if page.note_batches.is_empty() && self.waiting => {
                Ok(writeln!(stdout, "No batch waits for anybody.")?)
            }
            OutputFormat::Table if page.note_batches.is_empty() => {
                Ok(writeln!(stdout, "No batch yet; `gratitude notes create due` makes one.")?)
            }
            OutputFormat::Table => Ok(writeln!(stdout, "{}", show::note_batches(&page.note_batches))?),
        }
    }
}

impl Show {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, self.batch.as_deref()).await?;
        print(&batch::read(&client, &name).await?, self.output)
    }
}

/// Prints a batch, for people with what to do next.
pub(super) fn print(batch: &v1::NoteBatch, output: OutputFormat) -> Result<(), CliError> {
    if output == OutputFormat::Json {
        return output::print_json("NoteBatch", batch);
    }
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{}", show::note_batch(batch))?;
    let steps = next_steps(batch);
    if !steps.is_empty() {
        writeln!(stdout)?;
    }
    let width = steps.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default();
    for (command, what) in steps {
        writeln!(stdout, "  gratitude notes {command:<width$}   # {what}")?;
    }
    Ok(())
}

fn next_steps(batch: &v1::NoteBatch) -> Vec<(String, &'static str)> {
    use v1::note_batch::State;
    let id = batch::ending(&batch.name);
    let step = |verb: &str| format!("{verb} {id}");
    match batch.state() {
        State::Composing => vec![(step("watch"), "see them written")],
        State::Ready => vec![
            (step("read"), "read what would leave"),
            (step("approve"), "let it leave"),
            (format!("cancel {id} --reason …"), "take it back"),
        ],
        State::Delivering | State::Cancelling => vec![(step("watch"), "see it through")],
        State::Stopped => vec![
            (format!("read {id} --state failed"), "read what failed"),
            (step("resume"), "go on"),
            (format!("cancel {id} --reason …"), "take back what is left"),
        ],
        State::Completed if batch.with_person_count > 0 => {
            vec![(format!("read {id} --state with-person"), "read what waits for a person; it is in `gratitude queue`")]
        }
        State::Completed | State::Cancelled | State::Unspecified => Vec::new(),
    }
}
