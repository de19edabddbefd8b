//! How many calls people can make: so many for each location, role and local day. What is over waits for the next day
//! with room; where no day in time has any, until its deadline for a place that becomes free.

use super::{
    gesture::{Gesture, GestureKind, GestureState, Reason},
    ids::LocationId,
    location::Location,
    planning::Wish,
    refusal::Refusal,
    when::{Zones, local_date, resolve_local},
    world::{Miss, World},
};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

/// How many calls a role can make at a location in a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCapacity {
    /// Whose calls; those of no role when empty.
    pub role: String,
    /// How many on a local day, at least 1.
    pub per_day: u32,
}

/// A day on which a role makes calls for a location, by the location's own clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallDay {
    /// The location.
    pub location: LocationId,
    /// The role.
    pub role: String,
    /// The day.
    pub day: Date,
}

/// How many calls are planned or were made on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls(pub u32);

/// A day on which somebody who waits may be called after all: a call of that day was taken back, or made on another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreedDay(pub CallDay);

/// Whether it is a call that waits for a place, since no day in time had room.
#[must_use]
pub fn waits_for_room(gesture: &Gesture) -> bool {
    (gesture.state, gesture.reason) == (GestureState::Scheduled, Some(Reason::CallCapacity))
}

/// The day on which a gesture takes somebody's time, if it is a call and neither waits nor was stopped.
#[must_use]
pub fn call_day(gesture: &Gesture) -> Option<CallDay> {
    use GestureState::{Claimed, Completed, Delivering, Scheduled, Uncertain};
    let day = gesture.schedule.call_day.filter(|_| !waits_for_room(gesture))?;
    matches!(gesture.state, Scheduled | Claimed | Delivering | Completed | Uncertain).then(|| CallDay {
        location: gesture.location.clone(),
        role: gesture.role.clone(),
        day,
    })
}

/// The day on which something is due, by the clock of its location.
#[must_use]
pub fn day_at(location: &Location, zones: &Zones, at: Timestamp) -> Date {
    local_date(&zone_of(location, zones), at)
}

/// When the day after begins, by the clock of the location.
#[must_use]
pub fn day_after(location: &Location, zones: &Zones, day: Date) -> Option<Timestamp> {
    let next = day.checked_add(1.day()).ok()?;
    resolve_local(&zone_of(location, zones), next.to_datetime(Time::midnight()))
}

fn zone_of(location: &Location, zones: &Zones) -> TimeZone {
    zones.get(&location.settings.time_zone).unwrap_or(TimeZone::UTC)
}

/// How many calls of its role a wish must share a day with at most; `None` where that is not bounded. Promises,
/// apologies and calls that the customer asked for go first, and are never refused by it.
#[must_use]
pub fn per_day(wish: &Wish<'_>) -> Option<u32> {
    if wish.promised || wish.kind == GestureKind::Apology || wish.terms.at_their_time {
        return None;
    }
    let capacity = wish.location.settings.call_capacity.iter().find(|capacity| capacity.role == wish.role);
    capacity.map(|capacity| capacity.per_day)
}

/// Asks for the calls that are planned at the location of a wish, where they are bounded and not loaded yet.
///
/// # Errors
/// [`Refusal::Miss`] when they must be loaded first.
pub fn require(world: &World, wish: &Wish<'_>, now: Timestamp) -> Result<(), Refusal> {
    if per_day(wish).is_none() || world.calls_known.contains(&wish.location.id) {
        return Ok(());
    }
    let (location, from) = (wish.location.id.clone(), day_at(wish.location, &world.zones, now));
    Err(Refusal::Miss(Miss::Calls { location, from }))
}

/// How many calls a wish would find on a day; its own place there, where it is planned anew, is not counted.
#[must_use]
pub fn calls_on(world: &World, wish: &Wish<'_>, day: Date) -> u32 {
    let key = CallDay { location: wish.location.id.clone(), role: wish.role.to_owned(), day };
    let own = wish.anew.and_then(|anew| world.gestures.get(&anew.gesture)).and_then(call_day);
    let calls = world.calls.get(&key).copied().unwrap_or_default().0;
    calls - u32::from(own == Some(key)).min(calls)
}
