//! The card.

use super::{
    enums::{WireEnum, to_wire_or_zero},
    gesture::gesture,
    interaction::last_seen,
    types::{date, timestamp},
};
use crate::{
    domain::card::{Card, ComingDate, First, LastSeenHere, Saying},
    proto::v1 as pb,
    rpc::names::ResourceId,
};

pub(crate) fn card(card: &Card) -> pb::Card {
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    pb::Card {
        customer: card.customer.name(),
        display_name: card.display_name.clone(),
        how_to_say: card.how_to_say.clone(),
        greeting: card.greeting.to_wire(),
        first: card.first.as_ref().map(first),
        return_status: to_wire_or_zero(card.status),
        welcome_back: card.welcome_back,
        since_date: card.since.map(date),
        visit_days: days(card.visit_days),
        milestone: card.milestone.clone().unwrap_or_default(),
        last_visit: card.last.as_ref().map(last_visit),
        say: card.say.as_ref().map(saying),
        ask: card.ask.clone().unwrap_or_default(),
        hand_over: card.hand_over.iter().map(gesture).collect(),
        likes: card.likes.clone(),
        dislikes: card.dislikes.clone(),
        dates: card.dates.iter().map(coming_date).collect(),
        open_promises: card.open_promises.iter().map(gesture).collect(),
        days_since_purchase: card.days_since_purchase.map(days),
        days_since_contact: card.days_since_contact.map(days),
        tags: card.tags.clone(),
        automatic_tags: card.automatic_tags.clone(),
        notice: card.notice.clone(),
        hello: card.hello.clone(),
        spoken_language_code: card.spoken_language.to_owned(),
        desk_language_code: card.desk_language.to_owned(),
    }
}

fn first(first: &First) -> pb::First {
    pb::First { case: first.case.name(), text: first.text.clone(), open_time: Some(timestamp(first.opened_at)) }
}

fn last_visit(last: &LastSeenHere) -> pb::LastVisit {
    pb::LastVisit {
        seen: Some(last_seen(&last.seen)),
        location_display_name: last.location_name.clone(),
        date: Some(date(last.date)),
        ending: last.ending.clone(),
    }
}

fn saying(saying: &Saying) -> pb::Saying {
    pb::Saying { text: saying.text.clone(), evidence: saying.evidence.clone(), origin: to_wire_or_zero(saying.origin) }
}

fn coming_date(coming: &ComingDate) -> pb::ComingDate {
    pb::ComingDate {
        date: Some(date(coming.date)),
        display_name: coming.name.clone(),
        days_ahead: i32::try_from(coming.days_ahead).unwrap_or(i32::MAX),
    }
}
