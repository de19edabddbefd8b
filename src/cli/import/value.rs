//! Texts of a file as values of the contract.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value};

use super::{columns::did_you_mean, expression::Reading, record::Record, text};
use crate::{cli::amount, domain::when::Zones};

/// Zones of local times, from the database that is built in.
static ZONES: LazyLock<Zones> = LazyLock::new(Zones::bundled);

/// What texts of one field become.
#[derive(Debug, Clone)]
pub(super) struct Conversion {
    target: Target,
    reading: Reading,
    /// The zone, if it is the same for each row.
    zone: Option<TimeZone>,
    repeated: bool,
}

#[derive(Debug, Clone)]
enum Target {
    Text,
    Whole32,
    Whole64,
    Number,
    Flag,
    Choice(EnumDescriptor),
    Time(MessageDescriptor),
    Span(MessageDescriptor),
    Date(MessageDescriptor),
    Money(MessageDescriptor),
}

impl Conversion {
    /// How a field is filled. `None` if it is a message with fields of its own.
    ///
    /// # Errors
    /// If the mapping says how to read it in a way that does not fit the field.
    pub(super) fn of(field: &FieldDescriptor, reading: Reading) -> Result<Option<Self>, String> {
        let Some(target) = Target::of(field)? else { return Ok(None) };
        let is_time = matches!(target, Target::Time(_));
        let is_money = matches!(target, Target::Money(_));
        let misfits = [
            ("format", !is_time && !matches!(target, Target::Date(_)) && !reading.formats.is_empty()),
            ("zone", !is_time && reading.zone.is_some()),
            ("currency", !is_money && reading.currency.is_some()),
            ("separator", !field.is_list() && reading.separator.is_some()),
        ];
        if let Some((key, _)) = misfits.iter().find(|(_, misfit)| *misfit) {
            return Err(format!("`{key}` does not fit a field of this kind"));
        }
        if is_money && reading.currency.is_none() {
            return Err("an amount is written { from = \"{column}\", currency = \"EUR\" }".to_owned());
        }
        let zone = reading.zone.as_ref().and_then(|zone| zone.constant()).filter(|zone| !zone.is_empty());
        let zone = zone.map(zone_named).transpose()?;
        Ok(Some(Self { target, reading, zone, repeated: field.is_list() }))
    }

    /// Whether it is a time, which may need a zone.
    pub(super) fn is_time(field: &FieldDescriptor) -> bool {
        matches!(Target::of(field), Ok(Some(Target::Time(_))))
    }

    /// Whether the same text becomes the same value on every row.
    pub(super) fn is_fixed(&self) -> bool {
        let templates = [&self.reading.zone, &self.reading.currency];
        templates.into_iter().flatten().all(|template| template.constant().is_some())
    }

    /// The value of a text that is not empty.
    ///
    /// # Errors
    /// Why the text is none, in words.
    pub(super) fn convert(&self, text: &str, record: &Record) -> Result<Value, String> {
        if !self.repeated {
            return self.single(text, record);
        }
        let elements: Vec<&str> = match &self.reading.separator {
            Some(separator) => text.split(separator.as_str()).map(str::trim).filter(|part| !part.is_empty()).collect(),
            None => vec![text],
        };
        Ok(Value::List(elements.into_iter().map(|element| self.single(element, record)).collect::<Result<_, _>>()?))
    }

