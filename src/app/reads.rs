//! Who read whose data (P12): a bounded queue that is written within a second.

use crate::store::{Reading, Store};
use std::time::Duration;
use tokio::sync::mpsc;

/// How many readings may wait; when so many do, reading waits too.
const CAPACITY: usize = 4_096;
/// The longest a reading waits to be written.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// Most readings in one write.
const BATCH: usize = 500;

/// Where readings are noted.
#[derive(Debug, Clone)]
pub(super) struct ReadLog(mpsc::Sender<Reading>);

impl ReadLog {
    /// Starts the writer, which ends when the last clone of the log is gone and everything is written.
    pub(super) fn start(store: Store) -> Self {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        tokio::spawn(write(store, receiver));
        Self(sender)
    }

    /// Notes that somebody read a customer's data; waits when the queue is full.
    pub(super) async fn note(&self, reading: Reading) {
        if self.0.send(reading).await.is_err() {
            tracing::error!("a reading could not be noted: its writer has ended");
        }
    }
}

async fn write(store: Store, mut waiting: mpsc::Receiver<Reading>) {
    let mut rows = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut rows, BATCH).await > 0 {
        // Company for the first: one write for all who read within the half second.
        let deadline = tokio::time::sleep(FLUSH_EVERY);
        tokio::pin!(deadline);
        while rows.len() < BATCH {
            let room = BATCH - rows.len();
            tokio::select! {
                () = &mut deadline => break,
                more = waiting.recv_many(&mut rows, room) => if more == 0 { break },
            }
        }
        let batch = std::mem::replace(&mut rows, Vec::with_capacity(BATCH));
        let count = batch.len();
        if let Err(error) = store.note_readings(batch).await {
            tracing::error!(%error, count, "readings could not be written");
        }
    }
}
