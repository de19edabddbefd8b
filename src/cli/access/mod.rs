//! `gratitude keys` and `gratitude staff`: who may call, and who works at the desks.

mod keys;
mod offline;
mod staff;

pub(super) use keys::Keys;
pub(super) use staff::Staff;

use clap::ValueEnum;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{CliError, contract};
use crate::proto::v1;

/// What somebody is there for, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// A front desk, or who works at one.
    Desk,
    /// A program of the business: a till, a web shop, a telephone system.
    Service,
    /// A program that works through many: imports, workers, the night's notes.
    Batch,
    /// Who answers for customers and staff: everything but the keys.
    Manager,
    /// Who runs the service: keys, pauses, metrics; no customer's data.
    Operator,
}

impl Role {
    const fn of_contract(self) -> v1::Role {
        match self {
            Self::Desk => v1::Role::Desk,
            Self::Service => v1::Role::Service,
            Self::Batch => v1::Role::Batch,
            Self::Manager => v1::Role::Manager,
            Self::Operator => v1::Role::Operator,
        }
    }
}

/// When something ends, as it is typed: an instant, or a day, which counts whole.
fn end(text: &str) -> Result<prost_types::Timestamp, CliError> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(contract::stamp(instant));
    }
    let after = text.parse::<Date>().ok().and_then(|day| day.tomorrow().ok());
    let instant = after.and_then(|day| day.to_zoned(TimeZone::system()).ok()).map(|midnight| midnight.timestamp());
    instant.map(contract::stamp).ok_or_else(|| {
        CliError::Usage(format!("{text}: must be a day such as 2026-12-31 or an instant such as 2026-12-31T18:00:00Z"))
    })
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn a_day_counts_whole() {
        assert_eq!(end("2026-12-31T18:00:00Z").expect("an instant").seconds, 1_798_740_000);
        let day = end("2026-12-31").expect("a day").seconds;
        // Wherever this runs, it is the midnight after that day.
        assert!((1_798_761_600 - 15 * 3_600..=1_798_761_600 + 15 * 3_600).contains(&day), "{day}");
        assert!(end("next year").is_err());
    }
}
