//! What a person needs to know to carry out a gesture (section 4.7 of the design): who, why, number, hours, what to
//! say, what happened last, and what must not be said.

use super::{
    consent::permits,
    customer::{Channel, ContactAddress, ContactPointKind, Customer},
    gesture::Gesture,
    interaction::{Interaction, InteractionKind, Outcome},
    limits::LATE_AFTER,
    location::Location,
    pause::{Pause, PauseBook},
    planning::{allowed_times, calendar, channel_hours},
    settings::Settings,
    summary::{LastSeen, Summary},
    when::{Openings, WeeklyHours, Zones},
};
use jiff::{SignedDuration, Timestamp};

/// One thing for a person to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// The gesture.
    pub gesture: Gesture,
    /// The name as they like to be called; empty when not known.
    pub display_name: String,
    /// How to say it.
    pub how_to_say: String,
    /// Why: what they did and when, in a sentence.
    pub why: String,
    /// The number to call, where it is a call.
    pub phone: Option<String>,
    /// Where it goes that is sent by e-mail or post.
    pub address: Option<ContactAddress>,
    /// The customer's own hours, else those of the rule or the channel; `None` is any time.
    pub allowed_hours: Option<WeeklyHours>,
    /// The zone of these hours.
    pub time_zone: String,
    /// Whether it may be done this minute: by the hours, and by what they allow.
    pub allowed_now: bool,
    /// For how long it has been due, where that is longer than [`LATE_AFTER`].
    pub late_by: Option<SignedDuration>,
    /// What happened last, in a sentence; empty when nothing did.
    pub what_happened_last: String,
    /// What must not be said.
    pub not_to_be_said: Vec<String>,
    /// The person who has it now; empty when nobody does.
    pub taken_by: String,
    /// What has stopped it from leaving.
    pub pause: Option<Pause>,
}

/// What an entry is made from.
#[derive(Debug, Clone, Copy)]
pub struct QueueInput<'a> {
    /// The gesture.
    pub gesture: &'a Gesture,
    /// For whom.
    pub customer: &'a Customer,
    /// Their history.
    pub summary: &'a Summary,
    /// What it answers.
    pub interaction: Option<&'a Interaction>,
    /// In whose name.
    pub location: &'a Location,
    /// The operator's settings.
    pub settings: &'a Settings,
    /// The pauses that hold.
    pub pauses: &'a PauseBook,
    /// The time-zone database.
    pub zones: &'a Zones,
    /// The instant.
    pub now: Timestamp,
}

/// Makes the entry of a gesture.
#[must_use]
pub fn queue_entry(input: &QueueInput<'_>) -> QueueEntry {
    let QueueInput { gesture, summary, location, settings, .. } = *input;
    let customer = &*gesture.recipient(input.customer);
    let days = calendar(location);
    let allowed = allowed_times(gesture.channel, &gesture.terms, customer, &days, settings);
    // A zone that is no longer known leaves nothing to promise.
    let is_open =
        input.zones.get(&gesture.schedule.zone).is_ok_and(|zone| Openings::new(&zone, &allowed).is_open(input.now));
    let is_welcome =
        permits(input.customer, settings.regime(input.customer, location), gesture.channel, gesture.purpose);
    let own_hours = customer.addressee().profile.contact_hours.as_ref();
    let hours = own_hours.or(gesture.terms.window.as_ref()).or_else(|| channel_hours(gesture.channel, settings));
    let hours = hours.filter(|_| !gesture.terms.at_their_time);
    QueueEntry {
        gesture: gesture.clone(),
        display_name: customer.addressee().profile.shown_as(&location.settings.language),
        how_to_say: customer.addressee().profile.how_to_say.clone(),
        why: input.interaction.map_or_else(|| unprompted(gesture), |it| why(it, location)),
        phone: phone(customer),
        address: address(customer, gesture.channel),
        allowed_hours: hours.cloned(),
        time_zone: gesture.schedule.zone.clone(),
        allowed_now: is_open && is_welcome,
        late_by: Some(input.now.duration_since(gesture.schedule.due_at)).filter(|late| *late > LATE_AFTER),
        what_happened_last: summary.last.as_ref().map(last_time).unwrap_or_default(),
        not_to_be_said: not_to_be_said(input),
        taken_by: gesture.taken_at(input.now).map(|taken| taken.by.clone()).unwrap_or_default(),
        pause: input.pauses.over(gesture).cloned(),
    }
}

