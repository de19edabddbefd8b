//! The days on which a location does business.

use jiff::civil::{Date, Weekday};
use std::collections::BTreeSet;

use super::{SEARCH_DAYS, WeeklyHours};

/// A location's days: on which weekdays it opens, and on which dates it does not.
///
/// A day is a date, read by the zone of the plan, from its midnight to the next. With [`LocationCalendar::default`]
/// every day is a business day and none a holiday.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocationCalendar {
    /// The weekdays on which it never opens.
    closed: Vec<Weekday>,
    holidays: BTreeSet<Date>,
}

impl LocationCalendar {
    /// The calendar of a location with these opening hours (`None`: it never closes) and holidays.
    #[must_use]
    pub fn new(opening_hours: Option<&WeeklyHours>, holidays: impl IntoIterator<Item = Date>) -> Self {
        let closed = opening_hours.map_or_else(Vec::new, |hours| {
            Weekday::Monday.cycle_forward().take(7).filter(|day| !hours.opens_on(*day)).collect()
        });
        Self { closed, holidays: holidays.into_iter().collect() }
    }

    /// Whether it is one of the location's holidays.
    #[must_use]
    pub fn is_holiday(&self, date: Date) -> bool {
        self.holidays.contains(&date)
    }

    /// Whether the location does business on that day.
    #[must_use]
    pub fn is_business_day(&self, date: Date) -> bool {
        !self.closed.contains(&date.weekday()) && !self.is_holiday(date)
    }

    /// The day on which something has to leave that takes so many business days, to be there on `date` at the latest:
    /// so many business days before the last one up to `date`. With none it is `date` itself. `None` when the location
    /// has no such day within [`SEARCH_DAYS`].
    #[must_use]
    pub fn leaves_on(&self, date: Date, business_days: u8) -> Option<Date> {
        if business_days == 0 {
            return Some(date);
        }
        let back = std::iter::successors(Some(date), |day| day.yesterday().ok());
        let within = back.take(usize::try_from(SEARCH_DAYS).unwrap_or(usize::MAX));
        within.filter(|day| self.is_business_day(*day)).nth(business_days.into())
    }

    /// Whether it has no holidays at all.
    #[must_use]
    pub fn has_no_holidays(&self) -> bool {
        self.holidays.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::when::ClockTime;
    use jiff::civil::date;

    #[test]
    fn a_business_day_is_an_opening_weekday_that_is_no_holiday() {
        let close = ClockTime::new(18, 0).expect("a time");
        let hours = WeeklyHours::on(&[Weekday::Monday, Weekday::Friday], ClockTime::START_OF_DAY, close);
        let christmas = date(2026, 12, 25);
        let calendar = LocationCalendar::new(Some(&hours.expect("hours")), [christmas]);
        assert!(calendar.is_business_day(date(2026, 12, 21)));
        assert!(!calendar.is_business_day(date(2026, 12, 22)), "a Tuesday");
        assert!(calendar.is_holiday(christmas) && !calendar.is_business_day(christmas));
        assert!(LocationCalendar::default().is_business_day(christmas));
    }
}
