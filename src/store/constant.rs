//! Conditions whose values stand in the SQL itself.
//!
//! A partial index serves a query only if the planner sees that its condition holds; a bound value would hide that.

use sea_orm::{
    ColumnTrait, IntoSimpleExpr,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

/// The column holds this name: one of the program's own, never a caller's.
pub(super) fn is(column: impl ColumnTrait, name: &'static str) -> SimpleExpr {
    column.into_simple_expr().eq(Expr::Constant(name.into()))
}

/// The column holds one of these names.
pub(super) fn is_one_of(column: impl ColumnTrait, names: impl IntoIterator<Item = &'static str>) -> SimpleExpr {
    column.into_simple_expr().is_in(names.into_iter().map(|name| Expr::Constant(name.into())))
}

/// The column holds true.
pub(super) fn holds(column: impl ColumnTrait) -> SimpleExpr {
    column.into_simple_expr()
}
