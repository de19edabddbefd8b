//! Who comes and goes, told as it happens.
//!
//! While anybody watches, one reader in the process follows the feed, which every replica's writes go through, and
//! hands what happened to the watchers of each location. It never waits for one of them: who takes too slowly misses
//! changes, notices, and is told anew who is here.

use super::{App, AppError};
use crate::{
    domain::{
        ids::{InteractionId, LocationId},
        refusal::Refusal,
        world::{Actor, Event, EventKind, Subject},
    },
    store::{Arrival, Cursor, FeedPosition, Page, PageRequest, Store, StoreError},
};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, broadcast},
    task::AbortHandle,
    time::MissedTickBehavior,
};

/// How often the feed is read at least: so late may be told what another replica wrote.
const READ_EVERY: Duration = Duration::from_millis(250);
/// From one read of the feed to the next at least, so that many writes at once share one. What comes after a while of
/// quiet waits for nothing.
const READ_APART: Duration = Duration::from_millis(10);
/// Most changes taken from the feed at once; who continues behind more of them begins anew.
const FEED_PAGE: u32 = 500;
/// Changes at a location that wait for its slowest watcher.
const WAITING_MAX: usize = 256;
/// Arrivals in the first message: a screenful, so that who begins to watch sees somebody at once.
const FIRST_PAGE: u32 = 20;
/// Arrivals in each message behind it.
const SNAPSHOT_PAGE: u32 = 100;
/// A watcher hears something so often at least.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What happened with one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalChange {
    /// Its place in the feed.
    pub at: FeedPosition,
    /// What happened.
    pub kind: EventKind,
    /// The visit as it is now.
    pub arrival: Arrival,
}

/// What a watcher is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArrivalNews {
    /// A part of those who are here.
    Snapshot {
        /// The first part: whatever was told before no longer counts.
        start: bool,
        /// Those who are here, who came first first.
        arrivals: Vec<Arrival>,
        /// Another part follows.
        more: bool,
    },
    /// What happened with one visit.
    Change(Arc<ArrivalChange>),
    /// Nothing, for a while.
    Heartbeat,
}

/// Who watches, by location, and the reader that they share.
#[derive(Debug, Clone, Default)]
pub(super) struct Watchers(Arc<Mutex<Watched>>);

#[derive(Debug, Default)]
struct Watched {
    /// There while anybody watches.
    reader: Option<Reader>,
    locations: HashMap<LocationId, broadcast::Sender<Arc<ArrivalChange>>>,
}

#[derive(Debug)]
struct Reader {
    task: AbortHandle,
    /// All changes up to here were handed to those who watched then.
    told: FeedPosition,
}

impl Watchers {
    /// How far the reader has told, where there is one.
    fn told(&self) -> Option<FeedPosition> {
        self.lock().reader.as_ref().map(|reader| reader.told)
    }

    /// What happens at a location behind the position that comes with it. A reader that is not there yet begins behind
    /// `end`, which the feed had reached before.
    fn join(
        &self,
        location: &LocationId,
        store: &Store,
        wake: &Arc<Notify>,
        end: FeedPosition,
    ) -> (broadcast::Receiver<Arc<ArrivalChange>>, FeedPosition) {
        let mut watched = self.lock();
        let changes = watched
            .locations
            .entry(location.clone())
            .or_insert_with(|| broadcast::Sender::new(WAITING_MAX))
            .subscribe();
        let reader = watched.reader.get_or_insert_with(|| {
            let task = tokio::spawn(read(self.clone(), store.clone(), Arc::clone(wake), end));
            Reader { task: task.abort_handle(), told: end }
        });
        (changes, reader.told)
    }

    /// Tells the watchers of each location, whoever of them listens, what happened up to a position.
    fn tell(&self, changes: Vec<ArrivalChange>, told: FeedPosition) {
        let mut watched = self.lock();
        for change in changes {
            if let Some(location) = watched.locations.get(&change.arrival.visit.location) {
                // Nobody there any more is no failure.
                drop(location.send(Arc::new(change)));
            }
        }
        if let Some(reader) = &mut watched.reader {
            reader.told = told;
        }
    }

