//! How many letters are on their way at once, by one way out.
//!
//! A letter is marked in the books before its conversation may begin, so a connection that has to wait for the mark
//! stands idle. A letter that is marked long before its turn is one more of which nobody knows after a crash. So as
//! many are marked ahead as the connections get through while the next marks are written: none where the far side takes
//! its time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::domain::commands::notes::Outcome;

/// How long answers and marks take to be written, by and large.
const MARKING: Duration = Duration::from_millis(20);
/// For so long an answer waits for those of letters whose turn is near, so that they are written together.
const LINGER: Duration = Duration::from_millis(5);
/// Most letters of one connection: the one that it has, and those that wait for it.
const PER_CONNECTION: usize = 8;
/// Most letters of all connections together, unless there are more connections: so many are written by one command.
const TOGETHER: usize = 128;
/// Of what a conversation takes by and large, a new one tells so much.
const SHARE: u32 = 8;
/// How long a free place is waited for before it is looked again whether there is something to send.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Places for letters that are on their way, taken from the mark in the books to the answer in the books.
pub(super) struct Places {
    connections: usize,
    free: Arc<Semaphore>,
    pace: Mutex<Pace>,
}

struct Pace {
    /// How many places there are, free or not.
    places: usize,
    /// How long a conversation takes; `None` before the first.
    usual: Option<Duration>,
}

impl Places {
    /// One for each connection, until it is known how fast the far side is.
    pub(super) fn new(connections: usize) -> Self {
        let pace = Mutex::new(Pace { places: connections, usual: None });
        Self { connections, free: Arc::new(Semaphore::new(connections)), pace }
    }

    /// All that are free; waits for the first. Where letters are marked ahead it waits for half of the places, though
    /// not for long, lest marks and answers come in ever smaller pieces.
    pub(super) async fn take(&self) -> OwnedSemaphorePermit {
        let half = match self.pace().places {
            places if places > self.connections => places / 2,
            _ => 1,
        };
        let half = u32::try_from(half).unwrap_or(u32::MAX);
        let mut taken = match timeout(MARKING, Arc::clone(&self.free).acquire_many_owned(half)).await {
            Ok(taken) => taken,
            Err(_) => Arc::clone(&self.free).acquire_owned().await,
        }
        .expect("never closed");
        let more = u32::try_from(self.free.available_permits()).unwrap_or(u32::MAX);
        if let Ok(more) = Arc::clone(&self.free).try_acquire_many_owned(more) {
            taken.merge(more);
        }
        taken
    }

    /// How long an answer may wait for others: not at all where letters are not marked ahead, since a connection would.
    pub(super) fn linger(&self) -> Duration {
        if self.pace().places > self.connections { LINGER } else { Duration::ZERO }
    }

    /// Whether any place but these is taken.
    pub(super) fn are_taken_beside(&self, free: usize) -> bool {
        free < self.pace().places
    }

    /// Gives places back, and waits for one more; not for long, since other letters may be due before a slow far side
    /// answers.
    pub(super) async fn exchange(&self, places: OwnedSemaphorePermit) {
        let more = u32::try_from(places.num_permits() + 1).unwrap_or(u32::MAX);
        drop(places);
        drop(timeout(LOOK_AGAIN_AFTER, self.free.acquire_many(more)).await);
    }

    /// A conversation took so long: there are as many places from now on as suit that. Only what takes a whole letter
    /// tells how fast the far side is: a refusal comes sooner, and were it the first answer, far too many letters would
    /// be marked ahead.
    pub(super) fn learn(&self, outcome: &Outcome, took: Duration) {
        if *outcome != Outcome::Delivered {
            return;
        }
        let mut pace = self.pace();
        let usual = pace.usual.map_or(took, |usual| (usual * (SHARE - 1) + took) / SHARE);
        pace.usual = Some(usual);
        let wanted = at_once(self.connections, usual);
        if wanted > pace.places {
            self.free.add_permits(wanted - pace.places);
            pace.places = wanted;
        } else {
            // Those that are taken go when they are free.
            pace.places -= self.free.forget_permits(pace.places - wanted);
        }
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        // Nobody panics while holding it.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many letters suit so many connections whose conversations take so long.
fn at_once(connections: usize, usual: Duration) -> usize {
    let turns = MARKING.as_nanos() / usual.as_nanos().max(1);
    let ahead = usize::try_from(turns).unwrap_or(usize::MAX).min(PER_CONNECTION - 1);
    (connections * (1 + ahead)).min(TOGETHER.max(connections))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_marked_ahead_only_for_a_far_side_that_answers_at_once() {
        let at_once = |millis| at_once(8, Duration::from_millis(millis));
        assert_eq!([100, 21, 20, 7, 2, 0].map(at_once), [8, 8, 16, 24, 64, 64]);
        assert_eq!(super::at_once(50, Duration::ZERO), TOGETHER);
        assert_eq!(super::at_once(300, Duration::ZERO), 300, "each connection has a place");
    }

    #[tokio::test]
    async fn p4_places_go_again_when_the_far_side_takes_its_time() {
        let places = Places::new(2);
        places.learn(&Outcome::Delivered, Duration::from_millis(1));
        let taken = places.take().await;
        assert_eq!(taken.num_permits(), 16);
        assert!(!places.are_taken_beside(16) && places.are_taken_beside(15));
        for _ in 0..40 {
            places.learn(&Outcome::Delivered, Duration::from_secs(1));
        }
        assert!(places.are_taken_beside(2), "what is on its way stays so");
        drop(taken);
        places.learn(&Outcome::Delivered, Duration::from_secs(1));
        assert_eq!(places.take().await.num_permits(), 2);
        assert_eq!(places.linger(), Duration::ZERO, "nor does an answer wait for others");
    }

    #[tokio::test]
    async fn p4_a_quick_refusal_has_no_letter_marked_ahead() {
        let places = Places::new(2);
        let refused = Outcome::Refused { unreachable: None, why: "no such mailbox".to_owned() };
        places.learn(&refused, Duration::from_millis(1));
        assert_eq!(places.take().await.num_permits(), 2);
    }

    #[tokio::test]
    async fn marks_are_made_for_half_of_the_places_at_once_but_no_letter_waits_long_for_that() {
        let places = Places::new(2);
        places.learn(&Outcome::Delivered, Duration::from_millis(1));
        let mut taken = places.take().await;
        drop(taken.split(10));
        let mut again = places.take().await;
        assert_eq!(again.num_permits(), 10);
        drop(again.split(1));
        assert_eq!(places.take().await.num_permits(), 1);
    }
}
