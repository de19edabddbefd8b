//! The gates that a gesture passes once more before it leaves, and what each would say now.

use super::{
    budget::Budget,
    consent::{has_contact_point, permits},
    customer::{ConsentState, Customer},
    gesture::{Gesture, GestureKind, Reason},
    gift,
    planning::{allowed_times, calendar, held_by},
    refusal::{Precondition, Refusal},
    replan::{barred, location_of},
    text_enum::text_enum,
    when::Openings,
    world::World,
};
use jiff::Timestamp;

text_enum! {
    /// What a gate looks at, in the order in which they are asked.
    pub enum Gate {
        /// Whether the customer's record may be spoken to.
        Customer = "customer",
        /// Whether the gesture still makes sense.
        Deadline = "deadline",
        /// Whether something holds cheer back (P7).
        OpenCase = "open case",
        /// Whether the customer allows the channel, and has an address for it (P6).
        Consent = "consent",
        /// Whether the organisation takes a gift of that worth.
        GiftLimit = "gift limit",
        /// Whether nobody has stopped it from leaving.
        Pause = "pause",
        /// Whether its time has come (P5).
        Due = "due time",
        /// Whether now is inside the allowed hours (P5).
        Hours = "hours",
        /// Whether the household has been contacted too often.
        ContactBudget = "contact budget",
    }
}

/// A gate that lets a gesture not pass now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The condition that fails.
    pub precondition: Precondition,
    /// The reason that the gesture would bear.
    pub reason: Reason,
    /// Why, in a sentence without personal data.
    pub explanation: String,
    /// From when on it would pass, where that is a matter of time.
    pub passes_at: Option<Timestamp>,
}

impl Stop {
    fn new(precondition: Precondition, reason: Reason, explanation: impl Into<String>) -> Self {
        Self { precondition, reason, explanation: explanation.into(), passes_at: None }
    }
}

/// What every gate says of a gesture at this instant, in the order of [`Gate`].
///
/// # Errors
/// [`Refusal::Miss`] when its location is not loaded.
pub fn verdicts(world: &World, gesture: &Gesture, now: Timestamp) -> Result<Vec<(Gate, Option<Stop>)>, Refusal> {
    let customer = world.customer(gesture.customer)?;
    let ask = |gate| Ok((gate, verdict(world, gesture, customer, gate, now)?));
    Gate::ALL.iter().copied().map(ask).collect()
}

/// The first of these gates that does not let a gesture pass now.
///
/// # Errors
/// [`Refusal::Miss`] when its location is not loaded.
pub fn first_stop(
    world: &World,
    gesture: &Gesture,
    gates: &[Gate],
    now: Timestamp,
) -> Result<Option<(Gate, Stop)>, Refusal> {
    let customer = world.customer(gesture.customer)?;
    for gate in gates {
        if let Some(stop) = verdict(world, gesture, customer, *gate, now)? {
            return Ok(Some((*gate, stop)));
        }
    }
    Ok(None)
}

fn verdict(
    world: &World,
    gesture: &Gesture,
    customer: &Customer,
    gate: Gate,
    now: Timestamp,
) -> Result<Option<Stop>, Refusal> {
    Ok(match gate {
        Gate::Customer => barred(world, gesture, customer, now)
            .map(|(reason, why)| Stop::new(Precondition::CustomerInactive, reason, why)),
        Gate::Deadline => (now >= gesture.schedule.deadline_at).then(|| {
            let text = format!("It made sense only before {}.", gesture.schedule.deadline_at);
            Stop::new(Precondition::TooLate, Reason::TooLate, text)
        }),
        Gate::OpenCase => held_by(world, gesture.customer, gesture.tone)
            .map(|(reason, why)| Stop::new(Precondition::OpenCase, reason, why)),
        Gate::Consent => consent(world, gesture, customer)?,
        Gate::GiftLimit => gift_limit(world, gesture, customer, now)?,
        Gate::Pause => {
            world.pauses.over(gesture).map(|pause| Stop::new(Precondition::Paused, Reason::Paused, pause.sentence()))
        }
        Gate::Due => (now < gesture.schedule.due_at).then(|| {
            let text = format!("It is due at {}.", gesture.schedule.due_at);
            let stop = Stop::new(Precondition::NotDue, Reason::NoOpening, text);
            Stop { passes_at: Some(gesture.schedule.due_at), ..stop }
        }),
        Gate::Hours => hours(world, gesture, customer, now)?,
        Gate::ContactBudget => budget(world, gesture, now),
    })
}

