//! Background work: what has to happen although nobody calls.
//!
//! Every piece of work is a function `run(now) -> Done` that takes at most a page of what is due. A [`Scheduler`] runs
//! each on its timer, at once when woken, and again at once while there is more. A run that fails or panics is logged,
//! counted and tried again at the next turn; it never ends the loop. All of it may run on every replica at once: the
//! use cases decide under the database's locks who does what.

mod answers;
mod erasures;
mod loops;
mod note_batches;
mod places;
mod runner;
mod way_out;

use std::{error::Error, future::Future, pin::Pin, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use tokio::{sync::Notify, task::JoinSet};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use crate::delivery::BadFarSide;
pub use loops::{WaysOut, all};

use crate::clock::Clock;
use runner::Runner;

/// What one run did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Done {
    /// Items that were carried out.
    pub items: u64,
    /// Whether the page was full, so that more may be due already.
    pub has_more: bool,
}

type Outcome = Result<Done, Box<dyn Error + Send + Sync>>;
type Run = Arc<dyn Fn(Timestamp) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;

/// A piece of background work and when it is done.
#[derive(Clone)]
pub struct Work {
    name: &'static str,
    every: SignedDuration,
    wake: Arc<Notify>,
    run: Run,
    /// What runs on after a run.
    under_way: Option<TaskTracker>,
}

impl Work {
    /// Work that is done each time `every` has passed on the clock. `name` stands in logs and metrics. `run` takes at
    /// most a page of what is due at the instant it is given, and may be run again for the same instant.
    pub fn new<F, E>(
        name: &'static str,
        every: SignedDuration,
        run: impl Fn(Timestamp) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Done, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let run: Run = Arc::new(move |now| {
            let outcome = run(now);
            Box::pin(async move { outcome.await.map_err(Into::into) })
        });
        Self { name, every, wake: Arc::new(Notify::new()), run, under_way: None }
    }

    /// Also done when this is notified, without waiting for the timer.
    #[must_use]
    pub fn woken_by(mut self, wake: Arc<Notify>) -> Self {
        self.wake = wake;
        self
    }

    /// Also waited for at a stop: what its runs have begun and not ended.
    #[must_use]
    pub fn with_under_way(mut self, under_way: TaskTracker) -> Self {
        self.under_way = Some(under_way);
        self
    }
}

/// All background work of a process.
#[derive(Clone)]
pub struct Scheduler {
    clock: Clock,
    runners: Arc<[Runner]>,
}

impl Scheduler {
    /// A scheduler of this work by this clock. Nothing runs yet.
    #[must_use]
    pub fn new(clock: Clock, work: Vec<Work>) -> Self {
        Self { clock, runners: work.into_iter().map(Runner::new).collect() }
    }

    /// Runs everything on its timers until `stop` is cancelled, and returns when all that is under way has ended.
    pub async fn run(&self, stop: &CancellationToken) {
        let mut loops = JoinSet::new();
        for (position, runner) in self.runners.iter().enumerate() {
            let (runner, clock, stop) = (runner.clone(), self.clock.clone(), stop.clone());
            loops.spawn(async move { runner.follow(&clock, position, &stop).await });
        }
        while let Some(ended) = loops.join_next().await {
            if ended.is_err() {
                tracing::error!("a background loop ended unexpectedly");
            }
        }
        for runner in self.runners.iter() {
            runner.end().await;
        }
    }

