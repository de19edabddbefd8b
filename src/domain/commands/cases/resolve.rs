//! A case is settled: first comes the recovery contact, then the cheer that waited.

use super::{super::Once, CaseReply, keep_waiting, read, replayed, waits_for_care};
use crate::domain::{
    case::{Case, CaseOrigin, CaseState},
    gesture::Reason,
    ids::{CaseId, CustomerId, InteractionId},
    ledger::Ledger,
    recovery,
    refusal::{Precondition, Refusal},
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};

/// Settles a case. The recovery contact comes first; the cheer that waited follows while it is fresh, or ends stale.
#[derive(Debug, Clone)]
pub struct ResolveCase {
    /// Who resolves it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The case.
    pub id: CaseId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Why it happened; `None` when that was looked for and not found.
    pub root_cause: Option<String>,
    /// What was done to put it right; empty when nothing was.
    pub remedy: String,
    /// The recovery contact was made: the customer knows that it is settled.
    pub recovered: bool,
}

/// What follows the end of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The customer is told that it is settled.
    ToTell,
    /// The customer knows.
    Told,
}

impl Command for ResolveCase {
    type Reply = CaseReply;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), cases: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CaseReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let case = read(ledger.world, self.id, None)?;
        self.check(&case)?;
        let ending = if self.recovered { Ending::Told } else { Ending::ToTell };
        let case = close(&mut ledger, case, self.root_cause.clone(), self.remedy.clone(), ending)?;
        self.once.remember(&mut ledger, &Subject::Case(case.id).to_string());
        Ok(CaseReply { case, replayed: false })
    }
}

impl ResolveCase {
    fn check(&self, case: &Case) -> Result<(), Refusal> {
        let resource = Subject::Case(case.id).to_string();
        if case.state != CaseState::Open {
            let message = format!("{resource} is resolved already");
            return Err(Refusal::Precondition { kind: Precondition::CaseNotOpen, resource, message });
        }
        if self.version.is_some_and(|version| version != case.version) {
            return Err(Refusal::Stale { resource });
        }
        if self.root_cause.as_ref().is_some_and(|cause| cause.trim().is_empty()) {
            return Err(Refusal::invalid("root_cause", "is empty; say why it happened, or that no cause was found"));
        }
        Ok(())
    }
}

fn close(
    ledger: &mut Ledger<'_, '_>,
    mut case: Case,
    root_cause: Option<String>,
    remedy: String,
    ending: Ending,
) -> Result<Case, Refusal> {
    case.state = CaseState::Resolved;
    case.no_cause_found = root_cause.is_none();
    case.root_cause = root_cause.unwrap_or_default();
    case.remedy = remedy;
    case.resolved_at = Some(ledger.now());
    case.version += 1;
    ledger.world.cases.put(case.id, case.clone());
    let detail = EventDetail { state: Some(case.state.to_string()), ..EventDetail::default() };
    ledger.note(EventKind::CaseResolved, Subject::Case(case.id), Some(case.customer), detail);
    if ending == Ending::ToTell {
        case.recovery = recovery::plan(ledger, &case)?;
        ledger.world.cases.put(case.id, case.clone());
    }
    after_resolving(ledger, &case)?;
    Ok(case)
}

/// Closes the case that an interaction's misery opened for a customer to whom it did not happen after all. What a
/// person opened stays open: they knew why.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(in crate::domain::commands) fn close_unfounded(
    ledger: &mut Ledger<'_, '_>,
    interaction: InteractionId,
    customer: CustomerId,
    why: &str,
) -> Result<(), Refusal> {
    let opened_by_it = |case: &&Case| {
        case.state == CaseState::Open && case.origin == CaseOrigin::Misery && case.interaction == Some(interaction)
    };
    let unfounded = ledger.world.cases.of(customer.0).find(opened_by_it).cloned();
    let Some(case) = unfounded else { return Ok(()) };
    close(ledger, case, Some(why.to_owned()), String::new(), Ending::Told).map(drop)
}

/// Closes all cases of a customer of whom nothing is asked any more.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(in crate::domain::commands) fn close_for_good(
    ledger: &mut Ledger<'_, '_>,
    customer: CustomerId,
) -> Result<(), Refusal> {
    while let Some(case) = ledger.world.open_case(customer).cloned() {
        close(ledger, case, None, String::new(), Ending::Told)?;
    }
    Ok(())
}

/// With another case open, that one holds the cheer from now on; with a recovery contact to come, that one does; else
/// the cheer is planned again.
fn after_resolving(ledger: &mut Ledger<'_, '_>, resolved: &Case) -> Result<(), Refusal> {
    let customer = resolved.customer;
    let next = ledger.world.open_case(customer).map(|case| case.id);
    let mut summary = ledger.world.summary(customer);
    summary.open_case = next;
    ledger.world.summaries.put(customer, summary);
    if let Some(next) = next {
        let why = format!("Waits until {} is resolved.", Subject::Case(next));
        return keep_waiting(ledger, customer, Reason::OpenCase, &why);
    }
    if let Some(why) = recovery::waits_for(ledger.world, customer) {
        return keep_waiting(ledger, customer, Reason::Recovery, &why);
    }
    let why = format!("{} was resolved; the recovery comes first.", Subject::Case(resolved.id));
    recovery::bring_back_cheer(ledger, customer, why, waits_for_care)
}