fn consent(world: &World, gesture: &Gesture, customer: &Customer) -> Result<Option<Stop>, Refusal> {
    let no = |text: String| Ok(Some(Stop::new(Precondition::NoConsent, Reason::NoConsent, text)));
    let (channel, purpose) = (gesture.channel, gesture.purpose);
    let location = location_of(world, &gesture.location)?;
    let regime = world.settings.regime(customer, &location);
    if !permits(customer, regime, channel, purpose) {
        let why = match customer.consent(channel, purpose) {
            ConsentState::Refused => "the customer refused it".to_owned(),
            ConsentState::Unknown | ConsentState::Granted => format!("the regime {} asks for a yes", regime.id),
        };
        return no(format!("{} is not allowed for {purpose}: {why}.", channel.in_words()));
    }
    if !has_contact_point(customer, &gesture.terms.recipient, channel) {
        return no(format!("There is no usable contact point for {}.", channel.in_words()));
    }
    Ok(None)
}

/// Counts what was given or is on its way.
fn gift_limit(world: &World, gesture: &Gesture, customer: &Customer, now: Timestamp) -> Result<Option<Stop>, Refusal> {
    if gesture.kind != GestureKind::Gift {
        return Ok(None);
    }
    let location = location_of(world, &gesture.location)?;
    let gift = gift::Gift {
        customer,
        location: &location,
        value: gesture.terms.gift_value.as_ref(),
        at: gesture.schedule.due_at.max(now),
        gesture: Some(gesture.id),
    };
    let stop = |reason, why: String| Stop::new(Precondition::GiftLimit, reason, why);
    Ok(match gift::weigh(world, &gift, gift::Counted::Given)? {
        gift::Verdict::Fine => None,
        gift::Verdict::Unclear(why) => Some(stop(Reason::GiftUnclear, why)),
        gift::Verdict::TooMuch(why) => Some(stop(Reason::GiftLimit, why)),
    })
}

/// By the clock of the zone in which the gesture was planned.
fn hours(world: &World, gesture: &Gesture, customer: &Customer, now: Timestamp) -> Result<Option<Stop>, Refusal> {
    let location = location_of(world, &gesture.location)?;
    let calendar = calendar(&location);
    let allowed = allowed_times(gesture.channel, &gesture.terms, customer, &calendar, &world.settings);
    let Ok(zone) = world.zones.get(&gesture.schedule.zone) else {
        let text = format!("The time zone {} is no longer known.", gesture.schedule.zone);
        return Ok(Some(Stop::new(Precondition::OutsideHours, Reason::NoOpening, text)));
    };
    let openings = Openings::new(&zone, &allowed);
    if openings.is_open(now) {
        return Ok(None);
    }
    let passes_at = openings.next_opening(now);
    let next = passes_at.map_or_else(String::new, |at| format!("; the next opening is at {at}"));
    let text = format!("{} is outside the allowed hours{next}.", zone.to_datetime(now).strftime("%A %H:%M"));
    Ok(Some(Stop { passes_at, ..Stop::new(Precondition::OutsideHours, Reason::NoOpening, text) }))
}

/// Counts what happened or is on its way; the gesture's own place does not stand in its way. Nothing stands in the way
/// of what the customer asked for.
fn budget(world: &World, gesture: &Gesture, now: Timestamp) -> Option<Stop> {
    if !gesture.counts_as_contact() || gesture.terms.at_their_time {
        return None;
    }
    let contacts = world.contacts_of(gesture.household);
    let full = Budget::new(contacts, &world.settings, Some(gesture.id)).start_at(now).err()?;
    let text = format!("The contact budget is used up by {full}.");
    Some(Stop { passes_at: full.free_at, ..Stop::new(Precondition::OverBudget, Reason::OverBudget, text) })
}
