//! What happened, for other services to follow: a view of the events that every change leaves.
//!
//! The feed is read in stretches of bounded length, whatever is asked for, and what does not fit is passed over here:
//! so looking for one kind among millions of events costs many short reads, and never a long one.

use super::{App, AppError};
use crate::{
    clock::Stopwatch,
    domain::{
        ids::CustomerId,
        limits::EVENT_WATCHERS_MAX,
        refusal::{Precondition, Refusal},
        world::{Actor, Event, EventKind, Subject},
    },
    store::{FeedPosition, StoreError},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, TryAcquireError};

/// Events that are read at once.
const STRETCH: u32 = 1_000;
/// Stretches that one page of a list looks through.
const STRETCHES: usize = 20;
/// Most events in one message of a watch.
const TOLD_MAX: usize = 100;
/// How often the feed is read at least: so late may be told what another replica wrote.
const READ_EVERY: Duration = Duration::from_millis(250);
/// Between two reads of the feed, so that many writes at once share one.
const LINGER: Duration = Duration::from_millis(10);
/// A watcher hears something so often at least.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Which events are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only these kinds; all when empty.
    pub kinds: BTreeSet<EventKind>,
    /// Only about these resources, by their names; all when empty.
    pub subjects: BTreeSet<String>,
}

impl EventFilter {
    /// Whether an event is wanted: by its kind, and by what changed, whom it concerns or what is related.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        let among = |name: &str| self.subjects.contains(name);
        let of_kind = self.kinds.is_empty() || self.kinds.contains(&event.kind);
        of_kind
            && (self.subjects.is_empty()
                || among(&event.subject.to_string())
                || event.customer.is_some_and(|id| among(&Subject::Customer(id).to_string()))
                || event.detail.related.iter().any(|name| among(name)))
    }
}

/// Events in order, each with its place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// What was found.
    pub events: Vec<(FeedPosition, Event)>,
    /// Up to here the feed was looked through.
    pub reached: FeedPosition,
    /// Whether something lies behind that place already.
    pub more: bool,
}

/// Who follows the feed on this replica.
#[derive(Debug, Clone)]
pub(super) struct EventWatchers(Arc<Semaphore>);

impl Default for EventWatchers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(EVENT_WATCHERS_MAX)))
    }
}

impl EventWatchers {
    /// Ends every watch.
    pub(super) fn close(&self) {
        self.0.close();
    }
}

/// One watcher's way through the feed.
#[derive(Debug)]
pub struct EventsWatch {
    app: App,
    actor: Actor,
    wanted: EventFilter,
    position: FeedPosition,
    wake: Arc<Notify>,
    /// One of the places for those who watch.
    place: OwnedSemaphorePermit,
    told: Stopwatch,
    /// It begins at a place that nobody knows yet: that is told at once.
    is_news: bool,
}

impl App {
    /// What happened behind a place in the feed, or from its beginning on: at most `size` events that are wanted.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a place that this database has never had; [`Precondition::EventsForgotten`] for one
    /// behind which something was forgotten meanwhile.
    pub async fn events(
        &self,
        actor: &Actor,
        wanted: &EventFilter,
        behind: Option<FeedPosition>,
        size: u32,
    ) -> Result<EventPage, AppError> {
        let mut reached = self.known_place(behind).await?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let mut events = Vec::new();
        for _ in 0..STRETCHES {
            let stretch = self.store.events_behind(reached, STRETCH).await?;
            self.check_whole(reached).await?;
            let is_last = stretch.len() < STRETCH as usize;
            let Some(end) = stretch.last().map(|(place, _)| *place) else {
                return Ok(EventPage { events, reached, more: false });
            };
            let mut found = self.wanted(actor, wanted, stretch).await?;
            let room = size - events.len();
            if found.len() > room {
                found.truncate(room);
                events.extend(found);
                reached = events.last().map_or(reached, |(place, _)| *place);
                return Ok(EventPage { events, reached, more: true });
            }
            events.extend(found);
            reached = end;
            if is_last {
                return Ok(EventPage { events, reached, more: false });
            }
        }
        Ok(EventPage { events, reached, more: true })
    }