    /// Forgets the locations that nobody watches any more; whether that are all.
    fn are_gone(&self) -> bool {
        let mut watched = self.lock();
        watched.locations.retain(|_, changes| changes.receiver_count() > 0);
        if watched.locations.is_empty() {
            watched.reader = None;
        }
        watched.reader.is_none()
    }

    /// Ends the reader, and with it every watch.
    pub(super) fn close(&self) {
        let mut watched = self.lock();
        watched.locations.clear();
        if let Some(reader) = watched.reader.take() {
            reader.task.abort();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows the feed until nobody watches, or it can't be read: then every watch ends, and whoever continues one learns
/// why.
async fn read(watchers: Watchers, store: Store, wake: Arc<Notify>, mut position: FeedPosition) {
    let mut apart = tokio::time::interval(READ_APART);
    apart.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        apart.tick().await;
        // Before the feed is read, so that what is written meanwhile is not slept over.
        let woken = wake.notified();
        let events = match store.feed(EventKind::OF_VISITS, position, FEED_PAGE).await {
            Ok(events) => events,
            Err(error) => return give_up(&watchers, &error),
        };
        if let Some((last, _)) = events.last() {
            position = *last;
            match changes(&store, events).await {
                Ok(changes) => watchers.tell(changes, position),
                Err(error) => return give_up(&watchers, &error),
            }
            continue;
        }
        if watchers.are_gone() {
            return;
        }
        // Woken or not, the feed is read again.
        drop(tokio::time::timeout(READ_EVERY, woken).await);
    }
}

fn give_up(watchers: &Watchers, error: &StoreError) {
    tracing::warn!(%error, "arrivals can't be followed; those who watch must begin again");
    watchers.close();
}

/// What events say of visits, as these are now.
async fn changes(store: &Store, events: Vec<(FeedPosition, Event)>) -> Result<Vec<ArrivalChange>, StoreError> {
    let of = |event: &Event| match event.subject {
        Subject::Interaction(id) => Some(id),
        _ => None,
    };
    let ids: BTreeSet<_> = events.iter().filter_map(|(_, event)| of(event)).collect();
    let visits: HashMap<InteractionId, Arrival> =
        store.visits(&ids).await?.into_iter().map(|arrival| (arrival.visit.id, arrival)).collect();
    let change = |(at, event): (FeedPosition, Event)| {
        let arrival = visits.get(&of(&event)?)?.clone();
        Some(ArrivalChange { at, kind: event.kind, arrival })
    };
    Ok(events.into_iter().filter_map(change).collect())
}

/// One watcher's view of a location.
#[derive(Debug)]
pub struct ArrivalsWatch {
    app: App,
    actor: Actor,
    location: LocationId,
    changes: broadcast::Receiver<Arc<ArrivalChange>>,
    /// What was told up to here needs not be told again.
    position: FeedPosition,
    next: Next,
}

#[derive(Debug)]
enum Next {
    /// Who is here: the part behind this visit, or the first.
    Snapshot(Option<Cursor>),
    /// What was missed.
    Missed(VecDeque<ArrivalChange>),
    /// What happens.
    Live,
}

impl App {
    /// Watches who comes to a location and who leaves, from now on or behind a position that was told before.
    ///
    /// # Errors
    /// When the location is not known, or the store fails.
    pub async fn watch_arrivals(
        &self,
        actor: &Actor,
        location: &LocationId,
        behind: Option<FeedPosition>,
    ) -> Result<ArrivalsWatch, AppError> {
        if !self.store.catalog().await?.locations.contains_key(location) {
            return Err(Refusal::not_found("location", location).into());
        }
        let end = match self.arrivals.told() {
            Some(told) => told,
            None => self.store.feed_end().await?,
        };
        let (changes, position) = self.arrivals.join(location, &self.store, &self.due, end);
        let mut watch = ArrivalsWatch {
            app: self.clone(),
            actor: actor.clone(),
            location: location.clone(),
            changes,
            position,
            next: Next::Snapshot(None),
        };
        if let Some(behind) = behind {
            watch.catch_up(behind).await?;
        }
        Ok(watch)
    }
}

impl ArrivalsWatch {
    /// Where.
    #[must_use]
    pub fn location(&self) -> &LocationId {
        &self.location
    }

    /// Waits for what is to be told next; with it the place from which to continue, `None` while a snapshot is not
    /// complete.
    ///
    /// # Errors
    /// When the feed can't be read any more: then continue with a new watch.
    pub async fn next(&mut self) -> Result<(ArrivalNews, Option<FeedPosition>), AppError> {
        match std::mem::replace(&mut self.next, Next::Live) {
            Next::Snapshot(after) => self.part_of_snapshot(after).await,
            Next::Missed(mut missed) => match missed.pop_front() {
                Some(change) => {
                    self.next = Next::Missed(missed);
                    Ok(self.told(Arc::new(change)).await)
                }
                None => Ok((ArrivalNews::Heartbeat, Some(self.position))),
            },
            Next::Live => self.live().await,
        }
    }

    /// What happened since `behind`, unless that is too much or a place that this database has never had.
    async fn catch_up(&mut self, behind: FeedPosition) -> Result<(), AppError> {
        // The reader may not have come so far yet; but nobody was ever told of a place behind the end.
        if behind > self.position && behind > self.app.store.feed_end().await? {
            return Ok(());
        }
        let events = self.app.store.feed(EventKind::OF_VISITS, behind, FEED_PAGE).await?;
        if events.len() >= FEED_PAGE as usize {
            return Ok(());
        }
        self.position = self.position.max(behind);
        self.position = events.last().map_or(self.position, |(last, _)| self.position.max(*last));
        let mut missed = VecDeque::from(changes(&self.app.store, events).await?);
        missed.retain(|change| change.arrival.visit.location == self.location);
        self.next = Next::Missed(missed);
        Ok(())
    }

    async fn part_of_snapshot(
        &mut self,
        after: Option<Cursor>,
    ) -> Result<(ArrivalNews, Option<FeedPosition>), AppError> {
        let start = after.is_none();
        let page = PageRequest { size: if start { FIRST_PAGE } else { SNAPSHOT_PAGE }, after };
        let Page { items: mut arrivals, next } = self.app.store.visits_here(&self.location, &page).await?;
        arrivals.iter_mut().for_each(|arrival| self.veil(arrival));
        for arrival in &arrivals {
            self.note_read(arrival).await;
        }
        let more = next.is_some();
        if more {
            self.next = Next::Snapshot(next);
        }
        Ok((ArrivalNews::Snapshot { start, arrivals, more }, (!more).then_some(self.position)))
    }

    async fn live(&mut self) -> Result<(ArrivalNews, Option<FeedPosition>), AppError> {
        loop {
            match tokio::time::timeout(HEARTBEAT, self.changes.recv()).await {
                Err(_) => return Ok((ArrivalNews::Heartbeat, Some(self.position))),
                Ok(Ok(change)) if change.at <= self.position => {}
                Ok(Ok(change)) => return Ok(self.told(change).await),
                Ok(Err(broadcast::error::RecvError::Lagged(_))) => {
                    // What still waits is in the snapshot, and would be pushed out by the very next change.
                    self.changes = self.changes.resubscribe();
                    self.position = self.app.store.feed_end().await?;
                    return self.part_of_snapshot(None).await;
                }
                Ok(Err(broadcast::error::RecvError::Closed)) => return Err(StoreError::Closed.into()),
            }
        }
    }

    async fn told(&mut self, mut change: Arc<ArrivalChange>) -> (ArrivalNews, Option<FeedPosition>) {
        if change.arrival.discreet || !self.actor.authority.sees_remarks() {
            self.veil(&mut Arc::make_mut(&mut change).arrival);
        }
        self.note_read(&change.arrival).await;
        let at = change.at;
        self.position = self.position.max(at);
        (ArrivalNews::Change(change), Some(at))
    }

    /// Who may not see discreet customers sees a stranger; and how staff describe a stranger, only people read.
    fn veil(&self, arrival: &mut Arrival) {
        let authority = &self.actor.authority;
        if arrival.discreet && !authority.sees_discreet() {
            arrival.visit.customer = None;
            arrival.display_name.clear();
            arrival.open_case = false;
        }
        if !authority.sees_remarks() {
            arrival.visit.detail.stranger.clear();
        }
    }

    async fn note_read(&self, arrival: &Arrival) {
        if let Some(customer) = arrival.visit.customer {
            self.app.note_read(&self.actor, "WatchArrivals", customer).await;
        }
    }
}
