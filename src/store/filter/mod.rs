//! Filters as SQL: the rows for which [`Filter::matches`] is true of the record, on both engines alike.
//!
//! In memory a comparison with an absent field is false and its `NOT` true, where SQL would say *unknown* to both. So
//! each comparison is written as `column IS NOT NULL AND …`, which is never unknown: `FALSE AND NULL` is false.

mod columns;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement, SimpleExpr};

use crate::domain::filter;
use crate::domain::filter::{
    CASES, CUSTOMERS, Field, Filter, GESTURES, INTERACTIONS, Kind, Literal, NOTES, OBLIGATIONS, Operator, Question,
    Schema, Test,
};
use crate::store::StoreError;

use columns::Stored;

/// What is listed, and so what a filter is read against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Rows of `customers`.
    Customers,
    /// Rows of `interactions`.
    Interactions,
    /// Rows of `gestures`.
    Gestures,
    /// Rows of `cases`.
    Cases,
    /// Rows of `obligations`.
    Obligations,
    /// Rows of `notes`.
    Notes,
}

impl List {
    /// The fields that its filters may name: those kept in columns.
    #[must_use]
    pub const fn schema(self) -> &'static Schema {
        match self {
            Self::Customers => &CUSTOMERS,
            Self::Interactions => &INTERACTIONS,
            Self::Gestures => &GESTURES,
            Self::Cases => &CASES,
            Self::Obligations => &OBLIGATIONS,
            Self::Notes => &NOTES,
        }
    }

    /// The condition that selects what the filter is true of, in a query over this list's table under its own name.
    /// What is kept in other tables is looked up by sub-queries, so that no join is needed.
    ///
    /// # Errors
    /// [`StoreError::Bug`] if the filter was read against the schema of something else.
    pub fn condition(self, filter: &Filter) -> Result<Condition, StoreError> {
        all_of(self, filter.clauses())
    }

    fn stored(self, field: Field) -> Result<Stored, StoreError> {
        columns::of(self, field).ok_or_else(|| StoreError::Bug {
            what: format!("{} has no column in {}", field.path(), self.schema().name),
        })
    }
}

fn all_of(list: List, members: &[filter::Expr]) -> Result<Condition, StoreError> {
    members.iter().try_fold(Condition::all(), |all, member| Ok(all.add(translate(list, member)?)))
}

fn translate(list: List, expr: &filter::Expr) -> Result<Condition, StoreError> {
    match expr {
        filter::Expr::All(members) => all_of(list, members),
        filter::Expr::Any(members) => {
            members.iter().try_fold(Condition::any(), |any, member| Ok(any.add(translate(list, member)?)))
        }
        filter::Expr::Not(inner) => Ok(Condition::all().add(translate(list, inner)?).not()),
        filter::Expr::Test(test) => Ok(Condition::all().add(answer(list.stored(test.field)?, test))),
    }
}

/// A test as an expression that is true or false, never unknown.
fn answer(stored: Stored, test: &Test) -> SimpleExpr {
    let present = present(stored.column.clone(), test.field.kind());
    let answer = match &test.question {
        Question::Present => present,
        Question::Holds(literal) => present.and(stored.column.eq(value(literal))),
        Question::Compares(operator, literal) => present.and(compare(stored.column, *operator, value(literal))),
    };
    match stored.among {
        None => answer,
        Some(mut among) => exists(&mut among, answer),
    }
}

fn exists(rows: &mut SelectStatement, answer: SimpleExpr) -> SimpleExpr {
    Expr::exists(rows.and_where(answer).take())
}

/// Whether there is a value. Texts that people type are kept as empty where there is none.
fn present(column: SimpleExpr, kind: Kind) -> SimpleExpr {
    let known = column.clone().is_not_null();
    match kind {
        Kind::Text | Kind::TextList => known.and(column.ne("")),
        _ => known,
    }
}

fn compare(column: SimpleExpr, operator: Operator, value: SimpleExpr) -> SimpleExpr {
    match operator {
        Operator::Equal => column.eq(value),
        Operator::NotEqual => column.ne(value),
        Operator::Less => column.lt(value),
        Operator::AtMost => column.lte(value),
        Operator::Greater => column.gt(value),
        Operator::AtLeast => column.gte(value),
    }
}

/// The literal as its column keeps it. Days are kept as text, which orders as they do from year 0 on.
fn value(literal: &Literal) -> SimpleExpr {
    match literal {
        Literal::Text(text) => Expr::val(text.as_str()),
        Literal::Enum(word) => Expr::val(*word),
        Literal::Id(id) => Expr::val(*id),
        Literal::Int(number) | Literal::Decimal(number) | Literal::Duration(number) => Expr::val(*number),
        Literal::Bool(flag) => Expr::val(*flag),
        Literal::Timestamp(instant) => Expr::val(instant.as_microsecond()),
        Literal::Date(day) => Expr::val(day.to_string()),
    }
}

/// Rows of another table that belong to the row at hand.
fn belonging<T, O>(table: T, owner: SimpleExpr, row: O) -> SelectStatement
where
    T: sea_orm::EntityTrait,
    O: sea_orm::ColumnTrait,
{
    Query::select().expr(Expr::val(1)).from(table.table_ref()).and_where(owner.eq(row.into_expr())).take()
}