/// Why there is something to do although nothing just happened.
fn unprompted(gesture: &Gesture) -> String {
    let why = if gesture.case.is_some() {
        "Something went wrong, and is settled: they hear so from us."
    } else if gesture.rule.is_none() {
        "A person planned it."
    } else if gesture.terms.occasion.is_some() {
        "A day that is theirs."
    } else {
        "It has been quiet between us for a while."
    };
    why.to_owned()
}

fn phone(customer: &Customer) -> Option<String> {
    match &customer.contact_point(ContactPointKind::Phone)?.address {
        ContactAddress::Phone(number) => Some(number.clone()),
        ContactAddress::Email(_) | ContactAddress::Post(_) => None,
    }
}

fn address(customer: &Customer, channel: Channel) -> Option<ContactAddress> {
    let kind = match channel {
        Channel::Email => ContactPointKind::Email,
        Channel::Post => ContactPointKind::Post,
        _ => return None,
    };
    customer.contact_point(kind).map(|point| point.address.clone())
}

fn why(interaction: &Interaction, location: &Location) -> String {
    let day = interaction.local_date.strftime("%A, %-d %B");
    let what = happened(interaction.detail.kind, interaction.detail.outcome);
    let mut text = format!("They {what} on {day}, at {}", location.settings.display_name);
    if let [first, ..] = interaction.moment.reasons.as_slice() {
        text.push_str(": ");
        text.push_str(first);
    }
    text.push('.');
    text
}

fn last_time(last: &LastSeen) -> String {
    let day = last.local_date.strftime("%A, %-d %B");
    let mut text = format!("They {} on {day}", happened(last.kind, last.outcome));
    if !last.about.is_empty() {
        text.push_str(&format!(": {}", last.about.join(", ")));
    }
    if !last.staff.is_empty() {
        text.push_str(&format!(". {} was there", last.staff));
    }
    text.push('.');
    text
}

/// What somebody did, as it follows "they".
const fn happened(kind: InteractionKind, outcome: Option<Outcome>) -> &'static str {
    match (kind, outcome) {
        (InteractionKind::Visit, Some(Outcome::Purchased)) | (InteractionKind::Purchase, _) => "bought something",
        (InteractionKind::Visit, Some(Outcome::Abandoned)) => "came by and gave up",
        (InteractionKind::Visit, None) => "came in",
        (InteractionKind::Visit, _) => "came by and bought nothing",
        (InteractionKind::Enquiry, _) => "asked something",
        (InteractionKind::Order, _) => "ordered something",
        (InteractionKind::OrderUpdate, _) => "had news of an order",
        (InteractionKind::Delivery, _) => "got a delivery",
        (InteractionKind::Support, Some(Outcome::Unresolved)) => "were not helped to the end",
        (InteractionKind::Support, _) => "were helped",
        (InteractionKind::Complaint, _) => "complained",
        (InteractionKind::Compliment, _) => "praised us",
        (InteractionKind::Return, _) => "brought something back",
        (InteractionKind::Feedback, _) => "told us how it was",
        (InteractionKind::Observation, _) => "came by",
        (InteractionKind::OutboundContact, _) => "heard from us",
    }
}

fn not_to_be_said(input: &QueueInput<'_>) -> Vec<String> {
    let purchase = input.interaction.and_then(|interaction| interaction.detail.purchase.as_ref());
    let rules = [
        (
            purchase.is_some_and(|it| it.surprise),
            "It is a surprise: what was bought is named to nobody but the customer.",
        ),
        (purchase.is_some_and(|it| it.confidential), "What was bought is not named."),
        (input.location.settings.sensitive, "A message left for others names neither the place nor the reason."),
        (input.summary.open_case.is_some(), "A case is open: no cheer, and nothing is offered for sale."),
        (input.summary.grieving_since.is_some(), "They have grief of their own: no cheer."),
    ];
    rules.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text.to_owned()).collect()
}
