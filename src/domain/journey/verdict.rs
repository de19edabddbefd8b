//! How a standard was met.

use crate::domain::text_enum::text_enum;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

text_enum! {
    /// One of the standards that a touchpoint may have.
    pub enum Standard {
        /// How soon we answer.
        Respond = "respond",
        /// How soon it is done.
        Fulfil = "fulfil",
        /// What was promised.
        Promise = "promise",
        /// How often the customer is passed on.
        Transfers = "transfers",
        /// Settled at first contact.
        FirstContact = "first_contact",
    }
}

text_enum! {
    /// Which part of a promise must be kept.
    pub enum PromiseKept {
        /// The day, by the location's calendar.
        OnTheDay = "on_the_day",
        /// The very time.
        AtTheTime = "at_the_time",
    }
}

/// How one standard was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which standard.
    pub standard: Standard,
    /// Kept or broken.
    pub kept: bool,
    /// The evidence in plain words, without names.
    pub evidence: String,
    /// By how much it was broken, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Excess>,
}

/// By how much a standard was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Excess {
    /// So much longer.
    Time(SignedDuration),
    /// So many more: days, transfers, contacts.
    Count(u32),
}
