//! Notes are written in batches, approved, handed to the delivery and taken back: a page at a time, each page one
//! command that finds in the batch's row whether its turn has come, and writes there how far the work is. So any
//! replica may do the next page, and whoever dies leaves whole pages.

mod answer;
mod approve;
mod books;
mod cancel;
mod carry;
mod compose;
mod confirm;
mod create;
mod finish;
mod over;
mod print;
mod replay;
mod resolve;
mod rewrite;
mod segment;
mod start;
#[cfg(test)]
mod tests;
mod words;

pub use answer::{AnswerNotes, Heard, Outcome};
pub use approve::{Approve, Resume};
pub use cancel::{Cancel, TakeBackPage};
pub(super) use carry::give_to_person;
pub use compose::{ComposePage, Covered};
pub use confirm::{ConfirmPrinted, Confirmed, Fate};
pub use create::{BatchCreated, Create};
pub use finish::{FinishChunk, Handed};
pub use over::{LapseChunk, TakeOver};
pub use print::{GiveBack, PrintNotes, TakenToPrint, ToPrint};
pub use replay::{NotesReplayed, ReplayNotes};
pub(super) use resolve::settle_carrier;
pub use resolve::{NoteResolved, ResolveNote};
pub use rewrite::{EditNote, NoteRewritten, RegenerateNote, Target, unknown_note};
pub use start::{StartChunk, Started};
pub(super) use words::{Written, gives_surprise_away, write_alone, write_unasked};

use crate::domain::{
    ids::NoteBatchId,
    note::NoteBatch,
    refusal::{Precondition, Refusal},
    world::{Subject, World},
};

/// The batch of this id.
fn batch(world: &World, id: NoteBatchId) -> Result<NoteBatch, Refusal> {
    world.batches.get(&id).cloned().ok_or_else(|| unknown_batch(id))
}

/// No such batch.
#[must_use]
pub fn unknown_batch(id: NoteBatchId) -> Refusal {
    Refusal::NotFound { kind: "note batch", name: Subject::NoteBatch(id).to_string() }
}

/// Refuses what was decided on an older version.
fn check_version(batch: &NoteBatch, version: Option<i64>) -> Result<(), Refusal> {
    if version.is_none_or(|version| version == batch.version) {
        return Ok(());
    }
    Err(Refusal::Stale { resource: Subject::NoteBatch(batch.id).to_string() })
}

/// A batch whose state does not allow what was asked; `wanted` follows "only a batch that is".
#[must_use]
pub fn wrong_state(batch: &NoteBatch, wanted: &str) -> Refusal {
    let resource = Subject::NoteBatch(batch.id).to_string();
    let message = format!("{resource} is {}; only a batch that is {wanted} allows this", batch.state);
    Refusal::Precondition { kind: Precondition::NoteBatchState, resource, message }
}
