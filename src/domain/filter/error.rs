//! What can be wrong with a filter, and where.

use crate::domain::limits::{FILTER_MAX_BYTES, FILTER_MAX_DEPTH, FILTER_MAX_TERMS};

/// A filter that can't be accepted: where, and why.
///
/// Neither field repeats the caller's text, so the error may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {problem}")]
pub struct FilterError {
    /// Offset of the offending place, in bytes from 0.
    pub position: usize,
    /// The same place in characters from 1, as an editor shows it.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

impl FilterError {
    /// The word that may have been meant.
    #[must_use]
    pub const fn nearest(&self) -> Option<&'static str> {
        match &self.problem {
            Problem::UnknownField { nearest, .. } | Problem::BadValue { nearest, .. } => *nearest,
            _ => None,
        }
    }

    /// Places a problem at a byte offset of `source`.
    pub(super) fn at(source: &str, position: usize, problem: Problem) -> Self {
        let before = source.get(..position).unwrap_or(source);
        Self { position, column: before.chars().count() + 1, problem }
    }
}

/// The ways in which a filter can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Longer than [`FILTER_MAX_BYTES`] bytes.
    #[error("the filter is longer than {FILTER_MAX_BYTES} bytes")]
    TooLong,
    /// Nested deeper than [`FILTER_MAX_DEPTH`] levels.
    #[error("the filter is nested deeper than {FILTER_MAX_DEPTH} levels")]
    TooDeep,
    /// More than [`FILTER_MAX_TERMS`] comparisons.
    #[error("the filter has more than {FILTER_MAX_TERMS} comparisons")]
    TooManyComparisons,
    /// A character that can't stand here outside quotes (or, for NUL, anywhere).
    #[error("this character can't stand here; texts with special characters go in quotes")]
    ForbiddenCharacter,
    /// A quoted text without its closing quote.
    #[error("this text has no closing quote")]
    UnterminatedText,
    /// A backslash before anything but a quote or a backslash.
    #[error("a backslash stands only before a quote or another backslash")]
    BadEscape,
    /// Another kind of token than the grammar allows.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What could have stood here.
        expected: &'static str,
        /// What stands here.
        found: &'static str,
    },
    /// A name that this filter's schema doesn't have.
    #[error("no such field in {schema}{}", did_you_mean(*nearest))]
    UnknownField {
        /// What the filter is for, such as `a list of customers`.
        schema: &'static str,
        /// The field whose name looks most like it, if one does.
        nearest: Option<&'static str>,
    },
    /// An operator that has no meaning for this type of field.
    #[error("{field} is {kind}, which takes {allowed}")]
    OperatorNotAllowed {
        /// The field's path.
        field: &'static str,
        /// Its type, in words.
        kind: &'static str,
        /// The operators that it has.
        allowed: &'static str,
    },
    /// A value that isn't of the field's type.
    #[error("{field} takes {expected}{}", did_you_mean(*nearest))]
    BadValue {
        /// The field's path.
        field: &'static str,
        /// How its values are written.
        expected: String,
        /// The word that looks most like it, where only some words are possible.
        nearest: Option<&'static str>,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
