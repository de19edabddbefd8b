//! `GET /clock` and `POST /clock/advance`, for a service that lives by a manual clock.
//!
//! Plain HTTP, because it is no part of the contract: `curl -d 2h http://127.0.0.1:50051/clock/advance`.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use tokio::sync::Mutex;

use crate::{
    clock::{Clock, ClockError},
    scheduler::Scheduler,
    store::Store,
};

struct Shared {
    clock: Clock,
    store: Store,
    scheduler: Scheduler,
    /// Held while the clock is moved: two moves at once must add up.
    moving: Mutex<()>,
}

/// The routes. A move answers when all that it made due has been done.
pub(super) fn routes(clock: Clock, store: Store, scheduler: Scheduler) -> Router {
    let shared = Arc::new(Shared { clock, store, scheduler, moving: Mutex::default() });
    Router::new().route("/clock", get(show)).route("/clock/advance", post(advance)).with_state(shared)
}

async fn show(State(shared): State<Arc<Shared>>) -> String {
    line(shared.clock.now())
}

async fn advance(State(shared): State<Arc<Shared>>, by: String) -> (StatusCode, String) {
    let Some(by) = duration(&by) else {
        let help = "the body must be a duration such as 90m, 2h or 1d 12h\n";
        return (StatusCode::BAD_REQUEST, help.to_owned());
    };
    let _turn = shared.moving.lock().await;
    match shared.advance(by).await {
        Ok(now) => (StatusCode::OK, line(now)),
        Err((status, why)) => (status, format!("{why}\n")),
    }
}

impl Shared {
    /// Keeps where the clock will stand before it moves: after a crash it must not stand before what it brought about.
    async fn advance(&self, by: SignedDuration) -> Result<Timestamp, (StatusCode, String)> {
        let refused = |error: ClockError| (StatusCode::BAD_REQUEST, error.to_string());
        let target = self.clock.now().checked_add(by).map_err(|_| refused(ClockError::OutOfRange))?;
        if by.is_negative() {
            return Err(refused(ClockError::Backwards { now: self.clock.now(), wanted: target }));
        }
        let kept = self.store.set_clock(target).await;
        kept.map_err(|error| (StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
        let now = self.clock.set(target).map_err(refused)?;
        self.scheduler.settle().await;
        Ok(now)
    }
}

fn line(now: Timestamp) -> String {
    format!("{now}\n")
}

/// A duration in words or ISO 8601; a day is 24 hours. Months and years have no fixed length and are refused.
fn duration(text: &str) -> Option<SignedDuration> {
    let span: Span = text.trim().parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::duration;

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("2h\n"), Some(SignedDuration::from_hours(2)));
        assert_eq!(duration("1d 12h"), Some(SignedDuration::from_hours(36)));
        assert_eq!(duration("PT90S"), Some(SignedDuration::from_secs(90)));
        for refused in ["", "2", "1 month", "yesterday"] {
            assert_eq!(duration(refused), None, "{refused}");
        }
    }
}
