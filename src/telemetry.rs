//! Logs and metrics: set-up, names, and what never to log.
//!
//! # Logging
//! A message is a constant lower-case sentence; what varies is a field. Field names are those of [`field`], dotted,
//! with the unit last (`duration_ms`). Levels: `error` a person must look, `warn` something was refused or retried that
//! should be rare, `info` the life of the process, `debug` one line for a call.
//!
//! **Never log**: names, identifiers (phone, e-mail, loyalty number, handle), addresses, birth dates, facts, free text,
//! what a note or card says, request or response bodies, SQL with values, the text of a panic, passwords, keys, tokens.
//! Log ids, counts, durations, codes and reasons instead.
//!
//! # Metrics
//! Names follow OpenTelemetry's conventions in Prometheus spelling: base units, `_total` for counters. Label values
//! come from closed sets (methods of the descriptor, codes, loop names), never from a caller.

use std::{
    any::Any,
    io::{self, IsTerminal},
    panic,
    sync::OnceLock,
};

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    clock::Clock,
    config::{Log, LogFormat},
};

/// Names of log fields, so that one thing has one name.
pub mod field {
    /// W3C trace id, 32 hexadecimal digits; also the request id a caller is given.
    pub const TRACE_ID: &str = "trace_id";
    /// Full name of the gRPC service.
    pub const RPC_SERVICE: &str = "rpc.service";
    /// Name of the gRPC method.
    pub const RPC_METHOD: &str = "rpc.method";
    /// Canonical code as a number.
    pub const RPC_GRPC_STATUS_CODE: &str = "rpc.grpc.status_code";
    /// How long it took, in milliseconds.
    pub const DURATION_MS: &str = "duration_ms";
    /// Name of a background loop.
    pub const LOOP: &str = "loop";
}

/// Names of metrics.
pub mod metric {
    /// Histogram, seconds: time from the request's head to the end of its reply, by service, method and code.
    pub const RPC_SERVER_DURATION: &str = "rpc_server_duration_seconds";
    /// Gauge: calls in work, by service and method.
    pub const RPC_SERVER_ACTIVE: &str = "rpc_server_active_requests";
    /// Counter: calls refused because as many as allowed were in work.
    pub const RPC_SERVER_SHED: &str = "rpc_server_shed_total";
    /// Counter: handlers that panicked.
    pub const PANICS: &str = "process_panics_total";
    /// Calls refused because nobody knew who makes them.
    pub const CALLERS_REFUSED: &str = "gratitude_callers_refused_total";
    /// Gauge, seconds since 1970: when the process started.
    pub const PROCESS_START_TIME: &str = "process_start_time_seconds";
    /// Gauge, always 1: which build this is.
    pub const BUILD_INFO: &str = "gratitude_build_info";
    /// Gauge: 1 while the service answers, 0 while it does not or drains.
    pub const READY: &str = "gratitude_ready";
    /// Gauge: 1 while the service is in test mode, in which nothing reaches a customer.
    pub const TEST_MODE: &str = "gratitude_test_mode";
    /// Gauge: writes that wait, by lane.
    pub const WRITE_QUEUE_DEPTH: &str = "gratitude_write_queue_depth";
    /// Histogram: writes that one commit carried.
    pub const WRITE_GROUP_SIZE: &str = "gratitude_write_group_size";
    /// Histogram, seconds: how long a commit of the write queue took.
    pub const WRITE_GROUP_DURATION: &str = "gratitude_write_group_duration_seconds";
    /// Counter: notes that were offered to a far side, by route and outcome.
    pub const NOTES_OFFERED: &str = "gratitude_notes_offered_total";
    /// Counter: what background loops did, by loop and outcome.
    pub const LOOP_ITEMS: &str = "gratitude_loop_items_total";
    /// Histogram, seconds: how long one run of a background loop took, by loop.
    pub const LOOP_DURATION: &str = "gratitude_loop_duration_seconds";
    /// Counter: runs of a background loop that failed, by loop.
    pub const LOOP_FAILURES: &str = "gratitude_loop_failures_total";
}

