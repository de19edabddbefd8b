//! At the desk: it was said, or handed over; or there was no need to.

use super::{Complete, Proof, carry_out::contact_of, check_free, check_version, wrong_state};
use crate::domain::{
    answer::note_interaction,
    commands::Once,
    gesture::{Gesture, GestureState, Reason, Tone},
    ids::{GestureId, InteractionId},
    ledger::Ledger,
    money::Money,
    refusal::{Precondition, Refusal},
    replan::{gesture, name},
    world::{Actor, Command, Context, EventKind, Needs, Replay, Subject, World},
};

/// Notes what became of a gesture that people say or hand over.
#[derive(Debug, Clone)]
pub struct Acknowledge {
    /// Who says so.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The gesture.
    pub id: GestureId,
    /// The version of it that was read.
    pub version: i64,
    /// Who said or gave it; empty when not known.
    pub staff: String,
    /// What the customer said to it.
    pub words: String,
    /// The customer had been thanked before, so that it was left out.
    pub thanked_already: bool,
    /// What the gift was worth, where it differs from what was planned.
    pub gift_value: Option<Money>,
}

/// What acknowledging left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The gesture as it is now.
    pub gesture: Gesture,
    /// The contact that was recorded, if something was said or given.
    pub contact: Option<InteractionId>,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for Acknowledge {
    type Reply = Acknowledged;

    fn needs(&self) -> Needs {
        let mut needs = self.complete().needs();
        needs.keys.extend(self.once.keys.iter().cloned());
        needs
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Acknowledged, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(_) = self.once.replay(&ledger)? {
            return self.read(ledger.world, true);
        }
        let found = gesture(ledger.world, self.id)?;
        if !found.is_for_people() {
            return Err(Refusal::invalid("gesture", "is done by workers; the desk says or hands over what is its own"));
        }
        check_not_in_doubt(&found)?;
        if self.thanked_already {
            self.leave_out(&mut ledger, found)?;
        } else {
            self.complete().decide(world, context)?;
        }
        let mut ledger = Ledger { world, context, actor: &self.actor };
        self.once.remember(&mut ledger, &format!("gestures/{}", self.id));
        self.read(ledger.world, false)
    }
}

/// Refuses what a note carried that nobody knows to have arrived: whoever found out settles the note with all else in
/// it, and no tap at the desk can take that back.
fn check_not_in_doubt(gesture: &Gesture) -> Result<(), Refusal> {
    match gesture.written {
        Some(written) if gesture.state == GestureState::Uncertain => {
            let resource = name(gesture.id);
            let note = Subject::Note(written.batch, written.note);
            let message = format!(
                "nobody knows whether {note} arrived, which carries {resource}: ResolveGesture says what was found out of both"
            );
            Err(Refusal::Precondition { kind: Precondition::GestureState, resource, message })
        }
        _ => Ok(()),
    }
}

impl Acknowledge {
    fn complete(&self) -> Complete {
        Complete {
            actor: self.actor.clone(),
            id: self.id,
            proof: Proof::Version(self.version),
            carried_out_by: self.staff.clone(),
            words: self.words.clone(),
            gift_value: self.gift_value.clone(),
            at: None,
            carrier: None,
        }
    }

    /// Takes the gesture back. What it answers was thanked for face to face, and is settled by that.
    fn leave_out(&self, ledger: &mut Ledger<'_, '_>, found: Gesture) -> Result<(), Refusal> {
        check_version(&found, self.version)?;
        check_free(&found)?;
        if found.tone != Tone::Cheerful {
            return Err(Refusal::invalid("how", "must be DONE: who was thanked is still to be cared for"));
        }
        if !found.state.may_become(GestureState::Cancelled) {
            return Err(wrong_state(&found, "scheduled or held"));
        }
        let text = "The customer had been thanked face to face.";
        let answered = found.interaction.and_then(|id| ledger.world.interactions.get(&id).cloned());
        let Some(mut answered) = answered else {
            return ledger.move_gesture(found, GestureState::Cancelled, Some(Reason::ThankedInPerson), text).map(drop);
        };
        if !answered.detail.thanked_in_person {
            answered.detail.thanked_in_person = true;
            answered.version += 1;
            let fields = vec!["thanked_in_person".to_owned()];
            note_interaction(ledger, EventKind::InteractionCorrected, &answered, fields);
            ledger.world.interactions.put(answered.id, answered.clone());
        }
        ledger.cancel_gestures_for(answered.id, Reason::ThankedInPerson, text, |g| g.tone == Tone::Cheerful)
    }

    fn read(&self, world: &World, replayed: bool) -> Result<Acknowledged, Refusal> {
        Ok(Acknowledged { gesture: gesture(world, self.id)?, contact: contact_of(world, self.id), replayed })
    }
}
