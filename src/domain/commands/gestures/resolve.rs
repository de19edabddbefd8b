//! A person finds out what nobody knew: whether a gesture that is uncertain reached the customer.

use super::{
    super::Once,
    carry_out::{Told, carry_out, contact_key, contact_of},
    check_version, wrong_state,
};
use crate::domain::{
    gesture::{Gesture, GestureState, Reason},
    ids::{GestureId, InteractionId},
    ledger::Ledger,
    refusal::Refusal,
    replan::{Replan, gesture, replan},
    text_enum::text_enum,
    world::{Actor, Command, Context, Needs, Replay, Subject, World},
};
use jiff::Timestamp;

text_enum! {
    /// What a person found out.
    pub enum Finding {
        /// It reached the customer.
        Reached = "reached",
        /// It did not; it is tried again while that makes sense.
        TryAgain = "try_again",
        /// It did not, and is given up.
        GiveUp = "give_up",
    }
}

/// Settles a gesture that is uncertain.
#[derive(Debug, Clone)]
pub struct ResolveGesture {
    /// Who found out.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The gesture.
    pub id: GestureId,
    /// The version of it that was read.
    pub version: i64,
    /// What they found out.
    pub finding: Finding,
    /// How, in words without personal data.
    pub how: String,
    /// When it reached the customer, if it did; when its delivery started, when not said.
    pub at: Option<Timestamp>,
}

/// What settling left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GestureResolved {
    /// The gesture as it is now.
    pub gesture: Gesture,
    /// The contact that was recorded, if it reached the customer.
    pub contact: Option<InteractionId>,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for ResolveGesture {
    type Reply = GestureResolved;

    fn needs(&self) -> Needs {
        let mut keys: std::collections::BTreeSet<_> = self.once.keys.iter().cloned().collect();
        keys.insert(contact_key(self.id));
        Needs { keys, gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<GestureResolved, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let replayed = matches!(self.once.replay(&ledger)?, Replay::Of(_));
        let found = gesture(ledger.world, self.id)?;
        if replayed {
            return Ok(GestureResolved { contact: contact_of(ledger.world, self.id), gesture: found, replayed });
        }
        check_version(&found, self.version)?;
        if found.state != GestureState::Uncertain {
            return Err(wrong_state(&found, "uncertain"));
        }
        let settled = self.settle(&mut ledger, found)?;
        self.once.remember(&mut ledger, &Subject::Gesture(self.id).to_string());
        Ok(GestureResolved { contact: contact_of(ledger.world, self.id), gesture: settled, replayed })
    }
}

impl ResolveGesture {
    fn settle(&self, ledger: &mut Ledger<'_, '_>, found: Gesture) -> Result<Gesture, Refusal> {
        let how = self.how.trim_end_matches('.');
        match self.finding {
            Finding::Reached => {
                self.check_time(&found, ledger.now())?;
                // It counted in the contact budget from the start of its delivery on.
                let started = ledger.world.contact_for(found.id).map(|place| place.at);
                let told = Told { at: self.at.or(started), ..Told::default() };
                let (gesture, _) = carry_out(ledger, found, told, &format!("A person found that it arrived: {how}."))?;
                Ok(gesture)
            }
            Finding::TryAgain => {
                let why = format!("A person found that it did not arrive: {how}. It is tried again.");
                let (from, reason) = (Some(ledger.now()), Some(Reason::DeliveryFailed));
                replan(ledger, found, &Replan { from, within_deadline: true, reason, why })
            }
            Finding::GiveUp => {
                let text = format!("A person found that it did not arrive, and gave it up: {how}.");
                ledger.move_gesture(found, GestureState::Failed, Some(Reason::ByPerson), text)
            }
        }
    }

    fn check_time(&self, found: &Gesture, now: Timestamp) -> Result<(), Refusal> {
        match self.at {
            Some(at) if at > now => Err(Refusal::invalid("complete_time", "is ahead of now")),
            Some(at) if at < found.created_at => {
                Err(Refusal::invalid("complete_time", format!("is before the gesture was made, {}", found.created_at)))
            }
            _ => Ok(()),
        }
    }
}
