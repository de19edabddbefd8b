//! Random records and filters, from few different values so that they meet often.

use std::collections::HashMap;

use gratitude::domain::filter::{Expr, Field, Kind, Literal, Operator, Question, Schema, Test, Value};
use jiff::{SignedDuration, Timestamp, civil::Date};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use uuid::Uuid;

/// What one row has in its fields; what is missing is absent.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) values: HashMap<Field, Literal>,
    pub(super) lists: HashMap<Field, Vec<String>>,
}

impl Record {
    pub(super) fn reader<'r>(&'r self) -> impl Fn(Field) -> Value<'r> {
        move |field| match self.lists.get(&field) {
            Some(texts) => Value::TextList(texts),
            None => self.values.get(&field).map_or(Value::Absent, value),
        }
    }
}

fn value(literal: &Literal) -> Value<'_> {
    match literal {
        Literal::Text(text) => Value::Text(text),
        Literal::Enum(word) => Value::Text(word),
        Literal::Id(id) => Value::Id(*id),
        Literal::Int(number) => Value::Int(*number),
        Literal::Decimal(micros) => Value::Decimal(*micros),
        Literal::Bool(flag) => Value::Bool(*flag),
        Literal::Timestamp(instant) => Value::Timestamp(*instant),
        Literal::Date(day) => Value::Date(*day),
        Literal::Duration(micros) => Value::Duration(SignedDuration::from_micros(*micros)),
    }
}

/// The id of the row of this number; ids and numbers have the same order.
pub(super) fn id(number: u64) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

/// Chance that repeats itself.
pub(super) struct Dice(TestRng);

impl Default for Dice {
    fn default() -> Self {
        Self(TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    }
}

impl Dice {
    /// A number below `sides`.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0.next_u64() % sides
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        let index = self.roll(among.len() as u64);
        among[usize::try_from(index).expect("an index of the slice")]
    }

    pub(super) fn literal(&mut self, kind: Kind) -> Literal {
        let number = i64::try_from(self.roll(4)).expect("a small number");
        match kind {
            // Case, accents, quotes and marks of LIKE: engines must not be clever about them.
            Kind::Text | Kind::TextList => Literal::Text(self.pick(&["a", "A", "á", "it's \"%_\\\""]).to_owned()),
            Kind::Slug(_) => Literal::Text(self.pick(&["a", "b-1", "z"]).to_owned()),
            Kind::Id(_) => Literal::Id(id(number.unsigned_abs())),
            Kind::Enum(words) => Literal::Enum(self.pick(&words[..words.len().min(3)])),
            Kind::Int => Literal::Int(number - 2),
            Kind::Decimal => Literal::Decimal(number * 1_250_000),
            Kind::Bool => Literal::Bool(number < 2),
            Kind::Timestamp => Literal::Timestamp(instant(number)),
            Kind::Date => Literal::Date(day(number)),
            Kind::Duration => Literal::Duration(number * 500_000),
        }
    }

    /// A filter over the schema, as text.
    pub(super) fn filter(&mut self, schema: &Schema) -> String {
        self.expr(schema, 3).to_string()
    }

    fn expr(&mut self, schema: &Schema, depth: u64) -> Expr {
        match self.roll(if depth == 0 { 1 } else { 6 }) {
            0 | 1 => Expr::Test(self.test(schema)),
            2 | 3 => Expr::Not(Box::new(self.expr(schema, depth - 1))),
            4 => Expr::All(self.several(schema, depth - 1)),
            _ => Expr::Any(self.several(schema, depth - 1)),
        }
    }

    fn several(&mut self, schema: &Schema, depth: u64) -> Vec<Expr> {
        (0..2 + self.roll(2)).map(|_| self.expr(schema, depth)).collect()
    }

    fn test(&mut self, schema: &Schema) -> Test {
        use Operator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let field = self.pick(schema.fields);
        let literal = self.literal(field.kind());
        let question = match field.kind() {
            _ if self.roll(6) == 0 => Question::Present,
            Kind::TextList => Question::Holds(literal),
            Kind::Int | Kind::Decimal | Kind::Timestamp | Kind::Date | Kind::Duration => {
                Question::Compares(self.pick(&[Equal, NotEqual, Less, AtMost, Greater, AtLeast]), literal)
            }
            _ => Question::Compares(self.pick(&[Equal, NotEqual]), literal),
        };
        Test { field, question }
    }
}

/// On both sides of 1970, a microsecond apart.
fn instant(number: i64) -> Timestamp {
    Timestamp::from_microsecond(number - 2).expect("near 1970")
}

/// Over the end of a February.
fn day(number: i64) -> Date {
    Date::constant(2024, 2, 28).saturating_add(jiff::Span::new().days(number))
}
