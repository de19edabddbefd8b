//! Instants are microseconds since 1970, days are ISO 8601 text: both order as time does.

use crate::store::error::StoreError;
use jiff::{Timestamp, civil::Date};

/// An instant from its microseconds.
pub(in crate::store) fn instant(table: &str, column: &str, micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|why| StoreError::corrupt(table, column, why))
}

/// A day from its text.
pub(in crate::store) fn day(table: &str, column: &str, text: &str) -> Result<Date, StoreError> {
    text.parse().map_err(|why| StoreError::corrupt(table, column, why))
}
