//! What speaks against sending a draft without a person looking at it (P8).

use super::Draft;

/// One thing that speaks against sending a draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// It says nothing.
    #[error("it says nothing")]
    Empty,
    /// It names no fact particular to the customer.
    #[error("it names nothing that is particular to this customer")]
    NothingParticular,
    /// A placeholder was left unfilled.
    #[error("`{0}` was left unfilled")]
    Placeholder(String),
    /// It repeats the words of one of the customer's last notes.
    #[error("it repeats what an earlier note said: “{0}”")]
    Repeats(String),
    /// It had to be cut short.
    #[error("it grew too long and was cut short")]
    TooLong,
}

/// How many of a customer's last notes are not to be repeated.
pub const LAST_NOTES: usize = 3;

/// What speaks against sending a draft; nothing when it may go.
#[must_use]
pub fn objections(draft: &Draft, last_notes: &[&str]) -> Vec<Objection> {
    let particular = draft.facts.iter().any(|fact| fact.particular);
    let mut found: Vec<_> = (!particular).then_some(Objection::NothingParticular).into_iter().collect();
    if last_notes.iter().take(LAST_NOTES).any(|last| *last == draft.text) {
        found.push(Objection::Repeats(draft.text.clone()));
    }
    found
}
