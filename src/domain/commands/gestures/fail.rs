//! A gesture did not reach the customer.

use super::{
    super::notes::settle_carrier,
    Proof, Told, check_free, check_version, lease_of,
    resolve::{Carrier, Finding, carrier_needs, check_carrier},
    wrong_state,
};
use crate::domain::{
    doubt,
    gesture::{Gesture, GestureState, Reason},
    ids::GestureId,
    ledger::Ledger,
    limits::ATTEMPTS_MAX,
    planning::Planned,
    refusal::Refusal,
    replan::{Replan, gesture, plan_again, settle},
    retry::jitter,
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
    /// The note that carried it, where a person answers: a batch is locked before all else.
    pub carrier: Option<Carrier>,
}

const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

impl Command for Fail {
    type Reply = Gesture;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..carrier_needs(self.carrier) }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Gesture, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        if self.said_before(&gesture)? {
            return Ok(gesture);
        }
        check_free(&gesture)?;
        self.check_right(&gesture)?;
        if let (Proof::Version(_), GestureState::Uncertain, Some(carrier)) = (self.proof, gesture.state, self.carrier) {
            check_carrier(&gesture, carrier)?;
            let is_tried_again = self.retryable && gesture.attempts < ATTEMPTS_MAX;
            let finding = if is_tried_again { Finding::TryAgain } else { Finding::GiveUp };
            if settle_carrier(&mut ledger, carrier, finding, &self.reason, Told::default())? {
                return self::gesture(ledger.world, self.id);
            }
        }
        if !self.is_counted(&gesture) {
            gesture.attempts += 1;
        }
        self.clear_doubt(&mut gesture);
        let why = format!("Attempt {} failed: {}.", gesture.attempts, self.reason.trim_end_matches('.'));
        if self.retryable && gesture.attempts < ATTEMPTS_MAX && self.may_go_on(&gesture) {
            return try_again(&mut ledger, gesture, why);
        }
        let (reason, why) = match doubt::over(&gesture) {
            Some((reason, over)) => (reason, format!("{why} {over}")),
            None => (Reason::DeliveryFailed, why),
        };
        ledger.move_gesture(gesture, GestureState::Failed, Some(reason), why)
    }
}

impl Fail {
    /// Whether the same was said before: it is not counted as another attempt.
    fn said_before(&self, gesture: &Gesture) -> Result<bool, Refusal> {
        let given_up = gesture.state == GestureState::Failed && gesture.reason.is_some_and(doubt::is_for_good);
        if gesture.reason != Some(Reason::DeliveryFailed) && !given_up {
            return Ok(false);
        }
        match self.proof {
            Proof::Token(token) => lease_of(gesture, token).map(|_| true),
            Proof::Version(version) => Ok(version + 1 == gesture.version),
        }
    }

    /// Whether the attempt was counted when it began.
    fn is_counted(&self, gesture: &Gesture) -> bool {
        let has_begun = gesture.lease.as_ref().is_some_and(|lease| lease.begun.is_some());
        matches!(gesture.state, GestureState::Delivering | GestureState::Uncertain)
            || matches!(self.proof, Proof::Token(_)) && has_begun
    }

    /// A worker knows of its own attempt only; a person who says that it did not reach the customer found out.
    fn clear_doubt(&self, gesture: &mut Gesture) {
        let knows = match self.proof {
            Proof::Token(token) => gesture.perhaps_left == Some(token),
            Proof::Version(_) => true,
        };
        gesture.perhaps_left = gesture.perhaps_left.filter(|_| !knows);
    }

    /// Whether an answer may set off another attempt: not where something else would have ended the gesture meanwhile,
    /// nor a late one where an earlier attempt has left it uncertain.
    fn may_go_on(&self, gesture: &Gesture) -> bool {
        let is_known = gesture.perhaps_left.is_none() || matches!(self.proof, Proof::Version(_));
        doubt::over(gesture).is_none() && (gesture.state != GestureState::Uncertain || is_known)
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
    let again = ledger.now().checked_add(pause(gesture.id.0, gesture.attempts)).unwrap_or(jiff::Timestamp::MAX);
    // A late answer may speak of an attempt before a plan that lies ahead.
    let planned = (gesture.state == GestureState::Scheduled).then_some(gesture.schedule.due_at);
    let how =
        Replan { from: Some(again).max(planned), within_deadline: true, reason: Some(Reason::DeliveryFailed), why };
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
    let surplus = doubled * i64::from(jitter(id, attempts)) / (4 * 256);
    SignedDuration::from_secs(doubled + surplus).min(LONGEST_PAUSE)
}
