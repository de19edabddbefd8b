//! What the front desk sees in the second that it has (section 4.12 of the design).
//!
//! What staff read is in the language of the place, what is said aloud in that of the customer (`words/`).
//!
//! A card holds no price, no label such as "complainer" and no forecast. What it proposes to say rests on at most one
//! fact, and only on one that the customer told us or that was seen here.

mod build;
mod dates;
mod hello;
mod saying;
mod tact;
mod words;

pub use build::{CardInput, LastTime, card};
pub use dates::{ComingDate, DAYS_AHEAD};
pub use saying::Saying;
pub(in crate::domain) use tact::{is_fit, origin};

use super::{
    customer::Greeting,
    gesture::Gesture,
    ids::{CaseId, CustomerId},
    returning::ReturnStatus,
};
use jiff::{Timestamp, civil::Date};

/// The card of one customer at one location on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Whose.
    pub customer: CustomerId,
    /// The name as they like to be called, else the whole name in its order; empty when not known or not to be said
    /// aloud.
    pub display_name: String,
    /// How to say it.
    pub how_to_say: String,
    /// How they like to be met.
    pub greeting: Greeting,
    /// What must be known before a word is said; empty when nothing must.
    pub notice: String,
    /// What to do before anything else.
    pub first: Option<First>,
    /// Where they stand on the way of returning; `None` before the first visit day.
    pub status: Option<ReturnStatus>,
    /// They were silent for long and are here again.
    pub welcome_back: bool,
    /// The first visit day.
    pub since: Option<Date>,
    /// Visit days, today's included once they are checked in.
    pub visit_days: u32,
    /// A milestone that this very visit reaches, in words.
    pub milestone: Option<String>,
    /// The last time that they were here before today.
    pub last: Option<LastSeenHere>,
    /// "Good morning, Ms Okafor."; empty for who wants no greeting.
    pub hello: String,
    /// The language of what is said aloud: hello, sentence and question. BCP 47.
    pub spoken_language: &'static str,
    /// The language of what staff read. BCP 47.
    pub desk_language: &'static str,
    /// One sentence to say, behind the hello.
    pub say: Option<Saying>,
    /// One question worth asking.
    pub ask: Option<String>,
    /// What to say or hand over at this visit, the most important first.
    pub hand_over: Vec<Gesture>,
    /// What they like.
    pub likes: Vec<String>,
    /// What they dislike or must avoid.
    pub dislikes: Vec<String>,
    /// Dates that matter to them in the next [`DAYS_AHEAD`] days, the nearest first.
    pub dates: Vec<ComingDate>,
    /// What we promised and have not kept yet, the most urgent first.
    pub open_promises: Vec<Gesture>,
    /// Whole days since the last purchase.
    pub days_since_purchase: Option<u32>,
    /// Whole days since a note, call or gift last reached them.
    pub days_since_contact: Option<u32>,
    /// What staff call them.
    pub tags: Vec<String>,
    /// What was concluded from their visits, to be shown as such.
    pub automatic_tags: Vec<String>,
}

/// What to do before anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// The open case.
    pub case: CaseId,
    /// What to do, in a sentence.
    pub text: String,
    /// Since when it has been open.
    pub opened_at: Timestamp,
}

/// The last time that somebody was here before today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSeenHere {
    /// What was seen then, without prices.
    pub seen: crate::domain::summary::LastSeen,
    /// What the location is called.
    pub location_name: String,
    /// The day, in that location's zone.
    pub date: Date,
    /// How it ended, in words.
    pub ending: String,
}

#[cfg(test)]
mod tests;
