//! A far side that takes notes one by one answered for some of them.

use super::{batch, books, carry, finish::complete, segment, start::gestures_of};
use crate::domain::{
    commands::gestures::{Told, mark_unreachable, pause},
    customer::{Channel, ContactAddress},
    doubt::{is_for_good, mark},
    gesture::{Gesture, GestureState, Reason},
    ids::{NoteBatchId, NoteId},
    ledger::Ledger,
    limits::ATTEMPTS_MAX,
    note::{BatchState, Chunk, Note, NoteBatch, NoteState},
    refusal::Refusal,
    replan::{Replan, replan_pending},
    retry,
    settings::Route,
    world::{Actor, Command, Context, Needs, World},
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Notes what became of notes of a chunk, of each for itself.
#[derive(Debug, Clone)]
pub struct AnswerNotes {
    /// The batch.
    pub batch: NoteBatchId,
    /// By which way they left.
    pub route: Route,
    /// The chunk's number.
    pub chunk: u32,
    /// What became of which.
    pub answers: Vec<(NoteId, Outcome)>,
}

/// What became of a note that was offered. All words are without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The far side has it.
    Delivered,
    /// The far side will never take it.
    Refused {
        /// The address at which nobody is reached, if that is why.
        unreachable: Option<ContactAddress>,
        /// Why.
        why: String,
    },
    /// It can't be written as the way out needs it: a person must look.
    Unwritable {
        /// Why.
        why: String,
    },
    /// To be offered again.
    Later {
        /// How long the far side asked to be left alone with it.
        asked: Option<SignedDuration>,
        /// It may have been taken; the far side recognises it when it comes again.
        perhaps: bool,
        /// Why.
        why: String,
    },
    /// Nothing gets through: no fault of the note, which waits with the others.
    Unavailable {
        /// It is useless to try again before a person has seen to it.
        for_good: bool,
        /// Why.
        why: String,
    },
    /// Nobody was asked to take it: it was marked as on its way, and kept back before anything of it had left.
    Unoffered {
        /// Why.
        why: String,
    },
    /// It may or may not have been taken, and must not be offered again unless a person says so.
    Uncertain {
        /// Why.
        why: String,
    },
}

/// What the answers came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// How many of them counted.
    pub counted: usize,
    /// More of the batch may leave: it was not stopped, by them or by somebody.
    pub goes_on: bool,
}

impl Command for AnswerNotes {
    type Reply = Heard;

    fn needs(&self) -> Needs {
        let notes = self.answers.iter().map(|(note, _)| *note).collect();
        Needs { batches: [self.batch].into(), notes, ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Heard, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let mut batch = batch(ledger.world, self.batch)?;
        let mut counted = 0;
        for (id, outcome) in &self.answers {
            let of_chunk = |note: &&Note| note.batch == self.batch && note.chunk == Some(self.chunk);
            let Some(note) = ledger.world.notes.get(id).filter(of_chunk).cloned() else { continue };
            counted += usize::from(self.take(&mut ledger, &mut batch, note, outcome)?);
        }
        stop_if_too_many_fail(&mut ledger, &mut batch);
        books::end_if_done(&mut ledger, &mut batch);
        let goes_on = batch.state == BatchState::Delivering;
        books::put(&mut ledger, batch);
        Ok(Heard { counted, goes_on })
    }
}

impl AnswerNotes {
    /// Takes the answer for a note that is on its way; of one whose process was taken for gone, only that it arrived.
    fn take(
        &self,
        ledger: &mut Ledger<'_, '_>,
        batch: &mut NoteBatch,
        note: Note,
        outcome: &Outcome,
    ) -> Result<bool, Refusal> {
        match (note.state, note.reason, outcome) {
            (NoteState::Delivering, ..) => self.leave_chunk(batch),
            (NoteState::Uncertain, Some(Reason::LeaseLapsed), Outcome::Delivered) => {}
            _ => return Ok(false),
        }
        if batch.work.for_test && !matches!(outcome, Outcome::Unavailable { .. } | Outcome::Unoffered { .. }) {
            after_test(ledger, batch, note, tested(outcome))?;
            return Ok(true);
        }
        match outcome {
            Outcome::Delivered => self.delivered(ledger, batch, note)?,
            Outcome::Refused { why, .. } | Outcome::Unwritable { why } if note.tries.perhaps_left => {
                keep_in_doubt(ledger, batch, note, Reason::DeliveryFailed, why)?;
            }
            Outcome::Refused { unreachable: Some(address), why } => unreached(ledger, batch, note, address, why)?,
            Outcome::Refused { unreachable: None, why } => give_up(ledger, batch, note, why)?,
            Outcome::Unwritable { why } => {
                let why = format!("It can't be written as it has to be: {why}. A person must look at it.");
                to_person(ledger, batch, note, NoteState::WithPerson, Reason::NotGenuine, &why)?;
            }
            Outcome::Later { asked, perhaps, why } => self.later(ledger, batch, note, (*asked, *perhaps), why)?,
            Outcome::Unavailable { for_good, why } => {
                let due = note.due_at;
                back(ledger, batch, note, due, false, why)?;
                self.rest(ledger, batch, *for_good, why);
            }
            Outcome::Unoffered { why } => {
                let due = note.due_at;
                back(ledger, batch, note, due, false, why)?;
            }
            Outcome::Uncertain { why } => doubt(ledger, batch, note, Reason::DeliveryFailed, why)?,
        }
        Ok(true)
    }

