//! A person moves a gesture to another time.

use super::{super::Once, check_free, check_version, schedule::refused, wrong_state};
use crate::domain::{
    gesture::{Gesture, GestureState},
    ids::GestureId,
    ledger::Ledger,
    limits::PROMISE_MAX,
    planning::Planned,
    refusal::{Precondition, Refusal},
    replan::{Replan, gesture, name, plan_again, settle},
    world::{Actor, Command, Context, Needs, Replay, World},
};
use jiff::{SignedDuration, Timestamp};

/// Plans a gesture that waits for another time, through every gate; one that forbids it leaves it as it is.
///
/// A promise is kept by the time that was given, whenever it is planned. Only who says a new deadline gives the
/// customer another word; that the first was another stays among the steps of its plan.
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
    /// Not at or after; when not said, as long after it is due as before, and of a promise by when it was promised.
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
        self.check_bounds(ledger.now())?;
        let from = self.due_at.max(ledger.now());
        let promised_by = gesture.promised.then_some(gesture.schedule.deadline_at);
        if let Some(by) = promised_by.filter(|by| self.deadline_at.is_none() && *by <= from) {
            return Err(past_promise(&gesture, by));
        }
        if let Some(deadline) = self.deadline_at.or(promised_by) {
            gesture.terms.deadline = deadline.duration_since(from);
        }
        if gesture.terms.deadline <= SignedDuration::ZERO {
            return Err(Refusal::invalid("deadline_time", "must be later than now and than the due time"));
        }
        // A person chose the day: it is no longer reckoned from an occasion, nor bound by an earlier plan.
        (gesture.terms.occasion, gesture.terms.fresh_until) = (None, None);
        // A person chose the time, also where the customer had asked for another.
        gesture.terms.at_their_time = false;
        let why = match promised_by.filter(|by| self.deadline_at.is_some_and(|anew| anew > *by)) {
            Some(by) => format!("A person moved it, and promised it anew; it was promised by {by}."),
            None => "A person moved it.".to_owned(),
        };
        let how = Replan { from: Some(from), within_deadline: false, reason: None, why };
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

impl Reschedule {
    /// What lies further ahead than anything that is promised is a slip of the pen.
    fn check_bounds(&self, now: Timestamp) -> Result<(), Refusal> {
        let times = [("due_time", Some(self.due_at)), ("deadline_time", self.deadline_at)];
        let too_far = |at: &Timestamp| at.duration_since(now) > PROMISE_MAX;
        match times.into_iter().find(|(_, at)| at.as_ref().is_some_and(too_far)) {
            Some((field, _)) => {
                Err(Refusal::invalid(field, format!("must not be more than {PROMISE_MAX:#} ahead of now")))
            }
            None => Ok(()),
        }
    }
}

/// Refuses to move a promise silently past the time that the customer was given.
fn past_promise(gesture: &Gesture, by: Timestamp) -> Refusal {
    let resource = name(gesture.id);
    let message = format!(
        "{resource} was promised by {by}: to move it past that, say in deadline_time by when the customer may expect it now"
    );
    Refusal::Precondition { kind: Precondition::TooLate, resource, message }
}
