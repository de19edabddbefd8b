//! Which fields a filter may name, and of what type they are.

use super::fields::Field;

/// The type of a field: decides its operators, and how its values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text, compared byte by byte: `"…"`, `'…'` or a bare word.
    Text,
    /// The resource name of something with a slug, after this collection: `"locations/main-street"`.
    Slug(&'static str),
    /// The resource name of something with a UUID, after this collection: `"customers/0190…"`.
    Id(&'static str),
    /// One of these words, written in upper or lower case.
    Enum(&'static [&'static str]),
    /// A whole number of 64 bits.
    Int,
    /// A number with up to 12 digits before the point and 6 behind it.
    Decimal,
    /// `true` or `false`.
    Bool,
    /// An instant: an RFC 3339 text with its offset from UTC, to the microsecond.
    Timestamp,
    /// A calendar day: `"2026-02-28"`.
    Date,
    /// A length of time in seconds, to the microsecond: `20s`, `0.5s`.
    Duration,
    /// Any number of texts.
    TextList,
}

impl Kind {
    /// The type in words.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Slug(_) | Self::Id(_) => "a resource name",
            Self::Enum(_) => "one of several words",
            Self::Int => "a whole number",
            Self::Decimal => "a decimal number",
            Self::Bool => "true or false",
            Self::Timestamp => "an instant",
            Self::Date => "a calendar day",
            Self::Duration => "a length of time",
            Self::TextList => "a list of texts",
        }
    }

    /// The operators that it takes, in words.
    pub(super) fn operators(self) -> &'static str {
        match self {
            Self::TextList => "`:` with a text, and `:*`",
            _ if self.is_ordered() => "`=`, `!=`, `<`, `<=`, `>`, `>=` and `:*`",
            _ => "`=`, `!=` and `:*`",
        }
    }

    /// Whether one value may be less than another.
    pub(super) fn is_ordered(self) -> bool {
        matches!(self, Self::Int | Self::Decimal | Self::Timestamp | Self::Date | Self::Duration)
    }

    /// How its values are written, for an error.
    pub(super) fn example(self) -> String {
        match self {
            Self::Text | Self::TextList => "a text that isn't empty (`NOT field:*` asks for none)".to_owned(),
            Self::Slug(collection) => format!("a name such as \"{collection}a-slug\""),
            Self::Id(collection) => format!("a name, \"{collection}\" and a lower-case UUID"),
            Self::Enum(words) => format!("one of {}", words.join(", ")),
            Self::Int => "a whole number such as 4".to_owned(),
            Self::Decimal => "a number such as 19.90".to_owned(),
            Self::Bool => "true or false".to_owned(),
            Self::Timestamp => "an instant such as \"2026-02-28T10:30:00Z\"".to_owned(),
            Self::Date => "a day such as \"2026-02-28\"".to_owned(),
            Self::Duration => "a time in seconds such as 20s".to_owned(),
        }
    }
}

/// The fields that one use of the filter language knows.
#[derive(Debug)]
pub struct Schema {
    /// What is filtered, as an error says it: `a list of customers`.
    pub name: &'static str,
    /// The fields.
    pub fields: &'static [Field],
}

/// Names less alike than this are no help (Jaro–Winkler, 0 to 1).
const MIN_SIMILARITY: f64 = 0.8;

impl Schema {
    pub(super) fn field(&self, path: &str) -> Option<Field> {
        self.fields.iter().copied().find(|field| field.path() == path)
    }

    /// The field that somebody who wrote `path` may have meant: the one that differs in its prefix alone, or the one
    /// whose name is most similar.
    pub(super) fn nearest(&self, path: &str) -> Option<&'static str> {
        let paths = || self.fields.iter().map(|field| field.path());
        let wanted = path.to_ascii_lowercase();
        paths()
            .find(|full| without_prefix(full) == without_prefix(&wanted))
            .or_else(|| nearest(&wanted, paths()))
            .or_else(|| {
                let name = nearest(&wanted, paths().map(without_prefix))?;
                paths().find(|full| without_prefix(full) == name)
            })
    }
}

/// A path without the resource that it begins with.
fn without_prefix(path: &str) -> &str {
    path.split_once('.').map_or(path, |(_, name)| name)
}

/// The candidate most similar to `text`, if any is similar at all.
pub(super) fn nearest(text: &str, candidates: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(text, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
