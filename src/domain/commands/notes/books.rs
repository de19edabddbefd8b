//! Keeps a batch's books: every note stands somewhere, and the counts say where.

use crate::domain::{
    gesture::Reason,
    ledger::Ledger,
    note::{BatchState, Note, NoteBatch, NoteState},
    settings::Route,
    world::{EventDetail, EventKind, Subject},
};

/// Enters a note that was just written.
pub(super) fn enter(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, note: Note) {
    count(batch, &note);
    batch.to_print += u64::from(waits_for_paper(ledger, &note));
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
    batch.to_print = batch.to_print.saturating_sub(u64::from(waits_for_paper(ledger, &note)));
    discount(batch, &note);
    note.state = state;
    note.version += 1;
    note.reason = reason;
    note.explanation = explanation.into();
    if state == NoteState::Delivered {
        note.delivered_at = Some(ledger.now());
    }
    count(batch, &note);
    batch.to_print += u64::from(waits_for_paper(ledger, &note));
    if state.is_over() {
        batch.work.done += 1;
    }
    keep(ledger, note);
}

/// Whether people print it, and nobody else takes it.
fn waits_for_paper(ledger: &Ledger<'_, '_>, note: &Note) -> bool {
    let route = note.channel.and_then(|channel| ledger.world.settings.routes.of(channel));
    note.state == NoteState::Composed && route == Some(Route::Print)
}

fn count(batch: &mut NoteBatch, note: &Note) {
    *batch.counts.of_mut(note.state) += 1;
    if let Some(why) = explained(note) {
        *batch.reasons.entry(why).or_default() += 1;
    }
}

/// Takes a note out of the counts that stands where it does not stay.
fn discount(batch: &mut NoteBatch, note: &Note) {
    let before = batch.counts.of_mut(note.state);
    *before = before.saturating_sub(1);
    let Some(why) = explained(note) else { return };
    if let Some(count) = batch.reasons.get_mut(&why) {
        *count = count.saturating_sub(1);
    }
}

/// The state and reason that are counted of a note, where its state is one that has to be explained.
fn explained(note: &Note) -> Option<(NoteState, Reason)> {
    use NoteState::{Failed, Skipped, Uncertain, WithPerson};
    let must = matches!(note.state, Skipped | WithPerson | Failed | Uncertain);
    note.reason.filter(|_| must).map(|reason| (note.state, reason))
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
    work.stopped_in = None;
    for lane in work.lanes.values_mut() {
        (lane.attempts, lane.retry_at) = (0, None);
    }
    batch.ended_at = state.is_over().then_some(now);
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

/// Has a batch go on that was completed: something of it waits again.
pub(super) fn go_on(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch) {
    if batch.state == BatchState::Completed {
        batch.work.lenient = false;
        move_batch(ledger, batch, BatchState::Delivering, EventKind::NoteBatchResumed);
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
