//! Dates that matter to a customer and are coming up.

use super::tact::is_shown;
use crate::domain::{
    customer::{FactKind, Profile},
    returning::days_between,
};
use jiff::civil::Date;

/// How far a card looks ahead, in days.
pub const DAYS_AHEAD: u32 = 30;

/// A date that is coming up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComingDate {
    /// The next time that it comes, today included.
    pub date: Date,
    /// The word for a birthday, or the words of the fact.
    pub name: String,
    /// In how many days; 0 is today.
    pub days_ahead: u32,
}

/// The birthday and important dates within [`DAYS_AHEAD`], the nearest first. A past date returns each year.
pub(super) fn coming_dates(profile: &Profile, birthday: &str, today: Date) -> Vec<ComingDate> {
    let birthday = profile.birth_date.and_then(|birth| {
        let date = next_time(birth.month, birth.day, today)?;
        Some((date, birthday.to_owned()))
    });
    let facts = profile.facts.iter().filter(|fact| fact.kind == FactKind::ImportantDate && is_shown(fact));
    let important = facts.filter_map(|fact| {
        let date = fact.date?;
        let next = if date >= today { date } else { next_time(date.month(), date.day(), today)? };
        Some((next, fact.text.clone()))
    });
    let mut dates: Vec<_> = birthday
        .into_iter()
        .chain(important)
        .map(|(date, name)| ComingDate { date, name, days_ahead: days_between(today, date) })
        .filter(|coming| coming.days_ahead <= DAYS_AHEAD)
        .collect();
    dates.sort_by(|a, b| (a.date, &a.name).cmp(&(b.date, &b.name)));
    dates
}

/// The next day of that name, today included.
fn next_time(month: i8, day: i8, today: Date) -> Option<Date> {
    let this_year = in_year(today.year(), month, day)?;
    if this_year >= today { Some(this_year) } else { in_year(today.year().checked_add(1)?, month, day) }
}

/// That day in a year; 29 February is kept on the 28th where there is none.
fn in_year(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day)
        .or_else(|error| if (month, day) == (2, 29) { Date::new(year, 2, 28) } else { Err(error) })
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::{BirthDate, Fact, FactOrigin};
    use jiff::{Timestamp, civil::date};

    fn born(month: i8, day: i8) -> Profile {
        Profile { birth_date: Some(BirthDate { year: None, month, day }), ..Profile::default() }
    }

    fn days_to_birthday(month: i8, day: i8, today: Date) -> Option<u32> {
        coming_dates(&born(month, day), "birthday", today).first().map(|coming| coming.days_ahead)
    }

    #[test]
    fn birthdays_come_over_the_turn_of_the_year_and_on_leap_days() {
        assert_eq!(days_to_birthday(12, 31, date(2026, 12, 31)), Some(0));
        assert_eq!(days_to_birthday(1, 2, date(2026, 12, 30)), Some(3));
        assert_eq!(days_to_birthday(1, 30, date(2026, 12, 31)), Some(30));
        assert_eq!(days_to_birthday(1, 31, date(2026, 12, 31)), None);
        assert_eq!(days_to_birthday(2, 29, date(2026, 2, 20)), Some(8), "the 28th");
        assert_eq!(days_to_birthday(2, 29, date(2028, 2, 20)), Some(9), "a leap year");
        assert_eq!(days_to_birthday(2, 31, date(2028, 2, 20)), None, "no such day");
    }

    #[test]
    fn past_dates_return_and_future_ones_come_once() {
        let fact = |text: &str, date| Fact {
            id: uuid::Uuid::nil(),
            kind: FactKind::ImportantDate,
            text: text.to_owned(),
            origin: FactOrigin::ToldUs,
            learned_at: Timestamp::UNIX_EPOCH,
            date: Some(date),
        };
        let facts = vec![fact("moves house", date(2026, 12, 1)), fact("wedding day", date(2019, 11, 25))];
        let profile = Profile { facts, ..Profile::default() };
        let coming = coming_dates(&profile, "birthday", date(2026, 11, 22));
        let names: Vec<_> = coming.iter().map(|coming| (coming.name.as_str(), coming.days_ahead)).collect();
        assert_eq!(names, [("wedding day", 3), ("moves house", 9)]);
    }
}
