//! Who read whose data (P12): a bounded queue that is written within a second.
//!
//! What somebody reads again before it is written counts once: a list comes anew with each key that they type.

use crate::store::{Reading, Store, StoreError};
use jiff::Timestamp;
use std::{collections::HashMap, time::Duration};
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many readings may wait; when so many do, reading waits too.
const CAPACITY: usize = 4_096;
/// The longest a reading waits to be written.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// Most readings in one write.
const BATCH: usize = 500;

/// How long a failed write waits before it is tried again. Meanwhile the queue fills, and then reading waits.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// How often a write is tried once the service is stopping.
const TRIES_WHEN_STOPPING: u32 = 5;

/// Readings, and when each was the first of its kind.
type Batch = HashMap<Reading, Timestamp>;

/// Where readings are noted.
#[derive(Debug, Clone)]
pub(super) struct ReadLog {
    readings: mpsc::Sender<(Timestamp, Reading)>,
    stop: CancellationToken,
    writer: TaskTracker,
}

impl ReadLog {
    /// Starts the writer. It ends when the log is closed, or its last clone is gone, and everything is written.
    pub(super) fn start(store: Store) -> Self {
        let (readings, waiting) = mpsc::channel(CAPACITY);
        let (stop, writer) = (CancellationToken::new(), TaskTracker::new());
        writer.spawn(write(store, waiting, stop.clone()));
        writer.close();
        Self { readings, stop, writer }
    }

    /// Notes that somebody read a customer's data; waits when the queue is full.
    pub(super) async fn note(&self, at: Timestamp, reading: Reading) {
        if self.readings.send((at, reading)).await.is_err() {
            tracing::error!("a reading could not be noted: its writer has ended");
        }
    }

    /// Takes no more, and returns when everything noted is written.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        self.writer.wait().await;
    }
}

async fn write(store: Store, mut waiting: mpsc::Receiver<(Timestamp, Reading)>, stop: CancellationToken) {
    loop {
        let mut batch = Batch::new();
        tokio::select! {
            () = stop.cancelled(), if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
            first = waiting.recv() => match first {
                Some(first) => add(&mut batch, first),
                None => return,
            },
        }
        gather(&mut waiting, &mut batch, &stop).await;
        if write_batch(&store, in_order(batch), &stop).await.is_err() {
            return;
        }
    }
}

/// Waits for company, so that all who read within a moment share one write.
async fn gather(waiting: &mut mpsc::Receiver<(Timestamp, Reading)>, batch: &mut Batch, stop: &CancellationToken) {
    let deadline = tokio::time::sleep(FLUSH_EVERY);
    tokio::pin!(deadline);
    while batch.len() < BATCH {
        tokio::select! {
            () = &mut deadline => return,
            () = stop.cancelled() => return,
            next = waiting.recv() => match next {
                Some(next) => add(batch, next),
                None => return,
            },
        }
    }
}

fn add(batch: &mut Batch, (at, reading): (Timestamp, Reading)) {
    batch.entry(reading).or_insert(at);
}

fn in_order(batch: Batch) -> Vec<(Timestamp, Reading)> {
    let mut readings: Vec<_> = batch.into_iter().map(|(reading, at)| (at, reading)).collect();
    readings.sort_by_key(|(at, _)| *at);
    readings
}

/// Writes readings; tries again while the database is away or busy, but once stopping only for a while.
///
/// # Errors
/// When the store was closed or stopping can't wait any longer: then nothing more can be written.
async fn write_batch(
    store: &Store,
    readings: Vec<(Timestamp, Reading)>,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    let count = readings.len();
    let mut tries_left = TRIES_WHEN_STOPPING;
    loop {
        let error = match store.note_readings(&readings).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let passing = matches!(error, StoreError::Busy | StoreError::QueueFull | StoreError::Unavailable { .. });
        if stop.is_cancelled() {
            tries_left -= 1;
        }
        if !passing || tries_left == 0 {
            tracing::error!(%error, count, "readings could not be written");
            let over = tries_left == 0 || error == StoreError::Closed;
            return if over { Err(error) } else { Ok(()) };
        }
        tracing::warn!(%error, count, "readings could not be written yet");
        tokio::time::sleep(RETRY_AFTER).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CustomerId;
    use uuid::Uuid;

    fn reading(customer: u128, method: &'static str) -> Reading {
        let customer = CustomerId(Uuid::from_u128(customer));
        Reading { principal: "local".into(), on_behalf_of: None, method, customer }
    }

    #[test]
    fn p12_what_is_read_again_at_once_counts_once_and_the_first_time_counts() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let mut batch = Batch::new();
        for (second, customer, method) in [(3, 1, "Search"), (1, 2, "Search"), (2, 2, "Recognize"), (4, 1, "Search")] {
            add(&mut batch, (at(second), reading(customer, method)));
        }
        let expected = [(1, 2, "Search"), (2, 2, "Recognize"), (3, 1, "Search")];
        let expected = expected.map(|(second, customer, method)| (at(second), reading(customer, method)));
        assert_eq!(in_order(batch), expected);
    }
}
