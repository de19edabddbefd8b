//! Carrying out gestures: by workers with leases, by people, and by the passing of time.

mod acknowledge;
mod call;
mod carry_out;
mod claim;
mod complete;
mod explain;
mod extend;
mod fail;
mod lapse;
mod mourning;
mod number;
mod other_time;
mod outdated;
mod reschedule;
mod resolve;
mod schedule;
mod start;
mod take;
mod take_back;

pub use acknowledge::{Acknowledge, Acknowledged};
pub use call::{CallLogged, CallOutcome, LogCall};
pub use carry_out::contact_key;
pub use claim::{Claim, Claimed, ClaimedGesture};
pub use complete::{Complete, Completed};
pub use explain::{AskGates, GateSays, GatesSay};
pub use extend::ExtendLease;
pub use fail::Fail;
pub use lapse::{Expire, LapseLease};
pub use outdated::ReplanOutdated;
pub use reschedule::{Reschedule, Rescheduled};
pub use resolve::{Carrier, Finding, GestureResolved, ResolveGesture};
pub use schedule::{Schedule, Scheduled};
pub use start::{StartDelivery, Started};
pub use take::Take;
pub use take_back::{Cancel, CancelOfRetiredRule, Release};

pub(super) use carry_out::{Told, carry_out};
pub(super) use claim::turn_back;
pub(super) use fail::pause;
pub(super) use number::mark_unreachable;

use crate::domain::{
    gesture::{Gesture, Lease},
    refusal::{Precondition, Refusal},
    replan::name,
    world::Subject,
};

/// By what right somebody answers for a gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A worker's: the token of the lease.
    Token(i64),
    /// A person's: the version of the gesture that they read.
    Version(i64),
}

/// The lease, if this is its token. The last token counts for as long as nobody claims the gesture anew, even after
/// the lease lapsed.
fn lease_of(gesture: &Gesture, token: i64) -> Result<&Lease, Refusal> {
    gesture.lease.as_ref().filter(|lease| lease.token == token).ok_or_else(|| claim_lost(gesture))
}

fn claim_lost(gesture: &Gesture) -> Refusal {
    let resource = name(gesture.id);
    let message = format!("this is not the last lease of {resource}: it lapsed, or somebody else has claimed it since");
    Refusal::Precondition { kind: Precondition::ClaimLost, resource, message }
}

/// Refuses what was decided on an older version.
fn check_version(gesture: &Gesture, version: i64) -> Result<(), Refusal> {
    if gesture.version == version { Ok(()) } else { Err(Refusal::Stale { resource: name(gesture.id) }) }
}

/// Refuses what would take a gesture from the batch that has it.
fn check_free(gesture: &Gesture) -> Result<(), Refusal> {
    let Some(batch) = gesture.live_batch() else { return Ok(()) };
    let resource = Subject::NoteBatch(batch).to_string();
    let message = format!("{resource} has {} until it is over", name(gesture.id));
    Err(Refusal::Precondition { kind: Precondition::InNoteBatch, resource, message })
}

fn wrong_state(gesture: &Gesture, wanted: &str) -> Refusal {
    Refusal::gesture_state(name(gesture.id), gesture.state, gesture.reason, wanted)
}

#[cfg(test)]
mod tests;
