//! The data set: a town of customers with their histories, the same in every run.
//!
//! A few customers are made through the service itself, so that every row is as the service writes it: some came once,
//! some thirty times; they looked, bought, asked, were thanked. Straight SQL then makes all others after these
//! models ([`multiply`]): the same rows with ids, numbers, addresses and times of day of their own.

mod multiply;

use super::{load, outcome::Outcome, process::Listening};
use gratitude::proto::v1::{
    self as pb, customer_service_client::CustomerServiceClient, identifier::Kind as IdentifierKind,
    interaction_service_client::InteractionServiceClient, location_service_client::LocationServiceClient,
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use tonic::transport::Channel;

/// Its shops.
pub(crate) const LOCATIONS: u64 = 20;
/// How often each model customer came, where ten times is the average.
const HISTORIES: [u32; 8] = [1, 2, 3, 5, 8, 12, 19, 30];
/// Model customers have numbers that no other customer has.
const FIRST_MODEL: u64 = 7_700_000;

/// A database with a town in it.
#[derive(Debug, Clone)]
pub(crate) struct Town {
    pub(crate) url: String,
    pub(crate) customers: u64,
}

impl Town {
    /// Fills the database at `url`, whose schema is brought up to date, with so many customers.
    pub(crate) async fn build(url: &str, customers: u32, interactions_each: u32) -> Outcome<Self> {
        eprintln!("  making {customers} customers with {} interactions", customers * interactions_each);
        let service = Listening::service(url, &["--migrate"])?;
        let channel = load::connect(&service.url(), 1).await?.remove(0);
        furnish(channel.clone()).await?;
        for (n, visits) in (FIRST_MODEL..).zip(HISTORIES) {
            live(channel.clone(), n, (visits * interactions_each).div_ceil(10)).await?;
        }
        drop(channel);
        service.stop()?;
        multiply::all(url, FIRST_MODEL, HISTORIES.len() as u64, customers.into()).await?;
        Ok(Self { url: url.to_owned(), customers: customers.into() })
    }

    /// The phone number of the customer that a call with this number is about: spread, and the same in every run.
    pub(crate) fn phone(&self, call: u64) -> String {
        phone(scattered(call) % self.customers)
    }

    /// The same, of one share of the customers among so many, which have nobody in common.
    fn phone_in(&self, share: Share, call: u64) -> String {
        phone(scattered(call) % (self.customers / share.of) * share.of + share.number)
    }
}

/// Some of the customers: those with this number, when all are dealt out to so many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) number: u64,
    pub(crate) of: u64,
}

impl Share {
    /// Everybody.
    pub(crate) const ALL: Self = Self { number: 0, of: 1 };
}

