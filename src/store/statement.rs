//! Statements of our own, spelled for both engines.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use super::error::StoreError;

/// A statement whose places are `?`: PostgreSQL wants them numbered. No text of ours holds a question mark otherwise.
pub(super) fn statement(backend: DbBackend, sql: &str, values: Vec<Value>) -> Statement {
    let sql = match backend {
        DbBackend::Postgres => {
            let mut parts = sql.split('?');
            let first = parts.next().unwrap_or_default().to_owned();
            parts.zip(1..).fold(first, |sql, (part, place)| format!("{sql}${place}{part}"))
        }
        _ => sql.to_owned(),
    };
    Statement::from_sql_and_values(backend, sql, values)
}

/// Runs one that changes rows.
pub(super) async fn run(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<(), StoreError> {
    db.execute_raw(statement(db.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// `?, ?, ?` for so many values.
pub(super) fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}
