//! A page of notes is written.

use super::{batch, books, carry, segment, words};
use crate::domain::{
    commands::gestures::turn_back,
    gates::{Gate, Stop, first_stop},
    gesture::{Gesture, GestureState, Reason},
    ids::{CustomerId, GestureId, LocationId, NoteBatchId, NoteId},
    ledger::Ledger,
    note::{BatchState, Note, NoteBatch, NoteState, Selection, Tries, Words},
    note_problem::NoteProblem,
    refusal::Refusal,
    replan::missing_gesture,
    template::Begin,
    world::{Actor, Command, Context, EventKind, Needs, World},
};
use jiff::Timestamp;

/// Writes the notes of the next customers that a batch covers. Harmless if somebody else wrote them meanwhile.
#[derive(Debug, Clone)]
pub struct ComposePage {
    /// The batch.
    pub batch: NoteBatchId,
    /// The last customer of the page before, by which the batch's own cursor is recognised.
    pub after: Option<CustomerId>,
    /// The customers, in order of id.
    pub page: Vec<Covered>,
    /// Whether nobody comes after them.
    pub is_last: bool,
    /// In whose name a segment is written: to have it at hand.
    pub location: Option<LocationId>,
}

/// A customer whom a batch covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Whom.
    pub customer: CustomerId,
    /// The gestures that were found; none for a segment, which plans its own.
    pub gestures: Vec<GestureId>,
}

/// What is asked before a gesture goes into a note; time and budget decide when it leaves.
pub(super) const GATES: [Gate; 4] = [Gate::Customer, Gate::Deadline, Gate::OpenCase, Gate::Consent];

impl Command for ComposePage {
    /// Whether the page was this batch's next.
    type Reply = bool;

