//! What a caller may do and see.

use crate::domain::{customer::Customer, ids::LocationId, text_enum::text_enum};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

text_enum! {
    /// What a key, or somebody who signed in, is there for.
    pub enum Role {
        /// A front desk: recognises, checks in and out, calls, and puts small things right.
        Desk = "desk",
        /// A program of the business: a till, a web shop, a telephone system.
        Service = "service",
        /// A program that works through many: imports, workers, the night's notes.
        Batch = "batch",
        /// Somebody who answers for customers and staff: everything but the keys.
        Manager = "manager",
        /// Somebody who runs the service: keys, pauses, metrics; no customer's data.
        Operator = "operator",
    }
}

/// The locations for which something holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Places(BTreeSet<LocationId>);

impl Places {
    /// Only these; everywhere when there are none.
    #[must_use]
    pub const fn only(locations: BTreeSet<LocationId>) -> Self {
        Self(locations)
    }

    /// Whether it holds everywhere.
    #[must_use]
    pub fn everywhere(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds at a location.
    #[must_use]
    pub fn cover(&self, location: &LocationId) -> bool {
        self.everywhere() || self.0.contains(location)
    }

    /// The locations by name; none means everywhere.
    #[must_use]
    pub const fn named(&self) -> &BTreeSet<LocationId> {
        &self.0
    }

    /// Where both hold; `None` when that is nowhere.
    #[must_use]
    pub fn and(&self, other: &Self) -> Option<Self> {
        if self.everywhere() {
            return Some(other.clone());
        }
        if other.everywhere() {
            return Some(self.clone());
        }
        let both: BTreeSet<_> = self.0.intersection(&other.0).cloned().collect();
        if both.is_empty() { None } else { Some(Self(both)) }
    }
}

/// With which right something is done. The default is the whole right: that of the service itself, and of whoever can
/// reach loopback while nobody must authenticate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authority {
    /// The role; `None` for the whole right.
    pub role: Option<Role>,
    /// For which locations.
    pub places: Places,
}

impl Authority {
    /// Whether what is configured as the desk's limit of remedies binds (4.8): a manager may grant more.
    #[must_use]
    pub fn is_bound_by_remedy_limits(&self) -> bool {
        self.role != Some(Role::Manager)
    }

    /// Whether discreet customers are found, by their exact identifier (4.1).
    #[must_use]
    pub fn sees_discreet(&self) -> bool {
        matches!(self.role, None | Some(Role::Desk | Role::Manager))
    }

    /// Whether a customer is shown to whoever names them, or has what is theirs.
    #[must_use]
    pub fn sees(&self, customer: &Customer) -> bool {
        !customer.profile.discreet || self.sees_discreet()
    }

    /// Whether discreet customers stand in lists, where nobody asked for them by an identifier (4.1).
    #[must_use]
    pub fn lists_discreet(&self) -> bool {
        matches!(self.role, None | Some(Role::Manager))
    }

    /// Whether numbers and addresses are shown whole where many customers are listed.
    #[must_use]
    pub fn sees_contact_data_in_lists(&self) -> bool {
        matches!(self.role, None | Some(Role::Batch | Role::Manager))
    }

    /// Whether somebody who had asked to be forgotten may be brought back at their wish: who speaks with them may, a
    /// program that imports may not (P11).
    #[must_use]
    pub fn may_bring_back_erased(&self) -> bool {
        matches!(self.role, None | Some(Role::Desk | Role::Manager))
    }

    /// Whether what staff wrote about people is shown: remarks, how they described a stranger, what went wrong and why.
    #[must_use]
    pub fn sees_remarks(&self) -> bool {
        matches!(self.role, None | Some(Role::Desk | Role::Manager))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn places(slugs: &[&str]) -> Places {
        Places::only(slugs.iter().map(|slug| slug.parse().unwrap()).collect())
    }

    #[test]
    fn who_works_at_a_desk_has_what_both_have() {
        let (here, both) = (places(&["here"]), places(&["here", "there"]));
        assert_eq!(here.and(&both), Some(here.clone()));
        assert_eq!(Places::default().and(&here), Some(here.clone()));
        assert_eq!(here.and(&Places::default()), Some(here.clone()));
        assert_eq!(here.and(&places(&["there"])), None, "nowhere is not everywhere");
    }

    #[test]
    fn no_location_means_everywhere() {
        let (here, there) = ("here".parse().unwrap(), "there".parse().unwrap());
        assert!(Places::default().cover(&here) && places(&["here"]).cover(&here));
        assert!(!places(&["here"]).cover(&there));
    }

    #[test]
    fn the_service_itself_sees_everything() {
        let whole = Authority::default();
        assert!(whole.sees_contact_data_in_lists() && whole.sees_discreet() && whole.sees_remarks());
        assert!(whole.is_bound_by_remedy_limits(), "only a manager who said so may grant more");
        let till = Authority { role: Some(Role::Service), ..Authority::default() };
        assert!(till.is_bound_by_remedy_limits() && !till.sees_discreet() && !till.sees_contact_data_in_lists());
    }
}
