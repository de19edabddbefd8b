//! `gratitude notes replay` and `resolve`: what the delivery gave up, and of what nobody knows.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::{batch, list, words::Which};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::OutputFormat,
        show,
    },
    proto::v1::{self, resolve_gesture_request::Finding},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes read 1b6c --state failed
  gratitude notes replay 1b6c

They leave under their old ids. Mails that may have left already stay where they are: `gratitude notes resolve` is for these.")]
pub(super) struct Replay {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends.
    batch: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes read 1b6c --state uncertain
  gratitude notes resolve 4f2a reached --batch 1b6c --reason 'The relay has it in its log.'

A note is named by its resource name, or by how its id ends, as `gratitude notes read` shows it.")]
pub(super) struct Resolve {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    which: Which,
    /// What you found out.
    #[arg(value_enum)]
    finding: Found,
    /// How you know; without personal data.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// What a person found out.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Found {
    /// It reached the customer: what it carried is done.
    Reached,
    /// It did not: what it carried is planned again.
    TryAgain,
    /// It did not, and what it carried is given up.
    GiveUp,
}

impl Replay {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, Some(&self.batch)).await?;
        let request = v1::ReplayNotesRequest { name };
        let mut count = 0;
        loop {
            let replayed = client.call(|| {
                let (mut notes, request) = (client.notes(), request.clone());
                async move { notes.replay_notes(request).await }
            });
            let v1::ReplayNotesResponse { note_batch, replayed_count, has_more } = replayed.await?;
            count += replayed_count;
            if has_more {
                continue;
            }
            writeln!(std::io::stderr(), "{count} notes wait for another turn")?;
            return note_batch.map_or(Ok(()), |batch| list::print(&batch, self.output));
        }
    }
}

impl Resolve {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let finding = match self.finding {
            Found::Reached => Finding::Reached,
            Found::TryAgain => Finding::TryAgain,
            Found::GiveUp => Finding::GiveUp,
        };
        let request = v1::ResolveNoteRequest {
            name: self.which.name(&client, UNCERTAIN).await?,
            finding: finding.into(),
            reason: self.reason,
            request_id: uuid::Uuid::new_v4().to_string(),
        };
        let resolved = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.resolve_note(request).await }
        });
        let note = resolved.await?.note.unwrap_or_default();
        Ok(writeln!(std::io::stdout(), "{}", settled(&note))?)
    }
}

/// The notes of which somebody may find out what became of them.
const UNCERTAIN: (&str, &str) = ("note.state = UNCERTAIN", "is uncertain");

/// What became of a note, in a line.
fn settled(note: &v1::Note) -> String {
    let said = format!("{} is {}", show::short_ids(&note.name), show::note_state(note.state()));
    if note.explanation.is_empty() { said } else { format!("{said}: {}", show::short_ids(&note.explanation)) }
}

#[cfg(test)]
mod tests {
    use super::settled;
    use crate::proto::v1::{Note, note::State};

    #[test]
    fn what_became_of_a_note_is_said_in_words() {
        let note = Note { name: "notes/4f2a".to_owned(), state: State::WithPerson.into(), ..Note::default() };
        assert!(settled(&note).ends_with("is with a person"), "{}", settled(&note));
        let said = settled(&Note { state: State::Delivered.into(), explanation: "As Mina says.".to_owned(), ..note });
        assert!(said.ends_with("is delivered: As Mina says."), "{said}");
    }
}
