//! The whole service in one process: database, use cases, port and background work.
//!
//! This is the one place that puts the layers together; `serve`, `demo` and the tests start it here.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{CliError, clock_routes, settings::settings};
use crate::{
    app::App,
    clock::Clock,
    config::{self, Config, SqliteSynchronous},
    delivery::print::{FontBook, Press},
    desk,
    domain::settings::Settings,
    proto, rpc,
    scheduler::{self, Scheduler, WaysOut},
    server::{self, Ended, Guard, Probe, Server, Services},
    store::{ConnectSettings, Durability, GivenSecrets, Room, SecretName, Store, StoreOptions},
    telemetry,
};

/// How a service is started.
#[derive(Debug)]
pub struct StartOptions {
    /// Its configuration.
    pub config: Config,
    /// Its clock. A manual one is moved on to where the database's stood, if that is later.
    pub clock: Clock,
    /// Whether to bring the schema up to date first.
    pub migrate: bool,
    /// Ends it when cancelled.
    pub stop: CancellationToken,
}

/// A running service.
#[derive(Debug)]
pub struct Service {
    address: SocketAddr,
    running: JoinHandle<Result<(), CliError>>,
}

impl Service {
    /// Opens the database, listens and begins to serve. It is ready when this returns.
    ///
    /// # Errors
    /// [`CliError`]: the address or database can't be had, or the schema or clock don't fit.
    pub async fn start(options: StartOptions) -> Result<Self, CliError> {
        let StartOptions { config, clock, migrate, stop } = options;
        let press = Arc::new(press(&config.print)?);
        // Before the database, so that an address that can't be had touches no database.
        let listener = server::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let settings = Arc::new(settings(&config));
        let store = open_store(&config, &clock, Arc::clone(&settings), migrate).await?;
        let app = App::new(store.clone(), clock.clone(), settings);
        server::check_exposure(address, clock.is_manual(), app.callers_need_keys().await?)?;
        app.install_starter_templates().await?;
        app.install_starter_rules().await?;

        let ways = WaysOut::new(&app, clock.clone(), &config.delivery)?;
        let scheduler = Scheduler::new(clock.clone(), scheduler::all(&app, ways, &press, &config.scheduler));
        let session = server::session::routes(app.clone(), config.server.tls.is_on());
        let links = server::unsubscribe::routes(app.clone());
        let mut http = desk::routes(clock.clone()).merge(session).merge(links);
        if clock.is_manual() {
            http = http.merge(clock_routes::routes(clock, store.clone(), scheduler.clone()));
        }
        let services = Services {
            grpc: rpc::routes(
                Arc::new(app.clone()),
                Arc::new(move |format, title, sheets| press.typeset(format, title, sheets)),
            ),
            names: rpc::SERVICE_NAMES.iter().map(|name| (*name).to_owned()).collect(),
            descriptors: proto::FILE_DESCRIPTOR_SET,
            http,
            guard: Guard::of(app.clone(), &config.rate_limits),
        };
        let server = Server::new(services, probe(app.clone()), &config.server, stop.clone())?;
        tell_of_test_mode(!config.delivery.test_address.is_empty());

        let running = tokio::spawn(async move {
            let background = config.scheduler.enabled.then(|| {
                let stop = stop.clone();
                tokio::spawn(async move { scheduler.run(&stop).await })
            });
            let ended = server.serve(listener).await;
            // Also when serving failed: nothing may go on in the background of a service that is gone.
            stop.cancel();
            if let Some(background) = background
                && background.await.is_err()
            {
                tracing::error!("background work ended unexpectedly");
            }
            app.close().await;
            store.close().await?;
            match ended? {
                Ended::Drained => tracing::info!("stopped"),
                Ended::CutOff => tracing::warn!("stopped with calls still in work"),
            }
            Ok(())
        });
        Ok(Self { address, running })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has ended, which its stop token brings about.
    ///
    /// # Errors
    /// [`CliError`]: serving or closing the database failed.
    pub async fn ended(self) -> Result<(), CliError> {
        self.running.await.map_err(|error| CliError::Unexpected(error.to_string()))?
    }
}

/// The press with the configured fonts.
fn press(print: &config::Print) -> Result<Press, CliError> {
    let with_folder = |book: FontBook, folder: &PathBuf| book.with_folder(folder);
    let book = print.fonts.iter().try_fold(FontBook::builtin(), with_folder);
    book.map(Press::new).map_err(|why| CliError::Usage(format!("print.fonts: {why}")))
}

/// Opens the database and sets a manual clock to the later of what was asked for and where the database's stood.
pub(super) async fn open_store(
    config: &Config,
    clock: &Clock,
    settings: Arc<Settings>,
    migrate: bool,
) -> Result<Store, CliError> {
    let asked = clock.clone();
    let store = Store::open(StoreOptions {
        connect: connect_settings(&config.database),
        migrate,
        manual_clock: clock.is_manual(),
        now: Arc::new(move || asked.now()),
        settings,
        secrets: given_secrets(&config.database)?,
        room: Room { interactive: config.write_queue.interactive_capacity, bulk: config.write_queue.bulk_capacity },
        seed: None,
    })
    .await?;
    if let Some(stood) = store.instance().clock_at {
        if stood > clock.now() {
            clock.set(stood).map_err(|error| CliError::Unexpected(error.to_string()))?;
        }
        store.set_clock(clock.now()).await?;
    }
    Ok(store)
}

/// The secrets of the configured file, each under a name that is known.
fn given_secrets(database: &config::Database) -> Result<GivenSecrets, CliError> {
    if database.secrets_file.is_empty() {
        return Ok(GivenSecrets::default());
    }
    let read = config::read_secrets(Path::new(&database.secrets_file))?;
    let known = |name: &str| SecretName::ALL.into_iter().find(|known| known.as_str() == name);
    let given = read.into_iter().map(|(name, secret)| {
        let names = SecretName::ALL.map(SecretName::as_str).join(", ");
        let unknown = || CliError::Usage(format!("database.secrets_file: {name} is none of {names}"));
        known(&name).map(|name| (name, secret)).ok_or_else(unknown)
    });
    given.collect::<Result<_, _>>().map(GivenSecrets)
}

/// How the configured database is reached.
pub(super) fn connect_settings(database: &config::Database) -> ConnectSettings {
    ConnectSettings {
        url: database.url.expose().to_owned(),
        pooler: database.pooler,
        read_connections: database.read_connections,
        write_connections: database.write_connections,
        connect_timeout: Duration::from_secs(database.connect_timeout_seconds),
        statement_timeout: Duration::from_millis(database.statement_timeout_ms),
        durability: match database.sqlite_synchronous {
            SqliteSynchronous::Full => Durability::Full,
            SqliteSynchronous::Normal => Durability::Normal,
        },
        watch: None,
    }
}

/// Says, wherever an operator looks, whether anything reaches a customer.
fn tell_of_test_mode(testing: bool) {
    metrics::gauge!(telemetry::metric::TEST_MODE).set(f64::from(u8::from(testing)));
    if testing {
        tracing::warn!("test mode: e-mails go to delivery.test_address, and nothing reaches a customer");
    }
}

fn probe(app: App) -> Probe {
    Probe::new(move || {
        let app = app.clone();
        async move { app.ready().await.is_ok() }
    })
}
