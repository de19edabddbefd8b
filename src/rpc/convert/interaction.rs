//! Interactions.

use super::{
    enums::{WireEnum, to_wire_or_zero},
    journey::verdict,
    types::{date, duration, external_ref, money, read_external_ref, read_money, timestamp},
};
use crate::{
    domain::{
        commands::record::NewInteraction,
        interaction::{
            Detail, Direction, Emotion, FeelingAbout, FeelingJudge, Interaction, InteractionChannel, InteractionKind,
            Moment, Purchase, PurchaseItem,
        },
        journey::Place,
        limits::{LIST_MAX, TRANSFERS_MAX},
        summary::LastSeen,
    },
    proto::v1 as pb,
    rpc::{
        names::{ResourceId, optional_name},
        validate::Fields,
    },
};
use jiff::{SignedDuration, Timestamp};

/// Longest time to a first response that is believed: ten years.
const RESPONSE_MAX: SignedDuration = SignedDuration::from_hours(24 * 3_660);
const QUANTITY_MAX: i32 = 1_000_000;

pub(crate) fn interaction(interaction: &Interaction) -> pb::Interaction {
    let detail = &interaction.detail;
    pb::Interaction {
        name: interaction.id.name(),
        location: interaction.location.name(),
        kind: detail.kind.to_wire(),
        channel: detail.channel.to_wire(),
        direction: detail.direction.to_wire(),
        touchpoint: optional_name(detail.touchpoint.as_ref()),
        start_time: Some(timestamp(interaction.start_at)),
        end_time: interaction.end_at.map(timestamp),
        expected_end_time: detail.expected_end.map(timestamp),
        staff: detail.staff.clone(),
        outcome: to_wire_or_zero(detail.outcome),
        no_purchase_reason: to_wire_or_zero(detail.no_purchase_reason),
        subject: detail.subject.as_ref().map(external_ref),
        purchase: detail.purchase.as_ref().map(purchase),
        items_looked_at: detail.items_looked_at.clone(),
        topics: detail.topics.clone(),
        emotion: detail.emotion.as_ref().map(emotion),
        effort: detail.effort.map(i32::from),
        satisfaction: detail.satisfaction.map(i32::from),
        recommendation: detail.recommendation.map(i32::from),
        fault: to_wire_or_zero(detail.fault),
        response_duration: detail.response.map(duration),
        transfers: detail.transfers.map(i32::from),
        promised_time: detail.promised_at.map(timestamp),
        fulfilled_time: detail.fulfilled_at.map(timestamp),
        unexpected: to_wire_or_zero(detail.unexpected),
        remarks: detail.remarks.clone(),
        stranger: detail.stranger.clone(),
        source: detail.source.as_ref().map(external_ref),
        replaces: optional_name(detail.replaces.as_ref()),
        history: interaction.history,
        thanked_in_person: detail.thanked_in_person,
        over_budget_by: detail.over_budget_by.clone(),
        state: interaction.state.to_wire(),
        customer: optional_name(interaction.customer.as_ref()),
        recorded_customer: optional_name(interaction.recorded_customer.as_ref()),
        candidates: interaction.candidates.iter().map(ResourceId::name).collect(),
        moment: Some(moment(&interaction.moment)),
        local_date: Some(date(interaction.local_date)),
        journey: optional_name(interaction.journey.as_ref().map(|place| &place.journey)),
        stage_id: interaction.journey.as_ref().map(|place| place.stage.to_string()).unwrap_or_default(),
        verdicts: interaction.verdicts().iter().map(verdict).collect(),
        standards_kept: interaction.journey.as_ref().and_then(Place::standards_kept),
        joined_interaction: optional_name(interaction.joined.as_ref()),
        receive_time: Some(timestamp(interaction.received_at)),
        void_reason: interaction.void_reason.clone().unwrap_or_default(),
    }
}

fn purchase(purchase: &Purchase) -> pb::Purchase {
    let item = |item: &PurchaseItem| pb::PurchaseItem {
        sku: item.sku.clone(),
        display_name: item.name.clone(),
        quantity: i32::try_from(item.quantity).unwrap_or(i32::MAX),
        price: item.price.as_ref().map(money),
    };
    pb::Purchase {
        total: purchase.total.as_ref().map(money),
        items: purchase.items.iter().map(item).collect(),
        surprise: purchase.surprise,
        confidential: purchase.confidential,
    }
}

