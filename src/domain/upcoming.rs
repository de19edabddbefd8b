//! Days and silences of a customer that may set rules off although nothing happens, and when a customer has to be
//! looked at for them.
//!
//! When that is follows from the customer's own dates and rhythm, whatever rules there are: so a rule that is made or
//! enabled later finds everybody whose day lies ahead of it.

use super::{
    customer::{Customer, FactKind, FactOrigin},
    gesture::{Gesture, GestureState, Reason},
    ids::{CustomerId, GestureId},
    ledger::Ledger,
    obligation::Decision,
    refusal::Refusal,
    replan::{Replan, replan},
    returning::silence_begins,
    summary::Summary,
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use uuid::Uuid;

/// A day is looked at so many days ahead: what is on its way for some business days has to leave before it.
pub const AHEAD_DAYS: i64 = 14;

/// So many days after a silence began a rule may still heed it.
const HEEDED_DAYS: i64 = 14;

/// A rule may ask for so many days without a conversation, or a multiple of it: then a customer is looked at.
pub const UNSPOKEN_STEP_DAYS: u32 = 30;

/// The longest time without a conversation that a rule may ask for.
pub const UNSPOKEN_MAX_DAYS: u32 = 360;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A customer who has to be looked at, but never was.
pub const AT_ONCE: Timestamp = Timestamp::UNIX_EPOCH;

/// Nothing is coming up: the beginning of the year 9999.
pub const NEVER: Timestamp = Timestamp::constant(253_370_764_800, 0);

/// A day or a silence of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upcoming {
    /// Their birthday.
    Birthday {
        /// The day, this year.
        on: Date,
    },
    /// A day that matters to them.
    ImportantDate {
        /// The fact that tells of it.
        fact: Uuid,
        /// The day, this year.
        on: Date,
    },
    /// Some years after their first visit day.
    Anniversary {
        /// The day.
        on: Date,
    },
    /// They have stayed away for longer than is their way.
    Silence {
        /// Their last visit day.
        since: Date,
    },
    /// Nobody has spoken with them since.
    Unspoken {
        /// The day of the last conversation.
        since: Date,
    },
}

impl Upcoming {
    /// What makes it unique for a rule (P4). Of an important date, the day and not the fact that tells of it: somebody
    /// who enters a fact anew makes no other occasion of it.
    #[must_use]
    pub fn occurrence(&self, customer: CustomerId) -> String {
        match self {
            Self::Birthday { on } => format!("{customer}/birthday/{}", on.year()),
            Self::ImportantDate { on, .. } => format!("{customer}/date/{}/{}", on.strftime("%m-%d"), on.year()),
            Self::Anniversary { on } => format!("{customer}/anniversary/{}", on.year()),
            Self::Silence { since } => format!("{customer}/silence/{since}"),
            Self::Unspoken { since } => format!("{customer}/unspoken/{since}"),
        }
    }

    /// The name under which it was decided on before occurrences of important dates went by their day.
    #[must_use]
    pub fn former_occurrence(&self, customer: CustomerId) -> Option<String> {
        match self {
            Self::ImportantDate { fact, on } => Some(format!("{customer}/date/{fact}/{}", on.year())),
            _ => None,
        }
    }

    /// The fact that tells of it, where one does.
    #[must_use]
    pub const fn fact(&self) -> Option<Uuid> {
        match self {
            Self::ImportantDate { fact, .. } => Some(*fact),
            _ => None,
        }
    }

    /// The day for which a gesture is meant; a silence has none.
    #[must_use]
    pub const fn day(&self) -> Option<Date> {
        match self {
            Self::Birthday { on } | Self::ImportantDate { on, .. } | Self::Anniversary { on } => Some(*on),
            Self::Silence { .. } | Self::Unspoken { .. } => None,
        }
    }

