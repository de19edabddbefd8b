//! Says clause by clause why a filter is true or false of a record.

use super::Filter;
use super::ast::Expr;
use super::eval::Value;
use super::fields::Field;

/// One clause of a filter (they must all hold) and what became of it.
///
/// Has the filter's own words only, nothing of the record but whether it has a value at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The clause in canonical spelling.
    pub text: String,
    /// Whether it is true of the record.
    pub holds: bool,
    /// Its comparisons, from left to right.
    pub comparisons: Vec<Comparison>,
}

/// One comparison of a clause and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The comparison in canonical spelling.
    pub text: String,
    /// Whether it is true of the record; a `NOT` before it is not counted in.
    pub holds: bool,
    /// Whether the record has a value in its field; if not, the comparison is false.
    pub present: bool,
}

impl Filter {
    /// Each clause with its outcome for the record that `read` reads.
    pub fn explain<'r>(&self, read: &impl Fn(Field) -> Value<'r>) -> Vec<Clause> {
        self.clauses().iter().map(|clause| explain(clause, read)).collect()
    }
}

fn explain<'r>(clause: &Expr, read: &impl Fn(Field) -> Value<'r>) -> Clause {
    let mut comparisons = Vec::new();
    clause.each_test(&mut |test| {
        let value = read(test.field);
        comparisons.push(Comparison { text: test.to_string(), holds: test.holds(value), present: value.is_present() });
    });
    Clause { text: clause.to_string(), holds: clause.holds(read), comparisons }
}
