//! One person, one history (P10): what becomes of two records that turn out to be one, and how they are parted again.
//!
//! A merged record stays as it was, leads to its survivor, and nobody writes to it. What the survivor shows is
//! [folded](fold) from what it was by itself and from the records that are part of it, so that taking one out again is
//! folding without it; what was changed meanwhile is [carried over](Person::with_changes).
//!
//! Rows (interactions, gestures, cases …) are [handed over](HandOver) and keep whose they would be without merges.

mod fold;

pub use fold::{fold, without_removed};

use super::{
    customer::{Consent, Customer, CustomerStatus, Profile},
    ids::{CustomerId, GestureId, HouseholdId, InteractionId},
    summary::Summary,
    world::{Needs, Row},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One record became part of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Identifies it.
    pub id: Uuid,
    /// Whose record goes on.
    pub survivor: CustomerId,
    /// Whose record leads there.
    pub duplicate: CustomerId,
    /// What the survivor was by themselves, before anybody was merged into them.
    pub own: Person,
    /// Whether the duplicate was known to have died: the one thing about them that their record can't say while it
    /// leads to another.
    pub deceased: bool,
    /// What it stopped: both would have been thanked for the same, the budget of one is smaller than that of two, or
    /// one of them has died. Comes back when they are parted.
    pub stopped: Vec<GestureId>,
    /// When.
    pub at: Timestamp,
    /// When they were parted again.
    pub undone_at: Option<Timestamp>,
}

impl Row for Merge {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        [self.survivor.0, self.duplicate.0].into_iter()
    }
}

/// Two records that somebody knows to be of two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSame {
    /// Both, the smaller id first.
    pub pair: (CustomerId, CustomerId),
    /// Since when that is known.
    pub at: Timestamp,
}

impl Row for NotSame {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        [self.pair.0.0, self.pair.1.0].into_iter()
    }
}

/// A pair as it is kept: the smaller id first.
#[must_use]
pub fn ordered((a, b): (CustomerId, CustomerId)) -> (CustomerId, CustomerId) {
    if a <= b { (a, b) } else { (b, a) }
}

/// What a merge makes one of: all that a record says about somebody, but for their history and what they are found by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Whether they have died.
    pub deceased: bool,
    /// What is known of them.
    pub profile: Profile,
    /// What staff call them.
    pub tags: Vec<String>,
    /// What they said about being contacted.
    pub consents: Vec<Consent>,
    /// When something of ours last reached them.
    pub last_contact_at: Option<Timestamp>,
    /// Grief of their own.
    pub grieving_since: Option<Timestamp>,
}

impl Person {
    /// What a record says now.
    #[must_use]
    pub fn of(customer: &Customer, summary: &Summary) -> Self {
        Self {
            deceased: customer.status == CustomerStatus::Deceased,
            profile: customer.profile.clone(),
            tags: customer.tags.clone(),
            consents: customer.consents.clone(),
            last_contact_at: summary.last_contact_at,
            grieving_since: summary.grieving_since,
        }
    }

    /// Has a record say this.
    pub fn tell(self, customer: &mut Customer, summary: &mut Summary) {
        customer.status = if self.deceased { CustomerStatus::Deceased } else { CustomerStatus::Active };
        customer.profile = self.profile;
        customer.tags = self.tags;
        customer.consents = self.consents;
        summary.last_contact_at = self.last_contact_at;
        summary.grieving_since = self.grieving_since;
    }
}

/// All that is a customer's goes to another: that of a merged record to the survivor, or back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// From whom.
    pub from: CustomerId,
    /// The household of theirs.
    pub from_household: HouseholdId,
    /// To whom.
    pub to: CustomerId,
    /// The household in whose budget their contacts count from then on.
    pub to_household: HouseholdId,
    /// Only what came with these records; all when empty.
    pub origins: BTreeSet<CustomerId>,
    /// What the command needs to decide again afterwards.
    pub needs: Needs,
    /// Interactions of one that the other's gestures or decisions answer, before or after; the store finds them.
    pub crossing: BTreeSet<InteractionId>,
}
