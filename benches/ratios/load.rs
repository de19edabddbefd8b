//! Calls in a closed loop: so many at once on so many connections, each followed by the next.

use super::outcome::Outcome;
use futures_util::future::BoxFuture;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tonic::{Status, transport::Channel};

/// Connections of their own to a server.
pub(crate) async fn connect(url: &str, connections: usize) -> Outcome<Vec<Channel>> {
    let mut channels = Vec::with_capacity(connections);
    for _ in 0..connections {
        channels.push(Channel::from_shared(url.to_owned())?.tcp_nodelay(true).connect().await?);
    }
    Ok(channels)
}

/// A call that was made: well answered, or the run ends.
pub(crate) type Answer = BoxFuture<'static, Result<(), Status>>;

/// When a run ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    Seconds(f64),
    Calls(usize),
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// Calls a second.
    pub(crate) rate: f64,
    /// In microseconds, sorted.
    latencies: Vec<u32>,
}

impl Run {
    /// What these calls came to, which were made since `begun`.
    pub(crate) fn of(mut latencies: Vec<u32>, begun: Instant) -> Self {
        let rate = latencies.len() as f64 / begun.elapsed().as_secs_f64();
        latencies.sort_unstable();
        Self { rate, latencies }
    }

    /// The latency below which this share of the calls stayed, in milliseconds.
    pub(crate) fn latency_ms(&self, share: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index within the list")]
        let index = (self.latencies.len() as f64 * share) as usize;
        let index = index.min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).map_or(f64::NAN, |micros| f64::from(*micros) / 1_000.0)
    }
}

/// How calls are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    /// How many are under way at any time.
    pub(crate) at_once: usize,
    /// How long each caller rests between two calls.
    pub(crate) rest: Duration,
}

impl Pattern {
    /// Without rest.
    pub(crate) const fn busy(at_once: usize) -> Self {
        Self { at_once, rest: Duration::ZERO }
    }
}

/// Numbers that no two calls of this process get: which customer, which request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers(Arc<AtomicU64>);

impl Numbers {
    pub(crate) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// Makes calls until the end. The first call that fails ends the run.
///
/// # Errors
/// That call's.
pub(crate) async fn run<F, C>(channels: &[Channel], pattern: Pattern, until: Until, call: F) -> Outcome<Run>
where
    F: Fn(Channel) -> C + Clone + Send + 'static,
    C: Future<Output = Result<(), Status>> + Send,
{
    let begun = Instant::now();
    let (deadline, left) = match until {
        Until::Seconds(seconds) => (Some(begun + Duration::from_secs_f64(seconds)), i64::MAX),
        Until::Calls(calls) => (None, i64::try_from(calls)?),
    };
    let left = Arc::new(AtomicI64::new(left));
    let mut callers = JoinSet::new();
    for n in 0..pattern.at_once {
        let (channel, call, left) = (channels[n % channels.len()].clone(), call.clone(), Arc::clone(&left));
        callers.spawn(async move {
            let mut latencies = Vec::with_capacity(4_096);
            while deadline.is_none_or(|end| Instant::now() < end) && left.fetch_sub(1, Ordering::Relaxed) > 0 {
                let sent = Instant::now();
                call(channel.clone()).await?;
                latencies.push(micros(sent.elapsed()));
                if !pattern.rest.is_zero() {
                    tokio::time::sleep(pattern.rest).await;
                }
            }
            Ok::<_, Status>(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(ended) = callers.join_next().await {
        latencies.extend(ended??);
    }
    Ok(Run::of(latencies, begun))
}

/// A latency as it is kept.
pub(crate) fn micros(latency: Duration) -> u32 {
    u32::try_from(latency.as_micros()).unwrap_or(u32::MAX)
}
