//! Customers and their histories.

use super::{
    enums::{WireEnum, to_wire_or_zero},
    interaction::last_seen,
    organization,
    types::{
        birth_date, date, postal_address, read_birth_date, read_date, read_postal_address, read_weekly_hours,
        timestamp, weekly_hours,
    },
};
use crate::{
    app::{KnownCustomer, NewConsent, NewFact},
    domain::{
        commands::customers::distinct,
        customer::{
            Consent, ContactAddress, ContactPoint, CustomerKind, CustomerStatus, Fact, FactKind, Guardian, Identifier,
            IdentifierKind, Profile,
        },
        identity,
        limits::LIST_MAX,
        returning::ReturnStatus,
        summary::Summary,
    },
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, optional_name},
        validate::Fields,
    },
};
use jiff::civil::Date;
use std::collections::BTreeMap;

pub(crate) fn customer(known: &KnownCustomer) -> pb::Customer {
    let KnownCustomer { customer, summary, status, parts } = known;
    let profile = &customer.profile;
    pb::Customer {
        name: customer.id.name(),
        kind: customer.kind.to_wire(),
        status: record_status(customer.status).into(),
        household: customer.household.name(),
        display_name: profile.display_name.clone(),
        given_name: profile.given_name.clone(),
        family_name: profile.family_name.clone(),
        honorific: profile.honorific.clone(),
        suffix: profile.suffix.clone(),
        how_to_say: profile.how_to_say.clone(),
        language_code: profile.language.clone(),
        time_zone: profile.time_zone.clone(),
        region_code: profile.region.clone(),
        greeting: to_wire_or_zero(profile.greeting),
        birth_date: profile.birth_date.as_ref().map(birth_date),
        minor: profile.minor,
        identifiers: distinct(&customer.identifiers).iter().map(identifier).collect(),
        contact_points: profile.contact_points.iter().map(contact_point).collect(),
        preferred_channels: profile.preferred_channels.iter().map(|channel| channel.to_wire()).collect(),
        contact_hours: weekly_hours(profile.contact_hours.as_ref()),
        facts: profile.facts.iter().map(fact).collect(),
        tags: customer.tags.clone(),
        consents: current_consents(&customer.consents),
        summary: Some(customer_summary(summary, *status)),
        create_time: Some(timestamp(customer.created_at)),
        update_time: Some(timestamp(customer.updated_at)),
        etag: etag::of(customer.version),
        guardian: profile.guardian.as_ref().map(guardian),
        discreet: profile.discreet,
        contacts: profile.contacts.iter().map(organization::contact).collect(),
        gift_limit: profile.gift_limit.as_ref().map(organization::gift_limit),
        merged_into: optional_name(customer.merged_into.as_ref()),
        merged_customers: parts.iter().map(ResourceId::name).collect(),
    }
}

fn guardian(guardian: &Guardian) -> pb::Guardian {
    pb::Guardian { customer: guardian.customer.name(), consented: guardian.consented, source: guardian.source.clone() }
}

fn read_guardian(fields: &mut Fields, said: pb::Guardian) -> Option<Guardian> {
    let customer = fields.name("customer", &said.customer);
    let source = fields.short("source", said.source);
    Some(Guardian { customer: customer?, consented: said.consented, source, since: None })
}

fn record_status(status: CustomerStatus) -> pb::customer::Status {
    match status {
        CustomerStatus::Active => pb::customer::Status::Active,
        CustomerStatus::Deceased => pb::customer::Status::Deceased,
        CustomerStatus::Merged => pb::customer::Status::Merged,
        CustomerStatus::Erased => pb::customer::Status::Erased,
    }
}

fn identifier(identifier: &Identifier) -> pb::Identifier {
    pb::Identifier {
        kind: identifier.kind.to_wire(),
        system: identifier.system.clone(),
        value: identifier.typed.clone(),
        normalized: identifier.normalized.clone(),
    }
}