fn emotion(emotion: &Emotion) -> pb::Emotion {
    pb::Emotion {
        satisfaction: emotion.satisfaction.into(),
        intensity: emotion.intensity.into(),
        judged_by: emotion.judged_by.to_wire(),
        about: emotion.about.to_wire(),
    }
}

fn moment(moment: &Moment) -> pb::Moment {
    pb::Moment {
        kind: moment.kind.to_wire(),
        about: moment.about.to_wire(),
        peak: moment.peak,
        reasons: moment.reasons.clone(),
    }
}

pub(crate) fn last_seen(last: &LastSeen) -> pb::LastSeen {
    pb::LastSeen {
        interaction: last.interaction.name(),
        start_time: Some(timestamp(last.at)),
        location: last.location.name(),
        kind: last.kind.to_wire(),
        channel: last.channel.to_wire(),
        outcome: to_wire_or_zero(last.outcome),
        no_purchase_reason: to_wire_or_zero(last.no_purchase_reason),
        about: last.about.clone(),
        staff: last.staff.clone(),
        mood: last.mood.map(i32::from),
    }
}

/// Reads what a source says of an interaction. `now` is when we learn of it.
pub(crate) fn read_interaction(fields: &mut Fields, said: pb::Interaction, now: Timestamp) -> Option<NewInteraction> {
    let location = fields.name("location", &said.location);
    let kind = fields.required_enum("kind", said.kind);
    let channel = fields.required_enum("channel", said.channel);
    let direction = read_direction(fields, kind, said.direction);
    let start_at = fields.time("start_time", said.start_time);
    let end_at = fields.time("end_time", said.end_time);
    let detail = Detail {
        touchpoint: fields.optional_name("touchpoint", &said.touchpoint),
        expected_end: fields.time("expected_end_time", said.expected_end_time),
        staff: fields.short("staff", said.staff),
        outcome: fields.optional_enum("outcome", said.outcome),
        no_purchase_reason: fields.optional_enum("no_purchase_reason", said.no_purchase_reason),
        subject: fields.optional("subject", said.subject, read_external_ref),
        purchase: fields.optional("purchase", said.purchase, read_purchase),
        items_looked_at: fields.shorts("items_looked_at", said.items_looked_at, LIST_MAX),
        topics: fields.shorts("topics", said.topics, LIST_MAX),
        emotion: fields.optional("emotion", said.emotion, read_emotion),
        effort: said.effort.and_then(|n| fields.ranged("effort", n, 1..=7)),
        satisfaction: said.satisfaction.and_then(|n| fields.ranged("satisfaction", n, 1..=5)),
        recommendation: said.recommendation.and_then(|n| fields.ranged("recommendation", n, 0..=10)),
        fault: fields.optional_enum("fault", said.fault),
        response: fields.duration("response_duration", said.response_duration, SignedDuration::ZERO..=RESPONSE_MAX),
        transfers: said.transfers.and_then(|n| fields.ranged("transfers", n, 0..=i32::from(TRANSFERS_MAX))),
        promised_at: fields.time("promised_time", said.promised_time),
        fulfilled_at: fields.time("fulfilled_time", said.fulfilled_time),
        unexpected: fields.optional_enum("unexpected", said.unexpected),
        remarks: fields.text("remarks", said.remarks),
        stranger: fields.short("stranger", said.stranger),
        source: fields.optional("source", said.source, read_external_ref),
        replaces: fields.optional_name("replaces", &said.replaces),
        thanked_in_person: said.thanked_in_person,
        // A kind or channel that can't be read is noted; what stands in for it is never used.
        ..Detail::new(kind.unwrap_or(InteractionKind::Visit), channel.unwrap_or(InteractionChannel::InStore), direction)
    };
    let new = NewInteraction { location: location?, start_at, end_at, history: said.history, detail };
    fields.note_all(new.violations(now));
    kind.and(channel).map(|_| new)
}

