//! What rules read of the facts fits what their conditions may name.

use jiff::{SignedDuration, Timestamp, civil::Date};
use uuid::Uuid;

use super::super::{Field, Kind, RULE_CONDITIONS, TIME_RULE_CONDITIONS, Value};
use crate::domain::customer::{Customer, CustomerKind, CustomerStatus, Greeting, Profile};
use crate::domain::ids::{CaseId, CustomerId, HouseholdId, InteractionId};
use crate::domain::interaction::{
    Detail, Direction, Emotion, ExternalRef, FaultKind, FeelingAbout, FeelingJudge, Interaction, InteractionChannel,
    InteractionKind, InteractionState, Moment, MomentKind, NoPurchaseReason, Outcome, Purchase, Surprise,
};
use crate::domain::journey::{Place, Standard, Verdict};
use crate::domain::location::{Location, LocationSettings, ReplyContact};
use crate::domain::money::Money;
use crate::domain::rulebook::{Cause, Facts};
use crate::domain::summary::{LastSeen, Summary};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const DAY: Date = Date::constant(2026, 3, 1);

fn detail() -> Detail {
    let other = || Some(ExternalRef { system: "till".to_owned(), id: "7".to_owned() });
    Detail {
        touchpoint: Some("counter".parse().unwrap()),
        expected_end: Some(NOW),
        staff: "Ana".to_owned(),
        outcome: Some(Outcome::Purchased),
        no_purchase_reason: Some(NoPurchaseReason::Price),
        subject: other(),
        purchase: Some(Purchase {
            total: Some(Money { currency: "EUR".to_owned(), micros: 1 }),
            items: Vec::new(),
            surprise: true,
            confidential: true,
        }),
        items_looked_at: vec!["a lamp".to_owned()],
        topics: vec!["light".to_owned()],
        emotion: Some(Emotion {
            satisfaction: 1,
            intensity: 3,
            judged_by: FeelingJudge::Staff,
            about: FeelingAbout::Us,
        }),
        effort: Some(1),
        satisfaction: Some(5),
        recommendation: Some(10),
        fault: Some(FaultKind::Late),
        response: Some(SignedDuration::from_secs(1)),
        transfers: Some(1),
        promised_at: Some(NOW),
        fulfilled_at: Some(NOW),
        unexpected: Some(Surprise::Good),
        source: other(),
        thanked_in_person: true,
        ..Detail::new(InteractionKind::Visit, InteractionChannel::InStore, Direction::Inbound)
    }
}

fn interaction() -> Interaction {
    Interaction {
        id: InteractionId(Uuid::nil()),
        customer: Some(CustomerId(Uuid::nil())),
        recorded_customer: None,
        origin: None,
        candidates: Vec::new(),
        state: InteractionState::Closed,
        location: "main-street".parse().unwrap(),
        detail: detail(),
        start_at: NOW,
        end_at: Some(NOW),
        received_at: NOW,
        local_date: DAY,
        moment: Moment { kind: MomentKind::Neutral, about: FeelingAbout::Us, peak: false, reasons: Vec::new() },
        journey: Some(Place {
            journey: "order".parse().unwrap(),
            stage: "waiting".parse().unwrap(),
            verdicts: vec![Verdict {
                standard: Standard::Respond,
                kept: true,
                evidence: "answered after 8 s".to_owned(),
                over: None,
            }],
        }),
        joined: Some(InteractionId(Uuid::nil())),
        history: false,
        void_reason: None,
        version: 1,
    }
}

fn customer() -> Customer {
    Customer {
        id: CustomerId(Uuid::nil()),
        household: HouseholdId(Uuid::nil()),
        kind: CustomerKind::Person,
        status: CustomerStatus::Active,
        merged_into: None,
        profile: Profile {
            language: "de".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            region: "DE".to_owned(),
            greeting: Some(Greeting::ByName),
            ..Profile::default()
        },
        tags: vec!["regular".to_owned()],
        identifiers: Vec::new(),
        consents: Vec::new(),
        through: None,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn summary() -> Summary {
    Summary {
        first_visit: Some(DAY),
        last_visit: Some(DAY),
        last_purchase: Some(DAY),
        last: Some(LastSeen {
            interaction: InteractionId(Uuid::nil()),
            at: NOW,
            location: "main-street".parse().unwrap(),
            kind: InteractionKind::Visit,
            channel: InteractionChannel::InStore,
            outcome: None,
            no_purchase_reason: None,
            about: Vec::new(),
            staff: String::new(),
            mood: None,
            local_date: DAY,
            previous: None,
        }),
        last_contact_at: Some(NOW),
        open_case: Some(CaseId(Uuid::nil())),
        ..Summary::new(CustomerId(Uuid::nil()))
    }
}

fn location() -> Location {
    Location {
        id: "main-street".parse().unwrap(),
        settings: LocationSettings {
            display_name: "Main Street".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            region: "DE".to_owned(),
            language: "de".to_owned(),
            currency: "EUR".to_owned(),
            opening_hours: None,
            holidays: Vec::new(),
            reply_contact: ReplyContact::default(),
            sensitive: false,
            brand: Some("Lamps".to_owned()),
            postal_address: None,
            call_capacity: Vec::new(),
        },
        version: 1,
        created_at: NOW,
        updated_at: NOW,
        planned_since: 0,
        planning_change: String::new(),
    }
}

fn fits(kind: Kind, value: Value<'_>) -> bool {
    match value {
        Value::Absent => false,
        Value::Text(text) => match kind {
            Kind::Enum(words) => words.contains(&text),
            other => matches!(other, Kind::Text | Kind::Slug(_)),
        },
        Value::Id(_) => matches!(kind, Kind::Id(_)),
        Value::Int(_) => kind == Kind::Int,
        Value::Decimal(_) => kind == Kind::Decimal,
        Value::Bool(_) => kind == Kind::Bool,
        Value::Timestamp(_) => kind == Kind::Timestamp,
        Value::Date(_) => kind == Kind::Date,
        Value::Duration(_) => kind == Kind::Duration,
        Value::TextList(_) => kind == Kind::TextList,
    }
}

#[test]
fn rules_read_every_field_that_their_conditions_may_name_in_its_type() {
    let (interaction, customer, summary, location) = (interaction(), customer(), summary(), location());
    let cause = Cause::Interaction { interaction: &interaction, on_latest_visit_day: true };
    let facts = Facts { cause, customer: &customer, summary: &summary, location: &location };
    for &field in RULE_CONDITIONS.fields {
        let value = facts.read(field);
        assert!(value.is_present() && fits(field.kind(), value), "{} was read as {value:?}", field.path());
    }
    assert_eq!(facts.read(Field::GestureName), Value::Absent);
}

#[test]
fn a_rule_that_no_interaction_sets_off_names_all_fields_but_those_of_one() {
    let others: Vec<_> =
        RULE_CONDITIONS.fields.iter().copied().filter(|field| !field.path().starts_with("interaction.")).collect();
    assert_eq!(TIME_RULE_CONDITIONS.fields, others);
}
