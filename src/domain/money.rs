//! Amounts of money.

use serde::{Deserialize, Serialize};

/// An amount in one currency. Amounts of different currencies are never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// ISO 4217 code, for example `EUR`.
    pub currency: String,
    /// Millionths of the currency's main unit; 11.77 EUR is 11,770,000. Never negative in a purchase.
    pub micros: i64,
}