fn read_direction(fields: &mut Fields, kind: Option<InteractionKind>, number: i32) -> Direction {
    let said = fields.optional_enum("direction", number);
    let ours = kind == Some(InteractionKind::OutboundContact);
    if ours && said == Some(Direction::Inbound) {
        fields.refuse("direction", "must be OUTBOUND for an OUTBOUND_CONTACT");
    }
    said.unwrap_or(if ours { Direction::Outbound } else { Direction::Inbound })
}

pub(crate) fn read_purchase(fields: &mut Fields, purchase: pb::Purchase) -> Option<Purchase> {
    Some(Purchase {
        total: fields.optional("total", purchase.total, read_money),
        items: fields.list("items", purchase.items, LIST_MAX, read_item),
        surprise: purchase.surprise,
        confidential: purchase.confidential,
    })
}

fn read_item(fields: &mut Fields, item: pb::PurchaseItem) -> Option<PurchaseItem> {
    let quantity = if item.quantity == 0 { 1 } else { item.quantity };
    let quantity = fields.ranged("quantity", quantity, 1..=QUANTITY_MAX);
    Some(PurchaseItem {
        sku: fields.short("sku", item.sku),
        name: fields.required_short("display_name", item.display_name),
        price: fields.optional("price", item.price, read_money),
        quantity: quantity?,
    })
}

