//! The process's one port: gRPC, gRPC-Web and plain HTTP, from the first connection to the last answer.
//!
//! [`Server`] assembles what the other layers give it and knows nothing of customers. Everything is merged into tonic's
//! own server, because that one has the HTTP/2 limits and sends small frames without delay. At a stop, health turns
//! first, then open streams end, then calls in work may finish within a deadline.

mod cookies;
mod deadline;
mod guard;
mod health;
mod limit;
mod origin;
mod panic;
mod rate;
mod refusal;
pub mod session;
mod signal;
mod stack;
mod streams;
mod tls;
mod trace;
pub mod unsubscribe;

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::server::TcpIncoming};

pub use guard::Guard;
pub use health::Probe;
pub use signal::stop_on_signal;
pub use trace::TraceId;

use crate::{
    config,
    telemetry::{Metrics, TelemetryError},
};
use tls::Tls;

/// A header block larger than this is refused; ours stay far below.
const HEADER_LIST_BYTES_MAX: u32 = 64 * 1024;
/// Streams reset before they were accepted, per connection, until the connection is closed: the answer to floods of
/// opened and cancelled calls.
const PENDING_RESETS_MAX: usize = 64;
/// How long an answer to a keep-alive ping may take.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// How often samples are folded into histograms.
const METRICS_UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What the port serves besides health, reflection and metrics.
pub struct Services {
    /// The gRPC services.
    pub grpc: Routes,
    /// Full names of those services, such as `gratitude.v1.CustomerService`: they are listed by reflection and health.
    pub names: Vec<String>,
    /// The encoded file descriptor set that describes them.
    pub descriptors: &'static [u8],
    /// Plain HTTP routes.
    pub http: Router,
    /// Who is let in.
    pub guard: Guard,
}

/// A server that is ready to run.
pub struct Server {
    routes: Router,
    health: health::Health,
    metrics: Metrics,
    limits: config::Server,
    tls: Option<Tls>,
    stop: CancellationToken,
}

/// How a server ended after it was told to stop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ended {
    /// Every call in work was answered.
    Drained,
    /// The time to drain ran out with calls still in work.
    CutOff,
}

/// Why a server could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address can be reached from outside while callers are not authenticated.
    #[error(
        "refusing to serve on {0}: no API key was made yet, so everybody who reaches it could do everything. Make the \
         first with `gratitude keys create --offline --role operator` on this database, or listen on 127.0.0.1 or [::1]"
    )]
    NotLoopback(SocketAddr),
    /// A clock that is moved by hand, where others than this machine's programs could move it.
    #[error("refusing to serve on {0} by a manual clock: listen on 127.0.0.1 or [::1]")]
    ManualClock(SocketAddr),
    /// The address can't be had.
    #[error("can't listen on {0}: {1}")]
    Bind(SocketAddr, #[source] io::Error),
    /// The descriptor set doesn't describe the services.
    #[error("the service descriptors can't be read: {0}")]
    Descriptors(String),
    /// Metrics can't be set up.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The certificate or its key can't be used.
    #[error("server.tls: {0}")]
    Tls(String),
    /// The transport failed.
    #[error("the server stopped: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Listens on an address. Nothing is answered there before [`Server::serve`].
///
/// # Errors
/// [`ServerError::Bind`] if the address can't be had.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, ServerError> {
    TcpListener::bind(listen).await.map_err(|error| ServerError::Bind(listen, error))
}

/// Whether an address may be served: one that others than this machine's programs can reach only by the system's clock,
/// and only where callers need keys.
///
/// # Errors
/// [`ServerError::NotLoopback`] or [`ServerError::ManualClock`].
pub fn check_exposure(listen: SocketAddr, manual_clock: bool, callers_need_keys: bool) -> Result<(), ServerError> {
    if listen.ip().is_loopback() {
        Ok(())
    } else if manual_clock {
        Err(ServerError::ManualClock(listen))
    } else if !callers_need_keys {
        Err(ServerError::NotLoopback(listen))
    } else {
        Ok(())
    }
}

