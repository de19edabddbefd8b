//! A person finds out what nobody knew: whether a note that is uncertain reached the customer.

use super::{
    answer::{keep_in_doubt, on_their_way},
    batch, books,
    finish::complete,
};
use crate::domain::{
    commands::{
        Once,
        gestures::{Carrier, Finding, Told},
    },
    doubt,
    gesture::{GestureState, Reason},
    ids::{NoteBatchId, NoteId},
    ledger::Ledger,
    note::{Note, NoteBatch, NoteState},
    refusal::{Precondition, Refusal},
    replan::{Replan, replan},
    world::{Actor, Command, Context, Needs, Replay, Subject, World},
};
use jiff::Timestamp;

/// Settles a note that is uncertain, with all that it carries.
#[derive(Debug, Clone)]
pub struct ResolveNote {
    /// Who found out.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The note's batch.
    pub batch: NoteBatchId,
    /// The note.
    pub id: NoteId,
    /// What they found out.
    pub finding: Finding,
    /// How, in words without personal data.
    pub how: String,
}

/// What settling left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteResolved {
    /// The note as it is now.
    pub note: Note,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for ResolveNote {
    type Reply = NoteResolved;

    fn needs(&self) -> Needs {
        let keys = self.once.keys.iter().cloned().collect();
        Needs { keys, batches: [self.batch].into(), notes: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<NoteResolved, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let replayed = matches!(self.once.replay(&ledger)?, Replay::Of(_));
        let mut batch = batch(ledger.world, self.batch)?;
        if !replayed {
            let note = self.note(ledger.world)?;
            if note.state != NoteState::Uncertain {
                return Err(not_uncertain(&note));
            }
            settle(
                &mut ledger,
                &mut batch,
                note,
                Found { finding: self.finding, how: &self.how, told: Told::default() },
            )?;
            books::put(&mut ledger, batch);
            self.once.remember(&mut ledger, &Subject::Note(self.batch, self.id).to_string());
        }
        Ok(NoteResolved { note: self.note(ledger.world)?, replayed })
    }
}

impl ResolveNote {
    fn note(&self, world: &World) -> Result<Note, Refusal> {
        let found = world.notes.get(&self.id).filter(|note| note.batch == self.batch).cloned();
        let name = || Subject::Note(self.batch, self.id).to_string();
        found.ok_or_else(|| Refusal::NotFound { kind: "note", name: name() })
    }
}

/// Settles the note that carried a gesture which a person found out about, if it is uncertain as that is: also one that
/// waits, and may have left before. False when it is not, or carries the gesture no more.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(in crate::domain::commands) fn settle_carrier(
    ledger: &mut Ledger<'_, '_>,
    (batch_id, id): Carrier,
    finding: Finding,
    how: &str,
    told: Told,
) -> Result<bool, Refusal> {
    let mut batch = batch(ledger.world, batch_id)?;
    let waits = |note: &Note| note.state == NoteState::Composed && note.tries.perhaps_left;
    if let Some(note) = ledger.world.notes.get(&id).filter(|note| waits(note)).cloned() {
        keep_in_doubt(ledger, &mut batch, note, Reason::DeliveryFailed, "a person found out about what it carries")?;
    }
    let uncertain = ledger.world.notes.get(&id).filter(|note| note.state == NoteState::Uncertain).cloned();
    let Some(note) = uncertain else { return Ok(false) };
    settle(ledger, &mut batch, note, Found { finding, how, told })?;
    books::end_if_done(ledger, &mut batch);
    books::put(ledger, batch);
    Ok(true)
}

/// What a person found out.
struct Found<'a> {
    finding: Finding,
    /// How they know.
    how: &'a str,
    /// When it reached the customer, and what else they know of that.
    told: Told,
}

/// Moves a note to where it belongs by what was found out, and with it the gestures of which nobody knew: they complete
/// together, by one contact.
fn settle(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    Found { finding, how, told }: Found<'_>,
) -> Result<(), Refusal> {
    let how = how.trim_end_matches('.');
    let mut carried = on_their_way(ledger.world, &note)?;
    carried.iter_mut().for_each(|gesture| gesture.perhaps_left = None);
    match finding {
        Finding::Reached => {
            let told = Told { at: told.at.or_else(|| started(ledger.world, &note)), ..told };
            complete(ledger, carried, told, &format!("arrived, as a person found: {how}"))?;
            let text = format!("A person found that it arrived: {how}.");
            books::move_note(ledger, batch, note, NoteState::Delivered, Some(Reason::Delivered), text);
        }
        Finding::TryAgain => {
            let why = format!("A person found that it did not arrive: {how}. What it carried is tried again.");
            for gesture in carried {
                if let Some((reason, over)) = doubt::over(&gesture) {
                    let text = format!("A person found that it did not arrive: {how}. {over}");
                    ledger.move_gesture(gesture, GestureState::Failed, Some(reason), text)?;
                    continue;
                }
                let (from, reason) = (Some(ledger.now()), Some(Reason::DeliveryFailed));
                replan(ledger, gesture, &Replan { from, within_deadline: true, reason, why: why.clone() })?;
            }
            books::move_note(ledger, batch, note, NoteState::Failed, Some(Reason::ByPerson), why);
        }
        Finding::GiveUp => {
            let why = format!("A person found that it did not arrive, and gave it up: {how}.");
            for gesture in carried {
                ledger.move_gesture(gesture, GestureState::Failed, Some(Reason::ByPerson), why.as_str())?;
            }
            books::move_note(ledger, batch, note, NoteState::Failed, Some(Reason::ByPerson), why);
        }
    }
    Ok(())
}

/// When the note left: from then on it counted in the contact budget.
fn started(world: &World, note: &Note) -> Option<Timestamp> {
    note.gestures.iter().filter_map(|id| world.contact_for(*id)).map(|place| place.at).max()
}

fn not_uncertain(note: &Note) -> Refusal {
    let resource = Subject::Note(note.batch, note.id).to_string();
    let message = format!("{resource} is {}; only a note that is uncertain allows this", note.state);
    Refusal::Precondition { kind: Precondition::NoteState, resource, message }
}
