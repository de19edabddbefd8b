//! Rows to the things they mean, and back. One file for each topic; nothing else reads or writes a column's text.

pub(super) mod access;
pub(super) mod actions;
pub(super) mod cases;
pub(super) mod catalog;
pub(super) mod customers;
pub(super) mod gestures;
pub(super) mod interactions;
pub(super) mod journeys;
pub(super) mod ledger;
pub(super) mod merges;
pub(super) mod notes;
pub(super) mod obligations;
pub(super) mod summaries;
pub(super) mod time;

use super::error::StoreError;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Display, str::FromStr};

/// A table, for errors that name where something unreadable lies.
#[derive(Debug, Clone, Copy)]
struct Source(&'static str);

impl Source {
    fn bad(self, column: &str, why: impl Display) -> StoreError {
        StoreError::corrupt(self.0, column, why)
    }

    /// A state, kind or slug by its text.
    fn named<T: FromStr<Err: Display>>(self, column: &str, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|why| self.bad(column, why))
    }

    /// The same, where there is one.
    fn named_opt<T: FromStr<Err: Display>>(self, column: &str, text: Option<&str>) -> Result<Option<T>, StoreError> {
        text.map(|text| self.named(column, text)).transpose()
    }

    /// A number that fits into a smaller type.
    fn number<T: TryFrom<N, Error: Display>, N>(self, column: &str, number: N) -> Result<T, StoreError> {
        T::try_from(number).map_err(|why| self.bad(column, why))
    }

    fn instant(self, column: &str, micros: i64) -> Result<jiff::Timestamp, StoreError> {
        time::instant(self.0, column, micros)
    }

    fn instant_opt(self, column: &str, micros: Option<i64>) -> Result<Option<jiff::Timestamp>, StoreError> {
        micros.map(|micros| self.instant(column, micros)).transpose()
    }

    fn day_opt(self, column: &str, text: Option<&str>) -> Result<Option<jiff::civil::Date>, StoreError> {
        text.map(|text| time::day(self.0, column, text)).transpose()
    }

    /// What a column holds as JSON.
    fn json<T: DeserializeOwned>(self, column: &str, text: &str) -> Result<T, StoreError> {
        // The error of serde_json may quote what it read.
        serde_json::from_str(text).map_err(|why| self.bad(column, format!("{:?} in JSON", why.classify())))
    }

    /// JSON for a column.
    fn to_json(self, column: &str, value: &impl Serialize) -> Result<String, StoreError> {
        serde_json::to_string(value).map_err(|_| StoreError::Bug { what: format!("{}.{column} as JSON", self.0) })
    }
}

/// A count for a column. The database counts with a sign.
fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
