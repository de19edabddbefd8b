//! The whole service in this process, by a manual clock.

use gratitude::{
    cli::service::{Service, StartOptions},
    clock::Clock,
    config::Config,
};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use std::{net::SocketAddr, path::Path};

use super::{database::Database, http};

/// A Monday morning.
pub(crate) const START: &str = "2026-11-23T09:00:00Z";

/// A running service on a database of its own.
pub(crate) struct TestService {
    service: Service,
    stop: CancellationToken,
    clock: Clock,
    channel: Channel,
    /// Where its notes leave.
    spool: TempDir,
    /// Goes away after the service.
    _database: Database,
}

impl TestService {
    /// Starts on a fresh database, with the default configuration, at [`START`].
    pub(crate) async fn start(database: Database) -> Self {
        Self::with(database, |_| {}).await
    }

    /// Starts with a changed configuration.
    pub(crate) async fn with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { listen: "127.0.0.1:0".parse().unwrap(), ..Config::default() };
        config.database.url = database.url.clone().into();
        config.database.read_connections = 2;
        // Background work is done when the clock is moved, and then to its end: so nothing depends on timing.
        config.scheduler.enabled = false;
        let spool = tempfile::Builder::new().prefix("gratitude-spool-").tempdir().expect("there is room");
        config.delivery.spool = spool.path().to_owned();
        change(&mut config);

        let clock = Clock::manual(START.parse().unwrap());
        let stop = CancellationToken::new();
        let options = StartOptions { config, clock: clock.clone(), migrate: false, stop: stop.clone() };
        let service = Service::start(options).await.expect("the service starts");
        let endpoint = Channel::from_shared(format!("http://{}", service.address())).unwrap();
        let channel = endpoint.connect().await.expect("the service listens");
        Self { service, stop, clock, channel, spool, _database: database }
    }

    /// A connection for any generated client: `RuleServiceClient::new(service.channel())`.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.service.address()
    }

    /// The folder into which its notes are written.
    pub(crate) fn spool(&self) -> &Path {
        self.spool.path()
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock by, say, `2h`, and returns when all that became due has been done.
    pub(crate) async fn advance(&self, by: &str) {
        self.advance_with("", by).await;
    }

    /// The same with an operator's key, where callers need one.
    pub(crate) async fn advance_with(&self, key: &str, by: &str) {
        let credentials = format!("Bearer {key}");
        let headers: &[_] = if key.is_empty() { &[] } else { &[("authorization", credentials.as_str())] };
        let answer = http::exchange(self.service.address(), "POST", "/clock/advance", headers, by.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Stops it as a signal would.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        drop(self.channel);
        self.service.ended().await.expect("it stops in order");
    }
}
