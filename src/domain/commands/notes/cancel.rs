//! A batch is taken back, as far as it has not left.

use super::{answer::keep_in_doubt, batch, books, carry, check_version, segment, wrong_state};
use crate::domain::{
    gesture::{Gesture, GestureState, Reason},
    ids::{NoteBatchId, NoteId},
    ledger::Ledger,
    note::{BatchState, Note, NoteBatch, NoteState},
    refusal::Refusal,
    world::{Actor, Command, Context, EventKind, Needs, World},
};

/// Has a batch taken back. Cancelling again changes nothing.
#[derive(Debug, Clone)]
pub struct Cancel {
    /// Who cancels it.
    pub actor: Actor,
    /// The batch.
    pub id: NoteBatchId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Why, in words without personal data.
    pub reason: String,
}

impl Command for Cancel {
    type Reply = NoteBatch;

    fn needs(&self) -> Needs {
        Needs { batches: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<NoteBatch, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut batch = batch(ledger.world, self.id)?;
        if matches!(batch.state, BatchState::Cancelling | BatchState::Cancelled) {
            return Ok(batch);
        }
        check_version(&batch, self.version)?;
        if batch.state == BatchState::Completed {
            return Err(wrong_state(&batch, "not over"));
        }
        // Whom composing had not come to is not covered any more.
        batch.customer_count = batch.counts.total();
        batch.explanation.clone_from(&self.reason);
        books::move_batch(&mut ledger, &mut batch, BatchState::Cancelling, EventKind::NoteBatchCancelling);
        books::end_if_done(&mut ledger, &mut batch);
        Ok(books::put(&mut ledger, batch))
    }
}

/// Takes back notes of a batch that is being cancelled. Harmless for those that were taken back before.
#[derive(Debug, Clone)]
pub struct TakeBackPage {
    /// The batch.
    pub batch: NoteBatchId,
    /// The notes.
    pub notes: Vec<NoteId>,
}

impl Command for TakeBackPage {
    /// Whether anything was taken back.
    type Reply = bool;

    fn needs(&self) -> Needs {
        Needs { batches: [self.batch].into(), notes: self.notes.iter().copied().collect(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let mut batch = batch(ledger.world, self.batch)?;
        if batch.state != BatchState::Cancelling {
            return Ok(false);
        }
        let waiting = self.notes.iter().filter_map(|id| ledger.world.notes.get(id));
        let waiting: Vec<_> = waiting.filter(|note| note.state == NoteState::Composed).cloned().collect();
        let any = !waiting.is_empty();
        for note in waiting {
            take_back(&mut ledger, &mut batch, note)?;
        }
        books::end_if_done(&mut ledger, &mut batch);
        books::put(&mut ledger, batch);
        Ok(any)
    }
}

/// What the batch covered is free again; what it had planned itself is cancelled with it. What may have left before
/// can't be taken back.
fn take_back(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, note: Note) -> Result<(), Refusal> {
    if note.tries.perhaps_left {
        return keep_in_doubt(ledger, batch, note, Reason::BatchCancelled, "its batch was cancelled");
    }
    let carried = super::start::gestures_of(ledger.world, &note)?;
    let (own, covered): (Vec<Gesture>, Vec<Gesture>) =
        carried.into_iter().partition(|gesture| segment::is_planned_by(gesture, batch));
    let id = note.id;
    books::move_note(
        ledger,
        batch,
        note,
        NoteState::Cancelled,
        Some(Reason::BatchCancelled),
        "Its batch was cancelled.",
    );
    carry::free(ledger, id, covered)?;
    for gesture in own {
        if carry::is_in(&gesture, id) && gesture.state.may_become(GestureState::Cancelled) {
            let text = "The batch that planned it was cancelled.";
            ledger.move_gesture(gesture, GestureState::Cancelled, Some(Reason::BatchCancelled), text)?;
        }
    }
    Ok(())
}
