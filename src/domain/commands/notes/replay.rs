//! Notes that were given up leave again, because a person has put right what kept them back.

use super::{batch, books, carry, start::gestures_of, wrong_state};
use crate::domain::{
    doubt,
    gesture::{Gesture, GestureState, Reason},
    ids::{NoteBatchId, NoteId},
    ledger::Ledger,
    note::{BatchState, Note, NoteBatch, NoteState, Tries},
    refusal::Refusal,
    settings::Route,
    world::{Actor, Command, Context, Needs, World},
};

/// Has notes leave again that the delivery gave up, under their old ids: those that it refused, and of those of which
/// nobody knows only the ones whose far side recognises what comes again. Nothing happens to others.
#[derive(Debug, Clone)]
pub struct ReplayNotes {
    /// Who has them leave again.
    pub actor: Actor,
    /// The batch.
    pub batch: NoteBatchId,
    /// The notes.
    pub notes: Vec<NoteId>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotesReplayed {
    /// The batch as it is now.
    pub batch: NoteBatch,
    /// How many notes wait for another turn.
    pub count: u64,
}

impl Command for ReplayNotes {
    type Reply = NotesReplayed;

    fn needs(&self) -> Needs {
        Needs { batches: [self.batch].into(), notes: self.notes.iter().copied().collect(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<NotesReplayed, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut batch = batch(ledger.world, self.batch)?;
        if !matches!(batch.state, BatchState::Delivering | BatchState::Stopped | BatchState::Completed) {
            return Err(wrong_state(&batch, "delivering, stopped or completed"));
        }
        let notes: Vec<_> = self.notes.iter().filter_map(|id| ledger.world.notes.get(id)).cloned().collect();
        let mut count = 0;
        for note in notes.into_iter().filter(|note| note.batch == self.batch) {
            count += u64::from(again(&mut ledger, &mut batch, note)?);
        }
        if count > 0 {
            books::go_on(&mut ledger, &mut batch);
        }
        Ok(NotesReplayed { batch: books::put(&mut ledger, batch), count })
    }
}

/// Puts a note back to those that wait, with all that it carried, if nothing became of that since.
fn again(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, mut note: Note) -> Result<bool, Refusal> {
    let carried = gestures_of(ledger.world, &note)?;
    if carried.is_empty() || !given_up(ledger.world, &note) || !carried.iter().all(|it| is_free(it, &note)) {
        return Ok(false);
    }
    let mut free = Vec::with_capacity(carried.len());
    for mut gesture in carried {
        let mut gesture = if gesture.state == GestureState::Uncertain {
            doubt::mark(&mut gesture);
            let text = "It is offered again under its old id.";
            ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::DeliveryFailed), text)?
        } else {
            gesture
        };
        gesture.with_person = false;
        free.push(gesture);
    }
    carry::put_in(ledger, note.batch, note.id, free)?;
    let perhaps_left = note.tries.perhaps_left || note.state == NoteState::Uncertain;
    note.tries = Tries { attempts: 0, perhaps_left, ..note.tries };
    note.due_at = ledger.now();
    let text = "It was given up, and leaves again.";
    books::move_note(ledger, batch, note, NoteState::Composed, None, text);
    Ok(true)
}

/// Whether the delivery gave a note up, and it can be offered again without anybody getting it twice.
fn given_up(world: &World, note: &Note) -> bool {
    let goes_by = note.channel.and_then(|channel| world.settings.routes.of(channel));
    let is_recognised = [goes_by, note.tries.route] == [Some(Route::Webhook); 2];
    let by_delivery = note.reason == Some(Reason::DeliveryFailed);
    match note.state {
        NoteState::Failed => by_delivery,
        NoteState::Uncertain => by_delivery && is_recognised,
        _ => false,
    }
}

/// Whether a gesture still waits for a person because its note was given up.
fn is_free(gesture: &Gesture, note: &Note) -> bool {
    match gesture.state {
        GestureState::Scheduled => {
            gesture.with_person && gesture.written.is_none() && gesture.reason == Some(Reason::DeliveryFailed)
        }
        // One that something else would have ended meanwhile does not leave again.
        GestureState::Uncertain => carry::is_in(gesture, note.id) && gesture.reason == Some(Reason::DeliveryFailed),
        _ => false,
    }
}
