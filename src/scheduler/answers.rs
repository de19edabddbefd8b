//! What became of letters, written down together: what comes while the books are being written waits for the next turn.

use std::{
    collections::BTreeMap,
    iter, mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit},
    time::timeout,
};
use tokio_util::task::TaskTracker;

use crate::{
    app::{App, ParcelAddress},
    clock::{Clock, Stopwatch},
    domain::{commands::notes::Outcome, ids::NoteId},
};

/// The pause after the first try in vain to keep an answer; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// For so long it is tried to keep an answer, also when the process is taken for gone already: that a letter arrived
/// still counts then.
const LEAST_TIME: Duration = Duration::from_secs(60);

/// A parcel whose letters are on their way.
pub(super) struct Sent {
    /// Where the answers belong.
    pub(super) address: ParcelAddress,
    /// From this instant on its process is taken for gone.
    pub(super) until: Timestamp,
    /// Its letters go to the test address only.
    pub(super) for_test: bool,
    /// Runs since its letters were looked at.
    pub(super) looked_at: Stopwatch,
    /// What has not left is to stay.
    held: AtomicBool,
}

impl Sent {
    pub(super) fn new(address: ParcelAddress, until: Timestamp, for_test: bool) -> Self {
        Self { address, until, for_test, looked_at: Stopwatch::start(), held: AtomicBool::new(false) }
    }

    /// Has those of its letters stay that have not left.
    pub(super) fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }
}

/// What became of one letter.
pub(super) struct Answer {
    pub(super) sent: Arc<Sent>,
    pub(super) note: NoteId,
    pub(super) outcome: Outcome,
}

/// Keeps the answers of one way out.
pub(super) struct Answers {
    app: App,
    clock: Clock,
    under_way: TaskTracker,
    /// How many letters have had no answer.
    awaited: AtomicUsize,
    all_are_here: Notify,
    waiting: Mutex<Waiting>,
    /// Held by whoever writes.
    turn: tokio::sync::Mutex<()>,
}

/// Answers that were not written yet, and the places that their letters take until then.
#[derive(Default)]
struct Waiting {
    answers: Vec<Answer>,
    places: Option<OwnedSemaphorePermit>,
}

impl Answers {
    pub(super) fn new(app: App, clock: Clock, under_way: TaskTracker) -> Self {
        Self {
            app,
            clock,
            under_way,
            awaited: AtomicUsize::new(0),
            all_are_here: Notify::new(),
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// So many letters are on their way.
    pub(super) fn expect(&self, letters: usize) {
        self.awaited.fetch_add(letters, Ordering::Relaxed);
    }

    /// Keeps an answer, and gives its place free. While others are to come, it waits for them so long. Nobody else can
    /// find out what became of the letter, so it is tried until that is taken for lost sight of.
    pub(super) async fn keep(self: Arc<Self>, answer: Answer, place: OwnedSemaphorePermit, linger: Duration) {
        self.waiting().add(answer, place);
        if self.awaited.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.all_are_here.notify_waiters();
        }
        let _turn = self.turn.lock().await;
        if self.waiting().answers.is_empty() {
            // Somebody wrote it along with theirs.
            return;
        }
        let all_are_here = self.all_are_here.notified();
        if self.awaited.load(Ordering::Relaxed) > 0 && !linger.is_zero() {
            drop(timeout(linger, all_are_here).await);
        }
        let Waiting { answers, mut places } = mem::take(&mut *self.waiting());
        for answer in self.write(answers).await {
            let place = places.as_mut().and_then(|places| places.split(1));
            let all = Arc::clone(&self);
            self.under_way.spawn(async move {
                all.keep_alone(&answer).await;
                drop(place);
            });
        }
        // All at once, so that as many letters take them together.
        drop(places);
    }

    /// Writes answers, parcel by parcel in the same instant, so that they share a transaction; returns those of parcels
    /// for which that failed.
    async fn write(&self, answers: Vec<Answer>) -> Vec<Answer> {
        let mut parcels: BTreeMap<_, Vec<Answer>> = BTreeMap::new();
        for answer in answers {
            let ParcelAddress { batch, chunk, .. } = answer.sent.address;
            parcels.entry((batch, chunk)).or_default().push(answer);
        }
        let written =
            parcels.into_values().map(|answers| async { if self.say(&answers).await { Vec::new() } else { answers } });
        join_all(written).await.into_iter().flatten().collect()
    }

    /// Tells the books; whether they took it.
    async fn say(&self, answers: &[Answer]) -> bool {
        let Some(Answer { sent, .. }) = answers.first() else { return true };
        let outcomes = answers.iter().map(|answer| (answer.note, answer.outcome.clone())).collect();
        match self.app.answer_notes(&sent.address, outcomes).await {
            Ok(goes_on) => {
                if !goes_on {
                    sent.hold();
                }
                true
            }
            Err(error) => {
                tracing::warn!(%error, "what became of notes could not be kept");
                false
            }
        }
    }

    /// Keeps an answer by itself, since one that can't be kept must not hold up the others.
    async fn keep_alone(&self, answer: &Answer) {
        let left = Duration::try_from(answer.sent.until.duration_since(self.clock.now())).unwrap_or_default();
        let kept = timeout(left.max(LEAST_TIME), async {
            for pause in pauses() {
                tokio::time::sleep(pause).await;
                if self.say(std::slice::from_ref(answer)).await {
                    return;
                }
            }
        });
        if kept.await.is_err() {
            tracing::error!("what became of a note was not kept: it will be uncertain, or offered again");
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        // Nobody panics while holding it.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, answer: Answer, place: OwnedSemaphorePermit) {
        self.answers.push(answer);
        match &mut self.places {
            Some(places) => places.merge(place),
            none => *none = Some(place),
        }
    }
}

/// The pauses between tries, without end.
fn pauses() -> impl Iterator<Item = Duration> {
    iter::successors(Some(FIRST_PAUSE), |pause| Some((*pause * 2).min(LONGEST_PAUSE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p4_an_answer_is_tried_to_be_kept_for_as_long_as_it_counts() {
        let first: Vec<_> = pauses().take(8).collect();
        assert_eq!((first[0], first[1], first[7]), (FIRST_PAUSE, FIRST_PAUSE * 2, LONGEST_PAUSE));
        let hour: Duration = pauses().take(300).sum();
        assert!(hour > Duration::from_secs(3_600), "it does not end by itself");
    }
}