impl Server {
    /// Assembles the routes and layers. `stop` ends the server; `probe` says whether the database can be used.
    ///
    /// # Errors
    /// [`ServerError`]: the descriptors don't fit, or metrics can't be set up.
    pub fn new(
        services: Services,
        probe: Probe,
        limits: &config::Server,
        stop: CancellationToken,
    ) -> Result<Self, ServerError> {
        let tls = Tls::of(&limits.tls)?;
        let metrics = Metrics::install()?;
        let (health, health_service) = health::Health::new(probe, &services.names);
        let methods = trace::Methods::decode(&[services.descriptors, tonic_health::pb::FILE_DESCRIPTOR_SET])
            .map_err(|error| ServerError::Descriptors(error.to_string()))?;
        let grpc = add_reflection(services.grpc.add_service(health_service), services.descriptors, &services.names)?;
        let http = services.http.merge(health.routes(metrics.clone()));
        let routes = stack::assemble(grpc, http, services.guard, methods, limits, stop.clone());
        Ok(Self { routes, health, metrics, limits: limits.clone(), tls, stop })
    }

    /// Serves a bound listener until the stop token is cancelled and calls in work have ended.
    ///
    /// # Errors
    /// [`ServerError::Transport`] if accepting connections fails for good.
    pub async fn serve(self, listener: TcpListener) -> Result<Ended, ServerError> {
        let Self { routes, health, metrics, limits, tls, stop } = self;
        let (stopping, drain) = (stop.clone(), Duration::from_secs(limits.drain_seconds));
        health.check().await;
        let router = transport(&limits).add_routes(Routes::from(routes));
        let serving = async {
            match &tls {
                Some(tls) => {
                    let incoming = tls.incoming(listener, stop.clone());
                    router.serve_with_incoming_shutdown(incoming, stopping.cancelled_owned()).await
                }
                None => {
                    // Without no-delay the first message of every stream waits some 40 ms for an acknowledgement.
                    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
                    router.serve_with_incoming_shutdown(incoming, stopping.cancelled_owned()).await
                }
            }
        };
        let certificates = async {
            match &tls {
                Some(tls) => tls.follow_files().await,
                None => std::future::pending().await,
            }
        };
        let overdue = async {
            stop.cancelled().await;
            tokio::time::sleep(drain).await;
        };
        let upkeep = async {
            let mut ticks = tokio::time::interval(METRICS_UPKEEP_INTERVAL);
            loop {
                ticks.tick().await;
                metrics.upkeep();
            }
        };
        tokio::select! {
            served = serving => served.map(|()| Ended::Drained).map_err(ServerError::from),
            () = overdue => Ok(Ended::CutOff),
            never = health.follow(Duration::from_secs(limits.health_interval_seconds), &stop) => match never {},
            never = upkeep => match never {},
            never = certificates => match never {},
        }
    }
}

fn transport(limits: &config::Server) -> tonic::transport::Server {
    tonic::transport::Server::builder()
        .accept_http1(true)
        .max_concurrent_streams(limits.max_streams_per_connection)
        .http2_max_header_list_size(HEADER_LIST_BYTES_MAX)
        .http2_max_pending_accept_reset_streams(Some(PENDING_RESETS_MAX))
        .http2_keepalive_interval(Some(Duration::from_secs(limits.keepalive_seconds)))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
}

/// Adds reflection of the public services, in the version clients use and the one that older tools still ask for.
fn add_reflection(grpc: Routes, descriptors: &'static [u8], names: &[String]) -> Result<Routes, ServerError> {
    let builder = || {
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(descriptors)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name(tonic_health::pb::health_server::SERVICE_NAME);
        names.iter().fold(builder, |builder, name| builder.with_service_name(name))
    };
    let failed = |error: tonic_reflection::server::Error| ServerError::Descriptors(error.to_string());
    let v1 = builder().build_v1().map_err(failed)?;
    let v1alpha = builder().build_v1alpha().map_err(failed)?;
    Ok(grpc.add_service(v1).add_service(v1alpha))
}
