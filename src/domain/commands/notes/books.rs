//! Keeps a batch's books: every note stands somewhere, and the counts say where.

use crate::domain::{
    gesture::Reason,
    ledger::Ledger,
    note::{BatchState, Note, NoteBatch, NoteState},
    world::{EventDetail, EventKind, Subject},
};
use jiff::Timestamp;

/// Enters a note that was just written.
pub(super) fn enter(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, note: Note) {
    count(batch, &note);
    batch.work.done += 1;
    keep(ledger, note);
}

/// Moves a note to another state.
pub(super) fn move_note(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    mut note: Note,
    state: NoteState,
    reason: Option<Reason>,
    explanation: impl Into<String>,
) {
    let before = batch.counts.of_mut(note.state);
    *before = before.saturating_sub(1);
    note.state = state;
    note.reason = reason;
    note.explanation = explanation.into();
    if state == NoteState::Delivered {
        note.delivered_at = Some(ledger.now());
    }
    count(batch, &note);
    if state.is_over() {
        batch.work.done += 1;
    }
    keep(ledger, note);
}

fn count(batch: &mut NoteBatch, note: &Note) {
    use NoteState::{Failed, Skipped, Uncertain, WithPerson};
    *batch.counts.of_mut(note.state) += 1;
    if let (Skipped | WithPerson | Failed | Uncertain, Some(reason)) = (note.state, note.reason) {
        *batch.reasons.entry((note.state, reason)).or_default() += 1;
    }
}

fn keep(ledger: &mut Ledger<'_, '_>, note: Note) {
    let detail = EventDetail {
        state: Some(note.state.to_string()),
        reason: note.reason.map(|reason| reason.to_string()),
        related: note.gestures.iter().map(|id| Subject::Gesture(*id).to_string()).collect(),
        ..EventDetail::default()
    };
    ledger.note(event_of(note.state), Subject::Note(note.batch, note.id), Some(note.customer), detail);
    ledger.world.notes.put(note.id, note);
}

/// Moves a batch to another state, in which a new phase of work begins.
pub(super) fn move_batch(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, state: BatchState, kind: EventKind) {
    let now = ledger.now();
    batch.state = state;
    batch.version += 1;
    let work = &mut batch.work;
    (work.began_at, work.worked_at, work.done) = (Some(now), Some(now), 0);
    (work.attempts, work.retry_at, work.stopped_in) = (0, None, None);
    if state.is_over() {
        batch.ended_at = Some(now);
    }
    note_batch(ledger, batch, kind);
}

/// Stops a batch until a person lets it go on.
pub(super) fn stop(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, why: String) {
    let stopped_in = batch.state;
    move_batch(ledger, batch, BatchState::Stopped, EventKind::NoteBatchStopped);
    batch.work.stopped_in = Some(stopped_in);
    batch.explanation = why;
}

/// Ends a batch that has nothing left to do: no note waits, none is on its way.
pub(super) fn end_if_done(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch) {
    if batch.counts.composed > 0 || batch.counts.delivering > 0 {
        return;
    }
    match batch.state {
        BatchState::Delivering => move_batch(ledger, batch, BatchState::Completed, EventKind::NoteBatchCompleted),
        BatchState::Cancelling => move_batch(ledger, batch, BatchState::Cancelled, EventKind::NoteBatchCancelled),
        _ => {}
    }
}

/// Keeps how far the work is, and returns the batch as it is kept.
pub(super) fn put(ledger: &mut Ledger<'_, '_>, mut batch: NoteBatch) -> NoteBatch {
    batch.work.worked_at = Some(ledger.now());
    ledger.world.batches.put(batch.id, batch.clone());
    batch
}

/// Notes a change of a batch.
pub(super) fn note_batch(ledger: &mut Ledger<'_, '_>, batch: &NoteBatch, kind: EventKind) {
    let detail = EventDetail { state: Some(batch.state.to_string()), ..EventDetail::default() };
    ledger.note(kind, Subject::NoteBatch(batch.id), None, detail);
}

/// Notes below which no share is judged.
const JUDGED_FROM: u64 = 50;

/// Whether more than 2 % of at least 50 notes went wrong.
pub(super) const fn too_many(wrong: u64, of: u64) -> bool {
    of >= JUDGED_FROM && wrong * 50 > of
}

/// After `attempts` tries in vain, when to try again.
pub(super) fn retry_at(batch: &NoteBatch, now: Timestamp) -> Timestamp {
    let pause = super::super::gestures::pause(batch.id.0, batch.work.attempts);
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

const fn event_of(state: NoteState) -> EventKind {
    match state {
        NoteState::Composed => EventKind::NoteComposed,
        NoteState::WithPerson => EventKind::NoteWithPerson,
        NoteState::Delivering => EventKind::NoteDelivering,
        NoteState::Delivered => EventKind::NoteDelivered,
        NoteState::Skipped => EventKind::NoteSkipped,
        NoteState::Failed => EventKind::NoteFailed,
        NoteState::Uncertain => EventKind::NoteUncertain,
        NoteState::Cancelled => EventKind::NoteCancelled,
    }
}
