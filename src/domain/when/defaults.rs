//! The hours of channels until somebody configures others (section 4.4 of the design). What is printed, said or
//! handed over has none: it may be due at any time.

use super::{ClockTime, WeeklyHours};
use jiff::civil::Weekday;

/// When calls may be made: Mon–Sat 09:00–20:00. Holidays are left out besides, by
/// [`AllowedTimes::no_holidays`](super::AllowedTimes::no_holidays).
#[must_use]
pub fn default_call_hours() -> WeeklyHours {
    from_monday(6, 9, 20)
}

/// When e-mails and messages may leave: daily 08:00–21:00.
#[must_use]
pub fn default_message_hours() -> WeeklyHours {
    from_monday(7, 8, 21)
}

/// The same hours on the first `days` days of the week.
fn from_monday(days: usize, open: u8, close: u8) -> WeeklyHours {
    let weekdays: Vec<_> = Weekday::Monday.cycle_forward().take(days).collect();
    ClockTime::new(open, 0)
        .zip(ClockTime::new(close, 0))
        .and_then(|(open, close)| WeeklyHours::on(&weekdays, open, close).ok())
        .expect("full hours of a day, the first before the second")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_the_hours_of_the_design() {
        assert_eq!(default_call_hours().to_string(), "Mon–Sat 09:00–20:00");
        assert_eq!(default_message_hours().to_string(), "Mon–Sun 08:00–21:00");
    }
}
