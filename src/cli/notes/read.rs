//! `gratitude notes read`: the notes themselves, as their readers will get them.

use std::io::Write;

use clap::{Args, ValueEnum};

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
  gratitude notes read
  gratitude notes read 1b6c --state with-person
  gratitude notes read 1b6c --filter 'note.language_code = \"de\"' --limit 5
  gratitude notes read --customer customers/0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10")]
pub(super) struct Read {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends. Default: the newest; with --customer: all.
    batch: Option<String>,
    /// Only those that stand so; may be given several times.
    #[arg(long, value_enum)]
    state: Vec<State>,
    /// Only those to this customer.
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// Only these; over note fields, such as 'note.channel = POST'.
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// How many at most.
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(i32).range(1..=500))]
    limit: i32,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Composed,
    WithPerson,
    Delivering,
    Delivered,
    Skipped,
    Failed,
    Uncertain,
    Cancelled,
}

impl State {
    fn of_contract(self) -> v1::note::State {
        match self {
            Self::Composed => v1::note::State::Composed,
            Self::WithPerson => v1::note::State::WithPerson,
            Self::Delivering => v1::note::State::Delivering,
            Self::Delivered => v1::note::State::Delivered,
            Self::Skipped => v1::note::State::Skipped,
            Self::Failed => v1::note::State::Failed,
            Self::Uncertain => v1::note::State::Uncertain,
            Self::Cancelled => v1::note::State::Cancelled,
        }
    }
}

impl Read {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let parent = match (&self.batch, &self.customer) {
            (None, Some(_)) => "noteBatches/-".to_owned(),
            (batch, _) => batch::chosen(&client, batch.as_deref()).await?,
        };
        let request =
            v1::ListNotesRequest { parent, filter: self.filter(), page_size: self.limit, ..Default::default() };
        let page = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.list_notes(request).await }
        });
        let page = page.await?;
        if self.output == OutputFormat::Json {
            return output::print_json("ListNotesResponse", &page);
        }
        let mut stdout = std::io::stdout().lock();
        if page.notes.is_empty() {
            return Ok(writeln!(stdout, "No such notes.")?);
        }
        for note in &page.notes {
            writeln!(stdout, "{}\n", show::note(note))?;
        }
        if !page.next_page_token.is_empty() {
            writeln!(stdout, "There are more: --limit shows more, --state and --filter choose.")?;
        }
        Ok(())
    }

    /// What was asked for, as one filter.
    fn filter(&self) -> String {
        let states = self.state.iter().map(|state| {
            let name = state.of_contract().as_str_name();
            format!("note.state = {}", name.trim_start_matches("STATE_"))
        });
        let states = states.collect::<Vec<_>>().join(" OR ");
        let customer = self.customer.as_ref().map(|customer| {
            let name = if customer.contains('/') { customer.clone() } else { format!("customers/{customer}") };
            format!("note.customer = \"{name}\"")
        });
        let parts = [(!states.is_empty()).then_some(states), customer, self.filter.clone()];
        let parts: Vec<_> = parts.into_iter().flatten().map(|part| format!("({part})")).collect();
        parts.join(" AND ")
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Read;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        read: Read,
    }

    fn filter(line: &[&str]) -> String {
        let line = [&["notes"], line].concat();
        Line::try_parse_from(line).expect("a line that people type").read.filter()
    }

    #[test]
    fn what_is_asked_for_becomes_one_filter() {
        assert_eq!(filter(&[]), "");
        assert_eq!(
            filter(&[
                "--state",
                "failed",
                "--state",
                "uncertain",
                "--filter",
                "note.channel = POST OR note.channel = EMAIL"
            ]),
            "(note.state = FAILED OR note.state = UNCERTAIN) AND (note.channel = POST OR note.channel = EMAIL)"
        );
    }
}
