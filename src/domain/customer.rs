//! Who we are grateful to.

mod contact_point;
mod contacting;
mod fact;
mod identifier;

pub use contact_point::{ContactAddress, ContactPoint, ContactPointKind, PostalAddress};
pub use contacting::{Channel, Consent, ConsentState, Purpose};
pub use fact::{Fact, FactKind, FactOrigin};
pub use identifier::{Identifier, IdentifierKey, IdentifierKind};

use super::{
    ids::{CustomerId, HouseholdId},
    organization::{GiftLimit, OrganizationContact},
    text_enum::text_enum,
    when::WeeklyHours,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What kind of counterpart a customer is.
    pub enum CustomerKind {
        /// A human being.
        Person = "person",
        /// A company, club or authority.
        Organization = "organization",
        /// Staff and test accounts: left out of return figures.
        Internal = "internal",
    }
}

text_enum! {
    /// Where a customer's record stands.
    pub enum CustomerStatus {
        /// In use.
        Active = "active",
        /// Now part of another record.
        Merged = "merged",
        /// Forgotten at the person's wish.
        Erased = "erased",
        /// Died. No rule speaks to them.
        Deceased = "deceased",
    }
}

text_enum! {
    /// How somebody likes to be greeted.
    pub enum Greeting {
        /// By name.
        ByName = "by_name",
        /// Warmly, without the name being said aloud.
        WarmWithoutName = "warm_without_name",
        /// Not at all.
        None = "none",
    }
}

impl CustomerStatus {
    /// The names of those that callers are told.
    pub const TOLD: &'static [&'static str] = &["active", "deceased"];
}

/// A customer: who they are, how they are found and reached, and what they allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The id, permanent.
    pub id: CustomerId,
    /// The household; one of its own unless somebody joined it to another.
    pub household: HouseholdId,
    /// Person, organisation or internal.
    pub kind: CustomerKind,
    /// Where the record stands.
    pub status: CustomerStatus,
    /// The record that this one became part of.
    pub merged_into: Option<CustomerId>,
    /// What people know of them.
    pub profile: Profile,
    /// What staff call them; short words, sorted, unique.
    pub tags: Vec<String>,
    /// How they are found.
    pub identifiers: Vec<Identifier>,
    /// What they said about being contacted, newest last; the newest of a channel and purpose counts.
    pub consents: Vec<Consent>,
    /// The consenting guardian through whom they are reached, as read with them, or the contact of an organisation that
    /// a gesture goes to ([`Customer::facing`]); not kept with the record.
    #[serde(skip)]
    pub through: Option<Box<Customer>>,
    /// Grows by one with every change; the etag is made of it.
    pub version: i64,
    /// When the record was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Customer {
    /// A customer nobody has met, of whom this is known. Contact points follow from the identifiers, see
    /// [`Profile::seed_contact_points`].
    #[must_use]
    pub fn new(
        id: CustomerId,
        household: HouseholdId,
        mut profile: Profile,
        identifiers: Vec<Identifier>,
        now: Timestamp,
    ) -> Self {
        profile.seed_contact_points(&identifiers);
        Self {
            id,
            household,
            kind: CustomerKind::Person,
            status: CustomerStatus::Active,
            merged_into: None,
            profile,
            tags: Vec::new(),
            identifiers,
            consents: Vec::new(),
            through: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Who hears from us: their guardian, where one stands for them, else they themselves. Theirs are the contact
    /// points, the consents, the hours, the zone and the name in a greeting.
    #[must_use]
    pub fn addressee(&self) -> &Self {
        self.through.as_deref().unwrap_or(self)
    }

    /// Whether they may stand for somebody on a day: a person of age with nobody who stands for them, whose record is
    /// in use.
    #[must_use]
    pub fn can_stand_for_others(&self, on: Date) -> bool {
        self.status == CustomerStatus::Active
            && self.kind != CustomerKind::Organization
            && self.profile.guardian.is_none()
            && !self.profile.is_minor(on)
    }

    /// Whether they are under age on a day, and nobody who may stands for them then.
    #[must_use]
    pub fn is_out_of_reach(&self, on: Date) -> bool {
        self.profile.is_minor(on) && !self.through.as_deref().is_some_and(|guardian| guardian.can_stand_for_others(on))
    }

    /// Lets the guardian that is named stand for them, who must consent and be in use: whoever that is by now, if their
    /// record was merged. Whether they may on a day says [`Customer::is_out_of_reach`].
    pub fn reach_through(&mut self, guardian: Option<&Self>) {
        let consents = self.profile.guardian.as_ref().is_some_and(|named| named.consented);
        let is_person = |it: &Self| it.kind != CustomerKind::Organization && it.status == CustomerStatus::Active;
        let is_charge = |it: &Self| it.profile.minor || it.profile.guardian.is_some();
        let fits = |it: &&Self| consents && it.id != self.id && is_person(it) && !is_charge(it);
        self.through = guardian.filter(fits).map(|guardian| Box::new(Self { through: None, ..guardian.clone() }));
    }

    /// What the addressee said about this channel and purpose; `Unknown` when never asked.
    #[must_use]
    pub fn consent(&self, channel: Channel, purpose: Purpose) -> ConsentState {
        self.addressee()
            .consents
            .iter()
            .filter(|c| c.channel == channel && c.purpose == purpose)
            .max_by_key(|c| c.at)
            .map_or(ConsentState::Unknown, |c| c.state)
    }

    /// The addressee's first usable contact point of a kind.
    #[must_use]
    pub fn contact_point(&self, kind: ContactPointKind) -> Option<&ContactPoint> {
        self.addressee().profile.contact_points.iter().find(|p| p.kind() == kind && !p.bad)
    }
}

/// What people know of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// As they like to be called. Empty when no name is known.
    pub display_name: String,
    /// Given names.
    pub given_name: String,
    /// Family name, with its particles.
    pub family_name: String,
    /// Title or form of address, as they use it ("Dr", "Frau").
    pub honorific: String,
    /// What follows the name ("Jr.").
    pub suffix: String,
    /// How to say the name, in the words of who wrote it down.
    pub how_to_say: String,
    /// BCP 47 language; the location's when empty.
    pub language: String,
    /// IANA time zone; the location's when empty.
    pub time_zone: String,
    /// ISO 3166-1 alpha-2 region; the location's when empty.
    pub region: String,
    /// How they like to be greeted; by name when not said.
    pub greeting: Option<Greeting>,
    /// Birthday.
    pub birth_date: Option<BirthDate>,
    /// Marked as under age by a person.
    pub minor: bool,
    /// Who stands for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardian: Option<Guardian>,
    /// Found by an exact identifier only, and by nothing else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub discreet: bool,
    /// How they are reached, best first.
    pub contact_points: Vec<ContactPoint>,
    /// Of an organisation, the people in it to whom notes and calls go, the most important first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<OrganizationContact>,
    /// Of an organisation, what gifts it lets its people take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_limit: Option<GiftLimit>,
    /// When they want to be contacted; any allowed time when absent.
    pub contact_hours: Option<WeeklyHours>,
    /// The channels they prefer, best first.
    pub preferred_channels: Vec<Channel>,
    /// What is unique about them.
    pub facts: Vec<Fact>,
}

