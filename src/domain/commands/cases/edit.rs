//! What is known of a case is brought up to date.

use super::{CaseReply, read};
use crate::domain::{
    ids::{CaseId, LocationId},
    ledger::Ledger,
    refusal::Refusal,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Subject, World},
};

/// Changes a case.
#[derive(Debug, Clone)]
pub struct UpdateCase {
    /// Who changes it.
    pub actor: Actor,
    /// The case.
    pub id: CaseId,
    /// The version that was read.
    pub version: i64,
    /// As it shall be.
    pub change: CaseChange,
}

/// What a person may change of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseChange {
    /// What happened, in words the customer may read.
    pub summary: String,
    /// 1 (a nuisance) to 5 (grave).
    pub severity: u8,
    /// Who takes care of it; empty when that is open.
    pub assignee: String,
    /// Where it is put right.
    pub location: Option<LocationId>,
}

impl Command for UpdateCase {
    type Reply = CaseReply;

    fn needs(&self) -> Needs {
        Needs { cases: [self.id].into(), locations: self.change.location.iter().cloned().collect(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CaseReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut case = read(ledger.world, self.id, Some(self.version))?;
        if let Some(location) = &self.change.location {
            ledger.world.location(location)?;
        }
        let CaseChange { summary, severity, assignee, location } = self.change.clone();
        let changed = [
            ("summary", case.summary != summary),
            ("severity", case.severity != severity),
            ("assignee", case.assignee != assignee),
            ("location", case.location != location),
        ];
        let fields: Vec<_> = changed.into_iter().filter(|(_, it)| *it).map(|(field, _)| field.to_owned()).collect();
        if fields.is_empty() {
            return Ok(CaseReply { case, replayed: false });
        }
        (case.summary, case.severity, case.assignee, case.location) = (summary, severity, assignee, location);
        case.version += 1;
        ledger.world.cases.put(case.id, case.clone());
        let detail = EventDetail { fields, ..EventDetail::default() };
        ledger.note(EventKind::CaseUpdated, Subject::Case(case.id), Some(case.customer), detail);
        Ok(CaseReply { case, replayed: false })
    }
}
