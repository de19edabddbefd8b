//! A person moves a gesture to another time.

use super::{super::Once, check_free, check_version, schedule::refused, wrong_state};
use crate::domain::{
    gesture::{Gesture, GestureState},
    ids::GestureId,
    ledger::Ledger,
    planning::Planned,
    refusal::Refusal,
    replan::{Replan, gesture, name, plan_again, settle},
    world::{Actor, Command, Context, Needs, Replay, World},
};
use jiff::{SignedDuration, Timestamp};

/// Plans a gesture that waits for another time, through every gate; one that forbids it leaves it as it is.
#[derive(Debug, Clone)]
pub struct Reschedule {
    /// Who moves it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The gesture.
    pub id: GestureId,
    /// The version that was read.
    pub version: i64,
    /// Not before.
    pub due_at: Timestamp,
    /// Not at or after; as long after it is due as before, when not said.
    pub deadline_at: Option<Timestamp>,
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescheduled {
    /// The gesture as it is now.
    pub gesture: Gesture,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for Reschedule {
    type Reply = Rescheduled;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Rescheduled, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        if let Replay::Of(_) = self.once.replay(&ledger)? {
            return Ok(Rescheduled { gesture, replayed: true });
        }
        check_version(&gesture, self.version)?;
        check_free(&gesture)?;
        if !matches!(gesture.state, GestureState::Scheduled | GestureState::Claimed | GestureState::Held) {
            return Err(wrong_state(&gesture, "scheduled, claimed or held"));
        }
        let from = self.due_at.max(ledger.now());
        if let Some(deadline) = self.deadline_at {
            gesture.terms.deadline = deadline.duration_since(from);
        }
        if gesture.terms.deadline <= SignedDuration::ZERO {
            return Err(Refusal::invalid("deadline_time", "must be later than now and than the due time"));
        }
        // A person chose the day: it is no longer reckoned from an occasion.
        gesture.terms.occasion = None;
        let how =
            Replan { from: Some(from), within_deadline: false, reason: None, why: "A person moved it.".to_owned() };
        let customer = ledger.world.customer(gesture.customer)?.clone();
        let (gesture, planned) = plan_again(&ledger, gesture, &how)?;
        let gesture = match planned {
            Planned::Gesture(plan) => settle(&mut ledger, gesture, &how, plan)?,
            Planned::Stopped { reason, explanation } => return Err(refused(&customer, reason, explanation)),
        };
        self.once.remember(&mut ledger, &name(gesture.id));
        Ok(Rescheduled { gesture, replayed: false })
    }
}
