//! Hours that return each week.

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// Most windows that one set of weekly hours may have: seven a day and one to spare.
pub const WINDOWS_MAX: usize = 50;

const MINUTES_A_DAY: u16 = 24 * 60;

/// Why hours were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not a time between 00:00 and 24:00.
    #[error("`{0}` is no time of day: write HH:MM from 00:00 to 24:00")]
    NoTimeOfDay(String),
    /// A window can't open at the end of a day.
    #[error("a window can't open at 24:00: write 00:00 of the next day")]
    OpensAtEndOfDay,
    /// Open and close are the same time, which could mean never or all day.
    #[error("a window that opens and closes at {0} is empty or endless: a whole day is 00:00 to 24:00")]
    OpenEqualsClose(ClockTime),
    /// No window at all.
    #[error("hours without any window would never be open")]
    NoWindow,
    /// More windows than [`WINDOWS_MAX`].
    #[error("{0} windows are too many: at most {WINDOWS_MAX}")]
    TooMany(usize),
}

/// A time on the wall clock to the minute, from 00:00 to 24:00; 24:00 is the midnight at which a day ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime(u16);

impl ClockTime {
    /// 00:00, the midnight at which a day begins.
    pub const START_OF_DAY: Self = Self(0);
    /// 24:00, the midnight at which a day ends.
    pub const END_OF_DAY: Self = Self(MINUTES_A_DAY);

    /// The time `hour:minute`; `None` unless it lies between 00:00 and 24:00.
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        let minutes = hour as u16 * 60 + minute as u16;
        if minute < 60 && minutes <= MINUTES_A_DAY { Some(Self(minutes)) } else { None }
    }

    /// The hour, 0 to 24.
    #[must_use]
    pub const fn hour(self) -> u8 {
        (self.0 / 60) as u8
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        (self.0 % 60) as u8
    }

    /// This time on a date; 24:00 is the next day's midnight. `None` only for the end of the calendar's last day.
    #[must_use]
    pub fn on(self, date: Date) -> Option<DateTime> {
        if self == Self::END_OF_DAY {
            return Some(date.tomorrow().ok()?.to_datetime(Time::midnight()));
        }
        let time = Time::new(self.hour().cast_signed(), self.minute().cast_signed(), 0, 0).ok()?;
        Some(date.to_datetime(time))
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour(), self.minute())
    }
}

impl FromStr for ClockTime {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |part: &str| {
            let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Self::new(digits(hour)?, digits(minute)?))
            .ok_or_else(|| HoursError::NoTimeOfDay(text.to_owned()))
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A half-open window `[open, close)` on one weekday. It belongs to the weekday on which it opens and may end on the
/// next day: a close earlier than the open means the next day's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "StoredWindow", into = "StoredWindow")]
pub struct Window {
    weekday: Weekday,
    open: ClockTime,
    close: ClockTime,
}

impl Window {
    /// The window that opens on `weekday` at `open` and ends before the next `close`.
    ///
    /// # Errors
    /// When `open` is 24:00 or equal to `close`.
    pub fn new(weekday: Weekday, open: ClockTime, close: ClockTime) -> Result<Self, HoursError> {
        if open == ClockTime::END_OF_DAY {
            Err(HoursError::OpensAtEndOfDay)
        } else if open == close {
            Err(HoursError::OpenEqualsClose(open))
        } else {
            Ok(Self { weekday, open, close })
        }
    }

    /// The weekday on which it opens.
    #[must_use]
    pub const fn weekday(self) -> Weekday {
        self.weekday
    }

    /// When it opens.
    #[must_use]
    pub const fn open(self) -> ClockTime {
        self.open
    }

    /// When it closes: the first minute that is no longer in it.
    #[must_use]
    pub const fn close(self) -> ClockTime {
        self.close
    }

    /// Whether it closes on the day after it opened, 24:00 of its own day not counted.
    #[must_use]
    pub fn crosses_midnight(self) -> bool {
        self.close < self.open
    }
}

/// Windows that return each week; at least one. Windows may touch and overlap: an instant is inside if any holds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Window>", into = "Vec<Window>")]
pub struct WeeklyHours(Vec<Window>);

impl WeeklyHours {
    /// Hours of these windows, kept from Monday on by their opening.
    ///
    /// # Errors
    /// When there is no window or more than [`WINDOWS_MAX`].
    pub fn new(mut windows: Vec<Window>) -> Result<Self, HoursError> {
        match windows.len() {
            0 => Err(HoursError::NoWindow),
            1..=WINDOWS_MAX => {
                windows.sort_by_key(|w| (w.weekday.to_monday_zero_offset(), w.open, w.close));
                windows.dedup();
                Ok(Self(windows))
            }
            many => Err(HoursError::TooMany(many)),
        }
    }

    /// The same window on each of these weekdays.
    ///
    /// # Errors
    /// As [`Window::new`] and [`WeeklyHours::new`].
    pub fn on(weekdays: &[Weekday], open: ClockTime, close: ClockTime) -> Result<Self, HoursError> {
        let windows: Result<Vec<_>, _> = weekdays.iter().map(|day| Window::new(*day, open, close)).collect();
        Self::new(windows?)
    }

