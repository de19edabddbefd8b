//! People who sign in at a desk.

use super::authority::{Places, Role};
use crate::domain::{ids::StaffId, text_enum::text_enum};
use jiff::Timestamp;
use serde::Serialize;

/// What is said of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffSettings {
    /// How colleagues call them.
    pub display_name: String,
    /// [`Role::Desk`] or [`Role::Manager`].
    pub role: Role,
    /// Where they may sign in.
    pub locations: Places,
    /// From when on they can't sign in any more; `None` for never. Seasonal staff have one from the beginning.
    #[serde(rename = "end_time")]
    pub ends_at: Option<Timestamp>,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// The id, permanent. Changes made by them bear it (P12).
    pub id: StaffId,
    /// What is said of them.
    pub settings: StaffSettings,
    /// The hash of their PIN; without one they can't sign in.
    pub pin: Option<String>,
    /// How often the PIN was set: who signed in by an older one is signed out.
    pub pin_version: i64,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

text_enum! {
    /// Whether somebody can sign in.
    pub enum StaffState {
        /// They can.
        Active = "active",
        /// They have no PIN yet.
        NoPin = "no_pin",
        /// Their time is over.
        Ended = "ended",
    }
}

impl StaffMember {
    /// Whether they can sign in at an instant.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> StaffState {
        if self.settings.ends_at.is_some_and(|end| end <= now) {
            StaffState::Ended
        } else if self.pin.is_none() {
            StaffState::NoPin
        } else {
            StaffState::Active
        }
    }
}