    fn leave_chunk(&self, batch: &mut NoteBatch) {
        let Some(lane) = batch.work.lanes.get_mut(&self.route) else { return };
        let mine = |chunk: &&mut Chunk| chunk.number == self.chunk;
        if let Some(chunk) = lane.chunks.iter_mut().find(mine) {
            chunk.notes = chunk.notes.saturating_sub(1);
        }
        lane.chunks.retain(|chunk| chunk.notes > 0);
    }

    fn delivered(&self, ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, note: Note) -> Result<(), Refusal> {
        complete(ledger, gestures_of(ledger.world, &note)?, Told::default(), "was handed to the delivery")?;
        books::move_note(ledger, batch, note, NoteState::Delivered, Some(Reason::Delivered), "");
        if let Some(lane) = batch.work.lanes.get_mut(&self.route) {
            lane.attempts = 0;
        }
        Ok(())
    }

    /// Puts a note back until its next attempt; after the last one it is given up.
    fn later(
        &self,
        ledger: &mut Ledger<'_, '_>,
        batch: &mut NoteBatch,
        mut note: Note,
        (asked, perhaps): (Option<SignedDuration>, bool),
        why: &str,
    ) -> Result<(), Refusal> {
        note.tries.attempts += 1;
        let attempts = note.tries.attempts;
        let Some(pause) = next_pause(self.route, note.id.0, attempts, asked) else {
            let why = format!("{why}, in {attempts} attempts");
            if perhaps || note.tries.perhaps_left {
                return doubt(ledger, batch, note, Reason::DeliveryFailed, &why);
            }
            return give_up(ledger, batch, note, &why);
        };
        let due = ledger.now().checked_add(pause).unwrap_or(Timestamp::MAX);
        back(ledger, batch, note, due, perhaps, why)
    }

