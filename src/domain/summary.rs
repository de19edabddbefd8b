//! What the desk must know at a glance, kept beside the facts it is made from.

use super::{
    ids::{CaseId, CustomerId, InteractionId, LocationId},
    interaction::{InteractionChannel, InteractionKind, NoPurchaseReason, Outcome},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One customer's history in one row. Written with each fact; can be rebuilt from the interactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Whose.
    pub customer: CustomerId,
    /// Distinct local days with an inbound, unvoided visit, purchase or enquiry.
    pub visit_days: u32,
    /// The first of them.
    pub first_visit: Option<Date>,
    /// The last of them.
    pub last_visit: Option<Date>,
    /// The day of the last purchase.
    pub last_purchase: Option<Date>,
    /// Unvoided interactions by kind; observations are not counted.
    pub counts: BTreeMap<InteractionKind, u32>,
    /// How often each gap between neighbouring visit days occurred, by days: the exact median follows from it.
    pub gaps: BTreeMap<u32, u32>,
    /// What was paid, in micros by currency; never added up.
    pub spend: BTreeMap<String, i64>,
    /// The last inbound interaction that has begun.
    pub last: Option<LastSeen>,
    /// When a note, call or gift last reached the customer.
    pub last_contact_at: Option<Timestamp>,
    /// The oldest open case.
    pub open_case: Option<CaseId>,
    /// Promised gestures not kept yet.
    pub open_promises: u32,
    /// Grief of their own: cheerful gestures wait until a person releases them.
    pub grieving_since: Option<Timestamp>,
}

/// The last time we saw the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSeen {
    /// The interaction.
    pub interaction: InteractionId,
    /// When it began.
    pub at: Timestamp,
    /// Where.
    pub location: LocationId,
    /// What kind of thing it was.
    pub kind: InteractionKind,
    /// Over what.
    pub channel: InteractionChannel,
    /// How it ended; `None` while it lasts.
    pub outcome: Option<Outcome>,
    /// Why nothing was bought.
    pub no_purchase_reason: Option<NoPurchaseReason>,
    /// What they looked at, asked about or bought, in plain words; surprises and confidential purchases left out.
    pub about: Vec<String>,
    /// Who served.
    pub staff: String,
    /// How they felt, −2 to +2.
    pub mood: Option<i8>,
}

impl Summary {
    /// The summary of somebody we have not met.
    #[must_use]
    pub fn new(customer: CustomerId) -> Self {
        Self {
            customer,
            visit_days: 0,
            first_visit: None,
            last_visit: None,
            last_purchase: None,
            counts: BTreeMap::new(),
            gaps: BTreeMap::new(),
            spend: BTreeMap::new(),
            last: None,
            last_contact_at: None,
            open_case: None,
            open_promises: 0,
            grieving_since: None,
        }
    }
}
