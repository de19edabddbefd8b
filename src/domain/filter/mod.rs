//! The one filter language: for lists, batch selections and the conditions of rules.
//!
//! A subset of [AIP-160](https://google.aip.dev/160), typed when it is read:
//!
//! ```text
//! interaction.outcome = not_purchased AND summary.visit_days >= 4
//! customer.tags:regular AND NOT interaction.no_purchase_reason:*
//! interaction.kind = visit OR interaction.kind = enquiry
//! ```
//!
//! * `AND`, `OR`, `NOT` (in capitals), `-` for `NOT`, parentheses. What stands side by side without a word between is
//!   joined by `AND`. As in AIP-160, **`OR` binds tighter than `AND`**: `a AND b OR c` is `a AND (b OR c)`.
//! * `=`, `!=`; for numbers, instants, days and durations also `<`, `<=`, `>`, `>=`. On the left stands a field, on the
//!   right a value of its type ([`Kind`] says how each is written). A text in `"…"` or `'…'` may hold anything but NUL,
//!   with a backslash before a quote or a backslash; letters, digits and `_ . / @ + -` need no quotes. Texts are
//!   compared byte by byte, without wildcards.
//! * `list:value`: the list holds exactly this text. `field:*`: there is a value, in a list at least one.
//! * A comparison with an absent field is false, so its `NOT` is true. This holds for `!=` as well:
//!   `NOT customer.language = de` finds those without a language, `customer.language != de` doesn't.
//! * An empty text counts as absent, and so does an empty list.
//! * The empty filter is true of everything.
//!
//! Length, nesting and the number of comparisons are bounded by [`limits`](super::limits).
//!
//! Evaluation in memory *is* the meaning; the translation to SQL must select the same rows.

mod ast;
mod check;
mod decimal;
mod error;
mod eval;
mod explain;
mod fields;
mod lexer;
mod literal;
mod parser;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt::{self, Display, Formatter};

pub use ast::{Expr, Literal, Operator, Question, Test};
pub use error::{FilterError, Problem};
pub use eval::Value;
pub use explain::{Clause, Comparison};
pub use fields::{
    CASES, CUSTOMERS, Field, GESTURES, INTERACTIONS, NOTES, OBLIGATIONS, RULE_CONDITIONS, TIME_RULE_CONDITIONS,
};
pub use schema::{Kind, Schema};

/// A filter that was read and typed: clauses which must all hold.
///
/// Its [`Display`] is the canonical spelling. That may be longer than what was read (by parentheses and `AND`s), so
/// what is to be read again later should be kept as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    clauses: Vec<Expr>,
}

impl Filter {
    /// Reads a filter over the fields of `schema`; the empty one is true of everything.
    ///
    /// # Errors
    ///
    /// The first problem, with its place; see [`Problem`].
    pub fn parse(source: &str, schema: &Schema) -> Result<Self, FilterError> {
        let clauses = parser::parse(source, schema)?;
        Ok(Self { clauses })
    }

    /// Everything that is wrong with a filter over the fields of `schema`, in order of place; nothing when it can be
    /// read.
    #[must_use]
    pub fn faults(source: &str, schema: &Schema) -> Vec<FilterError> {
        parser::faults(source, schema)
    }

    /// This filter and another one: true of what both are true of.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.clauses.extend(other.clauses);
        self
    }

    /// True of what has one of these slugs in a field.
    #[must_use]
    pub fn one_of(field: Field, slugs: impl IntoIterator<Item = String>) -> Self {
        let is = |slug| Expr::Test(Test { field, question: Question::Compares(Operator::Equal, Literal::Text(slug)) });
        let mut tests: Vec<_> = slugs.into_iter().map(is).collect();
        let one = if tests.len() == 1 { tests.pop() } else { None };
        Self { clauses: vec![one.unwrap_or(Expr::Any(tests))] }
    }

    /// The clauses, all of which must hold.
    #[must_use]
    pub fn clauses(&self) -> &[Expr] {
        &self.clauses
    }

    /// Whether the filter is true of the record that `read` reads.
    ///
    /// `read` must give each field in the type that its [`Kind`] says, or [`Value::Absent`].
    pub fn matches<'r>(&self, read: &impl Fn(Field) -> Value<'r>) -> bool {
        self.first_failed(read).is_none()
    }

    /// The first clause that is false of the record, or `None` if the filter is true of it.
    pub fn first_failed<'r>(&self, read: &impl Fn(Field) -> Value<'r>) -> Option<&Expr> {
        self.clauses.iter().find(|clause| !clause.holds(read))
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.clauses.as_slice() {
            [clause] => clause.fmt(f),
            clauses => ast::joined(f, clauses, " AND "),
        }
    }
}
