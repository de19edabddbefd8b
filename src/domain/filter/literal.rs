//! Reads a literal as a value of its field's type.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::ast::Literal;
use super::decimal::Decimal;
use super::schema::Kind;

/// The value that `text` denotes for a field of this kind.
///
/// `quoted` says whether it stood in quotes: numbers, durations and truth values don't.
pub(super) fn read(kind: Kind, text: &str, quoted: bool) -> Option<Literal> {
    match kind {
        // What is empty counts as absent, so that nothing could equal it.
        Kind::Text | Kind::TextList if text.is_empty() => None,
        Kind::Text | Kind::TextList => Some(Literal::Text(text.to_owned())),
        Kind::Slug(collection) => slug(text.strip_prefix(collection)?),
        Kind::Id(collection) => id(text.strip_prefix(collection)?),
        Kind::Enum(words) => word(words, text).map(Literal::Enum),
        Kind::Timestamp => instant(text),
        Kind::Date => day(text),
        Kind::Int | Kind::Decimal | Kind::Bool | Kind::Duration if quoted => None,
        Kind::Int => whole_number(text),
        Kind::Decimal => micros(text).map(Literal::Decimal),
        Kind::Bool => text.parse().ok().map(Literal::Bool),
        Kind::Duration => micros(text.strip_suffix('s')?).map(Literal::Duration),
    }
}

fn slug(text: &str) -> Option<Literal> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let valid = !text.is_empty() && text.bytes().all(plain);
    valid.then(|| Literal::Text(text.to_owned()))
}

fn id(text: &str) -> Option<Literal> {
    let id: Uuid = text.parse().ok()?;
    (id.hyphenated().to_string() == text).then_some(Literal::Id(id))
}

fn word(words: &'static [&'static str], text: &str) -> Option<&'static str> {
    words.iter().copied().find(|word| word.eq_ignore_ascii_case(text))
}

/// Whole microseconds only: a finer bound would select other rows in memory than in the database.
fn instant(text: &str) -> Option<Literal> {
    let instant: Timestamp = text.parse().ok()?;
    (instant.as_nanosecond() % 1_000 == 0).then_some(Literal::Timestamp(instant))
}

/// Exactly `YYYY-MM-DD`; the parser alone would take a time behind it too.
fn day(text: &str) -> Option<Literal> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text).then_some(Literal::Date(day))
}

/// The integer parser takes a plus sign, which no canonical number has.
fn whole_number(text: &str) -> Option<Literal> {
    let number = text.parse().ok()?;
    (!text.starts_with('+')).then_some(Literal::Int(number))
}

fn micros(text: &str) -> Option<i64> {
    text.parse::<Decimal>().ok().map(|number| number.micros)
}
