//! Opening the database: one pool that writes, one that only reads.

use super::error::StoreError;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, Statement};
use std::{sync::Arc, time::Duration};

/// Where and how data is kept.
#[derive(Clone)]
pub struct ConnectSettings {
    /// `sqlite:<path>` (the file is created) or `postgres://…`.
    pub url: String,
    /// A transaction pooler stands between: no prepared statement is kept on a connection.
    pub pooler: bool,
    /// Connections that only read, at least 1.
    pub read_connections: u32,
    /// PostgreSQL connections that write, at least 1; SQLite always has one.
    pub write_connections: u32,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long one PostgreSQL statement may run.
    pub statement_timeout: Duration,
    /// How SQLite makes a commit durable.
    pub durability: Durability,
    /// Sees every statement, for tests of query plans and for benchmarks; `None` wherever people's data is.
    pub watch: Option<Watch>,
}

/// Is shown every statement with its values, once it was executed.
pub type Watch = Arc<dyn Fn(Access, &Statement) + Send + Sync>;

/// Which of the two pools executed a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The one that writes.
    Write,
    /// The one that only reads.
    Read,
}

/// The URL may hold a password.
impl std::fmt::Debug for ConnectSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectSettings").finish_non_exhaustive()
    }
}

/// How SQLite makes a commit durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// An acknowledged write survives a power cut.
    Full,
    /// An acknowledged write survives a crash of the process, not of the machine.
    Normal,
    /// For throw-away databases of tests.
    Off,
}

impl Durability {
    const fn pragma(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
            Self::Off => "OFF",
        }
    }
}

/// The two pools.
#[derive(Debug, Clone)]
pub(super) struct Pools {
    /// Writes; one connection on SQLite.
    pub(super) writer: DatabaseConnection,
    /// Only reads.
    pub(super) reader: DatabaseConnection,
    /// How many write at once.
    pub(super) writers: u32,
}

impl Pools {
    pub(super) fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }
}

/// How long SQLite waits for another process's lock (a `migrate` beside a running server).
const SQLITE_BUSY: Duration = Duration::from_secs(5);
/// How long after its last use a PostgreSQL connection is taken to be there still.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// Prepared statements kept for each connection: the hot ones come in a few lengths each.
const STATEMENTS: usize = 256;

/// Rows that SQLite's thread hands over before it waits for them to be taken: the set reads of a group, whole.
const ROWS_AHEAD: usize = 512;

/// Opens both pools.
///
/// # Errors
/// [`StoreError::Unsuitable`] for a URL of another kind, [`StoreError::Unavailable`] when nothing answers.
pub(super) async fn open(settings: &ConnectSettings) -> Result<Pools, StoreError> {
    let mut pools = if settings.url.starts_with("sqlite:") {
        open_sqlite(settings).await?
    } else if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
        open_postgres(settings).await?
    } else {
        return Err(StoreError::Unsuitable("the database URL must begin with `sqlite:` or `postgres:`".to_owned()));
    };
    if let Some(watch) = &settings.watch {
        for (access, pool) in [(Access::Write, &mut pools.writer), (Access::Read, &mut pools.reader)] {
            let watch = Arc::clone(watch);
            pool.set_metric_callback(move |info| watch(access, info.statement));
        }
    }
    Ok(pools)
}

fn options(settings: &ConnectSettings, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.clone());
    options
        .max_connections(connections.max(1))
        .acquire_timeout(settings.connect_timeout)
        .connect_timeout(settings.connect_timeout)
        // Statements may hold personal data: neither logged nor put into spans.
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

async fn open_sqlite(settings: &ConnectSettings) -> Result<Pools, StoreError> {
    if settings.url.contains(":memory:") || settings.url.contains("mode=memory") {
        let text = "an SQLite database must be a file: in memory, readers and the writer would not see the same";
        return Err(StoreError::Unsuitable(text.to_owned()));
    }
    let synchronous = settings.durability.pragma();
    let mut options_of_writer = options(settings, 1);
    options_of_writer.min_connections(1).test_before_acquire(false).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .busy_timeout(SQLITE_BUSY)
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENTS)
            .row_buffer_size(ROWS_AHEAD)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", synchronous)
            // What is deleted is overwritten, so that erasing a person erases.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "MEMORY")
    });
    let writer = Database::connect(options_of_writer).await?;

    let mut options_of_readers = options(settings, settings.read_connections);
    options_of_readers.test_before_acquire(false).map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .read_only(true)
            .busy_timeout(SQLITE_BUSY)
            .statement_cache_capacity(STATEMENTS)
            // Each reader has its own, and none maps the file: mapped pages count for every reader that touches them,
            // and what the process holds would grow with the database.
            .pragma("cache_size", "-8192")
            .pragma("mmap_size", "0")
            .pragma("query_only", "ON")
    });
    let reader = Database::connect(options_of_readers).await?;
    Ok(Pools { writer, reader, writers: 1 })
}

async fn open_postgres(settings: &ConnectSettings) -> Result<Pools, StoreError> {
    let limit = settings.statement_timeout;
    // One connection more than writers: checks must not wait behind the queue.
    let writer = Role { connections: settings.write_connections + 1, name: "gratitude-write", read_only: false, limit };
    let reader = Role { connections: settings.read_connections, name: "gratitude-read", read_only: true, limit };
    let (writer, reader) = (postgres(settings, writer), postgres(settings, reader));
    let (writer, reader) = (Database::connect(writer).await?, Database::connect(reader).await?);
    Ok(Pools { writer, reader, writers: settings.write_connections.max(1) })
}

/// Opens PostgreSQL for migrations: one connection holds their lock, one runs them. An index over many rows takes its
/// time, and so does another replica that has the lock: no statement is limited.
pub(super) async fn open_for_migrations(settings: &ConnectSettings) -> Result<DatabaseConnection, StoreError> {
    let role = Role { connections: 2, name: "gratitude-migrate", read_only: false, limit: Duration::ZERO };
    Ok(Database::connect(postgres(settings, role)).await?)
}

/// What PostgreSQL connections are for.
#[derive(Debug, Clone, Copy)]
struct Role {
    connections: u32,
    name: &'static str,
    read_only: bool,
    /// How long one statement may run; zero: as long as it takes.
    limit: Duration,
}

fn postgres(settings: &ConnectSettings, role: Role) -> ConnectOptions {
    let cache = if settings.pooler { 0 } else { STATEMENTS };
    let mut options = options(settings, role.connections);
    // One that was just used is there; to ask each time would double the way to the database and back.
    options.test_before_acquire_if_idle_for(TRUSTED_FOR);
    options.map_sqlx_postgres_opts(move |postgres| {
        let postgres = postgres.application_name(role.name).statement_cache_capacity(cache);
        // Behind a pooler a session's settings would leak to others.
        if cache == 0 {
            return postgres;
        }
        postgres.options([
            ("statement_timeout", role.limit.as_millis().to_string().as_str()),
            ("default_transaction_read_only", if role.read_only { "on" } else { "off" }),
            // The planner takes a page read out of order to cost four times one in order, which is true of spinning
            // disks only. Looking up a hundred customers, it would rather read whole tables.
            ("random_page_cost", "1.1"),
            // Those who write look up rows by their keys, in lists of the same few lengths: a plan that is made anew
            // for the very values is the same plan, and making it takes a fifth of the time of all they ask.
            ("plan_cache_mode", if role.read_only { "auto" } else { "force_generic_plan" }),
        ])
    });
    options
}
