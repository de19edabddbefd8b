//! Who plays: the sample's sessions, with given names.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::stage::{LOCATION, Stage};
use crate::{cli::CliError, proto::v1};

const SESSIONS: &str = include_str!("../../../examples/demo/sessions.csv");
const NAMES: &str = include_str!("../../../examples/demo/given_names.csv");
const WARES: &str = include_str!("../../../examples/demo/wares.csv");

/// A real session, of somebody who may be known.
#[derive(Debug, Deserialize)]
pub(super) struct Session {
    pub(super) row: u32,
    #[serde(rename = "ProductRelated")]
    pub(super) pages: u32,
    #[serde(rename = "ProductRelated_Duration")]
    pub(super) seconds: f64,
    #[serde(rename = "VisitorType")]
    visitor: String,
    #[serde(rename = "Revenue")]
    revenue: String,
    /// Given name; `None` of somebody not known.
    #[serde(skip)]
    pub(super) name: Option<String>,
    /// What they looked at or bought; `None` where nobody saw.
    #[serde(skip)]
    ware: Option<String>,
}

impl Session {
    pub(super) fn bought(&self) -> bool {
        self.revenue == "True"
    }
}

#[derive(Debug, Deserialize)]
struct GivenName {
    first_name: String,
}

#[derive(Debug, Deserialize)]
struct Ware {
    first_name: String,
    ware: String,
}

/// The sessions, and the customers by given name.
pub(super) struct Cast {
    pub(super) sessions: Vec<Session>,
    customers: BTreeMap<String, String>,
}

impl Cast {
    /// Resource name of a customer of the story.
    pub(super) fn customer(&self, name: &str) -> Result<String, CliError> {
        self.customers.get(name).cloned().ok_or_else(|| CliError::Unexpected(format!("{name} does not play")))
    }

    /// The given name of a customer of the story.
    pub(super) fn name(&self, customer: &str) -> Option<&str> {
        self.customers.iter().find(|(_, name)| *name == customer).map(|(given, _)| given.as_str())
    }

    /// The order of a customer's session.
    pub(super) fn order_of(&self, name: &str) -> Option<v1::ExternalRef> {
        self.sessions.iter().find(|session| session.name.as_deref() == Some(name)).map(|session| order(session.row))
    }

    /// A customer as calls say whom they are about.
    pub(super) fn who(&self, name: &str) -> Result<Option<v1::Who>, CliError> {
        Ok(Some(v1::Who { who: Some(v1::who::Who::Customer(self.customer(name)?)) }))
    }
}

/// Makes the customers of the story; two of three like to get e-mail.
pub(super) async fn arrive(stage: &Stage) -> Result<Cast, CliError> {
    let mut sessions: Vec<Session> = rows(SESSIONS)?;
    let names: Vec<GivenName> = rows(NAMES)?;
    let wares: Vec<Ware> = rows(WARES)?;
    let known = sessions.iter_mut().filter(|session| session.visitor != "Other");
    for (session, name) in known.zip(&names) {
        session.name = Some(name.first_name.clone());
        session.ware = wares.iter().find(|ware| ware.first_name == name.first_name).map(|found| found.ware.clone());
    }
    let mut customers = BTreeMap::new();
    for (number, name) in (1..).zip(names) {
        let name = name.first_name;
        let request = v1::CreateCustomerRequest { customer: Some(customer(number, &name)), ..Default::default() };
        let made = stage.client.customers().create_customer(request).await;
        let made = made.map_err(|status| stage.failed(&status))?.into_inner().customer.unwrap_or_default();
        if number % 3 != 0 {
            consent(stage, &made.name).await?;
        }
        customers.insert(name, made.name);
    }
    let cast = Cast { sessions, customers };
    remember_amelia(stage, &cast).await?;
    Ok(cast)
}