/// The age from which somebody may be spoken to without a guardian.
const FULL_AGE: i16 = 18;

impl Profile {
    /// The day on which they come of age, where the year of birth is known. Who was born on 29 February does on 1
    /// March.
    #[must_use]
    pub fn full_age_on(&self) -> Option<Date> {
        let birth = self.birth_date?;
        let year = birth.year?.checked_add(FULL_AGE)?;
        Date::new(year, birth.month, birth.day).or_else(|_| Date::new(year, 3, 1)).ok()
    }

    /// Whether somebody is under age on a day: because a person marked them so, or by their birthday where its year is
    /// known.
    #[must_use]
    pub fn is_minor(&self, on: Date) -> bool {
        let young = |birth: BirthDate| {
            birth.year.is_some_and(|year| {
                (i32::from(on.year() - year), on.month(), on.day()) < (i32::from(FULL_AGE), birth.month, birth.day)
            })
        };
        self.minor || self.birth_date.is_some_and(young)
    }

    /// Who can be found by a phone number or an e-mail address can be reached there: where there is no contact point
    /// of that kind yet, usable or bad, the first such identifier makes one.
    pub fn seed_contact_points(&mut self, identifiers: &[Identifier]) {
        let phones = identifiers.iter().filter(|i| i.kind == IdentifierKind::Phone);
        let emails = identifiers.iter().filter(|i| i.kind == IdentifierKind::Email);
        let phone = phones.map(|i| ContactAddress::Phone(i.normalized.clone())).next();
        let email = emails.map(|i| ContactAddress::Email(i.typed.trim().to_owned())).next();
        for address in [phone, email].into_iter().flatten() {
            let seeded = ContactPoint { address, label: String::new(), bad: false };
            if self.contact_points.iter().all(|known| known.kind() != seeded.kind()) {
                self.contact_points.push(seeded);
            }
        }
    }
}

/// Who stands for a customer: what goes to them goes through this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardian {
    /// Another customer, who has no guardian.
    pub customer: CustomerId,
    /// They agreed that we speak with them about their charge.
    pub consented: bool,
    /// Where they said so ("till form").
    pub source: String,
    /// The day on which they were named, by the clock of UTC; kept by us. Who comes of age after it is spoken to
    /// themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
}

/// A birthday whose year need not be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthDate {
    /// Year, if known.
    pub year: Option<i16>,
    /// Month, 1 to 12.
    pub month: i8,
    /// Day, 1 to 31; 29 February is kept as it is.
    pub day: i8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testkit::customer;

    #[test]
    fn p6_nobody_is_reached_through_somebody_for_whom_another_stands() {
        let stands = |id| Guardian { customer: id, consented: true, source: "till form".to_owned(), since: None };
        let (guardian, mut charge) = (customer(1), customer(2));
        charge.profile.guardian = Some(stands(guardian.id));
        charge.reach_through(Some(&guardian));
        assert_eq!(charge.addressee().id, guardian.id);

        let (mut young, mut cared_for) = (guardian.clone(), guardian);
        young.profile.minor = true;
        cared_for.profile.guardian = Some(stands(customer(3).id));
        for unfit in [young, cared_for] {
            charge.reach_through(Some(&unfit));
            assert_eq!(charge.addressee().id, charge.id);
        }
    }
}
