//! What went wrong, and putting it right.

use super::{App, AppError, Made};
use crate::{
    domain::{
        case::{Case, RemedyKind},
        commands::cases::{self, CaseReply},
        filter::Filter,
        ids::{CaseId, CustomerId, InteractionId, LocationId},
        money::Money,
        refusal::Refusal,
        world::Actor,
    },
    store::{Cursor, Lane, Page, PageRequest},
};
use serde_json::json;
use std::collections::BTreeSet;

pub use crate::domain::commands::cases::CaseChange;

/// A case to open.
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// Who opens it.
    pub actor: Actor,
    /// For whom it went wrong.
    pub customer: CustomerId,
    /// The interaction in which it showed.
    pub interaction: Option<InteractionId>,
    /// Where it is put right; where it showed, when not said.
    pub location: Option<LocationId>,
    /// What happened, in words the customer may read.
    pub summary: String,
    /// 1 (a nuisance) to 5 (grave).
    pub severity: u8,
    /// Who takes care of it.
    pub assignee: String,
}

/// How a case was put right.
#[derive(Debug, Clone)]
pub struct ResolveCase {
    /// Who resolves it.
    pub actor: Actor,
    /// The case.
    pub id: CaseId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Why it happened; `None` when that was looked for and not found.
    pub root_cause: Option<String>,
    /// What was done.
    pub remedy: String,
    /// The customer knows that it is settled.
    pub recovered: bool,
}

/// Something to make up for it.
#[derive(Debug, Clone)]
pub struct GrantRemedy {
    /// Who asks for it.
    pub actor: Actor,
    /// The case.
    pub id: CaseId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// What is given.
    pub kind: RemedyKind,
    /// What it is worth.
    pub amount: Option<Money>,
    /// What it is, in words the customer may read.
    pub words: String,
    /// Who grants it.
    pub granted_by: String,
}

impl App {
    /// A case.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn case(&self, actor: &Actor, id: CaseId) -> Result<Case, AppError> {
        let found = self.store.case(id).await?.ok_or_else(|| Refusal::not_found("case", &id))?;
        self.note_read(actor, "GetCase", found.customer).await;
        Ok(found)
    }

    /// A page of the cases that a filter selects, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cases(
        &self,
        actor: &Actor,
        filter: &Filter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Case>, AppError> {
        let with_discreet = actor.authority.lists_discreet();
        let page = self.store.list_cases(filter, with_discreet, &PageRequest { size, after }).await?;
        for customer in page.items.iter().map(|case| case.customer).collect::<BTreeSet<_>>() {
            self.note_read(actor, "ListCases", customer).await;
        }
        Ok(page)
    }

    /// Opens a case: cheerful gestures to the customer wait (P7).
    ///
    /// # Errors
    /// When a named resource is missing, and what a repeated write may meet (P2).
    pub async fn open_case(&self, call: OpenCase) -> Result<Made<Case>, AppError> {
        let OpenCase { actor, customer, interaction, location, summary, severity, assignee } = call;
        let said = json!({
            "customer": customer, "interaction": interaction, "location": location, "summary": summary,
            "severity": severity, "assignee": assignee,
        });
        let once = self.once(&actor, "OpenCase", self.fingerprint("case.", &said));
        let command = cases::OpenCase { actor, once, customer, interaction, location, summary, severity, assignee };
        self.submit(Lane::Interactive, command).await.map(made)
    }

    /// Resolves a case: the recovery contact comes first, then what waited for it is planned again, or ends stale.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition when it is resolved already, and what a repeated
    /// write may meet (P2).
    pub async fn resolve_case(&self, call: ResolveCase) -> Result<Made<Case>, AppError> {
        let ResolveCase { actor, id, version, root_cause, remedy, recovered } = call;
        let said = json!({
            "name": id, "root_cause": root_cause, "no_cause_found": root_cause.is_none(), "remedy": remedy,
            "recovery_made": recovered,
        });
        let once = self.once(&actor, "ResolveCase", self.fingerprint("", &said));
        let command = cases::ResolveCase { actor, once, id, version, root_cause, remedy, recovered };
        self.submit(Lane::Interactive, command).await.map(made)
    }

    /// Changes what is known of a case.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for the case or its new location, [`Refusal::Stale`].
    pub async fn update_case(
        &self,
        actor: Actor,
        id: CaseId,
        version: i64,
        change: CaseChange,
    ) -> Result<Case, AppError> {
        let command = cases::UpdateCase { actor, id, version, change };
        Ok(self.submit(Lane::Interactive, command).await?.case)
    }

    /// Grants a remedy on an open case, within what the desk may grant.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition when it is resolved or the limit does not allow it,
    /// and what a repeated write may meet (P2).
    pub async fn grant_remedy(&self, call: GrantRemedy) -> Result<Made<Case>, AppError> {
        let GrantRemedy { actor, id, version, kind, amount, words, granted_by } = call;
        let said = json!({ "name": id, "remedy": { "kind": kind, "amount": amount, "words": words, "granted_by": granted_by } });
        let once = self.once(&actor, "GrantRemedy", self.fingerprint("", &said));
        let granted_by = self.staff_names().await?.called(granted_by);
        let command = cases::GrantRemedy { actor, once, id, version, kind, amount, words, granted_by };
        self.submit(Lane::Interactive, command).await.map(made)
    }

    /// Opens a resolved case again: cheer waits again (P7).
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition when it is open, and what a repeated write may meet
    /// (P2).
    pub async fn reopen_case(
        &self,
        actor: Actor,
        id: CaseId,
        version: Option<i64>,
        reason: String,
    ) -> Result<Made<Case>, AppError> {
        let once = self.once(&actor, "ReopenCase", self.fingerprint("", &json!({ "name": id, "reason": reason })));
        let command = cases::ReopenCase { actor, once, id, version, reason };
        self.submit(Lane::Interactive, command).await.map(made)
    }
}

fn made(reply: CaseReply) -> Made<Case> {
    Made { what: reply.case, replayed: reply.replayed }
}
