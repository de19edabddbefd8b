//! A migrated database for each test, on both engines.

use std::{fs, io::Write, path::Path, thread, time::Duration};

use gratitude::store::{self, ConnectSettings, Durability};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::postgres;

/// The engines that the service runs on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A database that belongs to one test and goes away with it.
pub(crate) struct Database {
    /// How to reach it.
    pub(crate) url: String,
    /// Which engine it is on.
    pub(crate) engine: Engine,
    _files: Files,
}

#[expect(dead_code, reason = "held for what happens when they are dropped")]
enum Files {
    Folder(TempDir),
    Cluster(postgres::Lease),
}

impl Database {
    /// A fresh database with the present schema. `None`, after saying so by the test's name, if the engine's programs
    /// are not on this machine; where `CI` is set that is a failure instead.
    pub(crate) async fn new(engine: Engine) -> Option<Self> {
        match engine {
            Engine::Sqlite => Some(Self::sqlite().await),
            Engine::Postgres => match postgres::lease().await {
                Ok(lease) => Some(Self { url: lease.url(), engine, _files: Files::Cluster(lease) }),
                Err(postgres::Missing) => {
                    leave_out();
                    None
                }
            },
        }
    }

    /// A file, since `:memory:` has neither a journal nor readers beside the writer.
    async fn sqlite() -> Self {
        static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = MIGRATED.get_or_init(migrated_file).await;
        let folder = folder();
        let file = folder.path().join("gratitude.db");
        fs::write(&file, template).expect("the temporary folder takes files");
        Self { url: sqlite_url(&file), engine: Engine::Sqlite, _files: Files::Folder(folder) }
    }
}

/// The bytes of a migrated, empty database: copying them is quicker than migrating for each test.
async fn migrated_file() -> Vec<u8> {
    let folder = folder();
    let file = folder.path().join("gratitude.db");
    migrate(&sqlite_url(&file)).await;
    fs::read(&file).expect("the migration made the file")
}

/// Brings the database at `url` to the present schema.
pub(crate) async fn migrate(url: &str) {
    store::migrate(&settings(url)).await.expect("the schema can be brought up to date");
}

/// How tests connect: few connections, since many tests run at once.
pub(crate) fn settings(url: &str) -> ConnectSettings {
    ConnectSettings {
        url: url.to_owned(),
        pooler: false,
        read_connections: 2,
        write_connections: 2,
        connect_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_secs(30),
        // Tests of durability start the real binary.
        durability: Durability::Off,
        watch: None,
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("gratitude-test-").tempdir().expect("there is room for temporary files")
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// Says on standard error, past the capturing of test output, that the running test is left out.
fn leave_out() {
    let test = thread::current().name().unwrap_or("a test").to_owned();
    let why = "PostgreSQL's server programs (initdb, postgres) are neither in PATH nor below /usr/lib/postgresql";
    assert!(std::env::var_os("CI").is_none(), "{test} can't be left out where CI is set: {why}");
    writeln!(std::io::stderr(), "left out: {test}: {why}").expect("standard error is open");
}

/// Makes of one test body two tests, `name::sqlite` and `name::postgres`.
///
/// ```ignore
/// both_engines! {
///     async fn a_row_is_kept(db) { … }
/// }
/// ```
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$meta])*
        async fn $name($database: $crate::support::database::Database) $body

        mod $name {
            use $crate::support::database::{Database, Engine};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                if let Some(database) = Database::new(Engine::Sqlite).await {
                    super::$name(database).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(database) = Database::new(Engine::Postgres).await {
                    super::$name(database).await;
                }
            }
        }
    )+};
}
