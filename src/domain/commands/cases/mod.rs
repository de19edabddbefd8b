//! Something went wrong for a customer, and is put right.

mod edit;
mod open;
mod remedy;
mod reopen;
mod resolve;

pub use edit::{CaseChange, UpdateCase};
pub use open::OpenCase;
pub use remedy::GrantRemedy;
pub use reopen::ReopenCase;
pub use resolve::ResolveCase;

pub(super) use resolve::{close_for_good, close_unfounded};

use crate::domain::{
    case::Case,
    gesture::{Gesture, GestureState, Reason},
    ids::{CaseId, CustomerId},
    ledger::Ledger,
    refusal::Refusal,
    world::{Miss, Needs, Subject, World},
};

/// A case as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReply {
    /// The case.
    pub case: Case,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

/// The case of this id, if it is at the version that was read.
fn read(world: &World, id: CaseId, version: Option<i64>) -> Result<Case, Refusal> {
    let case = world.cases.get(&id).cloned().ok_or_else(|| Refusal::not_found("case", &id))?;
    if version.is_some_and(|version| version != case.version) {
        return Err(Refusal::Stale { resource: Subject::Case(id).to_string() });
    }
    Ok(case)
}

/// What an earlier call made or changed, as it is now.
fn replayed(world: &World, resource: &str) -> Result<CaseReply, Refusal> {
    let id = resource.strip_prefix("cases/").and_then(|id| id.parse().ok()).map(CaseId);
    let id = id.ok_or_else(|| Refusal::NotFound { kind: "case", name: resource.to_owned() })?;
    let needs = || Needs { cases: [id].into(), ..Needs::default() };
    let case = world.cases.get(&id).cloned().ok_or_else(|| Refusal::Miss(Miss::More(Box::new(needs()))))?;
    Ok(CaseReply { case, replayed: true })
}

/// Whether cheer waits for a case, or for the recovery contact after one (P7).
fn waits_for_care(gesture: &Gesture) -> bool {
    gesture.state == GestureState::Held && matches!(gesture.reason, Some(Reason::OpenCase | Reason::Recovery))
}

/// The cheer of a customer that waits for care goes on waiting, for something else.
fn keep_waiting(
    ledger: &mut Ledger<'_, '_>,
    customer: CustomerId,
    reason: Reason,
    explanation: &str,
) -> Result<(), Refusal> {
    let held: Vec<_> = ledger.world.gestures_of(customer).filter(|g| waits_for_care(g)).cloned().collect();
    held.into_iter().try_for_each(|mut gesture| {
        gesture.reason = Some(reason);
        explanation.clone_into(&mut gesture.explanation);
        ledger.replan_gesture(gesture).map(drop)
    })
}

#[cfg(test)]
mod tests;
