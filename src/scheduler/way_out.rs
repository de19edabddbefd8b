//! Letters go one by one to a far side that answers for each, as many at once as it takes. They are marked in the books
//! and answered for in the books many at a time, since that takes longer than handing one over.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use metrics::counter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{
    Done,
    answers::{Answer, Answers, Sent},
    places::Places,
};
use crate::{
    app::{App, AppError, NoteStep, NoteWorker, Parcel, ParcelAddress},
    clock::{Clock, Stopwatch},
    delivery::FarSide,
    domain::{commands::notes::Outcome, note::Letter},
    telemetry::metric,
};

/// A letter leaves so soon after it was looked at for the last time, or not without another look.
const FRESH: Duration = Duration::from_secs(2);

/// The way to one far side. Cheap to clone.
#[derive(Clone)]
pub(super) struct WayOut {
    app: App,
    clock: Clock,
    far_side: FarSide,
    worker: Arc<NoteWorker>,
    /// One for each letter that may be on its way.
    places: Arc<Places>,
    /// One for each letter that the far side takes at once.
    conversations: Arc<Semaphore>,
    answers: Arc<Answers>,
    under_way: TaskTracker,
}

impl WayOut {
    pub(super) fn new(app: App, clock: Clock, far_side: FarSide) -> Self {
        let route = far_side.route();
        let worker = NoteWorker {
            owner: Uuid::new_v4().to_string(),
            route,
            channels: app.settings().routes.channels_of(route),
            chunk: 0,
            lease: far_side.longest(),
            far_side_deduplicates: far_side.deduplicates(),
        };
        let under_way = TaskTracker::new();
        Self {
            worker: Arc::new(worker),
            places: Arc::new(Places::new(far_side.places())),
            conversations: Arc::new(Semaphore::new(far_side.places())),
            answers: Arc::new(Answers::new(app.clone(), clock.clone(), under_way.clone())),
            app,
            clock,
            far_side,
            under_way,
        }
    }

    /// The name of its work.
    pub(super) const fn name(&self) -> &'static str {
        match self.far_side {
            FarSide::Mail(_) => "mails",
            FarSide::Webhook(_) => "webhooks",
        }
    }

    /// What runs on after a run.
    pub(super) fn under_way(&self) -> TaskTracker {
        self.under_way.clone()
    }

    /// Has as many letters leave as there are places, and returns while they are on their way. With nothing to send, it
    /// waits for one that is: what becomes of it may be that there is.
    pub(super) async fn run_once(&self, now: Timestamp) -> Result<Done, AppError> {
        let places = self.places.take().await;
        let chunk = places.num_permits();
        let worker = NoteWorker { chunk, ..NoteWorker::clone(&self.worker) };
        match self.app.next_parcel(now, &worker).await? {
            NoteStep::Deliver(parcel) => {
                let items = parcel.letters.len() as u64;
                self.send(parcel, places);
                Ok(Done { items, has_more: true })
            }
            // Only composing makes proofs, and that is not done here.
            NoteStep::Worked | NoteStep::Proof(..) => Ok(Done { items: 1, has_more: true }),
            NoteStep::Idle if self.places.are_taken_beside(chunk) => {
                self.places.exchange(places).await;
                Ok(Done { items: 0, has_more: true })
            }
            NoteStep::Idle => {
                self.far_side.rest().await;
                Ok(Done::default())
            }
        }
    }

    fn send(&self, parcel: Parcel, mut places: OwnedSemaphorePermit) {
        let Parcel { batch, route, chunk, for_test, letters } = parcel;
        let address = ParcelAddress { batch, route, chunk: chunk.number };
        let sent = Arc::new(Sent::new(address, chunk.until, for_test));
        self.answers.expect(letters.len());
        for letter in letters {
            let place = places.split(1).expect("no more letters than places were asked for");
            let (way, sent) = (self.clone(), Arc::clone(&sent));
            self.under_way.spawn(async move {
                let outcome = way.carry(&letter, &sent).await;
                let answer = Answer { sent, note: letter.note.id, outcome };
                way.answers.keep(answer, place, way.places.linger()).await;
            });
        }
    }

    /// Offers one letter when its turn comes, if it may still leave then, and says what became of it.
    async fn carry(&self, letter: &Letter, sent: &Sent) -> Outcome {
        let _turn = self.conversations.acquire().await.expect("never closed");
        let outcome = match keeps_back(sent) {
            Some(why) => Outcome::Unoffered { why: why.to_owned() },
            None => self.offer(letter, sent).await,
        };
        counter!(metric::NOTES_OFFERED, "route" => sent.address.route.as_str(), "outcome" => name(&outcome))
            .increment(1);
        outcome
    }

    async fn offer(&self, letter: &Letter, sent: &Sent) -> Outcome {
        let watch = Stopwatch::start();
        let outcome = self.far_side.offer(letter, sent.for_test, self.clock.now()).await;
        self.places.learn(&outcome, watch.elapsed());
        if let Outcome::Unavailable { why, .. } = &outcome {
            sent.hold();
            tracing::warn!(route = sent.address.route.as_str(), why, "nothing gets through to a far side");
        }
        outcome
    }
}

/// Why a letter that is marked as on its way does not leave: nothing of it has left, so it is as it was before.
fn keeps_back(sent: &Sent) -> Option<&'static str> {
    if sent.is_held() {
        Some("nothing more of its parcel leaves")
    } else if sent.looked_at.elapsed() > FRESH {
        Some("it must be looked at once more")
    } else {
        None
    }
}

const fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Refused { .. } => "refused",
        Outcome::Unwritable { .. } => "unwritable",
        Outcome::Later { .. } => "later",
        Outcome::Unavailable { .. } => "unavailable",
        Outcome::Unoffered { .. } => "unoffered",
        Outcome::Uncertain { .. } => "uncertain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ids::NoteBatchId, settings::Route};

    #[test]
    fn p4_what_has_not_left_stays_as_soon_as_its_parcel_is_held() {
        let address = ParcelAddress { batch: NoteBatchId(Uuid::nil()), route: Route::Smtp, chunk: 1 };
        let sent = Sent::new(address, Timestamp::UNIX_EPOCH, false);
        assert_eq!(keeps_back(&sent), None);
        sent.hold();
        assert!(keeps_back(&sent).is_some());
    }
}
