//! What a person needs to carry out a gesture: who, why, where, when, what to say and what not.

use super::{
    card::ending,
    consent::needed_contact_point,
    content::english_day,
    customer::{Channel, ContactAddress, Customer, Greeting},
    gesture::Gesture,
    interaction::{Interaction, InteractionKind},
    location::Location,
    planning::{allowed_times, calendar, channel_hours},
    settings::Settings,
    summary::LastSeen,
    when::{Openings, WeeklyHours, Zones},
};
use jiff::{Timestamp, tz::TimeZone};

/// What an entry is made of.
#[derive(Debug, Clone, Copy)]
pub struct EntryInput<'a> {
    /// What is to do.
    pub gesture: &'a Gesture,
    /// For whom.
    pub customer: &'a Customer,
    /// In whose name.
    pub location: &'a Location,
    /// What it answers.
    pub answered: Option<&'a Interaction>,
    /// The last time that the customer was seen, and where.
    pub last: Option<(&'a LastSeen, &'a Location)>,
    /// The operator's settings.
    pub settings: &'a Settings,
    /// The zones.
    pub zones: &'a Zones,
    /// The present.
    pub now: Timestamp,
}

/// One thing for a person to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// The gesture.
    pub gesture: Gesture,
    /// The customer's name as they like to be called; empty if not known.
    pub display_name: String,
    /// How to say it.
    pub how_to_say: String,
    /// What they did and when, in a sentence.
    pub why: String,
    /// The number to call, for a call only.
    pub phone: String,
    /// When they may be contacted; `None` when at any time.
    pub allowed_hours: Option<WeeklyHours>,
    /// Whether they may be contacted this minute.
    pub allowed_now: bool,
    /// What happened last, in a sentence; empty when nothing did.
    pub what_happened_last: String,
    /// What must not be said.
    pub not_to_be_said: Vec<String>,
}

/// The entry of a gesture.
#[must_use]
pub fn entry(input: &EntryInput<'_>) -> QueueEntry {
    let EntryInput { gesture, customer, .. } = *input;
    let (allowed_hours, allowed_now) = hours(input);
    QueueEntry {
        gesture: gesture.clone(),
        display_name: customer.profile.display_name.clone(),
        how_to_say: customer.profile.how_to_say.clone(),
        why: why(input),
        phone: if gesture.channel == Channel::Phone { destination(gesture, customer) } else { String::new() },
        allowed_hours,
        allowed_now,
        what_happened_last: input.last.map(|(seen, place)| last(seen, place, input.location)).unwrap_or_default(),
        not_to_be_said: not_to_be_said(input),
    }
}

