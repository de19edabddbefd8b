//! Cases: opened, with what that holds.

use super::Ledger;
use crate::domain::{
    case::{Case, CaseOrigin, CaseState},
    gesture::Reason,
    ids::{CaseId, CustomerId, GestureId, InteractionId, LocationId},
    refusal::Refusal,
    world::{EventDetail, EventKind, Subject},
};

impl Ledger<'_, '_> {
    /// Opens a case and holds what is cheerful; with one open already, only that one's evidence grows (by the event).
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn open_case(&mut self, new: NewCase) -> Result<Case, Refusal> {
        if let Some(open) = self.world.open_case(new.customer).cloned() {
            return Ok(open);
        }
        self.open_another_case(new)
    }

    /// Opens a case beside those that may be open, and holds what is cheerful.
    ///
    /// # Errors
    /// As for [`Ledger::move_gesture`].
    pub fn open_another_case(&mut self, new: NewCase) -> Result<Case, Refusal> {
        let location = new.location.clone().or_else(|| self.place_of(&new));
        let case = Case {
            id: new.id.unwrap_or_else(|| CaseId(self.new_id())),
            customer: new.customer,
            interaction: new.interaction,
            gesture: new.gesture,
            state: CaseState::Open,
            location,
            origin: new.origin,
            summary: new.summary,
            severity: new.severity,
            assignee: new.assignee,
            root_cause: String::new(),
            no_cause_found: false,
            remedy: String::new(),
            remedies: Vec::new(),
            recovery: None,
            reopened: None,
            opened_at: self.context.now,
            resolved_at: None,
            version: 1,
        };
        let detail = EventDetail { reason: Some(case.origin.to_string()), ..EventDetail::default() };
        self.note(EventKind::CaseOpened, Subject::Case(case.id), Some(case.customer), detail);
        self.world.cases.put(case.id, case.clone());
        let mut summary = self.world.summary(case.customer);
        summary.open_case.get_or_insert(case.id);
        self.world.summaries.put(case.customer, summary);
        let explanation = format!("Waits until cases/{} is resolved.", case.id);
        self.hold_cheer(case.customer, Reason::OpenCase, &explanation)?;
        Ok(case)
    }

    /// Where it went wrong, else where the customer was last seen.
    fn place_of(&self, new: &NewCase) -> Option<LocationId> {
        let interaction = || Some(self.world.interactions.get(&new.interaction?)?.location.clone());
        let gesture = || Some(self.world.gestures.get(&new.gesture?)?.location.clone());
        let last_seen = || self.world.summary(new.customer).last.map(|last| last.location);
        interaction().or_else(gesture).or_else(last_seen)
    }
}

/// A case to open.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// The caller's own id for it.
    pub id: Option<CaseId>,
    /// For whom.
    pub customer: CustomerId,
    /// The interaction in which it showed.
    pub interaction: Option<InteractionId>,
    /// The gesture in which it showed.
    pub gesture: Option<GestureId>,
    /// Where it is put right; where it showed, or the customer was last seen, when not said.
    pub location: Option<LocationId>,
    /// What opened it.
    pub origin: CaseOrigin,
    /// What happened.
    pub summary: String,
    /// 1 to 5.
    pub severity: u8,
    /// Who takes care of it; empty when that is open.
    pub assignee: String,
}
