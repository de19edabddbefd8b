//! A person finds out what nobody knew: whether a gesture that is uncertain reached the customer.

use super::{
    super::{Once, notes::settle_carrier},
    carry_out::{Told, carry_out, contact_key, contact_of},
    check_version, wrong_state,
};
use crate::domain::{
    doubt,
    gesture::{Gesture, GestureState, Reason},
    ids::{GestureId, InteractionId, NoteBatchId, NoteId},
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

/// The note that carries a gesture, by its batch.
pub type Carrier = (NoteBatchId, NoteId);

/// Settles a gesture that is uncertain, with the note that carried it and all else that this note carries: they arrived
/// together or not at all.
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
    /// The note that carried it. Whoever asks says so, since a batch is locked before all else.
    pub carrier: Option<Carrier>,
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
        Needs { keys, gestures: [self.id].into(), ..carrier_needs(self.carrier) }
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
        if self.finding == Finding::Reached {
            self.check_time(&found, ledger.now())?;
        }
        if found.written.map(|written| (written.batch, written.note)) != self.carrier {
            return Err(Refusal::Stale { resource: Subject::Gesture(self.id).to_string() });
        }
        let told = Told { at: self.at, ..Told::default() };
        let is_settled = match self.carrier {
            Some(carrier) => settle_carrier(ledger, carrier, self.finding, &self.how, told)?,
            None => false,
        };
        if is_settled { gesture(ledger.world, self.id) } else { self.settle_alone(ledger, found) }
    }

    fn settle_alone(&self, ledger: &mut Ledger<'_, '_>, mut found: Gesture) -> Result<Gesture, Refusal> {
        found.perhaps_left = None;
        let how = self.how.trim_end_matches('.');
        match self.finding {
            Finding::Reached => {
                // It counted in the contact budget from the start of its delivery on.
                let started = ledger.world.contact_for(found.id).map(|place| place.at);
                let told = Told { at: self.at.or(started), ..Told::default() };
                let (gesture, _) = carry_out(ledger, found, told, &format!("A person found that it arrived: {how}."))?;
                Ok(gesture)
            }
            Finding::TryAgain => {
                if let Some((reason, over)) = doubt::over(&found) {
                    let text = format!("A person found that it did not arrive: {how}. {over}");
                    return ledger.move_gesture(found, GestureState::Failed, Some(reason), text);
                }
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

/// What is loaded for the note that carries a gesture.
pub(super) fn carrier_needs(carrier: Option<Carrier>) -> Needs {
    let (batches, notes) = carrier.unzip();
    Needs { batches: batches.into_iter().collect(), notes: notes.into_iter().collect(), ..Needs::default() }
}

/// Refuses what was asked of a gesture as long as another note carried it.
pub(super) fn check_carrier(gesture: &Gesture, carrier: Carrier) -> Result<(), Refusal> {
    let is_in = gesture.written.is_some_and(|written| (written.batch, written.note) == carrier);
    if is_in { Ok(()) } else { Err(Refusal::Stale { resource: Subject::Gesture(gesture.id).to_string() }) }
}
