//! From the records to the card.

use super::{
    Card, First, LastSeenHere,
    dates::coming_dates,
    hello::{self, hello},
    saying::{Saying, question, sentence},
    tact::{is_fit, is_shown},
    words::{Desk, Words, counted, fill},
};
use crate::domain::{
    case::Case,
    customer::{Channel, Customer, CustomerStatus, FactKind, Greeting},
    gesture::{Gesture, GestureState},
    interaction::InteractionKind,
    location::Location,
    returning::{ReturnStatus, days_between, is_welcome_back, return_status, visit_day_today},
    summary::{LastSeen, Summary},
    when::{Zones, local_date},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::cmp::Reverse;

/// Whoever said so many times what they think says it often.
const OFTEN: u32 = 3;

/// What a card is made of.
#[derive(Debug, Clone, Copy)]
pub struct CardInput<'a> {
    /// Who stands there.
    pub customer: &'a Customer,
    /// Their history; with or without today's visit.
    pub summary: &'a Summary,
    /// The last time that they were here before today.
    pub last: Option<LastTime<'a>>,
    /// The location at which they stand.
    pub location: &'a Location,
    /// The oldest case of theirs that is open.
    pub open_case: Option<&'a Case>,
    /// Their gestures; those that are over are ignored.
    pub gestures: &'a [Gesture],
    /// The visit days that are milestones.
    pub milestones: &'a [u32],
    /// The gap between visits that is usual where the customer has no rhythm yet, in days.
    pub location_gap_days: u32,
    /// The zones, by which today is told.
    pub zones: &'a Zones,
    /// The present.
    pub now: Timestamp,
}

/// The last time that somebody was here before today.
#[derive(Debug, Clone, Copy)]
pub struct LastTime<'a> {
    /// What was seen then.
    pub seen: &'a LastSeen,
    /// Where.
    pub location: &'a Location,
}

impl LastTime<'_> {
    /// The day, in that location's zone.
    fn date(&self, zones: &Zones) -> Date {
        local_date(&zone_of(self.location, zones), self.seen.at)
    }

    /// Whether what happened there is nobody's business here.
    pub(super) fn is_private_at(&self, here: &Location) -> bool {
        self.location.settings.sensitive && self.location.id != here.id
    }
}

/// The zone of a location; UTC for one that the database no longer knows.
fn zone_of(location: &Location, zones: &Zones) -> TimeZone {
    zones.get(&location.settings.time_zone).unwrap_or(TimeZone::UTC)
}

/// The card of a customer who stands at a location now.
#[must_use]
pub fn card(input: &CardInput<'_>) -> Card {
    let CardInput { customer, summary, .. } = *input;
    let zone = zone_of(input.location, input.zones);
    let today = local_date(&zone, input.now);
    let previous = previous_visit_day(input, today);
    let status = return_status(summary, today, input.location_gap_days);
    let welcome_back = is_welcome_back(summary, previous, today, input.location_gap_days);
    let milestone = milestone(input, today);
    let (desk, spoken) = (Words::at_desk(input.location), Words::to(customer, input.location));
    let hello = hello(input, spoken, &zone);
    let say = sentence(input, spoken, milestone, welcome_back)
        .map(|say| Saying { text: hello::and(&hello, say.text), ..say });
    let is_named = customer.profile.greeting.unwrap_or(Greeting::ByName) == Greeting::ByName;
    let card = Card {
        customer: customer.id,
        display_name: if is_named { customer.profile.shown_as(desk.language) } else { String::new() },
        how_to_say: if is_named { customer.profile.how_to_say.clone() } else { String::new() },
        greeting: customer.profile.greeting.unwrap_or(Greeting::ByName),
        notice: String::new(),
        first: input.open_case.map(|case| first(case, &desk.desk, today, &zone)),
        status,
        welcome_back,
        since: summary.first_visit,
        visit_days: summary.visit_days,
        milestone: milestone.map(|number| counted(&desk.desk.milestone, number)),
        last: input.last.map(|last| last_seen_here(last, input, &desk.desk)),
        hello,
        spoken_language: spoken.language,
        desk_language: desk.language,
        say,
        ask: question(input, spoken),
        hand_over: to_hand_over(input),
        likes: facts(customer, &[FactKind::Like, FactKind::Interest]),
        dislikes: facts(customer, &[FactKind::Dislike]),
        dates: coming_dates(&customer.profile, &desk.desk.birthday, today),
        open_promises: open_promises(input),
        days_since_purchase: summary.last_purchase.map(|date| days_between(date, today)),
        days_since_contact: summary.last_contact_at.map(|at| days_between(local_date(&zone, at), today)),
        tags: customer.tags.iter().filter(|tag| is_fit(tag)).cloned().collect(),
        automatic_tags: automatic_tags(summary, status, welcome_back, &desk.desk),
    };
    if customer.status == CustomerStatus::Deceased { in_memory(card, &desk.desk) } else { card }
}