fn read_emotion(fields: &mut Fields, emotion: pb::Emotion) -> Option<Emotion> {
    const MIDDLING: i32 = 3;
    let intensity = if emotion.intensity == 0 { MIDDLING } else { emotion.intensity };
    let satisfaction = fields.ranged("satisfaction", emotion.satisfaction, -2..=2);
    let intensity = fields.ranged("intensity", intensity, 1..=5);
    Some(Emotion {
        judged_by: fields.optional_enum("judged_by", emotion.judged_by).unwrap_or(FeelingJudge::Staff),
        about: fields.optional_enum("about", emotion.about).unwrap_or(FeelingAbout::Unknown),
        satisfaction: satisfaction?,
        intensity: intensity?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        ids::{CustomerId, InteractionId},
        interaction::{InteractionState, MomentKind, Outcome},
    };
    use uuid::Uuid;

    fn full() -> pb::Interaction {
        let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 1_000 });
        let price = || Some(pb::Money { currency_code: "EUR".to_owned(), micros: 12_500_000 });
        let reference = |id: &str| Some(pb::ExternalRef { system: "till".to_owned(), external_id: id.to_owned() });
        pb::Interaction {
            location: "locations/mill-lane".to_owned(),
            kind: InteractionKind::Visit.to_wire(),
            channel: pb::InteractionChannel::InStore.into(),
            direction: Direction::Inbound.to_wire(),
            touchpoint: "touchpoints/counter".to_owned(),
            start_time: time(1_000),
            end_time: time(2_000),
            expected_end_time: time(3_000),
            staff: "Ana".to_owned(),
            outcome: Outcome::Purchased.to_wire(),
            subject: reference("order-1"),
            purchase: Some(pb::Purchase {
                total: price(),
                items: vec![pb::PurchaseItem {
                    sku: "T1".to_owned(),
                    display_name: "red teapot".to_owned(),
                    quantity: 2,
                    price: price(),
                }],
                surprise: true,
                confidential: true,
            }),
            items_looked_at: vec!["teapots".to_owned()],
            topics: vec!["glaze".to_owned()],
            emotion: Some(pb::Emotion { satisfaction: -2, intensity: 4, judged_by: 1, about: 2 }),
            effort: Some(7),
            satisfaction: Some(1),
            recommendation: Some(0),
            fault: pb::FaultKind::Wait.into(),
            response_duration: Some(prost_types::Duration { seconds: 90, nanos: 0 }),
            transfers: Some(0),
            promised_time: time(4_000),
            fulfilled_time: time(5_000),
            unexpected: pb::interaction::Unexpected::Good.into(),
            remarks: "two\nlines".to_owned(),
            stranger: "blue coat".to_owned(),
            source: reference("4711"),
            replaces: "interactions/00000000-0000-0000-0000-000000000009".to_owned(),
            history: true,
            thanked_in_person: true,
            ..pb::Interaction::default()
        }
    }

    fn read(message: pb::Interaction) -> Result<NewInteraction, Vec<String>> {
        let now = Timestamp::from_second(10_000).unwrap();
        let mut fields = Fields::new();
        let words = fields.required("interaction", Some(message), |fields, it| read_interaction(fields, it, now));
        let paths = |item: pb::ItemError| item.violations.into_iter().map(|v| v.field).collect();
        fields.finish(words).map_err(|failure| paths(failure.into_item_error()))
    }

    #[test]
    fn what_was_said_of_an_interaction_comes_back() {
        let words = read(full()).unwrap();
        let kept = Interaction {
            id: InteractionId(Uuid::from_u128(1)),
            customer: Some(CustomerId(Uuid::from_u128(2))),
            recorded_customer: None,
            origin: None,
            candidates: Vec::new(),
            state: InteractionState::Closed,
            location: words.location,
            detail: words.detail,
            start_at: words.start_at.unwrap(),
            end_at: words.end_at,
            received_at: Timestamp::UNIX_EPOCH,
            local_date: jiff::civil::date(1970, 1, 1),
            moment: Moment {
                kind: MomentKind::Neutral,
                about: FeelingAbout::Unknown,
                peak: false,
                reasons: Vec::new(),
            },
            journey: None,
            joined: None,
            history: words.history,
            void_reason: None,
            version: 1,
        };
        let said = pb::Interaction {
            name: String::new(),
            state: 0,
            customer: String::new(),
            moment: None,
            local_date: None,
            receive_time: None,
            ..interaction(&kept)
        };
        assert_eq!(said, full());
    }

    #[test]
    fn who_began_follows_from_the_kind() {
        let direction = |kind: InteractionKind, direction| {
            let said = pb::Interaction { kind: kind.to_wire(), direction, ..full() };
            read(said).map(|new| new.detail.direction)
        };
        assert_eq!(direction(InteractionKind::Support, 0), Ok(Direction::Inbound));
        assert_eq!(direction(InteractionKind::OutboundContact, 0), Ok(Direction::Outbound));
        let contradiction = direction(InteractionKind::OutboundContact, Direction::Inbound.to_wire());
        assert_eq!(contradiction, Err(vec!["interaction.direction".to_owned()]));
    }

    #[test]
    fn what_the_domain_finds_wrong_is_named_too() {
        let wrong = pb::Interaction {
            end_time: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            no_purchase_reason: 4,
            start_time: Some(prost_types::Timestamp { seconds: 10_000 + 25 * 3_600, nanos: 0 }),
            ..full()
        };
        let mut paths = read(wrong).unwrap_err();
        paths.sort();
        paths.dedup();
        let times = ["interaction.end_time", "interaction.expected_end_time"];
        assert_eq!(paths, [times[0], times[1], "interaction.no_purchase_reason", "interaction.start_time"]);
    }

    #[test]
    fn everything_wrong_is_named() {
        let wrong = pb::Interaction {
            location: "Mill Lane".to_owned(),
            kind: 99,
            channel: 0,
            purchase: Some(pb::Purchase {
                total: Some(pb::Money { currency_code: "EUR".to_owned(), micros: -1 }),
                items: vec![pb::PurchaseItem { quantity: -1, ..pb::PurchaseItem::default() }],
                ..pb::Purchase::default()
            }),
            emotion: Some(pb::Emotion { satisfaction: 3, intensity: 6, ..pb::Emotion::default() }),
            effort: Some(0),
            satisfaction: Some(6),
            recommendation: Some(11),
            transfers: Some(-1),
            remarks: "x".repeat(8 * 1024 + 1),
            replaces: "7".to_owned(),
            ..full()
        };
        let mut paths = read(wrong).unwrap_err();
        paths.sort();
        assert_eq!(
            paths,
            [
                "interaction.channel",
                "interaction.effort",
                "interaction.emotion.intensity",
                "interaction.emotion.satisfaction",
                "interaction.kind",
                "interaction.location",
                "interaction.purchase.items[0].display_name",
                "interaction.purchase.items[0].quantity",
                "interaction.purchase.total.micros",
                "interaction.recommendation",
                "interaction.remarks",
                "interaction.replaces",
                "interaction.satisfaction",
                "interaction.transfers",
            ]
        );
    }
}
