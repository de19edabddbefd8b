//! The feed: what happened, in an order in which nothing comes later that belongs before.
//!
//! A sequence is not the order of commits on PostgreSQL, so a reader takes only what was written by transactions older
//! than the oldest one still running: what it has passed stays complete. (A transaction that runs for long, anywhere in
//! the cluster, holds the feed back.) On SQLite one writes at a time, and the sequence is that order.

use super::{Store, constant, entity::event, error::StoreError, rows};
use crate::domain::world::{Event, EventKind};
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use serde::{Deserialize, Serialize};

/// A place in the feed. Callers get it sealed, never as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FeedPosition {
    tx: i64,
    seq: i64,
}

/// The oldest transaction that is still running.
const OLDEST_RUNNING: &str = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

impl Store {
    /// Behind everything that the feed has now. What is read after this was asked is at least as new.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn feed_end(&self) -> Result<FeedPosition, StoreError> {
        let db = self.reader();
        let backend = db.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => format!("SELECT {OLDEST_RUNNING} - 1, {}::bigint", i64::MAX),
            _ => "SELECT 0, COALESCE(MAX(seq), 0) FROM events".to_owned(),
        };
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
        let row = row.ok_or_else(|| StoreError::Bug { what: "the feed has no end".to_owned() })?;
        Ok(FeedPosition { tx: row.try_get_by_index(0)?, seq: row.try_get_by_index(1)? })
    }

    /// What happened of these kinds behind a position, oldest first, each with its place.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn feed(
        &self,
        kinds: &'static [EventKind],
        after: FeedPosition,
        limit: u32,
    ) -> Result<Vec<(FeedPosition, Event)>, StoreError> {
        use event::{Column, Entity};
        let db = self.reader();
        let place = Expr::tuple([Column::Tx.into_simple_expr(), Column::Seq.into_simple_expr()]);
        let passed = Expr::tuple([SimpleExpr::from(Value::from(after.tx)), SimpleExpr::from(Value::from(after.seq))]);
        let mut query = Entity::find()
            .filter(constant::is_one_of(Column::Kind, kinds.iter().map(|kind| kind.as_str())))
            .filter(place.gt(passed));
        if db.get_database_backend() == DbBackend::Postgres {
            query = query.filter(Column::Tx.into_simple_expr().lt(Expr::cust(OLDEST_RUNNING)));
        }
        let rows = query.order_by_asc(Column::Tx).order_by_asc(Column::Seq).limit(u64::from(limit)).all(db).await?;
        let placed = |row: event::Model| {
            let position = FeedPosition { tx: row.tx, seq: row.seq };
            Ok((position, rows::ledger::event_from_row(row)?))
        };
        rows.into_iter().map(placed).collect()
    }
}
