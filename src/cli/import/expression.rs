//! What a mapping says of one value: a template, and what its text means.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{
    columns::{Columns, did_you_mean},
    record::Record,
    template::Template,
    text,
};

/// Keys of a value that is written as a table.
const KEYS: [&str; 8] = ["from", "sum", "values", "otherwise", "format", "zone", "currency", "separator"];

/// A template or a sum, and optionally a table that maps what it gives to something else.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    from: Source,
    values: Option<BTreeMap<String, Template>>,
    otherwise: Option<Template>,
}

/// Where the text of a value comes from.
#[derive(Debug, Clone)]
enum Source {
    Template(Template),
    /// Whole numbers, added up; what is empty counts as nothing.
    Sum(Vec<Template>),
}

/// How the text of a value is to be read, where its kind needs to know.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// Formats of a time or date, tried in order; as in C's `strptime`.
    pub(super) formats: Vec<String>,
    /// IANA zone of a local time; a template.
    pub(super) zone: Option<Template>,
    /// ISO 4217 code of an amount; a template.
    pub(super) currency: Option<Template>,
    /// What stands between the elements of a list.
    pub(super) separator: Option<String>,
}

impl Expression {
    /// Reads a value of the mapping: a plain one, or a table with `from` or `sum` and how to read it.
    ///
    /// # Errors
    /// What is wrong, without the key, which the caller knows.
    pub(super) fn parse(value: &Value, columns: &mut Columns) -> Result<(Self, Reading), String> {
        match value {
            Value::Table(table) => Self::from_table(table, columns),
            plain => {
                let from = Source::Template(Template::parse(&written(plain)?, columns)?);
                Ok((Self { from, values: None, otherwise: None }, Reading::default()))
            }
        }
    }

    /// Whether a table is a value with `from` or `sum`, not a message with fields.
    pub(super) fn is_written_as(value: &Value) -> bool {
        value.as_table().is_some_and(|table| table.contains_key("from") || table.contains_key("sum"))
    }

    fn from_table(table: &Table, columns: &mut Columns) -> Result<(Self, Reading), String> {
        for key in table.keys() {
            if !KEYS.contains(&key.as_str()) {
                return Err(format!("unknown key {key}{}", did_you_mean(key, KEYS.into_iter())));
            }
        }
        let mut template =
            |key: &str| table.get(key).map(|value| Template::parse(&written(value)?, columns)).transpose();
        let from = template("from")?;
        let otherwise = template("otherwise")?;
        let (zone, currency) = (template("zone")?, template("currency")?);
        let values = match table.get("values") {
            None => None,
            Some(Value::Table(values)) => {
                let read = |(key, value)| Ok((String::clone(key), Template::parse(&written(value)?, columns)?));
                Some(values.iter().map(read).collect::<Result<_, String>>()?)
            }
            Some(_) => return Err("`values` must be a table, such as { True = \"purchased\" }".to_owned()),
        };
        if otherwise.is_some() && values.is_none() {
            return Err("`otherwise` needs `values`".to_owned());
        }
        let formats = match table.get("format") {
            None => Vec::new(),
            Some(Value::Array(formats)) => formats.iter().map(written).collect::<Result<_, _>>()?,
            Some(format) => vec![written(format)?],
        };
        let separator = table.get("separator").map(written).transpose()?;
        let from = match (from, table.get("sum")) {
            (Some(from), None) => Source::Template(from),
            (None, Some(Value::Array(parts))) => {
                let part = |value| Template::parse(&written(value)?, columns);
                Source::Sum(parts.iter().map(part).collect::<Result<_, _>>()?)
            }
            (None, Some(_)) => return Err("`sum` must be a list, such as [\"{adults}\", \"{children}\"]".to_owned()),
            (None, None) => return Err("`from` is missing".to_owned()),
            (Some(_), Some(_)) => return Err("give `from` or `sum`, not both".to_owned()),
        };
        Ok((Self { from, values, otherwise }, Reading { formats, zone, currency, separator }))
    }

    /// The text, if it is the same for each row.
    pub(super) fn constant(&self) -> Option<&str> {
        self.plain().and_then(Template::constant)
    }

    /// The template, if nothing is mapped.
    pub(super) fn plain(&self) -> Option<&Template> {
        match &self.from {
            Source::Template(from) if self.values.is_none() => Some(from),
            _ => None,
        }
    }

    /// The texts that don't depend on a row but on the choice that `values` makes; they can be checked beforehand.
    pub(super) fn constants(&self) -> impl Iterator<Item = &str> {
        let mapped = self.values.iter().flat_map(BTreeMap::values).chain(&self.otherwise);
        self.constant().into_iter().chain(mapped.filter_map(Template::constant))
    }

    /// The text for one row; empty means: not given.
    ///
    /// # Errors
    /// If `values` has no entry for what stands there, or a part of a sum is no whole number.
    pub(super) fn evaluate(&self, record: &Record) -> Result<String, String> {
        let from = match &self.from {
            Source::Template(from) => from.fill(record),
            Source::Sum(parts) => sum(parts, record)?,
        };
        let Some(values) = &self.values else { return Ok(from) };
        match values.get(&from).or(self.otherwise.as_ref()) {
            Some(template) => Ok(template.fill(record)),
            None if from.is_empty() => Ok(from),
            None => Err(format!("`{from}` is none of the mapped values")),
        }
    }
}

/// The sum of whole numbers; empty if all are.
fn sum(parts: &[Template], record: &Record) -> Result<String, String> {
    let mut sum: Option<i64> = None;
    for text in parts.iter().map(|part| part.fill(record)).filter(|text| !text.is_empty()) {
        let number = text::whole(&text).ok_or_else(|| format!("`{text}` is no whole number"))?;
        let added = sum.unwrap_or_default().checked_add(number).ok_or("the sum is too large")?;
        sum = Some(added);
    }
    Ok(sum.map(|sum| sum.to_string()).unwrap_or_default())
}

/// A plain value of the mapping as text.
fn written(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(flag) => Ok(flag.to_string()),
        Value::Datetime(time) => Ok(time.to_string()),
        Value::Array(_) | Value::Table(_) => Err("a single value is wanted here".to_owned()),
    }
}
