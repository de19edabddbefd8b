//! Pages by key: each begins behind the last row of the one before, so that page n costs what page 1 does.

use super::error::StoreError;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect, Select, Value,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// How many at most.
    pub size: u32,
    /// Behind what; the beginning when absent.
    pub after: Option<Cursor>,
}

/// The place of a row in its list. Callers get it sealed, never as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// What the list is ordered by: an instant in microseconds, or a rank.
    pub order: i64,
    /// The id, among equals: a UUID or slug.
    pub id: String,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins; `None` when this is the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The page with each item made into something else.
    ///
    /// # Errors
    /// The first one's that can't be.
    pub(super) fn try_map<U>(self, make: impl FnMut(T) -> Result<U, StoreError>) -> Result<Page<U>, StoreError> {
        Ok(Page { items: self.items.into_iter().map(make).collect::<Result<_, _>>()?, next: self.next })
    }

    /// Cuts what was read with one row too many, to see whether more follow.
    pub(super) fn cut(mut items: Vec<T>, size: u32, place: impl Fn(&T) -> Cursor) -> Self {
        let size = size as usize;
        let more = items.len() > size;
        items.truncate(size);
        let next = if more { items.last().map(place) } else { None };
        Self { items, next }
    }
}

/// The way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// What the second part of a list's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Uuid,
    Slug,
}

impl Cursor {
    pub(super) fn uuid(order: i64, id: Uuid) -> Self {
        Self { order, id: id.to_string() }
    }

    fn value(&self, key: Key) -> Result<Value, StoreError> {
        match key {
            Key::Uuid => self.parse().map(Value::from),
            Key::Slug => Ok(Value::from(self.id.as_str())),
        }
    }

    pub(super) fn parse(&self) -> Result<Uuid, StoreError> {
        // Page tokens are sealed: another id can only come from another list's token.
        self.id.parse().map_err(|_| StoreError::Bug { what: "a page token of another list".to_owned() })
    }
}

/// Reads one page and one row of the next.
pub(super) async fn read<E, O, I>(
    db: &impl ConnectionTrait,
    query: Select<E>,
    (order, id): (O, I),
    key: Key,
    direction: Direction,
    page: &PageRequest,
) -> Result<Vec<E::Model>, StoreError>
where
    E: EntityTrait,
    O: ColumnTrait,
    I: ColumnTrait,
{
    let mut query = query.limit(u64::from(page.size) + 1);
    if let Some(after) = &page.after {
        let row = Expr::tuple([order.into_simple_expr(), id.into_simple_expr()]);
        let last = Expr::tuple([SimpleExpr::from(Value::from(after.order)), SimpleExpr::from(after.value(key)?)]);
        query = query.filter(match direction {
            Direction::Up => row.gt(last),
            Direction::Down => row.lt(last),
        });
    }
    query = match direction {
        Direction::Up => query.order_by_asc(order).order_by_asc(id),
        Direction::Down => query.order_by_desc(order).order_by_desc(id),
    };
    Ok(query.all(db).await?)
}
