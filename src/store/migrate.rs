//! The schema gate: a server runs on the schema it knows, and changes it only when asked.

use super::{
    connect::{self, ConnectSettings, Pools},
    error::StoreError,
};
use gratitude_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use std::collections::BTreeSet;

/// How a database's schema relates to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// It is the one this program knows.
    Current,
    /// It lacks this many migrations.
    Behind(usize),
    /// It has migrations this program does not know: a newer program made it.
    Ahead(usize),
}

/// The number by which replicas agree on who migrates; arbitrary, but never to change.
const ADVISORY_LOCK: i64 = 0x6772_6174_6974_7564;

/// Compares the database with the migrations of this program; changes nothing.
pub(super) async fn state(db: &impl ConnectionTrait) -> Result<SchemaState, StoreError> {
    let applied = applied(db).await?;
    let known: BTreeSet<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let unknown = applied.difference(&known).count();
    let missing = known.difference(&applied).count();
    Ok(match (unknown, missing) {
        (0, 0) => SchemaState::Current,
        (0, missing) => SchemaState::Behind(missing),
        (unknown, _) => SchemaState::Ahead(unknown),
    })
}

/// Refuses any schema but the one this program knows.
///
/// # Errors
/// [`StoreError::SchemaMismatch`], which says what to do next.
pub(super) async fn require_current(db: &impl ConnectionTrait) -> Result<(), StoreError> {
    let message = match state(db).await? {
        SchemaState::Current => return Ok(()),
        SchemaState::Behind(missing) => format!(
            "the database lacks {missing} migrations: run `gratitude migrate`, or start with `gratitude serve --migrate`"
        ),
        SchemaState::Ahead(unknown) => format!(
            "the database was made by a newer version ({unknown} migrations that this one does not know): start that version"
        ),
    };
    Err(StoreError::SchemaMismatch(message))
}

/// Brings the schema up to date; returns how many migrations were applied. Several may call it at once: one works, the
/// others wait and find it done.
pub(super) async fn up(pools: &Pools, settings: &ConnectSettings) -> Result<usize, StoreError> {
    if let SchemaState::Ahead(_) = state(&pools.writer).await? {
        require_current(&pools.writer).await?;
    }
    if pools.backend() != DbBackend::Postgres {
        return apply_missing(&pools.writer).await;
    }
    let db = connect::open_for_migrations(settings).await?;
    // The lock lives in its own transaction, held open while the migrations run beside it.
    let lock = db.begin().await?;
    let sql = "SELECT pg_advisory_xact_lock($1)";
    lock.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [ADVISORY_LOCK.into()])).await?;
    let applied = apply_missing(&db).await?;
    lock.commit().await?;
    db.close().await?;
    Ok(applied)
}

async fn apply_missing(db: &DatabaseConnection) -> Result<usize, StoreError> {
    let missing = match state(db).await? {
        SchemaState::Behind(missing) => missing,
        SchemaState::Current | SchemaState::Ahead(_) => 0,
    };
    if missing > 0 {
        Migrator::up(db, None).await.map_err(|error| match StoreError::from(error) {
            StoreError::Bug { what } => StoreError::Unsuitable(format!("a migration failed: {what}")),
            other => other,
        })?;
    }
    Ok(missing)
}

async fn applied(db: &impl ConnectionTrait) -> Result<BTreeSet<String>, StoreError> {
    let backend = db.get_database_backend();
    let there = match backend {
        DbBackend::Postgres => {
            "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'seaql_migrations'"
        }
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    if db.query_one_raw(Statement::from_string(backend, there)).await?.is_none() {
        return Ok(BTreeSet::new());
    }
    let rows = db.query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations")).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
