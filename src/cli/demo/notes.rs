//! Tuesday's notes: written together, read, approved, and on their way.

use std::{fs, path::Path};

use super::{
    cast::Cast,
    stage::{LOCATION, Stage},
};
use crate::{
    cli::{CliError, show},
    proto::v1::{self, note, note_batch},
};

/// Whose notes are read aloud: who only looked, and who changed her mind.
const READ_ALOUD: [&str; 2] = ["Grace", "Amelia"];

/// All that is due is written in one batch. Nothing leaves yet; a person reads.
pub(super) async fn are_written(stage: &Stage, cast: &Cast) -> Result<v1::NoteBatch, CliError> {
    stage.clock_to("2026-11-24T10:45").await?;
    stage.scene(
        "Tuesday, 10:45 · the notes are written",
        "All that are due, in one batch. Nothing leaves before a person has said so.",
    )?;
    let selection = v1::DueSelection { filter: format!("gesture.location = \"{LOCATION}\""), as_of_time: None };
    let note_batch = v1::NoteBatch {
        display_name: "Tuesday's thanks".to_owned(),
        selection: Some(note_batch::Selection::Due(selection)),
        ..v1::NoteBatch::default()
    };
    let request = v1::CreateNoteBatchRequest { note_batch: Some(note_batch), request_id: String::new() };
    let made = stage.client.notes().create_note_batch(request).await.map_err(|status| stage.failed(&status))?;
    let name = made.into_inner().note_batch.unwrap_or_default().name;
    let batch = at_rest(stage, &name).await?;
    stage.line(&show::note_batch(&batch))?;

    let composed = notes(stage, &name, note::State::Composed).await?;
    for person in READ_ALOUD {
        let customer = cast.customer(person)?;
        if let Some(note) = composed.iter().find(|note| note.customer == customer) {
            stage.line(&format!("\nTo {person}:"))?;
            stage.line(&show::note(note))?;
        }
    }
    let held_back = notes(stage, &name, note::State::WithPerson).await?;
    if let Some(note) = held_back.first() {
        let person = cast.name(&note.customer).unwrap_or("somebody");
        stage.line(&format!(
            "\nAnd one that is not good enough to be sent, to {person}; Mina will find better words:"
        ))?;
        stage.line(&show::note(note))?;
    }
    Ok(batch)
}

/// Mina approves. What is no longer right stays here, and the rest lies ready for whoever carries it.
pub(super) async fn leave(stage: &Stage, batch: &v1::NoteBatch, spool: &Path) -> Result<(), CliError> {
    stage.clock_to("2026-11-24T12:30").await?;
    stage.scene(
        "Tuesday, 12:30 · the notes leave",
        "Mina has read them and lets them go. Each passes every gate once more at this very moment.",
    )?;
    let request = v1::ApproveNoteBatchRequest { name: batch.name.clone(), etag: batch.etag.clone() };
    stage.client.notes().approve_note_batch(request).await.map_err(|status| stage.failed(&status))?;
    let over = at_rest(stage, &batch.name).await?;
    stage.line(&show::note_batch(&over))?;
    for note in notes(stage, &batch.name, note::State::Skipped).await? {
        stage.line(&format!("  held back: {}", show::short_ids(&note.explanation)))?;
    }
    let id = batch.name.trim_start_matches("noteBatches/");
    for file in fs::read_dir(spool.join(id))? {
        let file = file?.path();
        let letters = fs::read_to_string(&file)?.lines().count();
        stage.line(&format!("\n{letters} letters lie ready, one a line, in {}", file.display()))?;
    }
    Ok(())
}

/// The batch as soon as nothing happens to it without a person.
async fn at_rest(stage: &Stage, name: &str) -> Result<v1::NoteBatch, CliError> {
    use note_batch::State;
    let request = v1::WatchNoteBatchRequest { name: name.to_owned() };
    let changes = stage.client.notes().watch_note_batch(request).await.map_err(|status| stage.failed(&status))?;
    let mut changes = changes.into_inner();
    while let Some(batch) = changes.message().await.map_err(|status| stage.failed(&status))? {
        if matches!(batch.state(), State::Ready | State::Stopped | State::Completed | State::Cancelled) {
            return Ok(batch);
        }
    }
    Err(CliError::Unexpected("a batch was not seen to its end".to_owned()))
}

async fn notes(stage: &Stage, batch: &str, state: note::State) -> Result<Vec<v1::Note>, CliError> {
    let filter = format!("note.state = {}", state.as_str_name().trim_start_matches("STATE_"));
    let request = v1::ListNotesRequest { parent: batch.to_owned(), filter, ..v1::ListNotesRequest::default() };
    let reply = stage.client.notes().list_notes(request).await;
    Ok(reply.map_err(|status| stage.failed(&status))?.into_inner().notes)
}
