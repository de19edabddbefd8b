//! A case that was settled is not.

use super::{super::Once, CaseReply, keep_waiting, read, replayed};
use crate::domain::{
    case::{CaseState, Reopening},
    gesture::Reason,
    ids::CaseId,
    ledger::Ledger,
    recovery,
    refusal::{Precondition, Refusal},
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};

/// Opens a resolved case again: cheer to the customer waits again (P7).
#[derive(Debug, Clone)]
pub struct ReopenCase {
    /// Who opens it again.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The case.
    pub id: CaseId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Why it is not settled, in words the customer may read.
    pub reason: String,
}

impl Command for ReopenCase {
    type Reply = CaseReply;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), cases: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CaseReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let mut case = read(ledger.world, self.id, self.version)?;
        let name = Subject::Case(case.id);
        if case.state != CaseState::Resolved {
            let (resource, message) = (name.to_string(), format!("{name} is open already"));
            return Err(Refusal::Precondition { kind: Precondition::CaseNotResolved, resource, message });
        }
        let settled_at = case.resolved_at.take().unwrap_or(ledger.context.now);
        case.state = CaseState::Open;
        case.no_cause_found = false;
        case.reopened = Some(Reopening { at: ledger.now(), reason: self.reason.clone() });
        case.version += 1;
        ledger.world.cases.put(case.id, case.clone());
        let why = format!("{name} is not settled after all.");
        recovery::take_back(&mut ledger, &mut case, settled_at, &why)?;
        ledger.world.cases.put(case.id, case.clone());
        let detail = EventDetail { state: Some(case.state.to_string()), ..EventDetail::default() };
        ledger.note(EventKind::CaseReopened, name.clone(), Some(case.customer), detail);

        let mut summary = ledger.world.summary(case.customer);
        summary.open_case = ledger.world.open_case(case.customer).map(|oldest| oldest.id);
        ledger.world.summaries.put(case.customer, summary);
        let why = format!("Waits until {name} is resolved.");
        keep_waiting(&mut ledger, case.customer, Reason::OpenCase, &why)?;
        ledger.hold_cheer(case.customer, Reason::OpenCase, &why)?;
        self.once.remember(&mut ledger, &name.to_string());
        Ok(CaseReply { case, replayed: false })
    }
}
