//! What can go wrong with the ledger. The driver's errors end here: their texts may quote SQL and personal values.

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

/// Why the store could not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A constraint refused the write: something with the same key exists, or something it refers to does not.
    #[error("the database refused the write: {what}")]
    Conflict {
        /// Which constraint, as far as the database said.
        what: String,
    },
    /// It was changed since it was read.
    #[error("{what} was changed meanwhile")]
    Stale {
        /// The resource.
        what: String,
    },
    /// Others were in the way for too long.
    #[error("the database is busy; try again")]
    Busy,
    /// More is waiting to be written than there is room for.
    #[error("too many writes are waiting; try again soon")]
    QueueFull,
    /// The database can't be reached, or does not answer in time.
    #[error("the database can't be reached: {what}")]
    Unavailable {
        /// What failed.
        what: String,
    },
    /// A row does not say what it should.
    #[error("the database holds something unreadable: {what}")]
    Corrupt {
        /// Which table and column, and why.
        what: String,
    },
    /// The schema is another than this program knows.
    #[error("{0}")]
    SchemaMismatch(String),
    /// The database can't be used as asked.
    #[error("{0}")]
    Unsuitable(String),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// A statement that should not have failed; a defect of ours.
    #[error("a statement failed: {what}")]
    Bug {
        /// The kind of failure, without the statement.
        what: String,
    },
}

impl StoreError {
    /// A row that can't be read.
    pub(super) fn corrupt(table: &str, column: &str, why: impl std::fmt::Display) -> Self {
        Self::Corrupt { what: format!("{table}.{column}: {why}") }
    }

    /// A write that ended without saying how: it panicked.
    pub(super) fn unanswered() -> Self {
        Self::Bug { what: "a write ended without an answer".to_owned() }
    }

    /// Whether the same transaction may succeed when it is run again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_)) = error.sql_err() {
            return Self::Conflict { what: constraint(&error) };
        }
        match &error {
            DbErr::ConnectionAcquire(_) => Self::Unavailable { what: "no connection was free in time".to_owned() },
            DbErr::Conn(RuntimeErr::SqlxError(inner))
            | DbErr::Exec(RuntimeErr::SqlxError(inner))
            | DbErr::Query(RuntimeErr::SqlxError(inner)) => classify(inner),
            DbErr::RecordNotFound(_) => Self::Bug { what: "a row that must exist does not".to_owned() },
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                Self::Corrupt { what: "a column holds another type than expected".to_owned() }
            }
            _ => Self::Bug { what: kind(&error).to_owned() },
        }
    }
}

/// The name of a constraint: PostgreSQL gives it, SQLite gives the columns. Neither quotes values.
fn constraint(error: &DbErr) -> String {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return "a constraint".to_owned();
    };
    let Some(database) = inner.as_database_error() else {
        return "a constraint".to_owned();
    };
    match database.constraint() {
        Some(name) => name.to_owned(),
        None => database.message().to_owned(),
    }
}

fn classify(error: &sqlx::Error) -> StoreError {
    use sqlx::Error;
    match error {
        Error::PoolTimedOut => StoreError::Unavailable { what: "no connection was free in time".to_owned() },
        Error::PoolClosed => StoreError::Closed,
        Error::Io(io) => StoreError::Unavailable { what: io.kind().to_string() },
        Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => {
            StoreError::Unavailable { what: "the connection broke".to_owned() }
        }
        Error::Configuration(_) => StoreError::Unsuitable("the database URL is not understood".to_owned()),
        Error::ColumnDecode { index, .. } => StoreError::Corrupt { what: format!("column {index}") },
        Error::Database(database) => by_code(database.code().as_deref(), database.as_ref()),
        _ => StoreError::Bug { what: "the driver could not run it".to_owned() },
    }
}

/// SQLSTATE classes of PostgreSQL (five characters) and extended result codes of SQLite (numbers).
fn by_code(code: Option<&str>, error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let Some(code) = code else {
        return StoreError::Bug { what: "an error without a code".to_owned() };
    };
    match code {
        // Serialization failure, deadlock, lock not available.
        "40001" | "40P01" | "55P03" => return StoreError::Busy,
        // A transaction that only reads: what was the primary server is none any more.
        "25006" => return StoreError::Unavailable { what: "the database takes no writes".to_owned() },
        // Statement cancelled, usually by its time limit.
        "57014" => return StoreError::Unavailable { what: "a statement took too long".to_owned() },
        "3D000" => return StoreError::Unsuitable("the database does not exist: create it first".to_owned()),
        "23505" | "23503" | "23514" | "23502" => {
            return StoreError::Conflict { what: error.constraint().unwrap_or("a constraint").to_owned() };
        }
        _ => {}
    }
    match code.parse::<u32>().ok().filter(|_| code.len() != 5) {
        // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes.
        Some(number) if matches!(number & 0xff, 5 | 6) => StoreError::Busy,
        // SQLITE_CONSTRAINT.
        Some(number) if number & 0xff == 19 => StoreError::Conflict { what: error.message().to_owned() },
        // SQLITE_FULL, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY.
        Some(number) if matches!(number & 0xff, 8 | 10 | 13 | 14) => {
            StoreError::Unavailable { what: error.message().to_owned() }
        }
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        Some(number) if matches!(number & 0xff, 11 | 26) => StoreError::Corrupt { what: error.message().to_owned() },
        Some(number) => StoreError::Bug { what: format!("SQLite result code {number}") },
        None if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
            StoreError::Unavailable { what: format!("SQLSTATE {code}") }
        }
        None if code.starts_with("28") => {
            StoreError::Unavailable { what: "the database refused the user or password".to_owned() }
        }
        None => StoreError::Bug { what: format!("SQLSTATE {code}") },
    }
}

fn kind(error: &DbErr) -> &'static str {
    match error {
        DbErr::Conn(_) => "connecting",
        DbErr::Exec(_) => "executing",
        DbErr::Query(_) => "querying",
        DbErr::Migration(_) => "migrating",
        _ => "the statement could not be built",
    }
}
