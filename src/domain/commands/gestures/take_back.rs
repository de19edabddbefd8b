//! Giving a gesture back, and taking it back for good.

use super::{Proof, check_version, lease_of, take, wrong_state};
use crate::domain::{
    gesture::{Gesture, GestureState, Reason},
    ids::GestureId,
    ledger::Ledger,
    refusal::{Precondition, Refusal},
    replan::{Replan, gesture, name, replan_pending},
    world::{Actor, Command, Context, Needs, World},
};

/// Gives back a claimed gesture that was not begun. By a person: gives back what they took, or frees the cheer that
/// waits since the customer has grief of their own.
#[derive(Debug, Clone)]
pub struct Release {
    /// Who gives it back.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// By what right.
    pub proof: Proof,
}

impl Command for Release {
    type Reply = Gesture;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Gesture, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let gesture = gesture(ledger.world, self.id)?;
        match self.proof {
            Proof::Token(token) => give_back(&mut ledger, gesture, token),
            Proof::Version(version) => {
                check_version(&gesture, version)?;
                match gesture.state {
                    GestureState::Scheduled => take::give_back(&mut ledger, gesture),
                    _ => free_cheer(&mut ledger, gesture),
                }
            }
        }
    }
}

fn give_back(ledger: &mut Ledger<'_, '_>, gesture: Gesture, token: i64) -> Result<Gesture, Refusal> {
    lease_of(&gesture, token)?;
    match gesture.state {
        GestureState::Claimed => {
            let text = "The worker gave it back untouched.";
            ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::Released), text)
        }
        GestureState::Scheduled => Ok(gesture),
        _ => Err(wrong_state(&gesture, "claimed")),
    }
}

/// Grief is the customer's, not the gesture's: all that waits for it is planned again.
fn free_cheer(ledger: &mut Ledger<'_, '_>, held: Gesture) -> Result<Gesture, Refusal> {
    match (held.state, held.reason) {
        (GestureState::Held, Some(Reason::OwnLife)) => {}
        (GestureState::Held, _) => {
            let resource = name(held.id);
            let message = format!("{resource} waits for an open case, or for the recovery contact after it");
            return Err(Refusal::Precondition { kind: Precondition::OpenCase, resource, message });
        }
        _ => return Err(wrong_state(&held, "held since the customer grieves")),
    }
    let mut summary = ledger.world.summary(held.customer);
    summary.grieving_since = None;
    ledger.world.summaries.put(held.customer, summary);
    let how = Replan { from: Some(ledger.now()), ..Replan::since("A person found the time right for cheer.") };
    replan_pending(ledger, held.customer, &how, |g| g.reason == Some(Reason::OwnLife))?;
    gesture(ledger.world, held.id)
}

/// Takes a gesture back for good.
#[derive(Debug, Clone)]
pub struct Cancel {
    /// Who cancels it.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Why, in words without personal data.
    pub reason: String,
}

impl Command for Cancel {
    type Reply = Gesture;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Gesture, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let gesture = gesture(ledger.world, self.id)?;
        if gesture.state == GestureState::Cancelled {
            return Ok(gesture);
        }
        self.version.map_or(Ok(()), |version| check_version(&gesture, version))?;
        if !gesture.state.may_become(GestureState::Cancelled) {
            return Err(wrong_state(&gesture, "scheduled, held or claimed"));
        }
        ledger.move_gesture(gesture, GestureState::Cancelled, Some(Reason::ByPerson), self.reason.clone())
    }
}

/// Takes back what a rule that was retired had planned and nobody has begun; what is on its way is not tried again.
/// Harmless otherwise.
#[derive(Debug, Clone)]
pub struct CancelOfRetiredRule {
    /// Who retired the rule, or the service that comes across it later.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
}

impl Command for CancelOfRetiredRule {
    type Reply = Option<Gesture>;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Option<Gesture>, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let gesture = gesture(ledger.world, self.id)?;
        if gesture.state.is_final() || gesture.reason == Some(Reason::RuleRetired) {
            return Ok(None);
        }
        let text = "The rule that planned it was retired.";
        ledger.end_or_try_no_more(gesture, GestureState::Cancelled, Reason::RuleRetired, text).map(Some)
    }
}
