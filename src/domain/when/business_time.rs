//! How much of a stretch of time lay within the hours of a place.

use super::{
    calendar::LocationCalendar,
    hours::{ClockTime, WeeklyHours},
    openings::SEARCH_DAYS,
    zones::{local_date, resolve_local},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// The time between two instants during which a place was open, by the clock of its zone.
///
/// A window belongs to the day on which it opens, so one that crosses midnight counts whole, or not at all where that
/// day is a holiday. Without hours whole days count. Beyond [`SEARCH_DAYS`] all time counts: whoever waited that long
/// was not spared by any hours. Zero when `until` is not after `from`.
#[must_use]
pub fn business_time(
    zone: &TimeZone,
    hours: Option<&WeeklyHours>,
    calendar: &LocationCalendar,
    from: Timestamp,
    until: Timestamp,
) -> SignedDuration {
    let search = SignedDuration::from_hours(24 * i64::from(SEARCH_DAYS));
    let counted_until = from.checked_add(search).map_or(until, |end| end.min(until));
    // Windows may touch and overlap: what is counted never lies before what was counted already.
    let mut counted = from;
    let mut open = SignedDuration::ZERO;
    for (start, end) in spans(zone, hours, calendar, from, counted_until) {
        let (start, end) = (start.max(counted), end.min(counted_until));
        if start < end {
            open += end.duration_since(start);
            counted = end;
        }
    }
    if until > counted_until { open + until.duration_since(counted_until) } else { open }
}

/// The windows that may hold a part of the stretch, by their start.
fn spans(
    zone: &TimeZone,
    hours: Option<&WeeklyHours>,
    calendar: &LocationCalendar,
    from: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    // A window of the day before may cross midnight.
    let first = local_date(zone, from).saturating_sub(1.day());
    let last = local_date(zone, until);
    first.series(1.day()).take_while(move |date| *date <= last).filter(|date| !calendar.is_holiday(*date)).flat_map(
        move |date| {
            windows_on(hours, date).into_iter().filter_map(move |(open, close)| {
                let closing_day = if close <= open { date.tomorrow().ok()? } else { date };
                Some((resolve_local(zone, open.on(date)?)?, resolve_local(zone, close.on(closing_day)?)?))
            })
        },
    )
}

/// What opens on a date, by the time it opens.
fn windows_on(hours: Option<&WeeklyHours>, date: Date) -> Vec<(ClockTime, ClockTime)> {
    let Some(hours) = hours else { return vec![(ClockTime::START_OF_DAY, ClockTime::END_OF_DAY)] };
    let weekday = date.weekday();
    let of_day = hours.windows().iter().filter(|window| window.weekday() == weekday);
    of_day.map(|window| (window.open(), window.close())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    const ZONE: &str = "Europe/Lisbon";

    fn zone() -> TimeZone {
        TimeZone::get(ZONE).expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}:00Z").parse().expect("an instant")
    }

    fn time(text: &str) -> ClockTime {
        text.parse().expect("a time of day")
    }

    fn weekdays(open: &str, close: &str) -> WeeklyHours {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        WeeklyHours::on(&[Monday, Tuesday, Wednesday, Thursday, Friday], time(open), time(close)).expect("hours")
    }

    #[test]
    fn a_night_and_a_weekend_do_not_count() {
        let (hours, calendar) = (weekdays("09:00", "18:00"), LocationCalendar::default());
        let open = |from, until| business_time(&zone(), Some(&hours), &calendar, at(from), at(until));
        // 2026-03-06 is a Friday; Lisbon is on UTC then.
        assert_eq!(open("2026-03-06T17:00", "2026-03-09T10:00"), SignedDuration::from_hours(2));
        assert_eq!(open("2026-03-07T08:00", "2026-03-08T23:00"), SignedDuration::ZERO);
        assert_eq!(open("2026-03-06T10:00", "2026-03-06T10:30"), SignedDuration::from_mins(30));
        assert_eq!(open("2026-03-06T10:00", "2026-03-05T10:30"), SignedDuration::ZERO, "backwards");
    }

    #[test]
    fn holidays_do_not_count_and_a_window_belongs_to_its_opening_day() {
        let hours = weekdays("22:00", "02:00");
        let calendar = LocationCalendar::new(Some(&hours), [date(2026, 3, 4)]);
        let open = |from, until| business_time(&zone(), Some(&hours), &calendar, at(from), at(until));
        // Tuesday night runs into the holiday, the holiday's own night does not open.
        assert_eq!(open("2026-03-03T21:00", "2026-03-05T12:00"), SignedDuration::from_hours(4));
    }

    #[test]
    fn what_lies_beyond_the_horizon_counts_whole() {
        let hours = weekdays("09:00", "09:01");
        let from = at("2026-01-01T00:00");
        let horizon = from.checked_add(SignedDuration::from_hours(24 * 400)).expect("in range");
        let until = horizon.checked_add(SignedDuration::from_hours(100)).expect("in range");
        let open = |until| business_time(&zone(), Some(&hours), &LocationCalendar::default(), from, until);
        assert_eq!(open(until), open(horizon) + SignedDuration::from_hours(100));
    }

    proptest! {
        #[test]
        fn it_is_the_count_of_open_minutes(start in 0_i64..40_000, length in 0_i64..6_000, overlap in any::<bool>()) {
            use crate::domain::when::{AllowedTimes, Openings, Window};
            // Around the change to summer time of 2026-03-29.
            let from = at("2026-03-20T00:00").checked_add(SignedDuration::from_mins(start)).expect("in range");
            let until = from.checked_add(SignedDuration::from_mins(length)).expect("in range");
            let mut windows = weekdays("08:30", "17:15").windows().to_vec();
            windows.push(Window::new(Weekday::Saturday, time("22:00"), time("03:30")).expect("a window"));
            if overlap {
                windows.push(Window::new(Weekday::Monday, time("08:00"), time("12:00")).expect("a window"));
            }
            let hours = WeeklyHours::new(windows).expect("hours");
            let calendar = LocationCalendar::default();
            let allowed = AllowedTimes {
                window: Some(&hours), customer_hours: None, calendar: &calendar, business_days: false, no_holidays: false,
            };
            let zone = zone();
            let openings = Openings::new(&zone, &allowed);
            let minutes = (0..length).filter(|minute| {
                openings.is_open(from.checked_add(SignedDuration::from_mins(*minute)).expect("in range"))
            });
            let counted = i64::try_from(minutes.count()).expect("few");
            prop_assert_eq!(
                business_time(&zone, Some(&hours), &calendar, from, until),
                SignedDuration::from_mins(counted)
            );
        }
    }
}