pub(super) fn contact_point(point: &ContactPoint) -> pb::ContactPoint {
    use pb::contact_point::Address;
    let address = match &point.address {
        ContactAddress::Phone(number) => Address::Phone(number.clone()),
        ContactAddress::Email(address) => Address::Email(address.clone()),
        ContactAddress::Post(address) => Address::Post(postal_address(address)),
    };
    pb::ContactPoint { address: Some(address), label: point.label.clone(), bad: point.bad }
}

fn fact(fact: &Fact) -> pb::Fact {
    pb::Fact {
        id: fact.id.to_string(),
        kind: fact.kind.to_wire(),
        text: fact.text.clone(),
        origin: fact.origin.to_wire(),
        learn_time: Some(timestamp(fact.learned_at)),
        date: fact.date.map(date),
    }
}

/// The consents that count: of each channel and purpose, the latest.
fn current_consents(all: &[Consent]) -> Vec<pb::Consent> {
    let mut current = BTreeMap::new();
    for consent in all {
        let latest = current.entry((consent.channel, consent.purpose)).or_insert(consent);
        if consent.at >= latest.at {
            *latest = consent;
        }
    }
    current.into_values().map(consent).collect()
}

pub(crate) fn consent(consent: &Consent) -> pb::Consent {
    pb::Consent {
        channel: consent.channel.to_wire(),
        purpose: consent.purpose.to_wire(),
        state: consent.state.to_wire(),
        source: consent.source.clone(),
        consent_time: Some(timestamp(consent.at)),
        text_version: consent.text_version.clone(),
    }
}

fn customer_summary(summary: &Summary, return_status: Option<ReturnStatus>) -> pb::CustomerSummary {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let kind_count =
        |(kind, number): (&_, &u32)| pb::KindCount { kind: WireEnum::to_wire(*kind), count: count(*number) };
    let spent = |(currency, micros): (&String, &i64)| pb::Money { currency_code: currency.clone(), micros: *micros };
    pb::CustomerSummary {
        visit_days: count(summary.visit_days),
        first_visit_date: summary.first_visit.map(date),
        last_visit_date: summary.last_visit.map(date),
        last_purchase_date: summary.last_purchase.map(date),
        counts: summary.counts.iter().map(kind_count).collect(),
        median_gap_days: summary.median_gap().map(count),
        return_status: to_wire_or_zero(return_status),
        spend: summary.spend.iter().map(spent).collect(),
        last: summary.last.as_ref().map(last_seen),
        last_contact_time: summary.last_contact_at.map(timestamp),
        open_case: optional_name(summary.open_case.as_ref()),
        open_promises: count(summary.open_promises),
    }
}

/// What a caller says of a customer: everything but what is output only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustomerWords {
    pub(crate) kind: CustomerKind,
    /// Without facts, which have methods of their own.
    pub(crate) profile: Profile,
    pub(crate) identifiers: Vec<Identifier>,
    /// Sorted, each once.
    pub(crate) tags: Vec<String>,
}

