//! What is unique about a customer, and how we know.

use crate::domain::text_enum::text_enum;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a fact speaks of.
    pub enum FactKind {
        /// Something they like.
        Like = "like",
        /// Something they dislike or must avoid.
        Dislike = "dislike",
        /// What they are interested in.
        Interest = "interest",
        /// Family, companions, pets.
        Family = "family",
        /// A date that matters to them.
        ImportantDate = "important_date",
        /// Anything else worth remembering.
        Other = "other",
    }
}

text_enum! {
    /// How a fact came to be known. Only the first two may be spoken.
    pub enum FactOrigin {
        /// The customer said it.
        ToldUs = "told_us",
        /// Staff saw it here.
        SeenHere = "seen_here",
        /// It came through another channel or system.
        OtherChannel = "other_channel",
        /// Concluded, not known.
        Inferred = "inferred",
    }
}

/// What is unique about a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Identifies it within the customer.
    pub id: uuid::Uuid,
    /// Like, dislike, interest …
    pub kind: FactKind,
    /// In plain words, as it may be read by the customer.
    pub text: String,
    /// How we know it.
    pub origin: FactOrigin,
    /// When it was learned.
    pub learned_at: Timestamp,
    /// The day it speaks of, for an important date.
    pub date: Option<Date>,
}
