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
    /// What they are called in what is recorded of customers, where staff are not named; may be empty.
    pub pseudonym: String,
    /// With which right they act.
    pub role: StaffRole,
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
    /// What somebody who signs in is there for. The other roles are of programs.
    pub enum StaffRole {
        /// Serves customers.
        Desk = "desk",
        /// Answers for customers and staff.
        Manager = "manager",
    }
}

impl StaffRole {
    /// The role, if staff may have it.
    #[must_use]
    pub const fn of(role: Role) -> Option<Self> {
        match role {
            Role::Desk => Some(Self::Desk),
            Role::Manager => Some(Self::Manager),
            Role::Service | Role::Batch | Role::Operator => None,
        }
    }
}

impl From<StaffRole> for Role {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Desk => Self::Desk,
            StaffRole::Manager => Self::Manager,
        }
    }
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