    /// For what a rule made a gesture; `None` where an interaction or a person set it off.
    #[must_use]
    pub fn of(gesture: &Gesture) -> Option<Self> {
        gesture.rule.as_ref()?;
        let mut parts = gesture.occurrence.split('/').skip(1);
        let (kind, which) = (parts.next()?, parts.next()?);
        let on = gesture.terms.occasion;
        Some(match kind {
            "birthday" => Self::Birthday { on: on? },
            "date" => Self::ImportantDate { fact: gesture.terms.fact.or_else(|| which.parse().ok())?, on: on? },
            "anniversary" => Self::Anniversary { on: on? },
            "silence" => Self::Silence { since: which.parse().ok()? },
            "unspoken" => Self::Unspoken { since: which.parse().ok()? },
            _ => return None,
        })
    }
}

/// What comes up for a customer on a day of theirs: the days from then on, and the silences that have begun. What had
/// begun before we learned of it is none of them.
#[must_use]
pub fn upcoming(customer: &Customer, summary: &Summary, today: Date) -> Vec<Upcoming> {
    let years = [today.year(), today.year().saturating_add(1)];
    let dates = years.into_iter().flat_map(|year| in_year(customer, summary, year));
    let near = dates.filter(|upcoming| upcoming.day().is_some_and(|on| (0..=AHEAD_DAYS).contains(&days(today, on))));
    let silence = summary
        .last_visit
        .zip(silence_begins(summary))
        .filter(|(_, begins)| (0..HEEDED_DAYS).contains(&days(*begins, today)) && is_news(summary, *begins));
    let silence = silence.map(|(since, _)| Upcoming::Silence { since });
    let unspoken = summary.last_spoken.map(|since| Upcoming::Unspoken { since });
    near.chain(silence).chain(unspoken).collect()
}

/// The next day of a customer's that comes round, today included.
#[must_use]
pub fn next_day(customer: &Customer, summary: &Summary, today: Date) -> Option<Upcoming> {
    let years = [today.year(), today.year().saturating_add(1)];
    let dates = years.into_iter().flat_map(|year| in_year(customer, summary, year));
    dates.filter(|date| date.day() >= Some(today)).min_by_key(Upcoming::day)
}

/// Whether so many days without a conversation have just passed, and passed after we learned of it.
#[must_use]
pub fn is_unspoken_for(summary: &Summary, since: Date, unspoken_days: u32, today: Date) -> bool {
    let reached = since.saturating_add(i64::from(unspoken_days).days());
    (0..HEEDED_DAYS).contains(&days(reached, today)) && is_news(summary, reached)
}

/// Whether a state began after the facts were recorded from which it follows (4.2: no state rule fires for what was
/// true before).
fn is_news(summary: &Summary, begins: Date) -> bool {
    summary.known_on.is_none_or(|known| known < begins)
}

/// What comes up for a customer between two days, each with the day on which it is first looked at. Of silences, only
/// the one that lasts or would begin then, if they stay away.
#[must_use]
pub fn between(customer: &Customer, summary: &Summary, from: Date, before: Date) -> Vec<(Upcoming, Date)> {
    let within = |day: Date| (from..before).contains(&day);
    let years = from.year()..=before.year();
    let dates = years.flat_map(|year| in_year(customer, summary, year)).filter_map(|date| Some((date, date.day()?)));
    let dates = dates.filter(|(_, on)| within(*on)).map(|(date, on)| (date, on.saturating_sub(AHEAD_DAYS.days())));
    let silence = summary.last_visit.zip(silence_begins(summary)).filter(|(_, begins)| is_news(summary, *begins));
    let silence = silence.filter(|(_, begins)| within(*begins));
    let silence = silence.map(|(since, begins)| (Upcoming::Silence { since }, begins));
    let steps = (1..=UNSPOKEN_MAX_DAYS / UNSPOKEN_STEP_DAYS).map(|n| i64::from(n * UNSPOKEN_STEP_DAYS));
    let unspoken = summary.last_spoken.into_iter().flat_map(|since| {
        steps.clone().map(move |passed| (Upcoming::Unspoken { since }, since.saturating_add(passed.days())))
    });
    dates.chain(silence).chain(unspoken.filter(|(_, reached)| within(*reached))).collect()
}

