//! What went wrong, and putting it right.

use super::{App, AppError, Made};
use crate::{
    domain::{
        case::Case,
        commands::cases,
        filter::Filter,
        ids::{CaseId, CustomerId, InteractionId},
        refusal::Refusal,
        world::Actor,
    },
    store::{Cursor, Lane, Page, PageRequest},
};
use serde_json::json;
use std::collections::BTreeSet;

/// A case to open.
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// Who opens it.
    pub actor: Actor,
    /// For whom it went wrong.
    pub customer: CustomerId,
    /// The interaction in which it showed.
    pub interaction: Option<InteractionId>,
    /// What happened, in words the customer may read.
    pub summary: String,
    /// 1 (a nuisance) to 5 (grave).
    pub severity: u8,
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
        let page = self.store.list_cases(filter, &PageRequest { size, after }).await?;
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
        let OpenCase { actor, customer, interaction, summary, severity } = call;
        let said = json!({
            "customer": customer, "interaction": interaction, "summary": summary, "severity": severity,
        });
        let once = self.once(&actor, "OpenCase", self.fingerprint("case.", &said));
        let command = cases::OpenCase { actor, once, customer, interaction, summary, severity };
        let reply = self.submit(Lane::Interactive, command).await?;
        Ok(Made { what: reply.case, replayed: reply.replayed })
    }

    /// Resolves a case: what waited for it is planned again, or ends stale.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], a precondition when it is resolved already, and what a repeated
    /// write may meet (P2).
    pub async fn resolve_case(&self, call: ResolveCase) -> Result<Made<Case>, AppError> {
        let ResolveCase { actor, id, version, root_cause, remedy } = call;
        let said = json!({
            "name": id, "root_cause": root_cause, "no_cause_found": root_cause.is_none(), "remedy": remedy,
        });
        let once = self.once(&actor, "ResolveCase", self.fingerprint("", &said));
        let command = cases::ResolveCase { actor, once, id, version, root_cause, remedy };
        let reply = self.submit(Lane::Interactive, command).await?;
        Ok(Made { what: reply.case, replayed: reply.replayed })
    }
}