/// A number that follows from another and looks unlike it (splitmix64).
pub(crate) fn scattered(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A Portuguese mobile number.
fn phone(customer: u64) -> String {
    format!("+35191{customer:07}")
}

/// A shop of the town.
pub(crate) fn location(n: u64) -> String {
    format!("locations/shop-{}", n % LOCATIONS + 1)
}

/// A zone in which it is about one in the afternoon: whenever the benchmark runs, messages may leave.
fn zone() -> String {
    let ahead = 13 - TimeZone::UTC.to_datetime(Timestamp::now()).hour();
    match ahead {
        0 => "Etc/UTC".to_owned(),
        // The names of these zones have the sign of POSIX: ahead of Greenwich is minus.
        1.. => format!("Etc/GMT-{ahead}"),
        _ => format!("Etc/GMT+{}", -ahead),
    }
}

async fn furnish(channel: Channel) -> Outcome<()> {
    let mut locations = LocationServiceClient::new(channel);
    for n in 0..LOCATIONS {
        let request = pb::CreateLocationRequest {
            location_id: location(n)["locations/".len()..].to_owned(),
            location: Some(pb::Location {
                display_name: format!("Shop {}", n + 1),
                time_zone: zone(),
                region_code: "PT".to_owned(),
                language_code: "en".to_owned(),
                currency_code: "EUR".to_owned(),
                ..pb::Location::default()
            }),
            request_id: String::new(),
        };
        locations.create_location(request).await?;
    }
    Ok(())
}

/// A model customer's life: made, asked for consent, and then a visit, a purchase or a question every few days.
async fn live(channel: Channel, n: u64, visits: u32) -> Outcome<()> {
    let identifier = |kind: IdentifierKind, system: &str, value: String| pb::Identifier {
        kind: kind.into(),
        system: system.to_owned(),
        value,
        normalized: String::new(),
    };
    let email = format!("guest.{n}@example.org");
    let customer = pb::Customer {
        kind: pb::customer::Kind::Person.into(),
        display_name: format!("Ana Silva {n}"),
        given_name: "Ana".to_owned(),
        family_name: format!("Silva {n}"),
        language_code: "en".to_owned(),
        identifiers: vec![
            identifier(IdentifierKind::Phone, "", phone(n)),
            identifier(IdentifierKind::Email, "", email.clone()),
            identifier(IdentifierKind::Loyalty, "", format!("L-{n}")),
            identifier(IdentifierKind::ExternalId, "till", n.to_string()),
        ],
        contact_points: vec![pb::ContactPoint {
            address: Some(pb::contact_point::Address::Email(email)),
            ..pb::ContactPoint::default()
        }],
        tags: vec!["newsletter".to_owned()],
        ..pb::Customer::default()
    };
    let mut customers = CustomerServiceClient::new(channel.clone());
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers.create_customer(request).await?.into_inner().customer.ok_or("a customer was made")?;
    let consent = pb::Consent {
        channel: pb::Channel::Email.into(),
        purpose: pb::Purpose::Gratitude.into(),
        state: pb::consent::State::Granted.into(),
        source: "a form in the shop".to_owned(),
        ..pb::Consent::default()
    };
    let request = pb::SetConsentRequest { name: made.name.clone(), consent: Some(consent), request_id: String::new() };
    customers.set_consent(request).await?;

    let mut interactions = InteractionServiceClient::new(channel);
    for visit in 0..visits {
        // The last one was yesterday at noon: its thanks are due this morning.
        let ago = (25 + i64::from(visits - 1 - visit) * 24 * 9).hours();
        let who = pb::Who { who: Some(pb::who::Who::Customer(made.name.clone())) };
        let what = interaction(n, u64::from(visit) + n, Some(Timestamp::now().checked_sub(ago)?), n);
        interactions
            .record_interaction(pb::RecordInteractionRequest {
                who: Some(who),
                interaction: Some(what),
                request_id: String::new(),
            })
            .await?;
    }
    Ok(())
}

/// Something that happened: a visit without a purchase, a purchase, or a question. `customer` only makes its source's
/// id unlike others.
fn interaction(customer: u64, n: u64, at: Option<Timestamp>, place: u64) -> pb::Interaction {
    let (kind, channel, outcome) = match n % 5 {
        0 | 3 => (pb::InteractionKind::Visit, pb::InteractionChannel::InStore, pb::Outcome::NotPurchased),
        1 | 4 => (pb::InteractionKind::Purchase, pb::InteractionChannel::InStore, pb::Outcome::Purchased),
        _ => (pb::InteractionKind::Enquiry, pb::InteractionChannel::Phone, pb::Outcome::Resolved),
    };
    let bought = kind == pb::InteractionKind::Purchase;
    let micros = 12_500_000;
    pb::Interaction {
        location: location(place),
        kind: kind.into(),
        channel: channel.into(),
        direction: pb::Direction::Inbound.into(),
        start_time: at.map(|at| prost_types::Timestamp { seconds: at.as_second(), nanos: 0 }),
        staff: "maria".to_owned(),
        outcome: outcome.into(),
        purchase: bought.then(|| pb::Purchase {
            total: Some(pb::Money { currency_code: "EUR".to_owned(), micros }),
            items: vec![pb::PurchaseItem {
                sku: "T-200".to_owned(),
                display_name: "Darjeeling, second flush".to_owned(),
                quantity: 1,
                price: Some(pb::Money { currency_code: "EUR".to_owned(), micros }),
            }],
            ..pb::Purchase::default()
        }),
        items_looked_at: vec!["a tea pot of cast iron".to_owned()],
        topics: vec!["green tea".to_owned()],
        remarks: "Asked how long the leaves may steep, and whether the pot comes in blue.".to_owned(),
        source: Some(pb::ExternalRef { system: "till".to_owned(), external_id: format!("{customer}-{n}") }),
        ..pb::Interaction::default()
    }
}

impl Town {
    /// What a till sends: something that just happened to a customer of the share, known by their phone number. Runs
    /// that must not meet each other's ids have different `run`s.
    pub(crate) fn news(&self, share: Share, run: &str, n: u64) -> pb::RecordInteractionRequest {
        let identity = pb::Identity {
            identifiers: vec![pb::Identifier {
                kind: IdentifierKind::Phone.into(),
                value: self.phone_in(share, n),
                ..pb::Identifier::default()
            }],
            profile: None,
            on_missing: pb::identity::OnMissing::KeepAnonymous.into(),
        };
        let mut what = interaction(0, n, None, scattered(n) >> 32);
        what.source = Some(pb::ExternalRef { system: "till".to_owned(), external_id: format!("{run}-{n}") });
        pb::RecordInteractionRequest {
            who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
            interaction: Some(what),
            request_id: String::new(),
        }
    }
}