/// When a customer has to be looked at next: when a day comes near or a silence begins. As long as that lasts, at
/// `soonest`.
#[must_use]
pub fn next_look(customer: &Customer, summary: &Summary, now: Timestamp, soonest: Timestamp) -> Timestamp {
    let today = TimeZone::UTC.to_datetime(now).date();
    let look = |begins: Date, ends: Date| match noon(begins) {
        at if at > now => Some(at),
        // Somewhere it is still the day before.
        _ => (days(ends, today) <= 1).then_some(soonest),
    };
    let years = [today.year().saturating_sub(1), today.year(), today.year().saturating_add(1)];
    let dates = years.into_iter().flat_map(|year| in_year(customer, summary, year));
    let dates = dates.filter_map(|date| date.day()).filter_map(|on| look(on.saturating_sub(AHEAD_DAYS.days()), on));
    let silence = silence_begins(summary)
        .filter(|begins| is_news(summary, *begins))
        .and_then(|begins| look(begins, begins.saturating_add((HEEDED_DAYS - 2).days())));
    let unspoken = summary.last_spoken.and_then(|since| {
        let steps = (1..=UNSPOKEN_MAX_DAYS / UNSPOKEN_STEP_DAYS).map(|n| i64::from(n * UNSPOKEN_STEP_DAYS));
        steps.map(|passed| noon(since.saturating_add(passed.days()))).find(|at| *at > now)
    });
    dates.chain(silence).chain(unspoken).min().unwrap_or(NEVER)
}

/// When to look again after looking.
#[must_use]
pub fn look_again(customer: &Customer, summary: &Summary, now: Timestamp) -> Timestamp {
    next_look(customer, summary, now, now.saturating_add(DAY).unwrap_or(NEVER))
}

/// When to look at somebody whose history went on: what has come near is looked at tomorrow, if not before.
#[must_use]
pub fn look_after(customer: &Customer, summary: &Summary, now: Timestamp, planned: Timestamp) -> Timestamp {
    if planned == AT_ONCE {
        return AT_ONCE;
    }
    next_look(customer, summary, now, planned.max(now).min(now.saturating_add(DAY).unwrap_or(NEVER)))
}

/// The days of a customer in a year: each only from the year on in which it first came round.
fn in_year(customer: &Customer, summary: &Summary, year: i16) -> impl Iterator<Item = Upcoming> {
    let profile = &customer.profile;
    let birth = profile.birth_date.filter(|birth| birth.year.is_none_or(|born| born < year));
    let birthday = birth.and_then(|b| kept_in(year, b.month, b.day)).map(|on| Upcoming::Birthday { on });
    let told = profile.facts.iter().filter(|fact| {
        fact.kind == FactKind::ImportantDate && matches!(fact.origin, FactOrigin::ToldUs | FactOrigin::SeenHere)
    });
    let important = told.filter_map(move |fact| {
        let date = fact.date.filter(|date| date.year() <= year)?;
        kept_in(year, date.month(), date.day()).map(|on| Upcoming::ImportantDate { fact: fact.id, on })
    });
    let first = summary.first_visit.filter(|first| first.year() < year);
    let anniversary =
        first.and_then(|day| kept_in(year, day.month(), day.day())).map(|on| Upcoming::Anniversary { on });
    birthday.into_iter().chain(important.collect::<Vec<_>>()).chain(anniversary)
}

/// The day on which a date is kept in a year: 29 February on the 28th, where there is none.
fn kept_in(year: i16, month: i8, day: i8) -> Option<Date> {
    let leap = (month, day) == (2, 29);
    Date::new(year, month, day).ok().or_else(|| leap.then(|| Date::new(year, 2, 28).ok()).flatten())
}

