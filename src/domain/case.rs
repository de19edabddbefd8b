//! Something went wrong for one customer.

use super::{
    ids::{CaseId, CustomerId, GestureId, InteractionId},
    text_enum::text_enum,
};
use jiff::Timestamp;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// What opened it.
    pub origin: CaseOrigin,
    /// What happened, in words the customer may read.
    pub summary: String,
    /// 1 (a nuisance) to 5 (grave).
    pub severity: u8,
    /// Why it happened; empty while unknown, and when none was found.
    pub root_cause: String,
    /// Looked for a root cause and found none.
    pub no_cause_found: bool,
    /// What was done to put it right.
    pub remedy: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
}
