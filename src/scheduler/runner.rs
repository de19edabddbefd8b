//! One piece of work on its timer.

use std::{pin::pin, sync::Arc, time::Duration};

use jiff::Timestamp;
use metrics::{counter, histogram};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{Done, Work};
use crate::{
    clock::{Clock, Stopwatch},
    telemetry::{field, metric},
};

/// Loops begin so far apart, lest all ask the database in the same instant.
const STAGGER: Duration = Duration::from_millis(50);

/// Runs one piece of work, one run at a time.
#[derive(Clone)]
pub(super) struct Runner {
    work: Work,
    /// Held during a run: the timer and a settling caller must not run the same work at once.
    turn: Arc<Mutex<()>>,
}

impl Runner {
    pub(super) fn new(work: Work) -> Self {
        Self { work, turn: Arc::default() }
    }

    /// Runs on the timer and when woken, until the stop. A wake-up during a run is kept for the next.
    pub(super) async fn follow(&self, clock: &Clock, position: usize, stop: &CancellationToken) {
        let stagger = STAGGER.saturating_mul(u32::try_from(position).unwrap_or(u32::MAX));
        if stop.run_until_cancelled(tokio::time::sleep(stagger)).await.is_none() {
            return;
        }
        loop {
            // Before the run: what becomes due while it reads must wake the next.
            let mut woken = pin!(self.work.wake.notified());
            woken.as_mut().enable();
            let begun = clock.now();
            while self.once(clock).await.has_more && !stop.is_cancelled() {}
            // What can't be added to is the end of time: then only a wake-up counts.
            let next = begun.checked_add(self.work.every).unwrap_or(Timestamp::MAX);
            tokio::select! {
                () = stop.cancelled() => return,
                () = clock.sleep_until(next) => {}
                () = woken => {}
            }
        }
    }

    /// Waits until all has ended that its runs have begun.
    pub(super) async fn end(&self) {
        if let Some(under_way) = &self.work.under_way {
            under_way.close();
            under_way.wait().await;
        }
    }

    /// Runs until nothing more is due.
    pub(super) async fn exhaust(&self, clock: &Clock) {
        while self.once(clock).await.has_more {}
    }

    /// Runs once, in a task of its own: a panic ends only that, and nobody who stops waiting can cut it off half done.
    async fn once(&self, clock: &Clock) -> Done {
        let _turn = self.turn.lock().await;
        let watch = Stopwatch::start();
        let outcome = tokio::spawn((self.work.run)(clock.now())).await;
        let name = self.work.name;
        histogram!(metric::LOOP_DURATION, "loop" => name).record(watch.elapsed());
        match outcome.unwrap_or_else(|_| Err("it panicked".into())) {
            Ok(done) => {
                counter!(metric::LOOP_ITEMS, "loop" => name).increment(done.items);
                if done.items > 0 {
                    tracing::debug!({ field::LOOP } = name, items = done.items, "background work done");
                }
                done
            }
            Err(error) => {
                counter!(metric::LOOP_FAILURES, "loop" => name).increment(1);
                tracing::error!({ field::LOOP } = name, %error, "background work failed");
                Done::default()
            }
        }
    }
}