    /// Lets this way out rest, once for all that were on their way when it was found closed; after too long a person
    /// must see to it.
    fn rest(&self, ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, for_good: bool, why: &str) {
        let now = ledger.now();
        let id = batch.id.0;
        let lane = batch.work.lanes.entry(self.route).or_default();
        if lane.retry_at.is_some_and(|at| at > now) && !for_good {
            return;
        }
        lane.attempts += 1;
        let attempts = lane.attempts;
        let pause = match self.route {
            Route::Webhook => retry::webhook_pause(attempts, None, retry::jitter(id, attempts)),
            _ => retry::relay_pause(attempts),
        };
        let pause = pause.filter(|_| !for_good);
        lane.retry_at = pause.and_then(|pause| now.checked_add(pause).ok());
        if pause.is_none() && batch.state == BatchState::Delivering {
            let tried = if for_good { String::new() } else { format!(", in {attempts} attempts") };
            books::stop(ledger, batch, format!("Nothing gets through by {}: {why}{tried}.", self.route));
        }
    }
}

/// How long to wait after so many attempts; `None` when that was the last.
fn next_pause(route: Route, id: Uuid, attempts: u32, asked: Option<SignedDuration>) -> Option<SignedDuration> {
    match route {
        Route::Webhook => retry::webhook_pause(attempts, asked, retry::jitter(id, attempts)),
        _ => (attempts < ATTEMPTS_MAX).then(|| pause(id, attempts)),
    }
}

/// Puts a note back to those that wait, with its gestures. What may have left with it is marked so, as what a worker
/// has whose far side recognises it: whatever else becomes of a gesture meanwhile leaves it uncertain at once.
pub(super) fn back(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    mut note: Note,
    due: Timestamp,
    perhaps: bool,
    why: &str,
) -> Result<(), Refusal> {
    let text = format!("It waits for another attempt: {why}.");
    for mut gesture in on_their_way(ledger.world, &note)? {
        if perhaps {
            mark(&mut gesture);
        }
        ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::DeliveryFailed), text.as_str())?;
    }
    note.due_at = due;
    note.tries.perhaps_left |= perhaps;
    books::move_note(ledger, batch, note, NoteState::Composed, None, text);
    Ok(())
}

/// Of a note that may have left nobody knows more.
pub(super) fn doubt(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    reason: Reason,
    why: &str,
) -> Result<(), Refusal> {
    if batch.work.for_test {
        return after_test(ledger, batch, note, "It may or may not have reached the test address.");
    }
    let text = format!("Whether it left is not known: {why}.");
    let leaving = |gesture: &Gesture| gesture.state == GestureState::Delivering;
    let theirs = of_the_others(reason);
    for gesture in on_their_way(ledger.world, &note)?.into_iter().filter(leaving) {
        ledger.move_gesture(gesture, GestureState::Uncertain, Some(theirs), text.as_str())?;
    }
    books::move_note(ledger, batch, note, NoteState::Uncertain, Some(reason), text);
    Ok(())
}

/// What ended one gesture of a note for good ended the others only with the note.
const fn of_the_others(reason: Reason) -> Reason {
    if is_for_good(reason) { Reason::Overtaken } else { reason }
}

/// Ends a note that may have left at an earlier attempt, and leaves no more: nobody knows whether the customer has it
/// (P4). What it carries may have left with it, and goes in no other note.
///
/// # Errors
/// [`Refusal::Miss`] when one of its gestures, or what that answers, is not loaded.
pub(super) fn keep_in_doubt(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    reason: Reason,
    why: &str,
) -> Result<(), Refusal> {
    let text = "It may have left at an earlier attempt.";
    for mut gesture in gestures_of(ledger.world, &note)?.into_iter().filter(|gesture| carry::is_in(gesture, note.id)) {
        gesture.channel = note.channel.unwrap_or(gesture.channel);
        if gesture.state == GestureState::Held {
            gesture = ledger.move_gesture(gesture, GestureState::Scheduled, Some(reason), text)?;
        }
        if gesture.state == GestureState::Scheduled {
            ledger.move_gesture(gesture, GestureState::Delivering, Some(of_the_others(reason)), text)?;
        }
    }
    let why = format!("it may have left at an earlier attempt, and leaves no more: {}", why.trim_end_matches('.'));
    doubt(ledger, batch, note, reason, &why)
}

