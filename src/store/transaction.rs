//! The one place that begins transactions that write.

use super::error::StoreError;
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use std::time::Duration;

/// Begins a transaction: on SQLite one that holds the write lock from the start (a later one would fail when somebody
/// else wrote in between), on PostgreSQL at its default level, READ COMMITTED.
pub(super) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        isolation_level: None,
        access_mode: None,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    };
    Ok(db.begin_with_options(options).await?)
}

/// Rolls a transaction back. Whatever made that necessary is what is to be told; a connection that can't roll back is
/// given up by the pool.
pub(super) async fn roll_back(tx: DatabaseTransaction) {
    if let Err(error) = tx.rollback().await {
        tracing::warn!(error = %StoreError::from(error), "a transaction could not be rolled back");
    }
}

/// How often a transaction is run again.
const RETRIES_MAX: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(4);

/// Counts attempts, with a growing and jittered wait between them.
#[derive(Debug, Default)]
pub(super) struct Retries(u32);

impl Retries {
    /// Waits and says `true` when another attempt may be made.
    pub(super) async fn wait(&mut self) -> bool {
        if self.0 >= RETRIES_MAX {
            return false;
        }
        let mut random = [0; 1];
        // Without randomness the wait is only less even.
        let share = getrandom::fill(&mut random).map_or(128, |()| u32::from(random[0]));
        let wait = FIRST_WAIT * 2_u32.pow(self.0);
        self.0 += 1;
        tokio::time::sleep(wait / 2 + wait / 2 * share / 255).await;
        true
    }
}