/// Whoever stands there is somebody else: nothing is said, asked or handed over in the name of who has died.
fn in_memory(card: Card, desk: &Desk) -> Card {
    Card {
        notice: desk.died.clone(),
        hello: String::new(),
        welcome_back: false,
        milestone: None,
        say: None,
        ask: None,
        hand_over: Vec::new(),
        dates: Vec::new(),
        automatic_tags: Vec::new(),
        ..card
    }
}

/// The last visit day before today.
fn previous_visit_day(input: &CardInput<'_>, today: Date) -> Option<Date> {
    match input.summary.last_visit {
        Some(last) if last < today => Some(last),
        _ => input.last.map(|last| last.date(input.zones)),
    }
}

/// The milestone of today's visit, unless something is wrong or they grieve: then it is no day for it.
fn milestone(input: &CardInput<'_>, today: Date) -> Option<u32> {
    let number = visit_day_today(input.summary, today);
    let fits = input.open_case.is_none() && input.summary.grieving_since.is_none();
    (fits && input.milestones.contains(&number)).then_some(number)
}

/// The case in its own words, which the customer may read, unless they name a price.
fn first(case: &Case, desk: &Desk, today: Date, zone: &TimeZone) -> First {
    let since = match days_between(local_date(zone, case.opened_at), today) {
        0 => desk.since_today.clone(),
        1 => desk.since_yesterday.clone(),
        days => counted(&desk.since_days, days),
    };
    let text = match case.summary.trim() {
        what if what.is_empty() || !is_fit(what) => fill(&desk.first_plain, &[("since", &since)]),
        what => fill(&desk.first, &[("what", what.trim_end_matches('.')), ("since", &since)]),
    };
    First { case: case.id, text, opened_at: case.opened_at }
}

fn last_seen_here(last: LastTime<'_>, input: &CardInput<'_>, desk: &Desk) -> LastSeenHere {
    let mut seen = last.seen.clone();
    let private = last.is_private_at(input.location);
    seen.about.retain(|about| !private && is_fit(about));
    let ending = desk.ending(&seen).to_owned();
    let location_name = last.location.settings.display_name.clone();
    LastSeenHere { seen, location_name, date: last.date(input.zones), ending }
}

fn facts(customer: &Customer, kinds: &[FactKind]) -> Vec<String> {
    let facts = customer.profile.facts.iter().filter(|fact| kinds.contains(&fact.kind) && is_shown(fact));
    facts.map(|fact| fact.text.clone()).collect()
}

/// What is due to be said or handed over face to face, and not held.
fn to_hand_over(input: &CardInput<'_>) -> Vec<Gesture> {
    let mut due: Vec<_> = input
        .gestures
        .iter()
        .filter(|gesture| gesture.state == GestureState::Scheduled && gesture.live_batch().is_none())
        .filter(|gesture| gesture.perhaps_left.is_none())
        .filter(|gesture| matches!(gesture.channel, Channel::InPerson | Channel::HandOver))
        .filter(|gesture| gesture.schedule.due_at <= input.now && input.now < gesture.schedule.deadline_at)
        .cloned()
        .collect();
    due.sort_by_key(|gesture| (Reverse(gesture.priority), gesture.schedule.due_at, gesture.id));
    due
}

fn open_promises(input: &CardInput<'_>) -> Vec<Gesture> {
    let mut open: Vec<_> =
        input.gestures.iter().filter(|gesture| gesture.promised && !gesture.state.is_final()).cloned().collect();
    open.sort_by_key(|gesture| (gesture.schedule.deadline_at, gesture.id));
    open
}

/// What the counts alone allow to say of somebody, as long as it is kind: shown as concluded, never as given by staff.
fn automatic_tags(summary: &Summary, status: Option<ReturnStatus>, welcome_back: bool, desk: &Desk) -> Vec<String> {
    let count = |kind| summary.counts.get(&kind).copied().unwrap_or(0);
    let rhythm = summary.median_gap().filter(|_| status == Some(ReturnStatus::Regular)).map(|gap| match gap {
        0 | 1 => desk.comes_daily.clone(),
        days => counted(&desk.comes_every, days),
    });
    let seen = [
        (welcome_back || status == Some(ReturnStatus::Lapsed), &desk.lapsed),
        (count(InteractionKind::Compliment) > 0, &desk.has_praised),
        (count(InteractionKind::Feedback) >= OFTEN, &desk.gives_feedback),
        (count(InteractionKind::Enquiry) > count(InteractionKind::Purchase), &desk.values_advice),
    ];
    rhythm.into_iter().chain(seen.into_iter().filter(|(is_so, _)| *is_so).map(|(_, tag)| tag.clone())).collect()
}