/// What went to the test address reached nobody: what the note carried is as it was before. What the batch had planned
/// itself ends with it.
pub(super) fn after_test(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    why: &str,
) -> Result<(), Refusal> {
    let id = note.id;
    for mut gesture in gestures_of(ledger.world, &note)?.into_iter().filter(|gesture| carry::is_in(gesture, id)) {
        if gesture.state == GestureState::Delivering {
            gesture.attempts = gesture.attempts.saturating_sub(1);
            gesture = ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::Tested), why)?;
        }
        if segment::is_planned_by(&gesture, batch) && gesture.state.may_become(GestureState::Cancelled) {
            let text = "It was planned only to be tried out.";
            ledger.move_gesture(gesture, GestureState::Cancelled, Some(Reason::Tested), text)?;
        } else {
            carry::free(ledger, id, vec![gesture])?;
        }
    }
    books::move_note(ledger, batch, note, NoteState::Skipped, Some(Reason::Tested), why);
    Ok(())
}

const fn tested(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "It was sent to the test address, and reached nobody.",
        Outcome::Uncertain { .. } | Outcome::Later { perhaps: true, .. } => {
            "It may or may not have reached the test address."
        }
        _ => "The test address did not take it.",
    }
}

/// The gestures that leave, or may have left, in a note.
pub(super) fn on_their_way(world: &World, note: &Note) -> Result<Vec<Gesture>, Refusal> {
    let mut gestures = gestures_of(world, note)?;
    let leaving = |it: &Gesture| matches!(it.state, GestureState::Delivering | GestureState::Uncertain);
    gestures.retain(|gesture| carry::is_in(gesture, note.id) && leaving(gesture));
    Ok(gestures)
}

/// Nobody is reached at the address: it is not used again, and what the note carried goes another way.
fn unreached(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    address: &ContactAddress,
    why: &str,
) -> Result<(), Refusal> {
    let (customer, carried) = (note.customer, on_their_way(ledger.world, &note)?);
    let text = format!("Nobody is reached at the address: {why}.");
    books::move_note(ledger, batch, note, NoteState::Failed, Some(Reason::WrongNumber), text.as_str());
    let Some(strongest) = carried.first().cloned() else { return Ok(()) };
    for gesture in carried {
        let mut gesture =
            ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::WrongNumber), text.as_str())?;
        gesture.written = None;
        ledger.keep_quietly(gesture)?;
    }
    mark_unreachable(ledger, &strongest, address)?;
    let how = Replan { reason: Some(Reason::WrongNumber), ..Replan::since("Nobody is reached at the address.") };
    replan_pending(ledger, customer, &how, |gesture| gesture.channel == Channel::Email)
}

/// A note that the far side won't take, now or ever: a person sees to what it carried.
fn give_up(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, note: Note, why: &str) -> Result<(), Refusal> {
    let text = format!("The delivery did not take it: {why}.");
    to_person(ledger, batch, note, NoteState::Failed, Reason::DeliveryFailed, &text)
}

fn to_person(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    state: NoteState,
    reason: Reason,
    why: &str,
) -> Result<(), Refusal> {
    let mut carried = Vec::new();
    for gesture in on_their_way(ledger.world, &note)? {
        carried.push(ledger.move_gesture(gesture, GestureState::Scheduled, Some(reason), why)?);
    }
    // What was taken back on its way is over.
    carried.retain(|gesture| gesture.state == GestureState::Scheduled);
    books::move_note(ledger, batch, note, state, Some(reason), why);
    carry::give_to_person(ledger, carried, reason, why)
}

/// Stops a batch of which too many notes are refused, or never answered for, before more go the same way.
fn stop_if_too_many_fail(ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch) {
    if batch.state != BatchState::Delivering || batch.work.lenient {
        return;
    }
    let (refused, answered) = (batch.counts.failed, batch.counts.delivered + batch.counts.failed);
    // Not those whose process ended: no more than its places at a time, and no fault of the far side.
    let lost = batch.reasons.get(&(NoteState::Uncertain, Reason::DeliveryFailed)).copied().unwrap_or_default();
    let offered = answered + lost;
    let text = if books::too_many(refused, answered) {
        format!("{refused} of {answered} notes were refused; see why, and resume or cancel the batch.")
    } else if books::too_many(lost, offered) {
        format!(
            "Of {lost} of {offered} notes nobody knows whether they arrived; see why, and resume or cancel the batch."
        )
    } else {
        return;
    };
    books::stop(ledger, batch, text);
}
