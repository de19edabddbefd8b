//! A gesture did not reach the customer.

use super::{Proof, check_free, check_version, lease_of, wrong_state};
use crate::domain::{
    gesture::{Gesture, GestureState, Reason},
    ids::GestureId,
    ledger::Ledger,
    limits::ATTEMPTS_MAX,
    planning::Planned,
    refusal::Refusal,
    replan::{Replan, gesture, plan_again, settle},
    world::{Actor, Command, Context, Needs, World},
};
use jiff::SignedDuration;
use uuid::Uuid;

/// Notes that a gesture did not reach the customer.
#[derive(Debug, Clone)]
pub struct Fail {
    /// Who says so.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// By what right.
    pub proof: Proof,
    /// Whether another try may help.
    pub retryable: bool,
    /// Why, in words without personal data.
    pub reason: String,
}

const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

impl Command for Fail {
    type Reply = Gesture;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Gesture, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        if self.said_before(&gesture)? {
            return Ok(gesture);
        }
        check_free(&gesture)?;
        self.check_right(&gesture)?;
        if gesture.state != GestureState::Delivering && gesture.state != GestureState::Uncertain {
            gesture.attempts += 1;
        }
        let why = format!("Attempt {} failed: {}.", gesture.attempts, self.reason.trim_end_matches('.'));
        if self.retryable && gesture.attempts < ATTEMPTS_MAX {
            return try_again(&mut ledger, gesture, why);
        }
        ledger.move_gesture(gesture, GestureState::Failed, Some(Reason::DeliveryFailed), why)
    }
}

impl Fail {
    /// Whether the same was said before: it is not counted as another attempt.
    fn said_before(&self, gesture: &Gesture) -> Result<bool, Refusal> {
        if gesture.reason != Some(Reason::DeliveryFailed) {
            return Ok(false);
        }
        match self.proof {
            Proof::Token(token) => lease_of(gesture, token).map(|_| true),
            Proof::Version(version) => Ok(version + 1 == gesture.version),
        }
    }

    fn check_right(&self, gesture: &Gesture) -> Result<(), Refusal> {
        use GestureState::{Claimed, Delivering, Scheduled, Uncertain};
        match self.proof {
            Proof::Token(token) => {
                lease_of(gesture, token)?;
                match gesture.state {
                    Claimed | Delivering | Uncertain | Scheduled => Ok(()),
                    _ => Err(wrong_state(gesture, "claimed or delivering")),
                }
            }
            Proof::Version(version) => {
                check_version(gesture, version)?;
                match gesture.state {
                    Uncertain | Scheduled => Ok(()),
                    _ => Err(wrong_state(gesture, "scheduled or uncertain")),
                }
            }
        }
    }
}

/// Plans the next attempt after a growing pause; past the deadline there is none.
fn try_again(ledger: &mut Ledger<'_, '_>, gesture: Gesture, why: String) -> Result<Gesture, Refusal> {
    let from = ledger.now().checked_add(pause(gesture.id.0, gesture.attempts)).unwrap_or(jiff::Timestamp::MAX);
    let how = Replan { from: Some(from), within_deadline: true, reason: Some(Reason::DeliveryFailed), why };
    let (gesture, planned) = plan_again(ledger, gesture, &how)?;
    match planned {
        Planned::Gesture(plan) => settle(ledger, gesture, &how, plan),
        Planned::Stopped { explanation, .. } => {
            let text = format!("{} There is no other try: {explanation}", how.why);
            ledger.move_gesture(gesture, GestureState::Failed, Some(Reason::DeliveryFailed), text)
        }
    }
}

/// How long to wait after the n-th attempt: 1 min · 2^(n−1) and up to a quarter more, at most 1 h. The surplus comes
/// from the id, so that what failed together does not return together.
pub(in crate::domain::commands) fn pause(id: Uuid, attempts: u32) -> SignedDuration {
    let doubled = FIRST_PAUSE.as_secs() << attempts.saturating_sub(1).min(6);
    let hash = blake3::hash(&[id.as_bytes().as_slice(), &attempts.to_le_bytes()].concat());
    let surplus = doubled * i64::from(hash.as_bytes()[0]) / (4 * 256);
    SignedDuration::from_secs(doubled + surplus).min(LONGEST_PAUSE)
}