/// Reads what a caller says of a customer. `regions` say how to read numbers without country code where the customer's
/// own region is not given, the best first. Identifiers that are `known` mean what they have meant: they may have been
/// read by the region of a place, which is not among these.
pub(crate) fn read_customer(
    fields: &mut Fields,
    customer: pb::Customer,
    regions: &[&str],
    known: &[Identifier],
) -> Option<CustomerWords> {
    let own_region = fields.region("region_code", &customer.region_code);
    let regions: Vec<_> = [own_region.as_str()].into_iter().chain(regions.iter().copied()).collect();
    let contact_points = fields.list("contact_points", customer.contact_points, LIST_MAX, |fields, point| {
        read_contact_point(fields, point, &regions)
    });
    let kind = fields.optional_enum("kind", customer.kind).unwrap_or(CustomerKind::Person);
    let mut tags = fields.shorts("tags", customer.tags, LIST_MAX);
    tags.sort_unstable();
    tags.dedup();
    Some(CustomerWords {
        kind,
        identifiers: read_identifiers(fields, "identifiers", customer.identifiers, &regions, known),
        tags,
        profile: Profile {
            display_name: fields.person_name("display_name", customer.display_name),
            given_name: fields.person_name("given_name", customer.given_name),
            family_name: fields.person_name("family_name", customer.family_name),
            honorific: fields.person_name("honorific", customer.honorific),
            suffix: fields.person_name("suffix", customer.suffix),
            how_to_say: fields.person_name("how_to_say", customer.how_to_say),
            language: fields.language("language_code", &customer.language_code),
            time_zone: fields.zone("time_zone", &customer.time_zone),
            greeting: fields.optional_enum("greeting", customer.greeting),
            birth_date: fields.optional("birth_date", customer.birth_date, read_birth_date),
            minor: customer.minor,
            guardian: fields.optional("guardian", customer.guardian, read_guardian),
            contact_points,
            contacts: organization::read_contacts(fields, kind, customer.contacts, &regions),
            gift_limit: organization::read_gift_limit(fields, kind, customer.gift_limit),
            contact_hours: read_weekly_hours(fields, "contact_hours", customer.contact_hours),
            preferred_channels: fields.enums("preferred_channels", customer.preferred_channels),
            facts: Vec::new(),
            region: own_region,
            discreet: customer.discreet,
        },
    })
}

/// Reads identifiers, those that are `known` as they are; the same one twice is refused.
pub(crate) fn read_identifiers(
    fields: &mut Fields,
    field: &str,
    identifiers: Vec<pb::Identifier>,
    regions: &[&str],
    known: &[Identifier],
) -> Vec<Identifier> {
    let mut read: Vec<Identifier> = Vec::new();
    fields.list(field, identifiers, LIST_MAX, |fields, given| {
        let identifier = match known.iter().find(|known| is_as_given(known, &given)) {
            Some(known) => known.clone(),
            None => read_identifier(fields, &given, regions)?,
        };
        if read.iter().any(|known| known.key() == identifier.key()) {
            fields.refuse_here("is given twice");
        }
        read.push(identifier);
        Some(())
    });
    read
}

fn is_as_given(known: &Identifier, given: &pb::Identifier) -> bool {
    let said = (known.kind.to_wire(), &known.system, &known.typed);
    said == (given.kind, &given.system, &given.value)
}

fn read_identifier(fields: &mut Fields, given: &pb::Identifier, regions: &[&str]) -> Option<Identifier> {
    let kind: IdentifierKind = fields.required_enum("kind", given.kind)?;
    identity::identifier(kind, &given.system, &given.value, regions)
        .map_err(|error| {
            let field = if error.is_about_system() { "system" } else { "value" };
            fields.refuse(field, error.to_string());
        })
        .ok()
}

pub(super) fn read_contact_point(
    fields: &mut Fields,
    point: pb::ContactPoint,
    regions: &[&str],
) -> Option<ContactPoint> {
    use pb::contact_point::Address;
    let label = fields.short("label", point.label);
    let address = match point.address {
        Some(Address::Phone(number)) => {
            fields.given("phone", &number);
            ContactAddress::Phone(fields.phone("phone", &number, regions))
        }
        Some(Address::Email(address)) => {
            fields.given("email", &address);
            ContactAddress::Email(fields.email("email", address))
        }
        Some(Address::Post(address)) => {
            ContactAddress::Post(fields.within("post", |fields| read_postal_address(fields, address))?)
        }
        None => {
            fields.refuse_here("must have one of phone, email and post");
            return None;
        }
    };
    Some(ContactPoint { address, label, bad: false })
}

