//! When somebody is called again who did not answer: the same or the next day on which they may be called, at another
//! time of day (4.7).

use crate::domain::{
    customer::Channel,
    gesture::{Gesture, Terms},
    planning::{allowed_times, calendar},
    refusal::Refusal,
    replan::location_of,
    when::{Closing, Openings},
    world::World,
};
use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};

/// So far apart are two times of day. Somebody is called again so much later, or at the next opening after that.
const APART: SignedDuration = SignedDuration::from_hours(3);

/// Where in a short opening the next attempts come, in quarters of it: each in another part.
const QUARTERS: [i32; 4] = [0, 2, 1, 3];

/// From when on the next attempt is planned. Where the next opening is at the same time of day as this attempt, since
/// the hours are that short, it is another part of that opening.
///
/// # Errors
/// [`Refusal::Miss`] when the location is not loaded.
pub(super) fn after(world: &World, gesture: &Gesture, now: Timestamp) -> Result<Timestamp, Refusal> {
    let from = now.checked_add(APART).unwrap_or(Timestamp::MAX);
    let location = location_of(world, &gesture.location)?;
    let Ok(zone) = world.zones.get(&gesture.schedule.zone) else { return Ok(from) };
    let (calendar, terms) = (calendar(&location), Terms { at_their_time: false, ..gesture.terms.clone() });
    let customer = world.customer(gesture.customer)?;
    let allowed = allowed_times(Channel::Phone, &terms, customer, &calendar, &world.settings);
    let openings = Openings::new(&zone, &allowed);
    let Some(opens) = openings.next_opening(from) else { return Ok(from) };
    let Closing::At(closes) = openings.closes_at(opens) else { return Ok(from) };
    if apart(&zone, opens, now) >= APART {
        return Ok(opens);
    }
    let other = other_part(&zone, (opens, closes), now, gesture.attempts);
    // A promise is kept, at the same time of day if need be.
    Ok(if gesture.promised && other >= gesture.schedule.deadline_at { opens } else { other })
}

/// A part of an opening in which nobody was called yet, as far as that can be: the parts take turns.
fn other_part(zone: &TimeZone, (opens, closes): (Timestamp, Timestamp), now: Timestamp, attempts: u32) -> Timestamp {
    let quarter = closes.duration_since(opens) / 4;
    let turns = QUARTERS.iter().cycle().skip(attempts as usize + 1).take(QUARTERS.len());
    let mut parts = turns.filter_map(|quarters| opens.checked_add(quarter * *quarters).ok());
    parts.find(|part| apart(zone, *part, now) >= quarter / 2).unwrap_or(opens)
}

/// How far apart two instants are on the clock, whatever the day.
fn apart(zone: &TimeZone, one: Timestamp, other: Timestamp) -> SignedDuration {
    let on_clock = |at| zone.to_datetime(at).time().duration_since(Time::midnight());
    let apart = (on_clock(one) - on_clock(other)).abs();
    apart.min(SignedDuration::from_hours(24) - apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testkit::{ZONE, at};

    #[test]
    fn the_attempts_come_in_another_part_of_a_short_opening_each() {
        let zone = TimeZone::get(ZONE).expect("a zone");
        let hour = (at("2026-11-24T10:00"), at("2026-11-24T11:00"));
        let mut now = at("2026-11-23T10:00");
        let mut times = Vec::new();
        for attempts in 0..4 {
            now = other_part(&zone, hour, now, attempts);
            times.push(zone.to_datetime(now).strftime("%H:%M").to_string());
        }
        assert_eq!(times, ["10:30", "10:15", "10:45", "10:00"]);
        let late = other_part(&zone, hour, at("2026-11-23T10:32"), 0);
        assert_eq!(late, at("2026-11-24T10:15"), "they were called at half past, whenever it was due");
    }

    #[test]
    fn times_of_day_are_compared_around_midnight() {
        let zone = TimeZone::get(ZONE).expect("a zone");
        let apart = apart(&zone, at("2026-11-24T23:30"), at("2026-11-20T00:30"));
        assert_eq!(apart, SignedDuration::from_hours(1));
    }
}
