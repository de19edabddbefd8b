//! What an interaction is owed: the ledger that makes P3 and P9 countable.

use super::{
    gesture::Reason,
    ids::{CustomerId, GestureId, InteractionId, RuleId},
    text_enum::text_enum,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where an obligation stands.
    pub enum ObligationState {
        /// Not settled yet.
        Open = "open",
        /// A gesture reached the customer.
        Fulfilled = "fulfilled",
        /// A gate stopped it.
        Suppressed = "suppressed",
        /// A person let it go.
        Waived = "waived",
        /// Its gestures came too late.
        Expired = "expired",
        /// Its reason went away.
        Cancelled = "cancelled",
        /// Nothing was owed.
        NotOwed = "not_owed",
    }
}

text_enum! {
    /// What an open obligation waits for.
    pub enum OpenReason {
        /// The visit is still going on.
        VisitOpen = "visit_open",
        /// Nobody is known to thank.
        Anonymous = "anonymous",
        /// A gesture is planned or on its way.
        GesturePending = "gesture_pending",
        /// A person must decide or act.
        WithAPerson = "with_a_person",
    }
}

/// What one interaction is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// The interaction; there is one obligation for each.
    pub interaction: InteractionId,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Where it stands.
    pub state: ObligationState,
    /// What it waits for, while open.
    pub open_reason: Option<OpenReason>,
    /// What ended it.
    pub reason: Option<Reason>,
    /// The gesture that answers it or would have.
    pub gesture: Option<GestureId>,
    /// The visit whose answer is this one's answer too.
    pub follows: Option<InteractionId>,
    /// The state in a sentence, without personal data.
    pub explanation: String,
    /// Rules whose trigger or condition did not fit, with the first clause that failed.
    pub looked_at: Vec<LookedAt>,
    /// When its state last changed.
    pub updated_at: Timestamp,
}

/// A rule that was looked at and did not match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedAt {
    /// The rule.
    #[serde(rename = "r")]
    pub rule: RuleId,
    /// Its version then.
    #[serde(rename = "v")]
    pub version: u32,
    /// The first clause that failed.
    #[serde(rename = "f")]
    pub failed: String,
}

/// What one rule whose trigger matched made of one occurrence. Kept for ever: `(rule, occurrence)` is unique (P4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The rule.
    pub rule: RuleId,
    /// Its version.
    pub version: u32,
    /// The interaction id, `customer/visit/n`, …
    pub occurrence: String,
    /// The interaction that set it off.
    pub interaction: InteractionId,
    /// For whom.
    pub customer: CustomerId,
    /// The gesture it made; `None` when a gate stopped it at once.
    pub gesture: Option<GestureId>,
    /// The gate that stopped it.
    pub reason: Option<Reason>,
    /// That in words, without personal data.
    pub explanation: String,
    /// The group of the rule, and the local day on which it matched: one acts per group and day.
    pub group_day: Option<String>,
    /// The rule's priority, by which a group is decided.
    pub priority: u8,
    /// When it was decided.
    pub at: Timestamp,
}