/// Amelia is a customer from before: what she did then is history, counted but not thanked for now.
async fn remember_amelia(stage: &Stage, cast: &Cast) -> Result<(), CliError> {
    let fact = v1::Fact {
        kind: v1::fact::Kind::Like.into(),
        text: "green tea".to_owned(),
        origin: v1::fact::Origin::ToldUs.into(),
        ..Default::default()
    };
    let request = v1::AddFactRequest { name: cast.customer("Amelia")?, fact: Some(fact), request_id: String::new() };
    stage.client.customers().add_fact(request).await.map_err(|status| stage.failed(&status))?;
    for (days_ago, item) in [(45, "a tin of sencha"), (12, "a glass strainer")] {
        let purchase = v1::Purchase {
            items: vec![v1::PurchaseItem { display_name: item.to_owned(), ..Default::default() }],
            ..Default::default()
        };
        let interaction = v1::Interaction {
            kind: v1::InteractionKind::Purchase.into(),
            channel: v1::InteractionChannel::InStore.into(),
            start_time: Some(stage.minutes_ago(days_ago * 24 * 60).await?),
            staff: "Mina".to_owned(),
            purchase: Some(purchase),
            history: true,
            ..Default::default()
        };
        stage.record(cast.who("Amelia")?, interaction).await?;
    }
    Ok(())
}

fn customer(number: u32, name: &str) -> v1::Customer {
    let identifier =
        |kind: v1::identifier::Kind, value: String| v1::Identifier { kind: kind.into(), value, ..Default::default() };
    v1::Customer {
        display_name: name.to_owned(),
        given_name: name.to_owned(),
        identifiers: vec![
            identifier(v1::identifier::Kind::Phone, format!("+44 20 7946 {number:04}")),
            identifier(v1::identifier::Kind::Email, format!("{}@example.com", name.to_lowercase())),
        ],
        ..Default::default()
    }
}

async fn consent(stage: &Stage, customer: &str) -> Result<(), CliError> {
    let consent = v1::Consent {
        channel: v1::Channel::Email.into(),
        purpose: v1::Purpose::Gratitude.into(),
        state: v1::consent::State::Granted.into(),
        source: "the web shop's form".to_owned(),
        ..Default::default()
    };
    let request =
        v1::SetConsentRequest { name: customer.to_owned(), consent: Some(consent), request_id: String::new() };
    stage.client.customers().set_consent(request).await.map_err(|status| stage.failed(&status))?;
    Ok(())
}

/// One session as it is recorded.
pub(super) fn visit(
    session: &Session,
    who: Option<v1::Who>,
    start: prost_types::Timestamp,
) -> v1::RecordInteractionRequest {
    #[allow(clippy::cast_possible_truncation)]
    let seconds = session.seconds as i64;
    let end = prost_types::Timestamp { seconds: start.seconds + seconds, nanos: start.nanos };
    let item = |ware: &String| v1::PurchaseItem { display_name: ware.clone(), ..Default::default() };
    let (outcome, purchase, looked_at) = if session.bought() {
        let items: Vec<_> = session.ware.iter().map(item).collect();
        let purchase = (!items.is_empty()).then(|| v1::Purchase { items, ..Default::default() });
        (v1::Outcome::Purchased, purchase, Vec::new())
    } else {
        (v1::Outcome::NotPurchased, None, session.ware.iter().cloned().collect())
    };
    let interaction = v1::Interaction {
        location: LOCATION.to_owned(),
        kind: v1::InteractionKind::Visit.into(),
        channel: v1::InteractionChannel::Web.into(),
        start_time: Some(start),
        end_time: Some(end),
        outcome: outcome.into(),
        purchase,
        items_looked_at: looked_at,
        subject: Some(order(session.row)),
        source: Some(v1::ExternalRef { system: "online-shoppers".to_owned(), external_id: session.row.to_string() }),
        ..Default::default()
    };
    v1::RecordInteractionRequest { who, interaction: Some(interaction), request_id: String::new() }
}

/// What belongs to the order of a session.
fn order(row: u32) -> v1::ExternalRef {
    v1::ExternalRef { system: "order".to_owned(), external_id: row.to_string() }
}

fn rows<T: for<'a> Deserialize<'a>>(text: &str) -> Result<Vec<T>, CliError> {
    let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect::<Result<_, _>>();
    rows.map_err(|error| CliError::Unexpected(error.to_string()))
}
