//! What a filter means: its value for one record.

use std::cmp::Ordering;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::ast::{Expr, Literal, Question, Test};
use super::fields::Field;

/// What a record has in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'r> {
    /// Nothing: every comparison with it is false.
    Absent,
    /// A text, a slug, or the name of an enum's value; the empty one is the same as [`Value::Absent`].
    Text(&'r str),
    /// An id.
    Id(Uuid),
    /// A whole number.
    Int(i64),
    /// A decimal number, in millionths.
    Decimal(i64),
    /// A truth value.
    Bool(bool),
    /// An instant; what is finer than a microsecond is ignored.
    Timestamp(Timestamp),
    /// A calendar day.
    Date(Date),
    /// A length of time; what is finer than a microsecond is ignored.
    Duration(SignedDuration),
    /// Several texts; none is the same as [`Value::Absent`].
    TextList(&'r [String]),
}

impl Value<'_> {
    /// Whether there is anything to compare.
    #[must_use]
    pub fn is_present(self) -> bool {
        !matches!(self, Self::Absent | Self::Text("") | Self::TextList([]))
    }
}

impl<'r, V: Into<Value<'r>>> From<Option<V>> for Value<'r> {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

macro_rules! value_from {
    ($($variant:ident($type:ty)),+ $(,)?) => {$(
        impl<'r> From<$type> for Value<'r> {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )+};
}

value_from! {
    Text(&'r str), Id(Uuid), Int(i64), Int(u32), Int(u16), Int(u8), Int(i8), Bool(bool),
    Timestamp(Timestamp), Date(Date), Duration(SignedDuration), TextList(&'r [String]),
}

impl Expr {
    /// Whether the expression is true of the record that `read` reads.
    pub fn holds<'r>(&self, read: &impl Fn(Field) -> Value<'r>) -> bool {
        match self {
            Self::All(members) => members.iter().all(|member| member.holds(read)),
            Self::Any(members) => members.iter().any(|member| member.holds(read)),
            Self::Not(inner) => !inner.holds(read),
            Self::Test(test) => test.holds(read(test.field)),
        }
    }
}

impl Test {
    /// The answer for this value of the field.
    #[must_use]
    pub fn holds(&self, value: Value<'_>) -> bool {
        match &self.question {
            _ if !value.is_present() => false,
            Question::Present => true,
            Question::Holds(literal) => matches!(
                (value, literal),
                (Value::TextList(texts), Literal::Text(text)) if texts.contains(text)
            ),
            Question::Compares(operator, literal) => {
                compare(value, literal).is_some_and(|ordering| operator.admits(ordering))
            }
        }
    }
}

/// How a record's value stands to a literal of the field's type.
///
/// `None` only if the reader gives another type than the field's, which is a mistake of ours.
fn compare(value: Value<'_>, literal: &Literal) -> Option<Ordering> {
    let ordering = match (value, literal) {
        (Value::Text(value), Literal::Text(text)) => value.cmp(text),
        (Value::Text(value), Literal::Enum(word)) => value.cmp(word),
        (Value::Id(value), Literal::Id(id)) => value.cmp(id),
        (Value::Int(value), Literal::Int(number)) => value.cmp(number),
        (Value::Decimal(value), Literal::Decimal(micros)) => value.cmp(micros),
        (Value::Bool(value), Literal::Bool(flag)) => value.cmp(flag),
        (Value::Timestamp(value), Literal::Timestamp(instant)) => value.as_microsecond().cmp(&instant.as_microsecond()),
        (Value::Date(value), Literal::Date(day)) => value.cmp(day),
        (Value::Duration(value), Literal::Duration(micros)) => value.as_micros().cmp(&i128::from(*micros)),
        _ => {
            debug_assert!(false, "a {value:?} was read where {literal:?} is compared");
            return None;
        }
    };
    Some(ordering)
}