    fn single(&self, text: &str, record: &Record) -> Result<Value, String> {
        let not = |what: &str| format!("`{text}` is no {what}");
        match &self.target {
            Target::Text => Ok(Value::String(text.to_owned())),
            Target::Whole32 => {
                let number = text::whole(text).and_then(|number| i32::try_from(number).ok());
                number.map(Value::I32).ok_or_else(|| not("whole number"))
            }
            Target::Whole64 => text::whole(text).map(Value::I64).ok_or_else(|| not("whole number")),
            Target::Number => text.parse().map(Value::F64).map_err(|_| not("number")),
            Target::Flag => text::flag(text).map(Value::Bool).ok_or_else(|| not("yes or no")),
            Target::Choice(choices) => choice(choices, text),
            Target::Time(message) => {
                let instant = text::instant(text, &self.reading.formats, self.zone(record)?.as_ref())?;
                let duration = instant.as_duration();
                let whole_seconds = duration.as_nanos().div_euclid(1_000_000_000);
                let nanos = duration.as_nanos().rem_euclid(1_000_000_000);
                Ok(seconds_and_nanos(message, whole_seconds, nanos))
            }
            Target::Span(message) => {
                let span = text::span(text).ok_or_else(|| not("length of time, such as 90s or 1h 30m"))?;
                Ok(seconds_and_nanos(message, span.as_secs().into(), span.subsec_nanos().into()))
            }
            Target::Date(message) => {
                let date =
                    text::date(text, &self.reading.formats).ok_or_else(|| not("date in the format asked for"))?;
                let parts = [i32::from(date.year()), date.month().into(), date.day().into()];
                Ok(filled(message, parts.into_iter().map(Value::I32)))
            }
            Target::Money(message) => {
                let amount = amount::micros(text).ok_or_else(|| not("amount, such as 12.50"))?;
                let currency = self.reading.currency.as_ref().map(|template| template.fill(record));
                let currency = currency.filter(|code| !code.is_empty()).ok_or("the currency is empty")?;
                Ok(filled(message, [Value::String(currency), Value::I64(amount)].into_iter()))
            }
        }
    }

    fn zone(&self, record: &Record) -> Result<Option<TimeZone>, String> {
        if self.zone.is_some() {
            return Ok(self.zone.clone());
        }
        let name = self.reading.zone.as_ref().map(|template| template.fill(record)).filter(|name| !name.is_empty());
        name.as_deref().map(zone_named).transpose()
    }
}

impl Target {
    fn of(field: &FieldDescriptor) -> Result<Option<Self>, String> {
        Ok(Some(match field.kind() {
            Kind::String => Self::Text,
            Kind::Int32 => Self::Whole32,
            Kind::Int64 => Self::Whole64,
            Kind::Double => Self::Number,
            Kind::Bool => Self::Flag,
            Kind::Enum(choices) => Self::Choice(choices),
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Timestamp" => Self::Time(message),
                "google.protobuf.Duration" => Self::Span(message),
                "gratitude.v1.CalendarDate" => Self::Date(message),
                "gratitude.v1.Money" => Self::Money(message),
                _ => return Ok(None),
            },
            other => return Err(format!("a field of type {other:?} can't be imported")),
        }))
    }
}

fn zone_named(name: &str) -> Result<TimeZone, String> {
    ZONES.get(name).map_err(|unknown| unknown.to_string())
}

/// A value of an enum by its name, with or without the enum's prefix, however it is cased.
fn choice(choices: &EnumDescriptor, text: &str) -> Result<Value, String> {
    let prefix = prefix(choices);
    let short = |name: &str| name.strip_prefix(&prefix).unwrap_or(name).to_lowercase();
    let wanted = text.trim().replace([' ', '-'], "_").to_uppercase();
    let wanted = short(&wanted);
    let mut known = choices.values().filter(|value| value.number() != 0);
    if let Some(value) = known.find(|value| short(value.name()) == wanted) {
        return Ok(Value::EnumNumber(value.number()));
    }
    let names: Vec<_> = choices.values().filter(|value| value.number() != 0).map(|value| short(value.name())).collect();
    Err(format!("`{text}` is no value{}", did_you_mean(&wanted, names.iter().map(String::as_str))))
}

/// What the names of an enum's values begin with: that of value 0, which ends in `UNSPECIFIED`.
fn prefix(choices: &EnumDescriptor) -> String {
    choices.default_value().name().strip_suffix("UNSPECIFIED").unwrap_or_default().to_owned()
}

/// A `Timestamp` or `Duration`; the contract's own checks bound the range.
fn seconds_and_nanos(message: &MessageDescriptor, seconds: i128, nanos: i128) -> Value {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let nanos = i32::try_from(nanos).unwrap_or_default();
    filled(message, [Value::I64(seconds), Value::I32(nanos)].into_iter())
}

/// A message whose fields 1, 2 … have these values.
fn filled(message: &MessageDescriptor, values: impl Iterator<Item = Value>) -> Value {
    let mut filled = DynamicMessage::new(message.clone());
    for (number, value) in (1..).zip(values) {
        filled.set_field_by_number(number, value);
    }
    Value::Message(filled)
}
