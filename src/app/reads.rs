//! Who read whose data (P12): a bounded queue that is written within a second.

use crate::store::{Reading, Store, StoreError};
use std::time::Duration;
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

/// Where readings are noted.
#[derive(Debug, Clone)]
pub(super) struct ReadLog {
    readings: mpsc::Sender<Reading>,
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
    pub(super) async fn note(&self, reading: Reading) {
        if self.readings.send(reading).await.is_err() {
            tracing::error!("a reading could not be noted: its writer has ended");
        }
    }

    /// Takes no more, and returns when everything noted is written.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        self.writer.wait().await;
    }
}

async fn write(store: Store, mut waiting: mpsc::Receiver<Reading>, stop: CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            () = stop.cancelled(), if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
            first = waiting.recv_many(&mut batch, BATCH) => if first == 0 { return },
        }
        gather(&mut waiting, &mut batch, &stop).await;
        let readings = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
        if write_batch(&store, readings, &stop).await.is_err() {
            return;
        }
    }
}

/// Waits for company, so that all who read within a moment share one write.
async fn gather(waiting: &mut mpsc::Receiver<Reading>, batch: &mut Vec<Reading>, stop: &CancellationToken) {
    let deadline = tokio::time::sleep(FLUSH_EVERY);
    tokio::pin!(deadline);
    while batch.len() < BATCH {
        let room = BATCH - batch.len();
        tokio::select! {
            () = &mut deadline => return,
            () = stop.cancelled() => return,
            more = waiting.recv_many(batch, room) => if more == 0 { return },
        }
    }
}

/// Writes readings; tries again while the database is away or busy, but once stopping only for a while.
///
/// # Errors
/// When the store was closed or stopping can't wait any longer: then nothing more can be written.
async fn write_batch(store: &Store, readings: Vec<Reading>, stop: &CancellationToken) -> Result<(), StoreError> {
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
