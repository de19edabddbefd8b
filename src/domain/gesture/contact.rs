//! Places in the contact budget of a household.

use super::GestureKind;
use crate::domain::{
    customer::Channel,
    ids::{CustomerId, GestureId, HouseholdId},
    text_enum::text_enum,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A place in a household's contact budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The id.
    pub id: uuid::Uuid,
    /// Whose budget.
    pub household: HouseholdId,
    /// Who was or will be contacted.
    pub customer: CustomerId,
    /// By which channel.
    pub channel: Channel,
    /// By what.
    pub kind: GestureKind,
    /// When.
    pub at: Timestamp,
    /// Planned or happened.
    pub state: ContactState,
    /// The gesture, where there is one; a contact that nobody planned has its interaction's id.
    pub gesture: Option<GestureId>,
    /// The gesture's priority; the lowest is displaced first.
    pub priority: u8,
}

text_enum! {
    /// Whether a contact happened.
    pub enum ContactState {
        /// A place is kept for it.
        Reserved = "reserved",
        /// It happened, or is on its way.
        Used = "used",
        /// Given back; counts no more.
        Released = "released",
    }
}