    /// Its windows, from Monday on, by their opening.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.0
    }

    /// Whether some window opens on this weekday.
    #[must_use]
    pub fn opens_on(&self, weekday: Weekday) -> bool {
        self.0.iter().any(|window| window.weekday == weekday)
    }
}

impl TryFrom<Vec<Window>> for WeeklyHours {
    type Error = HoursError;

    fn try_from(windows: Vec<Window>) -> Result<Self, Self::Error> {
        Self::new(windows)
    }
}

impl From<WeeklyHours> for Vec<Window> {
    fn from(hours: WeeklyHours) -> Self {
        hours.0
    }
}

/// "Mon 09:00–20:00, Tue 09:00–20:00"; a run of weekdays with equal windows is drawn together: "Mon–Sat 09:00–20:00".
impl fmt::Display for WeeklyHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0.clone();
        let mut separator = "";
        while let Some(first) = left.first().copied() {
            let mut last = first.weekday;
            left.remove(0);
            while let Some(at) = left.iter().position(|next| {
                last != Weekday::Sunday
                    && (next.weekday, next.open, next.close) == (last.next(), first.open, first.close)
            }) {
                last = last.next();
                left.remove(at);
            }
            f.write_str(separator)?;
            f.write_str(short_name(first.weekday))?;
            if last != first.weekday {
                write!(f, "–{}", short_name(last))?;
            }
            write!(f, " {}–{}", first.open, first.close)?;
            separator = ", ";
        }
        Ok(())
    }
}

/// The three-letter English name of a weekday.
pub(super) const fn short_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// A window as it is stored; `Window` itself holds nothing invalid.
#[derive(Serialize, Deserialize)]
struct StoredWindow {
    day: StoredWeekday,
    open: ClockTime,
    close: ClockTime,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "Weekday")]
enum WeekdayName {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct StoredWeekday(#[serde(with = "WeekdayName")] Weekday);

impl TryFrom<StoredWindow> for Window {
    type Error = HoursError;

    fn try_from(stored: StoredWindow) -> Result<Self, Self::Error> {
        Self::new(stored.day.0, stored.open, stored.close)
    }
}

impl From<Window> for StoredWindow {
    fn from(window: Window) -> Self {
        Self { day: StoredWeekday(window.weekday), open: window.open, close: window.close }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> ClockTime {
        text.parse().expect("a time of day")
    }

    #[test]
    fn times_of_day_are_read_strictly() {
        assert_eq!(at("00:00"), ClockTime::START_OF_DAY);
        assert_eq!(at("24:00"), ClockTime::END_OF_DAY);
        for wrong in ["24:01", "9:00", "09:60", "0900", "", "-1:00", "+9:00", "09:00 ", "09:0५"] {
            assert_eq!(wrong.parse::<ClockTime>(), Err(HoursError::NoTimeOfDay(wrong.to_owned())));
        }
    }

    #[test]
    fn what_could_mean_never_or_always_is_refused() {
        let window = Window::new(Weekday::Monday, at("09:00"), at("09:00"));
        assert_eq!(window, Err(HoursError::OpenEqualsClose(at("09:00"))));
        let window = Window::new(Weekday::Monday, at("24:00"), at("09:00"));
        assert_eq!(window, Err(HoursError::OpensAtEndOfDay));
        assert_eq!(WeeklyHours::new(Vec::new()), Err(HoursError::NoWindow));
        let window = Window::new(Weekday::Monday, at("09:00"), at("10:00")).expect("a window");
        assert_eq!(WeeklyHours::new(vec![window; 51]), Err(HoursError::TooMany(51)));
    }

    #[test]
    fn hours_survive_storage_and_bad_ones_are_not_read() {
        let window = Window::new(Weekday::Friday, at("22:00"), at("06:00")).expect("a window");
        let hours = WeeklyHours::new(vec![window]).expect("hours");
        let json = serde_json::to_string(&hours).expect("json");
        assert_eq!(json, r#"[{"day":"friday","open":"22:00","close":"06:00"}]"#);
        assert_eq!(serde_json::from_str::<WeeklyHours>(&json).expect("hours"), hours);
        for wrong in [r#"[]"#, r#"[{"day":"friday","open":"22:00","close":"22:00"}]"#] {
            assert!(serde_json::from_str::<WeeklyHours>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn runs_of_days_are_written_together() {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        let week = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday];
        let calls = WeeklyHours::on(&week, at("09:00"), at("20:00")).expect("hours");
        assert_eq!(calls.to_string(), "Mon–Sat 09:00–20:00");
        let odd = WeeklyHours::on(&[Sunday, Monday, Wednesday], at("22:00"), at("06:00")).expect("hours");
        assert_eq!(odd.to_string(), "Mon 22:00–06:00, Wed 22:00–06:00, Sun 22:00–06:00");
        assert!(odd.windows()[0].crosses_midnight());
        assert!(odd.opens_on(Sunday) && !odd.opens_on(Tuesday));
    }
}
