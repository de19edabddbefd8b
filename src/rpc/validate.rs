//! Reading a request: every field is looked at, and all that is wrong is told at once.

use super::{
    names::{ResourceId, parse_uuid},
    status::Failure,
};
use crate::{
    domain::{
        codes,
        customer::IdentifierKind,
        direction::{is_closed, undirected},
        filter::{Filter, Schema},
        identity,
        ids::PrintRunId,
        limits,
        refusal::Violation,
        when::Zones,
    },
    rpc::convert::enums::{Unknown, WireEnum},
};
use jiff::{SignedDuration, Timestamp};
use std::{fmt::Display, ops::RangeInclusive, sync::LazyLock};

/// Reading zones is cheap; making the database is not.
static ZONES: LazyLock<Zones> = LazyLock::new(Zones::bundled);

/// What is said of a name, title or line that would turn the direction of what is written behind it.
const LEFT_OPEN: &str = "must close every change of writing direction that it opens (U+202A to U+202E, U+2066 to U+2069), and \
                         no other";

/// The fields of one request, and what is wrong with them.
///
/// A reader of a required field answers `None` after noting a violation; a reader of an optional one answers `None` for
/// absent and wrong alike. Only [`Fields::finish`] decides, so that every field is read before anything is refused.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    path: String,
    violations: Vec<Violation>,
    /// Where a filter could not be read.
    filter_error_at: Option<usize>,
}