    fn needs(&self) -> Needs {
        let customers = || self.page.iter().map(|covered| covered.customer).collect();
        Needs {
            batches: [self.batch].into(),
            gestures: self.page.iter().flat_map(|covered| &covered.gestures).copied().collect(),
            customers: customers(),
            readers: customers(),
            locations: self.location.iter().cloned().collect(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let mut batch = batch(ledger.world, self.batch)?;
        if batch.state != BatchState::Composing || batch.work.cursor != self.after {
            return Ok(false);
        }
        for covered in &self.page {
            let note = match batch.selection.clone() {
                Selection::Due { as_of, .. } => of_due(&mut ledger, &batch, covered, as_of)?,
                Selection::Segment { template, location, channels, .. } => {
                    let asked = segment::Asked { template, location, channels };
                    Some(segment::note(&mut ledger, &batch, covered.customer, &asked)?)
                }
            };
            if let Some(note) = note {
                books::enter(&mut ledger, &mut batch, note);
            }
        }
        batch.work.cursor = self.page.last().map(|covered| covered.customer).or(batch.work.cursor);
        if !stops_for_its_words(&mut ledger, &mut batch) && self.is_last {
            rest(&mut ledger, &mut batch);
        }
        books::put(&mut ledger, batch);
        Ok(true)
    }
}

/// Ends composing: the batch waits for approval; one that covers nobody leaves nothing to approve, and is over.
fn rest(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch) {
    batch.customer_count = batch.counts.total();
    batch.ready_at = Some(ledger.now());
    batch.work.lenient = false;
    batch.explanation.clear();
    if batch.customer_count == 0 {
        "There was nobody to write to.".clone_into(&mut batch.explanation);
        books::move_batch(ledger, batch, BatchState::Completed, EventKind::NoteBatchCompleted);
    } else {
        books::move_batch(ledger, batch, BatchState::Ready, EventKind::NoteBatchReady);
    }
}

/// The note of what was planned for a customer anyway; `None` if nothing of it waits any more.
fn of_due(
    ledger: &mut Ledger<'_, '_>,
    batch: &NoteBatch,
    covered: &Covered,
    as_of: Timestamp,
) -> Result<Option<Note>, Refusal> {
    let mut waiting = Vec::with_capacity(covered.gestures.len());
    for id in &covered.gestures {
        let gesture = ledger.world.gestures.get(id).ok_or_else(|| missing_gesture(*id))?;
        if is_covered(gesture, batch, as_of) {
            waiting.push(gesture.clone());
        }
    }
    carry::by_strength(&mut waiting);
    let mut stopped: Vec<(GestureId, Stop)> = Vec::new();
    let mut passed = Vec::with_capacity(waiting.len());
    // Each is looked at in its turn, and once more in the end: a promise that was missed has moved the others.
    let still = |world: &World, id| world.gestures.get(&id).filter(|it| is_covered(it, batch, as_of)).cloned();
    for id in waiting.iter().map(|gesture| gesture.id) {
        let Some(gesture) = still(ledger.world, id) else { continue };
        match first_stop(ledger.world, &gesture, &GATES, ledger.now())? {
            None => passed.push(id),
            Some((gate, stop)) => {
                stopped.push((id, stop.clone()));
                turn_back(ledger, gesture, gate, stop)?;
            }
        }
    }
    let passed: Vec<_> = passed.into_iter().filter_map(|id| still(ledger.world, id)).collect();
    if passed.is_empty() {
        return Ok(stopped.first().cloned().map(|(_, stop)| {
            let gestures = stopped.iter().map(|(id, _)| *id).collect();
            skipped(ledger, batch, covered.customer, gestures, stop.reason, stop.explanation)
        }));
    }
    let carried = carry::fold(ledger.world, passed)?;
    from_gestures(ledger, batch, carried).map(Some)
}

/// Whether a gesture is still what the batch covers; the filter was asked when it was found.
fn is_covered(gesture: &Gesture, batch: &NoteBatch, as_of: Timestamp) -> bool {
    gesture.state == GestureState::Scheduled
        && gesture.written.is_none()
        && !gesture.with_person
        && gesture.perhaps_left.is_none()
        && gesture.is_written()
        && gesture.schedule.due_at <= as_of
        && gesture.created_at <= batch.created_at
}

/// The note of gestures, the strongest first: good enough to be sent, or a person's to finish.
fn from_gestures(ledger: &mut Ledger<'_, '_>, batch: &NoteBatch, carried: Vec<Gesture>) -> Result<Note, Refusal> {
    let strongest = &carried[0];
    let channel = strongest.channel;
    let manner = words::Manner { channel, read_by: ledger.now(), begin: Begin::Anywhere };
    let written = words::write(ledger.world, &carried, manner)?;
    let id = NoteId(ledger.new_id());
    let due_at = carried.iter().map(|gesture| gesture.schedule.due_at).max().unwrap_or(batch.created_at);
    let mut note = Note {
        id,
        batch: batch.id,
        customer: strongest.customer,
        gestures: carried.iter().map(|gesture| gesture.id).collect(),
        channel: Some(channel),
        words: written.words,
        state: NoteState::Composed,
        reason: None,
        explanation: String::new(),
        problems: Vec::new(),
        due_at,
        chunk: None,
        printed: None,
        tries: Tries::default(),
        created_at: ledger.now(),
        delivered_at: None,
        edit: None,
        version: 1,
    };
    if written.problems.is_empty() {
        carry::put_in(ledger, batch.id, id, carried)?;
    } else {
        object(&mut note, written.problems);
        carry::give_to_person(ledger, carried, Reason::NotGenuine, &note.explanation)?;
    }
    Ok(note)
}

/// Why a note is with a person. Its problems may quote the text; the explanation holds no personal data.
pub(super) const LOOK: &str = "A person must look at what would be written.";

/// Hands a note to a person, with what speaks against sending it.
pub(super) fn object(note: &mut Note, problems: Vec<NoteProblem>) {
    note.problems = problems;
    note.state = NoteState::WithPerson;
    note.reason = Some(Reason::NotGenuine);
    LOOK.clone_into(&mut note.explanation);
}

/// A note that a gate stopped before it was written.
pub(super) fn skipped(
    ledger: &mut Ledger<'_, '_>,
    batch: &NoteBatch,
    customer: CustomerId,
    gestures: Vec<GestureId>,
    reason: Reason,
    explanation: String,
) -> Note {
    Note {
        id: NoteId(ledger.new_id()),
        batch: batch.id,
        customer,
        gestures,
        channel: None,
        words: Words::default(),
        state: NoteState::Skipped,
        reason: Some(reason),
        explanation,
        problems: Vec::new(),
        due_at: ledger.now(),
        chunk: None,
        printed: None,
        tries: Tries::default(),
        created_at: ledger.now(),
        delivered_at: None,
        edit: None,
        version: 1,
    }
}

/// Stops a batch whose words are not good enough for too many, also on its last page: before it asks for approval, a
/// person has seen why. Returns whether it did.
fn stops_for_its_words(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch) -> bool {
    let wrong = batch.counts.with_person;
    let of = batch.counts.composed + wrong;
    let stops = !batch.work.lenient && books::too_many(wrong, of);
    if stops {
        let text = format!("{wrong} of {of} notes were not good enough to be sent; see their problems.");
        books::stop(ledger, batch, text);
    }
    stops
}
