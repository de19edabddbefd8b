//! A time of day as it is configured.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// `HH:MM` and nothing else, since seconds in opening hours would be a mistake: from 00:00 to 24:00, the midnight at
/// which a day ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WallTime {
    hour: u8,
    minute: u8,
}

impl WallTime {
    /// 24:00.
    pub const END_OF_DAY: Self = Self { hour: 24, minute: 0 };

    /// The hour, 0 to 24.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59; 0 of the hour 24.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    fn read(text: &str) -> Option<Self> {
        let number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u8>().ok())?;
        let (hour, minute) = text.split_once(':').filter(|(_, minute)| minute.len() == 2)?;
        let (hour, minute) = (number(hour)?, number(minute)?);
        (minute < 60 && (hour < 24 || (hour, minute) == (24, 0))).then_some(Self { hour, minute })
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("`{text}` is not a time such as 09:00, from 00:00 to 24:00"));
        Self::read(&text).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::WallTime;

    #[test]
    fn times_are_of_one_day_and_its_end() {
        let read = |text| WallTime::read(text).map(|time| time.to_string());
        for (text, time) in [("00:00", "00:00"), ("7:30", "07:30"), ("23:59", "23:59"), ("24:00", "24:00")] {
            assert_eq!(read(text).as_deref(), Some(time));
        }
        for wrong in ["", "9", ":30", "09:", "9:5", "24:01", "25:00", "12:60", "-1:00", "+9:00", "09:00:00", " 9:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
