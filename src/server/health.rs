//! Health that tells the truth: the service is as healthy as its database, and no longer than until the stop.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use metrics::gauge;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic_health::{
    ServingStatus,
    pb::health_server::HealthServer,
    server::{HealthReporter, HealthService},
};

use crate::telemetry::{Metrics, metric};

/// A check that takes longer counts as failed.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Says whether calls could be answered now: the database is reached and its schema is the right one.
#[derive(Clone)]
pub struct Probe(Arc<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>);

impl Probe {
    /// Wraps a check that is run every few seconds.
    pub fn new<F>(check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(check())))
    }

    async fn run(&self) -> bool {
        tokio::time::timeout(PROBE_TIMEOUT, (self.0)()).await.unwrap_or(false)
    }
}

/// What a load balancer should know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Condition {
    Unavailable,
    Ready,
    Draining,
}

/// Runs the probe and tells everybody who asks: gRPC health of each service, `/readyz` and the metric.
pub(super) struct Health {
    probe: Probe,
    reporter: HealthReporter,
    /// The services, and the empty name that stands for the whole server.
    names: Vec<String>,
    state: watch::Sender<Condition>,
}

impl Health {
    /// The health of the named services, and the gRPC service that reports it. Nothing is healthy before the first
    /// check.
    pub(super) fn new(probe: Probe, names: &[String]) -> (Self, HealthServer<HealthService>) {
        let reporter = HealthReporter::new();
        let service = HealthServer::new(HealthService::from_health_reporter(reporter.clone()));
        let names = names.iter().cloned().chain([String::new()]).collect();
        (Self { probe, reporter, names, state: watch::Sender::new(Condition::Unavailable) }, service)
    }

    /// `/healthz` (the process lives), `/readyz` (calls are answered), `/metrics`.
    pub(super) fn routes(&self, metrics: Metrics) -> Router {
        Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readyz).with_state(self.state.subscribe()))
            .route("/metrics", get(async move || metrics.render()))
    }

    /// Runs the probe once and reports what it found.
    pub(super) async fn check(&self) {
        let condition = if self.probe.run().await { Condition::Ready } else { Condition::Unavailable };
        self.report(condition).await;
    }

    /// Checks again and again; from the stop on, reports that nothing new is served.
    pub(super) async fn follow(&self, interval: Duration, stop: &CancellationToken) -> Infallible {
        while stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_some() {
            if stop.run_until_cancelled(self.check()).await.is_none() {
                break;
            }
        }
        self.report(Condition::Draining).await;
        std::future::pending().await
    }

    async fn report(&self, condition: Condition) {
        if self.state.send_replace(condition) != condition {
            tracing::info!(?condition, "readiness changed");
        }
        let ready = condition == Condition::Ready;
        gauge!(metric::READY).set(f64::from(u8::from(ready)));
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in &self.names {
            self.reporter.set_service_status(name, status).await;
        }
    }
}

async fn readyz(State(condition): State<watch::Receiver<Condition>>) -> (StatusCode, &'static str) {
    match *condition.borrow() {
        Condition::Ready => (StatusCode::OK, "ready\n"),
        Condition::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "the database can't be used\n"),
        Condition::Draining => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
    }
}
