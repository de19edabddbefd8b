//! SQLite's full-text table gains a piece with each commit, and each search looks into all of them: they are merged a
//! little at a time, beside the work. PostgreSQL's index has no such pieces.

use crate::store::{Store, error::StoreError};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

/// How much is written at a time, in pages of 4 KiB: some 10 ms of the one connection that writes.
const PAGES: u32 = 256;
/// What `merge` counts as changed where nothing was left to merge is less.
const CHANGES_MIN: i64 = 2;

impl Store {
    /// Merges some of the pieces in which the words of customers lie; returns whether more is left.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn tidy_search(&self) -> Result<bool, StoreError> {
        if self.reader().get_database_backend() == DbBackend::Postgres {
            return Ok(false);
        }
        self.keep_house(|tx| Box::pin(merge(tx))).await
    }
}

async fn merge(tx: &DatabaseTransaction) -> Result<bool, StoreError> {
    let before = changes(tx).await?;
    tx.execute_unprepared(&format!("INSERT INTO customer_terms (customer_terms, rank) VALUES ('merge', {PAGES})"))
        .await?;
    Ok(changes(tx).await? - before >= CHANGES_MIN)
}

/// What this connection has changed since it was opened.
async fn changes(tx: &DatabaseTransaction) -> Result<i64, StoreError> {
    let counted = Statement::from_string(DbBackend::Sqlite, "SELECT total_changes() AS counted");
    let row = tx.query_one_raw(counted).await?;
    Ok(row.map(|row| row.try_get("", "counted")).transpose()?.unwrap_or_default())
}