/// Where a gesture goes: a number in E.164, an e-mail address, or a postal address in lines. Empty for what is said or
/// handed over, and where there is no usable contact point.
#[must_use]
pub fn destination(gesture: &Gesture, customer: &Customer) -> String {
    let point = needed_contact_point(gesture.channel).and_then(|kind| customer.contact_point(kind));
    match point.map(|point| &point.address) {
        None => String::new(),
        Some(ContactAddress::Phone(text) | ContactAddress::Email(text)) => text.clone(),
        Some(ContactAddress::Post(post)) => {
            let town = format!("{} {}", post.postal_code, post.locality).trim().to_owned();
            let area = [town, post.administrative_area.clone(), post.region.clone()];
            let lines = post.lines.iter().cloned().chain(area).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

fn hours(input: &EntryInput<'_>) -> (Option<WeeklyHours>, bool) {
    let EntryInput { gesture, customer, settings, .. } = *input;
    let calendar = calendar(input.location);
    let allowed = allowed_times(gesture.channel, &gesture.terms, customer, &calendar, settings);
    let shown = allowed.customer_hours.or(allowed.window).or_else(|| channel_hours(gesture.channel, settings));
    let zone = input.zones.get(&gesture.schedule.zone).unwrap_or(TimeZone::UTC);
    (shown.cloned(), Openings::new(&zone, &allowed).is_open(input.now))
}

fn why(input: &EntryInput<'_>) -> String {
    let Some(answered) = input.answered else {
        return "Planned by a person.".to_owned();
    };
    let noun = noun(answered.detail.kind);
    let day = english_day(answered.local_date);
    let how = ending(answered.detail.outcome, answered.detail.no_purchase_reason);
    match answered.moment.reasons.as_slice() {
        [] => format!("Their {noun} on {day}: {how}."),
        reasons => format!("Their {noun} on {day}: {how}; {}.", reasons.join(", ")),
    }
}

fn last(seen: &LastSeen, place: &Location, here: &Location) -> String {
    let how = ending(seen.outcome, seen.no_purchase_reason);
    let day = english_day(seen.local_date);
    let base = format!("{day}, {}: {}, {how}", place.settings.display_name, noun(seen.kind));
    let private = place.settings.sensitive && place.id != here.id;
    if seen.about.is_empty() || private { format!("{base}.") } else { format!("{base}; {}.", seen.about.join(", ")) }
}

fn not_to_be_said(input: &EntryInput<'_>) -> Vec<String> {
    let purchase = input.answered.and_then(|interaction| interaction.detail.purchase.as_ref());
    let rules = [
        (purchase.is_some_and(|p| p.surprise), "What was bought is a surprise: don't name it to anybody else."),
        (purchase.is_some_and(|p| p.confidential), "What was bought is confidential: don't name it."),
        (
            input.location.settings.sensitive,
            "Leave no name, reason or department with anybody else, nor in a voicemail.",
        ),
        (input.customer.profile.greeting == Some(Greeting::WarmWithoutName), "They don't want their name said aloud."),
    ];
    rules.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text.to_owned()).collect()
}

const fn noun(kind: InteractionKind) -> &'static str {
    match kind {
        InteractionKind::Visit => "visit",
        InteractionKind::Enquiry => "enquiry",
        InteractionKind::Purchase => "purchase",
        InteractionKind::Order => "order",
        InteractionKind::OrderUpdate => "order update",
        InteractionKind::Delivery => "delivery",
        InteractionKind::Support => "support case",
        InteractionKind::Complaint => "complaint",
        InteractionKind::Compliment => "compliment",
        InteractionKind::Return => "return",
        InteractionKind::Feedback => "feedback",
        InteractionKind::Observation => "observation",
        InteractionKind::OutboundContact => "contact by us",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        interaction::{NoPurchaseReason, Purchase},
        testkit::{at, call, customer, email, settings, shop, visit},
    };

    fn shown(now: &str, change: impl FnOnce(&mut Customer, &mut Interaction, &mut Location)) -> QueueEntry {
        let (mut ana, mut shop) = (customer(1), shop());
        let mut visit = visit(1, &ana, at("2026-11-22T15:00"));
        change(&mut ana, &mut visit, &mut shop);
        let seen = LastSeen::of(&visit);
        let input = EntryInput {
            gesture: &call(1, &ana, at("2026-11-23T10:00")),
            customer: &ana,
            location: &shop,
            answered: Some(&visit),
            last: Some((&seen, &shop)),
            settings: &settings(),
            zones: &Zones::bundled(),
            now: at(now),
        };
        entry(&input)
    }

    #[test]
    fn a_call_says_whom_why_where_and_when() {
        let entry = shown("2026-11-23T10:00", |_, visit, _| {
            visit.detail.no_purchase_reason = Some(NoPurchaseReason::JustLooking);
            visit.detail.items_looked_at = vec!["rakes".to_owned()];
        });
        assert_eq!(entry.display_name, "Ana 1");
        assert_eq!(entry.why, "Their visit on Sunday, 22 November: only looked.");
        assert_eq!(entry.what_happened_last, "Sunday, 22 November, The Garden Shop: visit, only looked; rakes.");
        assert_eq!(entry.phone, "+493012345671");
        assert_eq!(entry.allowed_hours.unwrap().to_string(), "Mon–Sat 09:00–20:00");
        assert!(entry.allowed_now && entry.not_to_be_said.is_empty());
    }

    #[test]
    fn p5_it_says_when_the_hour_is_wrong() {
        assert!(!shown("2026-11-23T20:00", |_, _, _| ()).allowed_now);
    }

    #[test]
    fn surprises_and_sensitive_places_are_warned_of() {
        let entry = shown("2026-11-23T10:00", |ana, visit, shop| {
            visit.detail.purchase =
                Some(Purchase { total: None, items: Vec::new(), surprise: true, confidential: true });
            shop.settings.sensitive = true;
            ana.profile.greeting = Some(Greeting::WarmWithoutName);
        });
        assert_eq!(entry.not_to_be_said.len(), 4);
    }

    #[test]
    fn each_channel_has_its_destination() {
        let ana = customer(1);
        assert_eq!(destination(&email(1, &ana, at("2026-11-23T10:00")), &ana), "ana1@example.com");
        let mut card = call(1, &ana, at("2026-11-23T10:00"));
        card.channel = Channel::HandOver;
        assert_eq!(destination(&card, &ana), "");
    }
}