    /// Follows what happens, behind a place in the feed; from now on, or from its beginning, where none is given.
    ///
    /// # Errors
    /// As [`events`](Self::events); [`AppError::TooMany`] when too many follow already; [`StoreError::Closed`] at a
    /// stop.
    pub async fn watch_events(
        &self,
        actor: Actor,
        wanted: EventFilter,
        behind: Option<FeedPosition>,
        from_start: bool,
    ) -> Result<EventsWatch, AppError> {
        let place = Arc::clone(&self.event_watchers.0).try_acquire_owned().map_err(|refused| match refused {
            TryAcquireError::Closed => AppError::from(StoreError::Closed),
            TryAcquireError::NoPermits => AppError::TooMany { most: EVENT_WATCHERS_MAX },
        })?;
        let is_news = behind.is_none() && !from_start;
        let position = if is_news { self.store.feed_end().await? } else { self.known_place(behind).await? };
        let (app, wake, told) = (self.clone(), Arc::clone(&self.due), Stopwatch::start());
        Ok(EventsWatch { app, actor, wanted, position, wake, place, told, is_news })
    }

    /// A place in the feed, if the database had come that far: it may have been restored from a copy since.
    async fn known_place(&self, behind: Option<FeedPosition>) -> Result<FeedPosition, AppError> {
        let Some(place) = behind else { return Ok(FeedPosition::START) };
        if place > self.store.feed_end().await? {
            let text = "lies ahead of all that happened here: the database was restored from an older copy; begin anew";
            return Err(Refusal::invalid("resume_token", text).into());
        }
        self.check_whole(place).await?;
        Ok(place)
    }

    /// Refuses to go on behind a place of which retention has taken what lies behind it. Asked after reading: what was
    /// read before it went is all there.
    async fn check_whole(&self, place: FeedPosition) -> Result<(), AppError> {
        // Who begins at the beginning asks for what is kept.
        if place == FeedPosition::START || self.store.feed_forgotten().await?.is_none_or(|last| last <= place) {
            return Ok(());
        }
        let message = "what happened behind this place was forgotten (retention.events), so something would be missed: \
                       read anew what you follow, then go on without resume_token, from now on, or with from_start from \
                       the oldest event that is kept";
        let (kind, resource) = (Precondition::EventsForgotten, "events".to_owned());
        Err(Refusal::Precondition { kind, resource, message: message.to_owned() }.into())
    }

    /// Those of a stretch that are wanted and may be told.
    async fn wanted(
        &self,
        actor: &Actor,
        wanted: &EventFilter,
        mut stretch: Vec<(FeedPosition, Event)>,
    ) -> Result<Vec<(FeedPosition, Event)>, AppError> {
        stretch.retain(|(_, event)| wanted.wants(event));
        if !actor.authority.lists_discreet() {
            let whom = |event: &Event| match event.subject {
                Subject::Customer(id) => Some(id),
                _ => event.customer,
            };
            let customers: BTreeSet<CustomerId> = stretch.iter().filter_map(|(_, event)| whom(event)).collect();
            let discreet = self.store.discreet_among(&customers).await?;
            stretch.retain(|(_, event)| whom(event).is_none_or(|id| !discreet.contains(&id)));
        }
        Ok(stretch)
    }
}

impl EventsWatch {
    /// Waits for what is to be told next, and says up to which place everything was told then. Nothing, with a place,
    /// is told when nothing happened for a while, and at once where it begins with now: who goes away before anything
    /// happens knows where to go on.
    ///
    /// # Errors
    /// When the feed can't be read any more: then continue with a new watch. [`Precondition::EventsForgotten`] when
    /// what comes next was forgotten, because its reader was too slow.
    pub async fn next(&mut self) -> Result<(Vec<(FeedPosition, Event)>, FeedPosition), AppError> {
        loop {
            if self.place.semaphore().is_closed() {
                return Err(StoreError::Closed.into());
            }
            let wake = Arc::clone(&self.wake);
            // Before the feed is read, so that what is written meanwhile is not slept over.
            let woken = wake.notified();
            let stretch = self.app.store.events_behind(self.position, STRETCH).await?;
            if !stretch.is_empty() {
                self.app.check_whole(self.position).await?;
            }
            let is_end = stretch.len() < STRETCH as usize;
            let end = stretch.last().map_or(self.position, |(place, _)| *place);
            let mut events = self.app.wanted(&self.actor, &self.wanted, stretch).await?;
            if events.len() > TOLD_MAX {
                events.truncate(TOLD_MAX);
                self.position = events.last().map_or(end, |(place, _)| *place);
            } else {
                self.position = end;
            }
            if !events.is_empty() || self.told.elapsed() >= HEARTBEAT || self.is_news {
                self.is_news = false;
                self.told = Stopwatch::start();
                return Ok((events, self.position));
            }
            if is_end && tokio::time::timeout(READ_EVERY, woken).await.is_ok() {
                tokio::time::sleep(LINGER).await;
            }
        }
    }
}
