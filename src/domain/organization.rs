//! Organisations: the people in them to whom notes and calls go, and what gifts they may take.

use super::{
    consent::needed_contact_point,
    customer::{Channel, ContactPoint, ContactPointKind, Customer, Profile},
    money::Money,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Somebody in an organisation whom we speak with. What is allowed is said by the organisation, for all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrganizationContact {
    /// As they like to be called.
    pub display_name: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Title or form of address, as they use it.
    pub honorific: String,
    /// How to say the name.
    pub how_to_say: String,
    /// What they are there, in the words of the business ("buyer"); compared without regard to case.
    pub roles: Vec<String>,
    /// BCP 47 language; the organisation's when empty.
    pub language: String,
    /// How they are reached, best first. Post without an address of their own goes to the organisation's.
    pub contact_points: Vec<ContactPoint>,
}

/// What an organisation lets its people take. Both in the same currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftLimit {
    /// The most that one gift may be worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_gift: Option<Money>,
    /// The most that all gifts of a calendar year may be worth, by the clock of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_year: Option<Money>,
}

impl GiftLimit {
    /// The currency in which it is reckoned; `None` where nothing is limited.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.per_gift.as_ref().or(self.per_year.as_ref()).map(|money| money.currency.as_str())
    }
}

impl OrganizationContact {
    fn bears(&self, role: &str) -> bool {
        self.roles.iter().any(|own| own.to_lowercase() == role.to_lowercase())
    }

    /// Whether this contact can be reached over a channel, at an address of their own or at the organisation's.
    fn is_reachable(&self, organization: &Customer, channel: Channel) -> bool {
        needed_contact_point(channel).is_none_or(|kind| {
            let usable = |point: &ContactPoint| point.kind() == kind && !point.bad;
            self.contact_points.iter().any(usable)
                || kind == ContactPointKind::Post && organization.profile.contact_points.iter().any(usable)
        })
    }

    /// The contact as a customer: with the consents, hours and preferences of the organisation.
    fn as_customer(&self, organization: &Customer) -> Customer {
        let own = &organization.profile;
        let language = if self.language.is_empty() { &own.language } else { &self.language };
        let is_post = |point: &&ContactPoint| point.kind() == ContactPointKind::Post;
        let post = own.contact_points.iter().filter(is_post);
        let profile = Profile {
            display_name: self.display_name.clone(),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            honorific: self.honorific.clone(),
            suffix: String::new(),
            how_to_say: self.how_to_say.clone(),
            language: language.clone(),
            contact_points: self.contact_points.iter().chain(post).cloned().collect(),
            contacts: Vec::new(),
            ..own.clone()
        };
        Customer { profile, ..organization.clone() }
    }
}

impl Customer {
    /// The customer as a gesture finds them: an organisation through one of its contacts, who is then the
    /// [`Customer::addressee`]; anybody else as they are.
    ///
    /// Of the contacts, those of the wished role come before all others, and are the only ones as soon as there is one;
    /// among them the first who can be reached over the channel. Whom nobody wishes for in person is whoever stands
    /// there: then it is the organisation itself, as where no contact can be reached.
    #[must_use]
    pub fn facing(&self, role: &str, channel: Channel) -> Cow<'_, Self> {
        let contacts = &self.profile.contacts;
        if self.through.is_some() || contacts.is_empty() {
            return Cow::Borrowed(self);
        }
        let wished: Vec<_> = contacts.iter().filter(|contact| !role.is_empty() && contact.bears(role)).collect();
        let chosen = match wished.first() {
            Some(first) => wished.iter().find(|it| it.is_reachable(self, channel)).or(Some(first)).copied(),
            None if channel == Channel::InPerson => None,
            None => contacts.iter().find(|it| it.is_reachable(self, channel)),
        };
        chosen.map_or(Cow::Borrowed(self), |contact| {
            Cow::Owned(Self { through: Some(Box::new(contact.as_customer(self))), ..self.clone() })
        })
    }

    /// Whether another customer stands for them: a guardian, not a contact of their own.
    #[must_use]
    pub fn is_charge(&self) -> bool {
        self.through.as_ref().is_some_and(|through| through.id != self.id)
    }

    /// Whether a contact of the organisation stands for it.
    #[must_use]
    pub fn is_represented(&self) -> bool {
        self.through.as_ref().is_some_and(|through| through.id == self.id)
    }
}

impl Profile {
    /// All contact points: their own, and those of an organisation's contacts.
    pub fn all_contact_points(&self) -> impl Iterator<Item = &ContactPoint> {
        let of_contacts = self.contacts.iter().flat_map(|contact| contact.contact_points.iter());
        self.contact_points.iter().chain(of_contacts)
    }

    /// The same, to be changed.
    pub fn all_contact_points_mut(&mut self) -> impl Iterator<Item = &mut ContactPoint> {
        let of_contacts = self.contacts.iter_mut().flat_map(|contact| contact.contact_points.iter_mut());
        self.contact_points.iter_mut().chain(of_contacts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        customer::{ContactAddress, CustomerKind},
        testkit::customer,
    };

    fn email(address: &str) -> ContactPoint {
        ContactPoint { address: ContactAddress::Email(address.to_owned()), label: String::new(), bad: false }
    }

    fn contact(name: &str, role: &str, contact_points: Vec<ContactPoint>) -> OrganizationContact {
        let display_name = name.to_owned();
        OrganizationContact { display_name, roles: vec![role.to_owned()], contact_points, ..Default::default() }
    }

    fn acme() -> Customer {
        let mut acme = customer(1);
        acme.kind = CustomerKind::Organization;
        acme.profile.contacts = vec![
            contact("Bo Lind", "Front office", Vec::new()),
            contact("Ida Berg", "Buyer", vec![email("ida@acme.example")]),
            contact("Max Holm", "buyer", vec![email("max@acme.example")]),
        ];
        acme
    }

    fn met<'a>(acme: &'a Customer, role: &str, channel: Channel) -> Cow<'a, str> {
        Cow::Owned(acme.facing(role, channel).addressee().profile.display_name.clone())
    }

    #[test]
    fn the_wished_role_comes_first_else_who_can_be_reached() {
        let mut acme = acme();
        assert_eq!(met(&acme, "BUYER", Channel::Email), "Ida Berg");
        assert_eq!(met(&acme, "", Channel::Email), "Ida Berg", "the first who has an address");
        assert_eq!(met(&acme, "owner", Channel::Email), "Ida Berg", "nobody is it: the first who can be reached");
        assert_eq!(met(&acme, "", Channel::HandOver), "Bo Lind");
        assert_eq!(met(&acme, "", Channel::InPerson), "Ana 1", "whoever stands there");
        acme.profile.contacts[1].contact_points[0].bad = true;
        assert_eq!(met(&acme, "buyer", Channel::Email), "Max Holm");
    }

    #[test]
    fn who_is_wished_for_and_has_no_address_is_not_replaced_by_another() {
        let acme = acme();
        let facing = acme.facing("front office", Channel::Email);
        assert_eq!(facing.addressee().profile.display_name, "Bo Lind");
        assert!(facing.contact_point(ContactPointKind::Email).is_none());
        assert!(facing.is_represented() && !facing.is_charge());
    }

    #[test]
    fn without_contacts_an_organisation_is_reached_itself() {
        let mut acme = acme();
        acme.profile.contacts.clear();
        assert!(matches!(acme.facing("buyer", Channel::Email), Cow::Borrowed(_)));
    }
}
