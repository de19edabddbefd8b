//! Something went wrong for one customer.

use super::{
    ids::{CaseId, CustomerId, GestureId, InteractionId, LocationId},
    money::Money,
    text_enum::text_enum,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a case stands.
    pub enum CaseState {
        /// Not settled: cheerful gestures are held.
        Open = "open",
        /// Settled.
        Resolved = "resolved",
    }
}

text_enum! {
    /// What opened a case.
    pub enum CaseOrigin {
        /// A person did.
        Person = "person",
        /// Misery about us.
        Misery = "misery",
        /// A follow-up call that found somebody unhappy.
        UnhappyCall = "unhappy_call",
        /// A promise that was not kept.
        MissedPromise = "missed_promise",
    }
}

/// A case: opened by misery, closed by putting it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The id, permanent.
    pub id: CaseId,
    /// For whom it went wrong.
    pub customer: CustomerId,
    /// The interaction in which it showed.
    pub interaction: Option<InteractionId>,
    /// The gesture in which it showed: a call, a promise.
    pub gesture: Option<GestureId>,
    /// Open or resolved.
    pub state: CaseState,
    /// Where it is put right; `None` where nobody knows.
    pub location: Option<LocationId>,
    /// What opened it.
    pub origin: CaseOrigin,
    /// What happened, in words the customer may read.
    pub summary: String,
    /// 1 (a nuisance) to 5 (grave).
    pub severity: u8,
    /// Who takes care of it; empty when that is open.
    pub assignee: String,
    /// Why it happened; empty while unknown, and when none was found.
    pub root_cause: String,
    /// Looked for a root cause and found none.
    pub no_cause_found: bool,
    /// What was done to put it right.
    pub remedy: String,
    /// What was given to make up for it, in order.
    pub remedies: Vec<Remedy>,
    /// The contact by which the customer hears that it is settled.
    pub recovery: Option<GestureId>,
    /// When and why it was last opened again.
    pub reopened: Option<Reopening>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
}

text_enum! {
    /// What is given to make up for something.
    pub enum RemedyKind {
        /// Money back.
        Refund = "refund",
        /// A lower price.
        Discount = "discount",
        /// Something to redeem later.
        Voucher = "voucher",
        /// The same again, in order.
        Replacement = "replacement",
        /// A present.
        Gift = "gift",
        /// Anything else.
        Other = "other",
    }
}

impl RemedyKind {
    /// Whether it is money, or counts as money.
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(self, Self::Refund | Self::Discount | Self::Voucher)
    }
}

/// What was given to make up for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// What it is.
    pub kind: RemedyKind,
    /// What it is worth; `None` for what has no price.
    pub amount: Option<Money>,
    /// What it is, in words the customer may read.
    pub words: String,
    /// Who granted it.
    pub granted_by: String,
    /// When.
    pub granted_at: Timestamp,
}

/// A case that was settled was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// When it was opened again.
    pub at: Timestamp,
    /// Why, in words the customer may read.
    pub reason: String,
}

/// What a place granted on a day, one entry for each grant: by these, the limit of a day is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Where.
    pub location: LocationId,
    /// On which day, by the location's zone.
    pub day: Date,
    /// Which of that day, from 1.
    pub number: u32,
    /// On which case.
    pub case: CaseId,
    /// How much.
    pub amount: Money,
}
