//! A message of the contract, with an expression at each field that the mapping fills.

use prost_reflect::{Cardinality, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use toml::{Table, Value as Toml};

use super::{
    columns::{Columns, did_you_mean},
    expression::Expression,
    record::Record,
    template::Template,
    value::Conversion,
};
use crate::proto::is_output_only;

/// How a message is made of a row.
#[derive(Debug)]
pub(super) struct Shape {
    message: MessageDescriptor,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    descriptor: FieldDescriptor,
    /// Where it stands in the mapping, as people are told.
    path: String,
    filling: Filling,
}

#[derive(Debug)]
enum Filling {
    /// The same value for each row.
    Fixed(Value),
    Value(Expression, Conversion),
    Message(Shape),
    List(Vec<Shape>),
}

/// What a mapping's tables are read with.
pub(super) struct Reader<'a> {
    pub(super) columns: &'a mut Columns,
    /// Zone of the times that name none.
    pub(super) default_zone: Option<Template>,
    /// Everything that is wrong with the mapping.
    pub(super) problems: Vec<String>,
}

impl Reader<'_> {
    /// Reads a table whose keys are fields of `message`. What is wrong goes to `problems`, under the path `at`.
    pub(super) fn shape(&mut self, message: &MessageDescriptor, table: &Table, at: &str) -> Shape {
        let mut fields = Vec::new();
        for (key, value) in table {
            let path = format!("{at}.{key}");
            let Some(field) = message.get_field_by_name(key).filter(|field| !is_output_only(field)) else {
                let known: Vec<_> = message.fields().filter(|field| !is_output_only(field)).collect();
                let known = known.iter().map(FieldDescriptor::name);
                self.problems.push(format!("{path}: unknown field{}", did_you_mean(key, known)));
                continue;
            };
            match self.filling(&field, value, &path) {
                Ok(filling) => fields.push(Field { descriptor: field, path, filling }),
                Err(problem) => self.problems.push(format!("{path}: {problem}")),
            }
        }
        Shape { message: message.clone(), fields }
    }

    fn filling(&mut self, field: &FieldDescriptor, value: &Toml, path: &str) -> Result<Filling, String> {
        match (field.kind(), value) {
            (Kind::Message(message), Toml::Array(elements)) if field.cardinality() == Cardinality::Repeated => {
                let tables = elements.iter().enumerate().map(|(index, element)| {
                    let table = element.as_table().ok_or("each element must be a table of fields")?;
                    Ok(self.shape(&message, table, &format!("{path}[{index}]")))
                });
                Ok(Filling::List(tables.collect::<Result<_, String>>()?))
            }
            (Kind::Message(message), Toml::Table(table)) if !Expression::is_written_as(value) => {
                Ok(Filling::Message(self.shape(&message, table, path)))
            }
            _ => self.value(field, value),
        }
    }

    fn value(&mut self, field: &FieldDescriptor, value: &Toml) -> Result<Filling, String> {
        let (expression, mut reading) = Expression::parse(value, self.columns)?;
        if Conversion::is_time(field) && reading.zone.is_none() {
            reading.zone.clone_from(&self.default_zone);
        }
        let conversion =
            Conversion::of(field, reading)?.ok_or_else(|| format!("write its fields: {}", fields_of(field)))?;
        if conversion.is_fixed() {
            let nowhere = Record { line: 0, number: 0, cells: Vec::new(), derived: Vec::new() };
            for text in expression.constants().filter(|text| !text.is_empty()) {
                let value = conversion.convert(text, &nowhere)?;
                if expression.constant().is_some() {
                    return Ok(Filling::Fixed(value));
                }
            }
        }
        Ok(Filling::Value(expression, conversion))
    }
}

impl Shape {
    /// The message of a row. Fields that don't fit are named in `problems`.
    pub(super) fn fill(&self, record: &Record, problems: &mut Vec<String>) -> DynamicMessage {
        let mut message = DynamicMessage::new(self.message.clone());
        for field in &self.fields {
            if let Some(value) = field.filling.fill(record, &field.path, problems) {
                message.set_field(&field.descriptor, value);
            }
        }
        message
    }

    /// Whether a row has something to say here: all is the same for each row, or a value of this row's is not empty.
    pub(super) fn says_something(&self, record: &Record) -> bool {
        let own: Vec<bool> = self.fields.iter().filter_map(|field| field.filling.is_given(record)).collect();
        own.is_empty() || own.contains(&true)
    }
}

impl Filling {
    fn fill(&self, record: &Record, path: &str, problems: &mut Vec<String>) -> Option<Value> {
        match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Value(expression, conversion) => {
                let text = expression.evaluate(record).and_then(|text| match text.as_str() {
                    "" => Ok(None),
                    text => conversion.convert(text, record).map(Some),
                });
                text.unwrap_or_else(|problem| {
                    problems.push(format!("{path}: {problem}"));
                    None
                })
            }
            Self::Message(shape) => shape.says_something(record).then(|| Value::Message(shape.fill(record, problems))),
            Self::List(shapes) => {
                let said = shapes.iter().filter(|shape| shape.says_something(record));
                let elements: Vec<_> = said.map(|shape| Value::Message(shape.fill(record, problems))).collect();
                (!elements.is_empty()).then_some(Value::List(elements))
            }
        }
    }

    /// Whether the row gives a value here; `None` if it is the same for each row.
    fn is_given(&self, record: &Record) -> Option<bool> {
        match self {
            Self::Fixed(_) => None,
            // What can't be evaluated is given, and named when it is filled in.
            Self::Value(expression, _) => Some(expression.evaluate(record).map_or(true, |text| !text.is_empty())),
            Self::Message(shape) => Some(shape.says_something(record)),
            Self::List(shapes) => Some(shapes.iter().any(|shape| shape.says_something(record))),
        }
    }
}

fn fields_of(field: &FieldDescriptor) -> String {
    let Kind::Message(message) = field.kind() else { return String::new() };
    let names: Vec<_> = message.fields().map(|field| field.name().to_owned()).collect();
    names.join(", ")
}
