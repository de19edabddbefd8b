//! The only place that reads the time.
//!
//! Everything that asks "what time is it" or "wake me then" is handed a [`Clock`]. The system clock serves production;
//! a manual clock stands still until it is moved, so that every time-bound promise can be shown at once, in a test or
//! on the real binary. Instants are cut to microseconds, because that is what both databases keep.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// The longest single sleep of a system clock: the wall clock may be set while somebody sleeps.
const MAX_SLEEP: Duration = Duration::from_secs(30);

/// Says what time it is and wakes at an instant. Cheap to clone; clones of a manual clock move together.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<watch::Sender<Timestamp>>),
}

/// Why a clock could not be moved.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClockError {
    /// The system clock belongs to the machine.
    #[error("the system clock can't be moved: start with a manual clock")]
    NotManual,
    /// A manual clock only runs forward, as due times and leases assume.
    #[error("the clock stands at {now} and can't be set back to {wanted}")]
    Backwards {
        /// Where the clock stands.
        now: Timestamp,
        /// Where it was asked to go.
        wanted: Timestamp,
    },
    /// The instant is past what a timestamp can hold.
    #[error("the instant asked for is out of range")]
    OutOfRange,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `at` until it is moved.
    #[must_use]
    pub fn manual(at: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(to_micros(at)))))
    }

    /// The current instant, cut to microseconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => to_micros(Timestamp::now()),
            Source::Manual(at) => *at.borrow(),
        }
    }

    /// Whether this clock is moved by hand.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        matches!(self.0, Source::Manual(_))
    }

    /// Moves a manual clock forward by `by` and returns where it stands then.
    ///
    /// # Errors
    /// [`ClockError`]: the clock is the system's, `by` is negative, or the result is out of range.
    pub fn advance(&self, by: SignedDuration) -> Result<Timestamp, ClockError> {
        self.change(|now| now.checked_add(by).map_err(|_| ClockError::OutOfRange))
    }

    /// Moves a manual clock forward to `to`, cut to microseconds.
    ///
    /// # Errors
    /// [`ClockError`]: the clock is the system's, or stands later than `to`.
    pub fn set(&self, to: Timestamp) -> Result<Timestamp, ClockError> {
        self.change(|_| Ok(to))
    }

    /// Sleeps until the clock shows `until` or later; at once if it already does.
    pub async fn sleep_until(&self, until: Timestamp) {
        match &self.0 {
            Source::System => {
                while let Ok(left @ 1..) = u64::try_from(until.as_microsecond() - self.now().as_microsecond()) {
                    tokio::time::sleep(Duration::from_micros(left).min(MAX_SLEEP)).await;
                }
            }
            Source::Manual(at) => {
                let reached = at.subscribe().wait_for(|now| *now >= until).await.map(|_| ());
                reached.expect("the sender is held by this clock");
            }
        }
    }

    fn change(&self, next: impl FnOnce(Timestamp) -> Result<Timestamp, ClockError>) -> Result<Timestamp, ClockError> {
        let Source::Manual(at) = &self.0 else {
            return Err(ClockError::NotManual);
        };
        let mut outcome = Err(ClockError::OutOfRange);
        at.send_if_modified(|now| {
            outcome = next(*now).map(to_micros).and_then(|wanted| {
                if wanted < *now { Err(ClockError::Backwards { now: *now, wanted }) } else { Ok(wanted) }
            });
            if let Ok(wanted) = outcome {
                *now = wanted;
            }
            outcome.is_ok()
        });
        outcome
    }
}

/// Cuts an instant to microseconds, towards the past.
fn to_micros(at: Timestamp) -> Timestamp {
    let micros = at.as_nanosecond().div_euclid(1_000);
    i64::try_from(micros).ok().and_then(|micros| Timestamp::from_microsecond(micros).ok()).unwrap_or(Timestamp::MIN)
}

/// Measures how long something took, for metrics. Monotonic; not moved by a manual clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, ClockError};
    use jiff::{SignedDuration, Timestamp};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a valid instant")
    }

    #[test]
    fn instants_are_cut_to_microseconds_also_before_1970() {
        let clock = Clock::manual(at("2026-11-22T10:00:00.123456789Z"));
        assert_eq!(clock.now(), at("2026-11-22T10:00:00.123456Z"));
        assert_eq!(Clock::manual(at("1969-12-31T23:59:59.9999999Z")).now(), at("1969-12-31T23:59:59.999999Z"));
        assert_eq!(Clock::system().now().subsec_nanosecond() % 1_000, 0);
    }

    #[test]
    fn a_manual_clock_runs_forward_only() {
        let start = at("2026-11-22T10:00:00Z");
        let clock = Clock::manual(start);
        let copy = clock.clone();
        assert_eq!(clock.advance(SignedDuration::from_hours(2)), Ok(at("2026-11-22T12:00:00Z")));
        assert_eq!(copy.now(), at("2026-11-22T12:00:00Z"));
        assert_eq!(clock.set(start), Err(ClockError::Backwards { now: at("2026-11-22T12:00:00Z"), wanted: start }));
        assert_eq!(clock.advance(SignedDuration::MAX), Err(ClockError::OutOfRange));
        assert_eq!(clock.now(), at("2026-11-22T12:00:00Z"));
    }

    #[test]
    fn the_system_clock_is_not_moved() {
        assert_eq!(Clock::system().advance(SignedDuration::ZERO), Err(ClockError::NotManual));
    }

    #[tokio::test]
    async fn advancing_wakes_exactly_those_that_are_due() {
        let clock = Clock::manual(at("2026-11-22T10:00:00Z"));
        let sleeper = |until: &str| {
            let (clock, until) = (clock.clone(), at(until));
            tokio::spawn(async move { clock.sleep_until(until).await })
        };
        let (soon, later) = (sleeper("2026-11-22T11:00:00Z"), sleeper("2026-11-22T13:00:00Z"));
        clock.advance(SignedDuration::from_hours(1)).expect("forward");
        soon.await.expect("woken at its instant");
        tokio::task::yield_now().await;
        assert!(!later.is_finished());
        clock.set(at("2026-11-22T14:00:00Z")).expect("forward");
        later.await.expect("woken after its instant");
    }

    #[tokio::test]
    async fn the_past_is_not_waited_for() {
        Clock::system().sleep_until(at("2000-01-01T00:00:00Z")).await;
        Clock::manual(at("2026-01-01T00:00:00Z")).sleep_until(at("2026-01-01T00:00:00Z")).await;
    }
}
