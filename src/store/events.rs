//! The feed: what happened, in an order in which nothing comes later that belongs before.
//!
//! A sequence is not the order of commits on PostgreSQL, so a reader takes only what was written by transactions older
//! than the oldest one still running: what it has passed stays complete. (A transaction that runs for long, anywhere in
//! the cluster, holds the feed back.) On SQLite one writes at a time, and the sequence is that order.

use super::{
    Store,
    chunk::lists,
    constant,
    entity::{customer, event, instance},
    error::StoreError,
    rows,
};
use crate::domain::{
    ids::CustomerId,
    world::{Event, EventKind},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect,
    Statement, Value,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A place in the feed. Callers get it sealed, never as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FeedPosition {
    tx: i64,
    seq: i64,
}

impl FeedPosition {
    /// Before everything.
    pub const START: Self = Self { tx: -1, seq: -1 };
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

    /// The last place of which the feed has forgotten something: who goes on behind an older one would miss what lies
    /// between. `None` as long as nothing was forgotten.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn feed_forgotten(&self) -> Result<Option<FeedPosition>, StoreError> {
        use instance::Column;
        let query = instance::Entity::find_by_id(1).select_only().columns([Column::ForgottenTx, Column::ForgottenSeq]);
        let kept: Option<(Option<i64>, Option<i64>)> = query.into_tuple().one(self.reader()).await?;
        Ok(kept.and_then(|(tx, seq)| Some(FeedPosition { tx: tx?, seq: seq? })))
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
        placed(query.order_by_asc(Column::Tx).order_by_asc(Column::Seq).limit(u64::from(limit)).all(db).await?)
    }

    /// Whatever happened behind a position, oldest first, each with its place.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn events_behind(
        &self,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Vec<(FeedPosition, Event)>, StoreError> {
        use event::{Column, Entity};
        let db = self.reader();
        let query = if db.get_database_backend() == DbBackend::Postgres {
            let place = Expr::tuple([Column::Tx.into_simple_expr(), Column::Seq.into_simple_expr()]);
            let passed =
                Expr::tuple([SimpleExpr::from(Value::from(after.tx)), SimpleExpr::from(Value::from(after.seq))]);
            let query = Entity::find().filter(place.gt(passed));
            query.filter(Column::Tx.into_simple_expr().lt(Expr::cust(OLDEST_RUNNING))).order_by_asc(Column::Tx)
        } else {
            // There one writes at a time: the sequence is the order, and the primary key the way to it.
            Entity::find().filter(Column::Seq.gt(after.seq))
        };
        placed(query.order_by_asc(Column::Seq).limit(u64::from(limit)).all(db).await?)
    }

    /// Who of these is discreet.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn discreet_among(&self, customers: &BTreeSet<CustomerId>) -> Result<BTreeSet<CustomerId>, StoreError> {
        use customer::{Column, Entity};
        let mut found = BTreeSet::new();
        for list in lists(customers.iter().map(|id| id.0)) {
            let query = Entity::find().select_only().column(Column::Id);
            let query = query.filter(Column::Id.is_in(list)).filter(Column::Discreet.eq(true));
            let ids: Vec<Uuid> = query.into_tuple().all(self.reader()).await?;
            found.extend(ids.into_iter().map(CustomerId));
        }
        Ok(found)
    }
}

/// Rows as events, each with its place.
fn placed(rows: Vec<event::Model>) -> Result<Vec<(FeedPosition, Event)>, StoreError> {
    let placed = |row: event::Model| {
        let position = FeedPosition { tx: row.tx, seq: row.seq };
        Ok((position, rows::ledger::event_from_row(row)?))
    };
    rows.into_iter().map(placed).collect()
}