/// Reads a fact.
pub(crate) fn read_fact(fields: &mut Fields, fact: pb::Fact) -> Option<NewFact> {
    let kind = fields.required_enum("kind", fact.kind);
    let text = fields.required_text("text", fact.text);
    let origin = fields.required_enum("origin", fact.origin);
    let learned_at = fields.time("learn_time", fact.learn_time);
    let date = read_fact_date(fields, kind, fact.date);
    Some(NewFact { kind: kind?, text, origin: origin?, learned_at, date })
}

fn read_fact_date(fields: &mut Fields, kind: Option<FactKind>, date: Option<pb::CalendarDate>) -> Option<Date> {
    match (kind, &date) {
        (Some(FactKind::ImportantDate), None) => fields.refuse("date", "must be set for an IMPORTANT_DATE"),
        (Some(FactKind::ImportantDate) | None, _) | (_, None) => {}
        (Some(_), Some(_)) => fields.refuse("date", "must not be set but for an IMPORTANT_DATE"),
    }
    fields.optional("date", date, read_date)
}

/// Reads a customer's word about being contacted.
pub(crate) fn read_consent(fields: &mut Fields, consent: pb::Consent) -> Option<NewConsent> {
    let channel = fields.required_enum("channel", consent.channel);
    let purpose = fields.required_enum("purpose", consent.purpose);
    let state = fields.required_enum("state", consent.state);
    Some(NewConsent {
        source: fields.short("source", consent.source),
        text_version: fields.short("text_version", consent.text_version),
        at: fields.time("consent_time", consent.consent_time),
        channel: channel?,
        purpose: purpose?,
        state: state?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        customer::{Channel, ConsentState, Customer, Purpose},
        ids::{CustomerId, HouseholdId},
    };
    use jiff::Timestamp;
    use uuid::Uuid;

    fn full() -> pb::Customer {
        let identifier = |kind: IdentifierKind, system: &str, value: &str, normalized: &str| pb::Identifier {
            kind: kind.to_wire(),
            system: system.to_owned(),
            value: value.to_owned(),
            normalized: normalized.to_owned(),
        };
        pb::Customer {
            kind: CustomerKind::Person.to_wire(),
            display_name: "Ms Okafor".to_owned(),
            given_name: "Ada".to_owned(),
            family_name: "Okafor".to_owned(),
            honorific: "Dr".to_owned(),
            suffix: "Jr.".to_owned(),
            how_to_say: "oh-KAH-for".to_owned(),
            language_code: "en-GB".to_owned(),
            time_zone: "Europe/London".to_owned(),
            region_code: "GB".to_owned(),
            greeting: pb::customer::Greeting::WarmWithoutName.into(),
            birth_date: Some(pb::CalendarDate { year: 0, month: 2, day: 29 }),
            minor: true,
            identifiers: vec![
                identifier(IdentifierKind::Phone, "", "020 7946 0018", "+442079460018"),
                identifier(IdentifierKind::ExternalId, "till", "A-7", "A-7"),
            ],
            contact_points: vec![
                pb::ContactPoint {
                    address: Some(pb::contact_point::Address::Phone("+442079460018".to_owned())),
                    label: "work".to_owned(),
                    bad: false,
                },
                pb::ContactPoint {
                    address: Some(pb::contact_point::Address::Post(pb::PostalAddress {
                        region_code: "GB".to_owned(),
                        address_lines: vec!["1 Mill Lane".to_owned()],
                        postal_code: "AB1 2CD".to_owned(),
                        locality: "Milltown".to_owned(),
                        administrative_area: "Shire".to_owned(),
                    })),
                    label: String::new(),
                    bad: false,
                },
            ],
            preferred_channels: vec![pb::Channel::Post.into(), pb::Channel::Phone.into()],
            contact_hours: vec![pb::WeeklyWindow {
                weekday: 3,
                open: Some(pb::TimeOfDay { hours: 18, minutes: 0 }),
                close: Some(pb::TimeOfDay { hours: 20, minutes: 0 }),
            }],
            tags: vec!["gardener".to_owned(), "tea".to_owned()],
            ..pb::Customer::default()
        }
    }

    fn read(message: pb::Customer) -> Result<CustomerWords, Vec<String>> {
        let mut fields = Fields::new();
        let words = fields.required("customer", Some(message), |fields, it| read_customer(fields, it, &[], &[]));
        let paths = |item: pb::ItemError| item.violations.into_iter().map(|v| v.field).collect();
        fields.finish(words).map_err(|failure| paths(failure.into_item_error()))
    }

    fn kept(words: CustomerWords, consents: Vec<Consent>) -> Customer {
        Customer {
            id: CustomerId(Uuid::from_u128(1)),
            household: HouseholdId(Uuid::from_u128(2)),
            kind: words.kind,
            status: CustomerStatus::Active,
            merged_into: None,
            profile: words.profile,
            tags: words.tags,
            identifiers: words.identifiers,
            consents,
            through: None,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn shown(of: &Customer) -> pb::Customer {
        customer(&KnownCustomer { customer: of.clone(), summary: Summary::new(of.id), status: None, parts: vec![] })
    }

    #[test]
    fn what_was_said_of_a_customer_comes_back() {
        let shown = shown(&kept(read(full()).unwrap(), Vec::new()));
        assert_eq!(shown.name, "customers/00000000-0000-0000-0000-000000000001");
        let said = pb::Customer {
            name: String::new(),
            status: 0,
            household: String::new(),
            summary: None,
            create_time: None,
            update_time: None,
            etag: String::new(),
            ..shown
        };
        assert_eq!(said, full());
    }

    #[test]
    fn everything_wrong_is_named_and_nothing_personal_repeated() {
        let mut wrong = full();
        wrong.identifiers.push(wrong.identifiers[0].clone());
        wrong.identifiers.push(pb::Identifier { kind: 4, value: "x".to_owned(), ..pb::Identifier::default() });
        wrong.contact_points = vec![pb::ContactPoint::default()];
        wrong.preferred_channels = vec![5, 5, 77];
        wrong.time_zone = "Nowhere".to_owned();
        let mut paths = read(wrong).unwrap_err();
        paths.sort();
        assert_eq!(
            paths,
            [
                "customer.contact_points[0]",
                "customer.identifiers[2]",
                "customer.identifiers[3].system",
                "customer.preferred_channels[1]",
                "customer.preferred_channels[2]",
                "customer.time_zone",
            ]
        );
    }

    #[test]
    fn p6_the_latest_word_counts() {
        let said = |seconds, state| Consent {
            channel: Channel::Email,
            purpose: Purpose::Gratitude,
            state,
            source: String::new(),
            text_version: String::new(),
            at: Timestamp::from_second(seconds).unwrap(),
        };
        let consents = vec![said(5, ConsentState::Refused), said(3, ConsentState::Granted)];
        let shown = shown(&kept(read(full()).unwrap(), consents));
        let states: Vec<_> = shown.consents.iter().map(pb::Consent::state).collect();
        assert_eq!(states, [pb::consent::State::Refused]);
    }

    #[test]
    fn a_date_belongs_to_important_dates() {
        let read = |kind: FactKind, date| {
            let fact = pb::Fact {
                kind: kind.to_wire(),
                text: "wedding".to_owned(),
                origin: pb::fact::Origin::ToldUs.into(),
                date,
                ..pb::Fact::default()
            };
            let mut fields = Fields::new();
            let fact = read_fact(&mut fields, fact);
            fields.finish(fact)
        };
        let day = Some(pb::CalendarDate { year: 2020, month: 5, day: 1 });
        assert!(read(FactKind::ImportantDate, day).is_ok());
        assert!(read(FactKind::ImportantDate, None).is_err());
        assert!(read(FactKind::Like, day).is_err());
        assert!(read(FactKind::Like, None).is_ok());
    }
}
