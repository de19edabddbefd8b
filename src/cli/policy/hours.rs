//! Hours as people type them: `mon-sat 09:00-20:00`.

use std::str::FromStr;

use crate::{domain::when::ClockTime, proto::v1};

/// The windows of one such text: one for each of its days.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Windows(pub(super) Vec<v1::WeeklyWindow>);

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl FromStr for Windows {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is none; write such as 'mon-sat 09:00-20:00' or 'sun 10:00-12:00'");
        let (days, hours) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let (open, close) = hours.trim().split_once('-').ok_or_else(wrong)?;
        let day = |name: &str| DAYS.iter().position(|day| *day == name.to_ascii_lowercase()).ok_or_else(wrong);
        let (first, last) = (day(first)?, day(last)?);
        let time = |text: &str| text.parse::<ClockTime>().map(time_of_day).map_err(|error| error.to_string());
        let (open, close) = (time(open)?, time(close)?);
        // A run may go past Sunday: sat-mon.
        let count = (last + DAYS.len() - first) % DAYS.len() + 1;
        let weekdays = (0..count).map(|n| (first + n) % DAYS.len());
        let window = |day: usize| v1::WeeklyWindow {
            weekday: i32::try_from(day + 1).unwrap_or_default(),
            open: Some(open),
            close: Some(close),
        };
        Ok(Self(weekdays.map(window).collect()))
    }
}

fn time_of_day(time: ClockTime) -> v1::TimeOfDay {
    v1::TimeOfDay { hours: time.hour().into(), minutes: time.minute().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Result<Vec<i32>, String> {
        text.parse::<Windows>().map(|windows| windows.0.iter().map(|window| window.weekday).collect())
    }

    #[test]
    fn days_are_runs_that_may_go_past_sunday() {
        assert_eq!(days("mon-sat 09:00-20:00"), Ok(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(days("Sat-Mon 22:00-02:00"), Ok(vec![6, 7, 1]));
        assert_eq!(days("sun 00:00-24:00"), Ok(vec![7]));
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for wrong in ["", "mon", "mon 9-20", "monday 09:00-20:00", "mon-sat", "mon 09:00", "mon 09:00-25:00"] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }
}