/// Edges of duration histograms, in seconds: from a read in memory to the longest call.
const DURATION_BUCKETS: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];
/// Edges of the group-size histogram; a group holds at most 256 writes.
const GROUP_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log filter is not valid.
    #[error("log.filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody else already receives this process's logs.
    #[error("logging is already set up")]
    LogsTaken(#[from] tracing_subscriber::util::TryInitError),
    /// The metrics can't be described.
    #[error("metrics: {0}")]
    Metrics(#[from] BuildError),
    /// Somebody else already receives this process's metrics.
    #[error("metrics are already set up elsewhere")]
    MetricsTaken,
}

/// Sends this process's logs to standard error in the configured shape, and with them where anything panics. Called
/// once, by the command line.
///
/// # Errors
/// [`TelemetryError`]: the filter is invalid, or logging is set up already.
pub fn init_logs(log: &Log) -> Result<(), TelemetryError> {
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(&log.filter)?);
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => registry.with(lines).try_init()?,
        LogFormat::Json => registry.with(lines.json()).try_init()?,
    }
    panic::set_hook(Box::new(|info| {
        let at = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, said = said_in_panic(info.payload()), "a panic");
    }));
    Ok(())
}

/// What a panic says, as far as it may be logged: what was formatted may hold a customer's data, a literal can't.
#[must_use]
pub fn said_in_panic(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(withheld)")
}

/// Renders the metrics of this process.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The recorder of this process, installed on the first call. The recorder of the `metrics` crate is global, so
    /// every server in one process shares it.
    ///
    /// # Errors
    /// [`TelemetryError`]: a recorder that is not ours is installed.
    pub fn install() -> Result<Self, TelemetryError> {
        static INSTALLED: OnceLock<Option<Metrics>> = OnceLock::new();
        INSTALLED.get_or_init(|| Self::build().ok()).clone().ok_or(TelemetryError::MetricsTaken)
    }

    fn build() -> Result<Self, TelemetryError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&DURATION_BUCKETS)?
            .set_buckets_for_metric(Matcher::Full(metric::WRITE_GROUP_SIZE.to_owned()), &GROUP_BUCKETS)?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|_| TelemetryError::MetricsTaken)?;
        describe();
        let started = Clock::system().now().as_duration().as_secs_f64();
        gauge!(metric::PROCESS_START_TIME).set(started);
        gauge!(metric::BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Ok(Self(handle))
    }

    /// All metrics in Prometheus's text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds waiting samples into their histograms; without it they pile up between scrapes.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

fn describe() {
    describe_histogram!(metric::RPC_SERVER_DURATION, Unit::Seconds, "Time from the head of a call to its end.");
    describe_gauge!(metric::RPC_SERVER_ACTIVE, "Calls in work.");
    describe_counter!(metric::RPC_SERVER_SHED, "Calls refused because the server was full.");
    describe_counter!(metric::PANICS, "Handlers that panicked.");
    describe_gauge!(metric::PROCESS_START_TIME, Unit::Seconds, "When the process started, since 1970.");
    describe_gauge!(metric::BUILD_INFO, "Always 1; the labels say which build this is.");
    describe_gauge!(metric::READY, "1 while the service answers.");
    describe_gauge!(metric::TEST_MODE, "1 while the service is in test mode.");
    describe_gauge!(metric::WRITE_QUEUE_DEPTH, "Writes that wait, by lane.");
    describe_histogram!(metric::WRITE_GROUP_SIZE, "Writes that one commit carried.");
    describe_histogram!(metric::WRITE_GROUP_DURATION, Unit::Seconds, "Time of one commit of the write queue.");
    describe_counter!(metric::NOTES_OFFERED, "Notes that were offered to a relay or an endpoint.");
    describe_counter!(metric::LOOP_ITEMS, "What background loops did.");
    describe_histogram!(metric::LOOP_DURATION, Unit::Seconds, "Time of one run of a background loop.");
    describe_counter!(metric::LOOP_FAILURES, "Runs of a background loop that failed.");
}

#[cfg(test)]
mod tests {
    use super::{Metrics, metric, said_in_panic};

    #[test]
    fn what_a_panic_says_of_a_customer_is_withheld() {
        let name = std::hint::black_box("Ana");
        let literal = std::panic::catch_unwind(|| panic!("a defect")).expect_err("it panics");
        let formatted = std::panic::catch_unwind(|| panic!("no such customer: {name}")).expect_err("it panics");
        assert_eq!([&literal, &formatted].map(|it| said_in_panic(it.as_ref())), ["a defect", "(withheld)"]);
    }

    #[test]
    fn metrics_are_installed_once_and_rendered() {
        let metrics = Metrics::install().expect("no other recorder in this process");
        Metrics::install().expect("the same recorder");
        metrics::counter!(metric::PANICS).absolute(0);
        let text = metrics.render();
        assert!(text.contains("# TYPE process_start_time_seconds gauge"), "{text}");
        assert!(
            text.contains(concat!("gratitude_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1")),
            "{text}"
        );
        assert!(text.contains("process_panics_total 0"), "{text}");
    }
}
