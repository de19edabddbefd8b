//! Whether everybody gets the same care (P9): what was owed, and what became of it.

use super::{App, AppError};
use crate::{
    domain::{
        commands::waive::{WaiveObligation, Waived},
        gesture::Reason,
        ids::InteractionId,
        interaction::{InteractionKind, Outcome},
        obligation::{Obligation, ObligationState},
        world::Actor,
    },
    store::{CoverageQuery, Cursor, CustomersSeen, Lane, ObligationQuery, Page, PageRequest},
};
use serde_json::json;
use std::collections::BTreeMap;

/// Who was thanked, bought or not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coverage {
    /// By kind, and by whether something was bought.
    pub rows: Vec<CoverageRow>,
    /// Of those who bought.
    pub bought: Counts,
    /// Of those who did not.
    pub not_bought: Counts,
    /// Who was seen.
    pub customers: CustomersSeen,
}

impl Coverage {
    /// Coverage of those who bought minus coverage of those who did not, −1 to 1; `None` when one of them was owed
    /// nothing.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        Some(self.bought.coverage()? - self.not_bought.coverage()?)
    }
}

/// The counts of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// What the interactions were.
    pub kind: InteractionKind,
    /// Whether something was bought.
    pub bought: bool,
    /// How many.
    pub counts: Counts,
}

/// What was owed, and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fulfilled.
    pub fulfilled: u64,
    /// Still open.
    pub open: u64,
    /// Too late.
    pub expired: u64,
    /// Stopped by a gate, by reason.
    pub suppressed: BTreeMap<Reason, u64>,
    /// Let go by a person.
    pub waived: u64,
    /// Lost its reason.
    pub cancelled: u64,
    /// Owed nothing from the start.
    pub not_owed: u64,
}

impl Counts {
    /// What stands: fulfilled, open and expired.
    #[must_use]
    pub fn owed(&self) -> u64 {
        self.fulfilled + self.open + self.expired
    }

    /// All interactions.
    #[must_use]
    pub fn interactions(&self) -> u64 {
        self.owed() + self.suppressed.values().sum::<u64>() + self.waived + self.cancelled + self.not_owed
    }

    /// Fulfilled ÷ owed, 0 to 1; `None` when nothing was owed.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share of counts; 52 bits are plenty")]
    pub fn coverage(&self) -> Option<f64> {
        (self.owed() > 0).then(|| self.fulfilled as f64 / self.owed() as f64)
    }

    fn add(&mut self, state: ObligationState, reason: Option<Reason>, count: u64) {
        let place = match state {
            ObligationState::Fulfilled => &mut self.fulfilled,
            ObligationState::Open => &mut self.open,
            ObligationState::Expired => &mut self.expired,
            ObligationState::Waived => &mut self.waived,
            ObligationState::Cancelled => &mut self.cancelled,
            ObligationState::NotOwed => &mut self.not_owed,
            ObligationState::Suppressed => self.suppressed.entry(reason.unwrap_or(Reason::NoRuleMatched)).or_default(),
        };
        *place += count;
    }
}

impl App {
    /// Counts what was owed and what became of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn coverage(&self, query: &CoverageQuery) -> Result<Coverage, AppError> {
        let mut rows: BTreeMap<(InteractionKind, bool), Counts> = BTreeMap::new();
        let mut coverage = Coverage { customers: self.store.customers_seen(query).await?, ..Coverage::default() };
        for found in self.store.coverage(query).await? {
            let bought = found.outcome == Some(Outcome::Purchased);
            // What we began owes nothing, and nobody came to buy or not to buy.
            if found.kind != InteractionKind::OutboundContact {
                let class = if bought { &mut coverage.bought } else { &mut coverage.not_bought };
                class.add(found.state, found.reason, found.count);
            }
            rows.entry((found.kind, bought)).or_default().add(found.state, found.reason, found.count);
        }
        coverage.rows = rows.into_iter().map(|((kind, bought), counts)| CoverageRow { kind, bought, counts }).collect();
        Ok(coverage)
    }

    /// Lets go what an interaction is still owed.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound), a precondition when it is settled already, and
    /// what a repeated write may meet (P2).
    pub async fn waive_obligation(
        &self,
        actor: Actor,
        interaction: InteractionId,
        why: String,
    ) -> Result<Waived, AppError> {
        let content = json!({ "interaction": interaction, "reason": why });
        let once = self.once(&actor, "WaiveObligation", self.fingerprint("", &content));
        self.submit(Lane::Interactive, WaiveObligation { actor, once, interaction, why }).await
    }

    /// A page of obligations, that of the latest interaction first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn obligations(
        &self,
        query: &ObligationQuery,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Obligation>, AppError> {
        Ok(self.store.list_obligations(query, &PageRequest { size, after }).await?)
    }
}
