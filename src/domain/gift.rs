//! What an organisation lets its people take as gifts (section 4.5 of the design): a limit per gift, and per calendar
//! year.

use super::{
    customer::Customer,
    gesture::{Gesture, GestureKind, GestureState},
    ids::GestureId,
    location::Location,
    money::Money,
    organization::GiftLimit,
    planning::zones,
    refusal::Refusal,
    settings::Settings,
    when::{Zones, local_date},
    world::{Miss, World},
};
use jiff::{SignedDuration, Timestamp};

/// What a limit says of a gift, with its reason in a sentence that names no customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be given.
    Fine,
    /// Nobody can say before a person has: the value is not known, or in another currency.
    Unclear(String),
    /// It is more than the organisation allows.
    TooMuch(String),
}

/// A gift that is to be given.
#[derive(Debug, Clone, Copy)]
pub struct Gift<'a> {
    /// To whom.
    pub customer: &'a Customer,
    /// In whose name.
    pub location: &'a Location,
    /// What it is worth, where that is known.
    pub value: Option<&'a Money>,
    /// When it is given.
    pub at: Timestamp,
    /// The gesture that gives it; it does not stand in its own way.
    pub gesture: Option<GestureId>,
}

/// Which other gifts of the year count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Those given or on their way.
    Given,
    /// Those planned as well, each of which keeps its share.
    Planned,
}

/// How far back gifts are looked up: what was planned two years ago was given or ended.
pub const REACH: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// The limit under which a gesture to a customer falls.
#[must_use]
pub fn limit(customer: &Customer, kind: GestureKind) -> Option<&GiftLimit> {
    let limit = customer.profile.gift_limit.as_ref().filter(|_| kind == GestureKind::Gift)?;
    limit.currency().map(|_| limit)
}

/// Weighs a gift against the limit of its receiver. Whoever asks holds the lock of the household, so that two gifts
/// don't both take the last of a year.
///
/// # Errors
/// [`Refusal::Miss`] when the gifts of the customer are not loaded.
pub fn weigh(world: &World, gift: &Gift<'_>, counted: Counted) -> Result<Verdict, Refusal> {
    let Some(limit) = limit(gift.customer, GestureKind::Gift) else { return Ok(Verdict::Fine) };
    let customer = gift.customer.id;
    if !world.gifts_known.contains(&customer) && !world.customers.is_new(&customer) {
        return Err(Refusal::Miss(Miss::Gifts(customer)));
    }
    let currency = limit.currency().unwrap_or_default();
    let Some(value) = gift.value else {
        let text = format!("The value of the gift is not known, and the organisation has a limit, {}.", told(limit));
        return Ok(Verdict::Unclear(text));
    };
    if value.currency != currency {
        let text = format!("The gift is worth {}, and the limit is in {currency}: {}.", sum(value), told(limit));
        return Ok(Verdict::Unclear(text));
    }
    if let Some(most) = limit.per_gift.as_ref().filter(|most| value.micros > most.micros) {
        let text = format!("The gift is worth {}; the organisation takes at most {} at once.", sum(value), sum(most));
        return Ok(Verdict::TooMuch(text));
    }
    Ok(limit.per_year.as_ref().map_or(Verdict::Fine, |most| in_year(world, gift, value, most, counted)))
}

fn in_year(world: &World, gift: &Gift<'_>, value: &Money, most: &Money, counted: Counted) -> Verdict {
    let zones = (&world.zones, world.settings.as_ref());
    let year = |at: Timestamp| year(gift.customer, gift.location, zones, at);
    let this_year = year(gift.at);
    let (mut given, mut planned) = (0_i64, 0_i64);
    for other in world.gestures_of(gift.customer.id) {
        let Some((at, is_given)) = stands(other).filter(|_| Some(other.id) != gift.gesture) else { continue };
        if year(at) != this_year {
            continue;
        }
        match &other.terms.gift_value {
            Some(worth) if worth.currency == most.currency && is_given => given = given.saturating_add(worth.micros),
            Some(worth) if worth.currency == most.currency => planned = planned.saturating_add(worth.micros),
            _ if is_given => {
                let text = format!(
                    "Of a gift given in {this_year} the value in {} is not known, and at most {} a year are allowed.",
                    most.currency,
                    sum(most)
                );
                return Verdict::Unclear(text);
            }
            // What waits for a person keeps no share.
            _ => {}
        }
    }
    let others = if counted == Counted::Planned { given.saturating_add(planned) } else { given };
    if others.saturating_add(value.micros) <= most.micros {
        return Verdict::Fine;
    }
    let amount = |micros| sum(&Money { currency: most.currency.clone(), micros });
    let planned = match planned {
        0 => String::new(),
        _ if counted == Counted::Given => String::new(),
        some => format!(" and {} planned", amount(some)),
    };
    Verdict::TooMuch(format!(
        "The organisation takes at most {} a year; in {this_year}, {} were given{planned}, and this gift is worth {}.",
        sum(most),
        amount(given),
        sum(value)
    ))
}

/// When a gift was or will be given, and whether it has left; `None` for what never will.
fn stands(gesture: &Gesture) -> Option<(Timestamp, bool)> {
    use GestureState::{Claimed, Completed, Delivering, Held, Scheduled, Uncertain};
    if gesture.kind != GestureKind::Gift {
        return None;
    }
    match gesture.state {
        Completed => Some((gesture.completed_at.unwrap_or(gesture.schedule.due_at), true)),
        Delivering | Uncertain => Some((gesture.schedule.due_at, true)),
        Scheduled | Claimed | Held => Some((gesture.schedule.due_at, false)),
        GestureState::Suppressed | GestureState::Cancelled | GestureState::Expired | GestureState::Failed => None,
    }
}

/// The calendar year of an instant by the clock of a customer.
fn year(customer: &Customer, location: &Location, (known, settings): (&Zones, &Settings), at: Timestamp) -> i16 {
    let candidates = zones(customer, location, None, settings);
    let zone = candidates.iter().filter(|it| !it.id.is_empty()).find_map(|it| known.get(it.id).ok());
    local_date(&zone.unwrap_or(jiff::tz::TimeZone::UTC), at).year()
}

/// A limit in words.
fn told(limit: &GiftLimit) -> String {
    let parts = [(limit.per_gift.as_ref(), "at once"), (limit.per_year.as_ref(), "a year")];
    let parts = parts.into_iter().filter_map(|(most, per)| most.map(|most| format!("{} {per}", sum(most))));
    parts.collect::<Vec<_>>().join(" and ")
}

/// An amount as the currency writes it in plain text: `25 EUR`, `12.50 EUR`.
fn sum(money: &Money) -> String {
    let (whole, rest) = (money.micros / 1_000_000, money.micros % 1_000_000);
    let rest = match rest {
        0 => String::new(),
        cents if cents % 10_000 == 0 => format!(".{:02}", cents / 10_000),
        micros => format!(".{micros:06}"),
    };
    format!("{whole}{rest} {}", money.currency)
}