/// Days from one date to another; negative when it lies before.
fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// Noon in UTC: by then a day has begun in every zone.
#[must_use]
pub fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).map_or(NEVER, |noon| noon.timestamp())
}

/// Takes back what was planned for a silence that has ended.
///
/// # Errors
/// As for [`Ledger::move_gesture`].
pub fn heed_return(ledger: &mut Ledger<'_, '_>, customer: CustomerId) -> Result<(), Refusal> {
    let summary = ledger.world.summary(customer);
    for id in waiting(ledger, customer) {
        let Some(gesture) = still_waiting(ledger, id) else { continue };
        let (ended, text) = match Upcoming::of(&gesture) {
            Some(Upcoming::Silence { since }) => (summary.last_visit > Some(since), "They came back before it."),
            Some(Upcoming::Unspoken { since }) => {
                (summary.last_spoken > Some(since), "They were spoken with before it.")
            }
            _ => continue,
        };
        if ended {
            ledger.end_or_try_no_more(gesture, GestureState::Cancelled, Reason::CameBack, text)?;
        }
    }
    Ok(())
}

/// After a customer's dates changed: what was planned for a day moves with it, or is taken back where it is known no
/// more or has passed.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn heed_dates(ledger: &mut Ledger<'_, '_>, customer: &Customer) -> Result<(), Refusal> {
    let summary = ledger.world.summary(customer.id);
    let today = TimeZone::UTC.to_datetime(ledger.now()).date();
    for id in waiting(ledger, customer.id) {
        let Some(mut gesture) = still_waiting(ledger, id) else { continue };
        let Some((planned, on)) = Upcoming::of(&gesture).and_then(|it| Some((it, it.day()?))) else { continue };
        // Of dates that were told, what is for another day is another occasion.
        let same = |other: &Upcoming| match planned {
            Upcoming::ImportantDate { .. } => *other == planned,
            _ => other.occurrence(customer.id) == planned.occurrence(customer.id),
        };
        match in_year(customer, &summary, on.year()).find(same).and_then(|now| now.day()) {
            Some(now) if now == on => {}
            Some(now) if gesture.state.may_become(GestureState::Cancelled) && days(today, now) >= -1 => {
                (gesture.terms.occasion, gesture.terms.fresh_until) = (Some(now), None);
                replan(ledger, gesture, &Replan::since("The day it is for was corrected."))?;
            }
            _ => {
                let text = "The day it was for was corrected or forgotten.";
                let (end, reason) = (GestureState::Cancelled, Reason::DateChanged);
                let gesture = ledger.end_or_try_no_more(gesture, end, reason, text)?;
                open_again(ledger, &gesture, text);
            }
        }
    }
    Ok(())
}

/// Whoever hears of the day again, since it was forgotten by mistake, may decide on it anew: nobody was greeted for it.
fn open_again(ledger: &mut Ledger<'_, '_>, gesture: &Gesture, text: &str) {
    if gesture.state != GestureState::Cancelled {
        return;
    }
    let made = |decision: &&Decision| decision.gesture == Some(gesture.id);
    let decision = ledger.world.decisions_of(gesture.customer).find(made).cloned();
    if let Some(decision) = decision {
        let (reason, explanation) = (Some(Reason::DateChanged), text.to_owned());
        let key = (decision.rule.clone(), decision.occurrence.clone());
        ledger.world.decisions.put(key, Decision { reason, explanation, group_day: None, ..decision });
    }
}

fn waiting(ledger: &Ledger<'_, '_>, customer: CustomerId) -> Vec<GestureId> {
    ledger.world.gestures_of(customer).filter(|g| !g.state.is_final()).map(|gesture| gesture.id).collect()
}

/// A gesture in its turn, unless the end of another one has moved it.
fn still_waiting(ledger: &Ledger<'_, '_>, id: GestureId) -> Option<Gesture> {
    ledger.world.gestures.get(&id).filter(|g| !g.state.is_final()).cloned()
}

#[cfg(test)]
mod tests;