impl Fields {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// What was read, if nothing is wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Failure> {
        match (self.violations.as_slice(), self.filter_error_at) {
            // Whoever reads `None` for a required field has noted why.
            ([], _) => value.ok_or_else(Failure::internal),
            ([_], Some(position)) => Err(Failure::filter(self.violations, position)),
            _ => Err(Failure::invalid(self.violations)),
        }
    }

    /// Everything that is wrong.
    pub(crate) fn into_violations(self) -> Vec<Violation> {
        self.violations
    }

    /// Notes what is wrong with a field and what would be right.
    pub(crate) fn refuse(&mut self, field: &str, description: impl Into<String>) {
        let path = if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) };
        self.violations.push(Violation::new(path, description));
    }

    /// Whether something is noted against a field.
    pub(crate) fn is_refused(&self, field: &str) -> bool {
        let is_it = |path: &str| {
            path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.trim_start_matches('.') == field)
        };
        self.violations.iter().any(|violation| is_it(&violation.field))
    }

    /// Notes what others found wrong, under their own paths.
    pub(crate) fn note_all(&mut self, violations: impl IntoIterator<Item = Violation>) {
        self.violations.extend(violations);
    }

    /// Reads the fields of a message that stands in `field`.
    pub(crate) fn within<T>(&mut self, field: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(field);
        let value = read(self);
        self.path.truncate(outer);
        value
    }

    /// Reads a message that must be there.
    pub(crate) fn required<M, T>(
        &mut self,
        field: &str,
        message: Option<M>,
        read: impl FnOnce(&mut Self, M) -> Option<T>,
    ) -> Option<T> {
        let Some(message) = message else {
            self.refuse(field, "must be set");
            return None;
        };
        self.within(field, |fields| read(fields, message))
    }

    /// Reads a message that may be absent.
    pub(crate) fn optional<M, T>(
        &mut self,
        field: &str,
        message: Option<M>,
        read: impl FnOnce(&mut Self, M) -> Option<T>,
    ) -> Option<T> {
        message.and_then(|message| self.within(field, |fields| read(fields, message)))
    }

    /// Reads each item of a list of at most `max`. Items that can't be read are left out, noted.
    pub(crate) fn list<M, T>(
        &mut self,
        field: &str,
        items: Vec<M>,
        max: usize,
        mut read: impl FnMut(&mut Self, M) -> Option<T>,
    ) -> Vec<T> {
        if items.len() > max {
            self.refuse(field, format!("has {} items; at most {max} are allowed", items.len()));
            return Vec::new();
        }
        let read_one = |(index, item)| self.within(&format!("{field}[{index}]"), |fields| read(fields, item));
        items.into_iter().enumerate().filter_map(read_one).collect()
    }

    /// A text of at most `max` bytes without control characters but line breaks and tabs.
    fn text_of(&mut self, field: &str, text: String, max: usize) -> String {
        if text.len() > max {
            self.refuse(field, format!("is {} bytes long; at most {max} are allowed", text.len()));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.refuse(field, "must not contain control characters but line breaks and tabs");
        }
        text
    }

    /// A free text; may be empty.
    pub(crate) fn text(&mut self, field: &str, text: String) -> String {
        self.text_of(field, text, limits::TEXT_MAX_BYTES)
    }

    /// A name, title, code or other short text; may be empty. It is written beside others, whose direction it must not
    /// turn.
    pub(crate) fn short(&mut self, field: &str, text: String) -> String {
        if !is_closed(&text) {
            self.refuse(field, LEFT_OPEN);
        }
        self.text_of(field, text, limits::SHORT_TEXT_MAX_BYTES)
    }

    /// What a person is called, or a part of it; may be empty. What would turn its direction is left out: it came with
    /// what it was pasted from, or shows the name otherwise than it is spelled.
    pub(crate) fn person_name(&mut self, field: &str, name: String) -> String {
        self.short(field, undirected(name))
    }

    /// What a person is called, with something in it.
    pub(crate) fn required_person_name(&mut self, field: &str, name: String) -> String {
        self.required_short(field, undirected(name))
    }

    /// A subject line, as long as a free text; may be empty.
    pub(crate) fn subject(&mut self, field: &str, text: String) -> String {
        if !is_closed(&text) {
            self.refuse(field, LEFT_OPEN);
        }
        self.text(field, text)
    }

    /// A free text with something in it.
    pub(crate) fn required_text(&mut self, field: &str, text: String) -> String {
        self.not_blank(field, &text);
        self.text(field, text)
    }

    /// A short text with something in it.
    pub(crate) fn required_short(&mut self, field: &str, text: String) -> String {
        self.not_blank(field, &text);
        self.short(field, text)
    }

    fn not_blank(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.refuse(field, "must not be empty");
        }
    }

    /// A list of short texts, none of them empty.
    pub(crate) fn shorts(&mut self, field: &str, texts: Vec<String>, max: usize) -> Vec<String> {
        self.list(field, texts, max, Self::bare_short)
    }

    fn bare_short(&mut self, text: String) -> Option<String> {
        let description = if text.trim().is_empty() {
            "must not be empty".to_owned()
        } else if text.len() > limits::SHORT_TEXT_MAX_BYTES {
            format!("is {} bytes long; at most {} are allowed", text.len(), limits::SHORT_TEXT_MAX_BYTES)
        } else if text.chars().any(char::is_control) {
            "must not contain control characters".to_owned()
        } else if !is_closed(&text) {
            LEFT_OPEN.to_owned()
        } else {
            return Some(text);
        };
        self.refuse_here(description);
        None
    }

    /// Notes what is wrong with the message or item that is being read.
    pub(crate) fn refuse_here(&mut self, description: impl Into<String>) {
        self.violations.push(Violation::new(self.path.clone(), description));
    }

    /// A resource name that must be there.
    pub(crate) fn name<I: ResourceId>(&mut self, field: &str, name: &str) -> Option<I> {
        let id = I::parse_name(name);
        if id.is_none() {
            let problem = if name.is_empty() { "must be set: " } else { "must be of the form " };
            self.refuse(field, format!("{problem}{}", I::PATTERN));
        }
        id
    }

    /// A resource name that may be empty.
    pub(crate) fn optional_name<I: ResourceId>(&mut self, field: &str, name: &str) -> Option<I> {
        if name.is_empty() { None } else { self.name(field, name) }
    }

    /// An id that the caller chose for a new resource.
    pub(crate) fn new_id<I: ResourceId>(&mut self, field: &str, id: &str) -> Option<I> {
        let parsed = I::parse_id(id);
        if parsed.is_none() {
            let pattern = I::PATTERN.split_once('/').map_or(I::PATTERN, |(_, id)| id);
            self.refuse(field, format!("must be {}", pattern.trim_matches(['{', '}'])));
        }
        parsed
    }

    /// The key of a call, in its canonical spelling.
    pub(crate) fn request_id(&mut self, key: &str) -> Option<String> {
        if key.is_empty() {
            return None;
        }
        let uuid = parse_uuid(&key.to_ascii_lowercase());
        if uuid.is_none() {
            self.refuse("request_id", "must be a UUID such as 0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10, or empty");
        }
        uuid.map(|uuid| uuid.to_string())
    }

    /// A print run, as a download named it.
    pub(crate) fn print_run(&mut self, field: &str, name: &str) -> Option<PrintRunId> {
        let run = parse_uuid(name);
        if run.is_none() {
            self.refuse(field, "must be a print run, as DownloadNoteBatch names it");
        }
        run.map(PrintRunId)
    }

    /// A value of an enumeration that must be given.
    pub(crate) fn required_enum<E: WireEnum>(&mut self, field: &str, number: i32) -> Option<E> {
        match E::from_wire(number) {
            Ok(Some(value)) => Some(value),
            Ok(None) => {
                self.refuse(field, format!("must be set to one of {}", E::names()));
                None
            }
            Err(unknown) => self.refuse_enum::<E>(field, &unknown),
        }
    }

    /// A value of an enumeration, if one is given.
    pub(crate) fn optional_enum<E: WireEnum>(&mut self, field: &str, number: i32) -> Option<E> {
        match E::from_wire(number) {
            Ok(value) => value,
            Err(unknown) => self.refuse_enum::<E>(field, &unknown),
        }
    }

    fn refuse_enum<E: WireEnum>(&mut self, field: &str, unknown: &Unknown) -> Option<E> {
        self.refuse(field, format!("{} is no value; use one of {}", unknown.0, E::names()));
        None
    }

    /// Values of an enumeration, each at most once.
    pub(crate) fn enums<E: WireEnum + PartialEq>(&mut self, field: &str, numbers: Vec<i32>) -> Vec<E> {
        let mut seen: Vec<E> = Vec::new();
        for (index, number) in numbers.into_iter().enumerate().take(limits::LIST_MAX) {
            let field = format!("{field}[{index}]");
            match self.required_enum::<E>(&field, number) {
                Some(value) if seen.contains(&value) => self.refuse(&field, "is given twice"),
                Some(value) => seen.push(value),
                None => {}
            }
        }
        seen
    }

    /// A whole number within a range.
    pub(crate) fn ranged<T: TryFrom<i32>>(
        &mut self,
        field: &str,
        number: i32,
        range: RangeInclusive<i32>,
    ) -> Option<T> {
        let fitting = range.contains(&number).then(|| T::try_from(number).ok()).flatten();
        if fitting.is_none() {
            self.refuse(field, format!("is {number}; must be {} to {}", range.start(), range.end()));
        }
        fitting
    }

    /// An instant, cut to microseconds, if one is given.
    pub(crate) fn time(&mut self, field: &str, time: Option<prost_types::Timestamp>) -> Option<Timestamp> {
        let time = time?;
        let instant = (0..1_000_000_000)
            .contains(&time.nanos)
            .then(|| Timestamp::new(time.seconds, time.nanos / 1_000 * 1_000).ok())
            .flatten();
        if instant.is_none() {
            self.refuse(field, "is no instant: nanos must be 0 to 999999999 and the year 1 to 9999");
        }
        instant
    }

    /// A length of time within a range, if one is given.
    pub(crate) fn duration(
        &mut self,
        field: &str,
        duration: Option<prost_types::Duration>,
        range: RangeInclusive<SignedDuration>,
    ) -> Option<SignedDuration> {
        let duration = duration?;
        let consistent = duration.nanos.unsigned_abs() < 1_000_000_000
            && (duration.seconds == 0 || duration.nanos == 0 || (duration.seconds < 0) == (duration.nanos < 0));
        let length = SignedDuration::new(duration.seconds, if consistent { duration.nanos } else { 0 });
        if consistent && range.contains(&length) {
            return Some(length);
        }
        self.refuse(field, format!("must be {:#} to {:#}", range.start(), range.end()));
        None
    }

    /// An ISO 3166-1 alpha-2 region, or empty.
    pub(crate) fn region(&mut self, field: &str, code: &str) -> String {
        self.code(field, code, |code| codes::region(code).map(str::to_owned))
    }

    /// An ISO 4217 currency, or empty.
    pub(crate) fn currency(&mut self, field: &str, code: &str) -> String {
        self.code(field, code, |code| codes::currency(code).map(|currency| currency.code.to_owned()))
    }

    /// A BCP 47 language tag in its canonical spelling, or empty.
    pub(crate) fn language(&mut self, field: &str, tag: &str) -> String {
        self.code(field, tag, codes::language)
    }

    /// An IANA time zone in its true spelling, or empty.
    pub(crate) fn zone(&mut self, field: &str, id: &str) -> String {
        self.code(field, id, |id| codes::time_zone(&ZONES, id))
    }

    fn code<E: Display>(&mut self, field: &str, code: &str, read: impl FnOnce(&str) -> Result<String, E>) -> String {
        if code.is_empty() {
            return String::new();
        }
        read(code).unwrap_or_else(|error| {
            self.refuse(field, error.to_string());
            String::new()
        })
    }

    /// An e-mail address as given, or empty.
    pub(crate) fn email(&mut self, field: &str, address: String) -> String {
        if !address.is_empty() {
            let read = identity::identifier(IdentifierKind::Email, "", &address, &[]);
            if let Err(error) = read {
                self.refuse(field, error.to_string());
            }
        }
        address
    }

    /// A telephone number in E.164, or empty. `regions` say how to read one without country code, the best first.
    pub(crate) fn phone(&mut self, field: &str, typed: &str, regions: &[&str]) -> String {
        self.code(field, typed, |typed| identity::phone_number(typed, regions))
    }

    /// A code that must be given.
    pub(crate) fn given(&mut self, field: &str, code: &str) {
        if code.is_empty() {
            self.refuse(field, "must be set");
        }
    }

    /// A filter expression over the fields of a schema; the empty one selects everything.
    pub(crate) fn filter(&mut self, field: &str, source: &str, schema: &Schema) -> Option<Filter> {
        let parsed = Filter::parse(source, schema);
        if let Err(error) = &parsed {
            self.refuse(field, error.to_string());
            self.filter_error_at = Some(error.position);
        }
        parsed.ok()
    }
}

/// How many rows a page may have: the default for 0, the maximum for more.
pub(crate) fn page_size(fields: &mut Fields, wanted: i32) -> u32 {
    match u32::try_from(wanted) {
        Ok(0) => limits::PAGE_DEFAULT,
        Ok(size) => size.min(limits::PAGE_MAX),
        Err(_) => {
            fields.refuse("page_size", format!("must be 0 to {}", limits::PAGE_MAX));
            limits::PAGE_DEFAULT
        }
    }
}

#[cfg(test)]
mod tests;
