//! The service's own statements, caught on their way, and executed again without the service.
//!
//! The bare side of a row must do the same work with the same rows. So it is not written down here a second time: the
//! service's own store runs once over a copy of the database, what it sends is kept with its values, and that is what
//! the bare side executes, on another copy, in the same groups.

use super::{
    load::{self, Pattern, Until},
    outcome::Outcome,
};
use axum::Extension;
use gratitude::{
    app::App,
    clock::Clock,
    config::Config,
    delivery::print::{FontBook, Press},
    domain::paper::Sheet,
    rpc,
    store::{Access, ConnectSettings, Durability, GivenSecrets, Room, Store, StoreOptions, Watch},
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use tonic::{Status, transport::Channel};

/// Statements of one transaction, in order.
pub(crate) type Group = Vec<Statement>;

/// What the store sent.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) written: Vec<Group>,
    /// By the connections that only read.
    pub(crate) read: Vec<Statement>,
}

/// Has calls answered by a store on the database at `url` in this process, and keeps its statements. One call before
/// them is not kept: it finds nothing known yet.
pub(crate) async fn capture<F, C>(url: &str, at_once: usize, calls: usize, call: F) -> Outcome<Trace>
where
    F: Fn(Channel) -> C + Clone + Send + 'static,
    C: Future<Output = Result<(), Status>> + Send,
{
    let caught: Arc<Mutex<Vec<(Access, Statement)>>> = Arc::default();
    let keep = Arc::clone(&caught);
    let watch: Watch = Arc::new(move |access, statement| {
        keep.lock().unwrap_or_else(PoisonError::into_inner).push((access, statement.clone()));
    });
    let (store, app) = open(url, watch).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let press = Press::new(FontBook::builtin());
    let press = Arc::new(move |format, title: &str, sheets: &[Sheet]| press.typeset(format, title, sheets));
    // In place of the server's guard, which lets in whoever calls from this machine.
    let routes = rpc::routes(Arc::new(app.clone()), press).into_axum_router().layer(Extension(App::local()));
    let serving =
        tokio::spawn(tonic::transport::Server::builder().add_routes(routes.into()).serve_with_incoming(incoming));
    let channels = load::connect(&format!("http://{address}"), 4).await?;
    load::run(&channels, Pattern::busy(1), Until::Calls(1), call.clone()).await?;
    caught.lock().unwrap_or_else(PoisonError::into_inner).clear();
    load::run(&channels, Pattern::busy(at_once), Until::Calls(calls), call).await?;
    let caught = std::mem::take(&mut *caught.lock().unwrap_or_else(PoisonError::into_inner));
    drop(channels);
    serving.abort();
    app.close().await;
    store.close().await?;
    Ok(Trace::of(caught))
}

async fn open(url: &str, watch: Watch) -> Outcome<(Store, App)> {
    let mut config = Config::default();
    // As for the service that is measured.
    config.scheduler.catch_up_per_minute = 0;
    let settings = Arc::new(gratitude::cli::settings::settings(&config));
    let clock = Clock::system();
    let now = clock.clone();
    let connect = ConnectSettings {
        url: url.to_owned(),
        pooler: false,
        read_connections: config.database.read_connections,
        // One writer, so that the order of what it writes is the order that was caught.
        write_connections: 1,
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(60),
        durability: Durability::Full,
        watch: Some(watch),
    };
    let room = Room { interactive: config.write_queue.interactive_capacity, bulk: config.write_queue.bulk_capacity };
    let options = StoreOptions {
        connect,
        migrate: false,
        manual_clock: false,
        now: Arc::new(move || now.now()),
        settings: Arc::clone(&settings),
        room,
        secrets: GivenSecrets::default(),
        seed: None,
    };
    let store = Store::open(options).await?;
    let app = App::new(store.clone(), clock, settings);
    Ok((store, app))
}

impl Trace {
    /// Each group begins with the statement that the first one begins with.
    fn of(caught: Vec<(Access, Statement)>) -> Self {
        let mut trace = Self::default();
        let mut first: Option<String> = None;
        for (access, statement) in caught {
            if access == Access::Read {
                trace.read.push(statement);
                continue;
            }
            let begins = first.get_or_insert_with(|| statement.sql.clone()) == &statement.sql;
            match trace.written.last_mut() {
                Some(group) if !begins => group.push(statement),
                _ => trace.written.push(vec![statement]),
            }
        }
        trace
    }

    pub(crate) fn statements(&self) -> usize {
        self.written.iter().map(Vec::len).sum()
    }
}

/// An SQLite database that was opened as the service opens its own.
pub(crate) struct Bare(DatabaseConnection);

impl Bare {
    pub(crate) async fn open(url: &str) -> Outcome<Self> {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).min_connections(1).sqlx_logging(false).test_before_acquire(false);
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("secure_delete", "ON")
                .pragma("cache_size", "-65536")
                .pragma("temp_store", "MEMORY")
        });
        Ok(Self(Database::connect(options).await?))
    }

    /// Executes groups, each in a transaction; returns the seconds that took.
    pub(crate) async fn replay(&self, groups: Vec<Group>) -> Outcome<f64> {
        let begun = Instant::now();
        for group in groups {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            let tx = self.0.begin_with_options(options).await?;
            for statement in group {
                if writes(&statement.sql) {
                    tx.execute_raw(statement).await?;
                } else {
                    tx.query_all_raw(statement).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(begun.elapsed().as_secs_f64())
    }

    pub(crate) async fn close(self) -> Outcome<()> {
        Ok(self.0.close().await?)
    }
}

/// Whether a statement changes rows.
pub(crate) fn writes(sql: &str) -> bool {
    ["INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb))
}