    /// Does all that is due now, in order, and returns when nothing is: so that what a moved clock brings about is
    /// there when the call that moved it answers.
    pub async fn settle(&self) {
        for runner in self.runners.iter() {
            runner.exhaust(&self.clock).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        io,
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering},
        },
    };

    use jiff::{SignedDuration, Timestamp};
    use tokio::sync::{Notify, mpsc};
    use tokio_util::sync::CancellationToken;

    use super::{Done, Scheduler, Work};
    use crate::clock::Clock;

    const EVERY: SignedDuration = SignedDuration::from_mins(1);

    /// Work that tells when it ran.
    fn telling(name: &'static str) -> (Work, mpsc::UnboundedReceiver<Timestamp>) {
        let (told, ran) = mpsc::unbounded_channel();
        let work = Work::new(name, EVERY, move |now| {
            told.send(now).expect("the test listens");
            std::future::ready(Ok::<_, Infallible>(Done::default()))
        });
        (work, ran)
    }

    fn start(clock: &Clock, work: Vec<Work>) -> (CancellationToken, tokio::task::JoinHandle<()>) {
        let stop = CancellationToken::new();
        let (scheduler, token) = (Scheduler::new(clock.clone(), work), stop.clone());
        (stop, tokio::spawn(async move { scheduler.run(&token).await }))
    }

    #[tokio::test]
    async fn work_is_done_at_the_start_on_its_timer_and_when_woken() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let wake = Arc::new(Notify::new());
        let (work, mut ran) = telling("test");
        let (stop, running) = start(&clock, vec![work.woken_by(Arc::clone(&wake))]);
        assert_eq!(ran.recv().await, Some(Timestamp::UNIX_EPOCH));
        let later = clock.advance(EVERY).expect("forward");
        assert_eq!(ran.recv().await, Some(later));
        wake.notify_one();
        assert_eq!(ran.recv().await, Some(later));
        stop.cancel();
        running.await.expect("it ends cleanly");
        assert_eq!(ran.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
    }

    #[tokio::test]
    async fn a_wake_up_during_a_run_is_not_lost() {
        let wake = Arc::new(Notify::new());
        let (told, mut ran) = mpsc::unbounded_channel();
        let waker = Arc::clone(&wake);
        let work = Work::new("test", EVERY, move |_| {
            told.send(()).expect("the test listens");
            waker.notify_waiters();
            std::future::ready(Ok::<_, Infallible>(Done::default()))
        });
        let (stop, running) = start(&Clock::manual(Timestamp::UNIX_EPOCH), vec![work.woken_by(wake)]);
        for _ in 0..3 {
            ran.recv().await.expect("each run wakes the next");
        }
        stop.cancel();
        running.await.expect("it ends cleanly");
    }

    #[tokio::test]
    async fn a_full_page_is_followed_by_the_next_at_once() {
        let left = Arc::new(AtomicU64::new(5));
        let pages = Arc::clone(&left);
        let work = Work::new("test", EVERY, move |_| {
            let before = pages.fetch_sub(1, Ordering::Relaxed);
            std::future::ready(Ok::<_, Infallible>(Done { items: 1, has_more: before > 1 }))
        });
        Scheduler::new(Clock::manual(Timestamp::UNIX_EPOCH), vec![work]).settle().await;
        assert_eq!(left.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn failures_and_panics_do_not_end_the_loop_nor_stop_the_others() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let runs = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&runs);
        let faulty = Work::new("faulty", EVERY, move |_| {
            let run = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                assert!(run != 0, "the first run panics");
                if run == 1 { Err(io::Error::other("the second fails")) } else { Ok(Done::default()) }
            }
        });
        let (sound, mut ran) = telling("sound");
        let scheduler = Scheduler::new(clock, vec![faulty, sound]);
        for _ in 0..3 {
            scheduler.settle().await;
            ran.recv().await.expect("the sound one ran");
        }
        assert_eq!(runs.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_stop_waits_for_the_run_under_way() {
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let finished = Arc::new(AtomicU64::new(0));
        let (began, may_go_on, end) = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&finished));
        let work = Work::new("slow", EVERY, move |_| {
            let (began, may_go_on, end) = (Arc::clone(&began), Arc::clone(&may_go_on), Arc::clone(&end));
            async move {
                began.notify_one();
                may_go_on.notified().await;
                end.fetch_add(1, Ordering::Relaxed);
                Ok::<_, Infallible>(Done::default())
            }
        });
        let (stop, running) = start(&Clock::manual(Timestamp::UNIX_EPOCH), vec![work]);
        begun.notified().await;
        stop.cancel();
        go_on.notify_one();
        running.await.expect("it ends cleanly");
        assert_eq!(finished.load(Ordering::Relaxed), 1);
    }
}
