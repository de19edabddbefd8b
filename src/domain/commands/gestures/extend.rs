//! A worker needs more time.

use super::{claim_lost, lease_of, wrong_state};
use crate::domain::{
    gesture::{Gesture, GestureState},
    ids::GestureId,
    ledger::Ledger,
    refusal::Refusal,
    replan::gesture,
    world::{Actor, Command, Context, Needs, World},
};
use jiff::{SignedDuration, Timestamp};

/// Makes a lease longer that has not lapsed; never shorter. Doing so again changes nothing but the end.
#[derive(Debug, Clone)]
pub struct ExtendLease {
    /// Who has it.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// The token of the lease.
    pub token: i64,
    /// How long it has the gesture from now on.
    pub lease: SignedDuration,
}

impl Command for ExtendLease {
    type Reply = Gesture;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Gesture, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        let mut lease = lease_of(&gesture, self.token)?.clone();
        if !matches!(gesture.state, GestureState::Claimed | GestureState::Delivering) {
            return Err(wrong_state(&gesture, "claimed or delivering"));
        }
        // What is found lapsed is as good as planned again, or uncertain: only an answer may still come.
        if lease.until <= ledger.now() {
            return Err(claim_lost(&gesture));
        }
        let until = ledger.now().checked_add(self.lease).unwrap_or(Timestamp::MAX);
        if until <= lease.until {
            return Ok(gesture);
        }
        lease.until = until;
        gesture.lease = Some(lease);
        ledger.keep_lease(gesture)
    }
}
