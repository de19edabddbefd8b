//! Gives names, operators and values their types.

use super::ast::{Literal, Operator};
use super::error::Problem;
use super::fields::Field;
use super::literal;
use super::schema::{Kind, Schema, nearest};

/// The field of this path.
pub(super) fn field(schema: &Schema, path: &str) -> Result<Field, Problem> {
    schema.field(path).ok_or_else(|| Problem::UnknownField { schema: schema.name, nearest: schema.nearest(path) })
}

/// Whether `field operator value` means anything.
pub(super) fn operator(field: Field, operator: Operator) -> Result<(), Problem> {
    let kind = field.kind();
    if kind == Kind::TextList || operator.needs_order() && !kind.is_ordered() {
        return Err(not_allowed(field));
    }
    Ok(())
}

/// Whether `field:value` means anything.
pub(super) fn has(field: Field) -> Result<(), Problem> {
    if field.kind() == Kind::TextList { Ok(()) } else { Err(not_allowed(field)) }
}

/// The value as the field's type has it.
pub(super) fn value(field: Field, text: &str, quoted: bool) -> Result<Literal, Problem> {
    literal::read(field.kind(), text, quoted).ok_or_else(|| Problem::BadValue {
        field: field.path(),
        expected: field.kind().example(),
        nearest: match field.kind() {
            Kind::Enum(words) => nearest(&text.to_ascii_lowercase(), words.iter().copied()),
            _ => None,
        },
    })
}

fn not_allowed(field: Field) -> Problem {
    Problem::OperatorNotAllowed { field: field.path(), kind: field.kind().noun(), allowed: field.kind().operators() }
}
