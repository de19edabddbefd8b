//! What time brings about although nobody calls. Each function takes at most a page of what is due, and is harmless
//! when done again or by several at once: every command looks again at what it was started for.

use super::{App, AppError};
use crate::{
    domain::{
        commands::{
            gestures::{CancelOfRetiredRule, Expire, LapseLease, ReplanOutdated},
            left_open::CloseLeftOpen,
            look_ahead::LookAhead,
        },
        ids::LocationId,
        limits::ACTIONS_KEPT,
        world::{Actor, Command},
    },
    store::{Catalog, Lane},
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

/// Commands of a page that wait in the queue at once: they share commits, and leave room for others.
const IN_FLIGHT: usize = 64;

/// Customers of a page that are looked at: each comes with much.
const LOOK_PAGE: u32 = 250;

/// What became of a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// What was changed.
    pub changed: u64,
    /// Whether the page was full and did something: then there may be more.
    pub has_more: bool,
}

impl Swept {
    fn of(found: usize, changed: u64, page: u32) -> Self {
        Self { changed, has_more: changed > 0 && u32::try_from(found).is_ok_and(|found| found >= page) }
    }
}

impl App {
    /// Closes visits whose time is over and that nobody closed.
    ///
    /// # Errors
    /// The first one's error that could not be closed, after all of the page were tried.
    pub async fn close_visits_left_open(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let ids = self.store.visits_to_close(now, self.settings().visit_closes_after, page).await?;
        let commands = ids.into_iter().map(|id| CloseLeftOpen { id }).collect();
        self.sweep(commands, page, |closed| *closed).await
    }

    /// Takes back what was claimed by workers whose lease lapsed.
    ///
    /// # Errors
    /// As [`close_visits_left_open`](Self::close_visits_left_open).
    pub async fn lapse_leases(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let ids = self.store.lapsed_leases(now, page).await?;
        let commands = ids.into_iter().map(|id| LapseLease { id }).collect();
        self.sweep(commands, page, Option::is_some).await
    }

    /// Ends gestures that nobody began before their deadline; a promise among them opens a case.
    ///
    /// # Errors
    /// As [`close_visits_left_open`](Self::close_visits_left_open).
    pub async fn expire_gestures(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let ids = self.store.overdue_gestures(now, page).await?;
        let commands = ids.into_iter().map(|id| Expire { id }).collect();
        self.sweep(commands, page, Option::is_some).await
    }

    /// Has what is late be offered again whose hours have begun, after it was offered outside of them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn wake_late(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let woken = self.store.wake_late(now, page).await?;
        Ok(Swept { changed: woken, has_more: woken >= u64::from(page) })
    }

    /// Plans again what was planned by hours, holidays, zones or a policy that do not hold any more, and before it the
    /// calls that waited for a place which has become free.
    ///
    /// # Errors
    /// As [`close_visits_left_open`](Self::close_visits_left_open).
    pub async fn replan_outdated(&self, _now: Timestamp, page: u32) -> Result<Swept, AppError> {
        // One after the other: the place is the most urgent one's.
        for id in self.store.offered_calls(page).await? {
            self.submit(Lane::Bulk, ReplanOutdated { id }).await?;
        }
        let ids = self.store.outdated_gestures(page).await?;
        let commands = ids.into_iter().map(|id| ReplanOutdated { id }).collect();
        self.sweep(commands, page, |outdated| *outdated).await
    }

    /// Takes back what retired rules had planned and nobody has begun.
    ///
    /// # Errors
    /// As [`close_visits_left_open`](Self::close_visits_left_open).
    pub async fn cancel_for_retired_rules(&self, actor: &Actor, page: u32) -> Result<Swept, AppError> {
        let ids = self.store.waiting_gestures_of_retired_rules(page).await?;
        let commands = ids.into_iter().map(|id| CancelOfRetiredRule { actor: actor.clone(), id }).collect();
        self.sweep(commands, page, Option::is_some).await
    }

    /// Asks the rules about customers whose day is near or who have gone silent.
    ///
    /// # Errors
    /// As [`close_visits_left_open`](Self::close_visits_left_open).
    pub async fn look_ahead(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        // Without a location there is nobody in whose name one could speak.
        let catalog = self.store.catalog().await?;
        let Some(location) = oldest(&catalog) else { return Ok(Swept::default()) };
        let page = page.min(LOOK_PAGE);
        let ids = self.store.customers_to_look_at(now, page).await?;
        let commands = ids.into_iter().map(|id| LookAhead { id, location: location.clone(), now }).collect();
        self.sweep(commands, page, |looked| *looked).await
    }

    /// Forgets request keys past the time for which they are kept.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_request_keys(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let forgotten = self.store.forget_request_keys(now, page).await?;
        Ok(Swept { changed: forgotten, has_more: forgotten >= u64::from(page) })
    }

    /// Makes customers be found by their words who were there before they could be.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fill_search(&self, _now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let filled = self.store.fill_search(page).await?;
        Ok(Swept { changed: filled.unwrap_or(0), has_more: filled.is_some() })
    }

    /// Keeps the index of customers' words in few pieces.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tidy_search(&self, _now: Timestamp, _page: u32) -> Result<Swept, AppError> {
        Ok(Swept { changed: 0, has_more: self.store.tidy_search().await? })
    }

    /// Forgets what actions of the desk had changed, once nobody can take them back any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_desk_actions(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let before = now.saturating_sub(ACTIONS_KEPT).unwrap_or(now);
        let forgotten = self.store.forget_desk_actions(before, page).await?;
        Ok(Swept { changed: forgotten, has_more: forgotten >= u64::from(page) })
    }

    /// Submits commands to the lane of batches, so that nobody at a desk waits behind them.
    pub(super) async fn sweep<C: Command>(
        &self,
        commands: Vec<C>,
        page: u32,
        has_changed: impl Fn(&C::Reply) -> bool,
    ) -> Result<Swept, AppError> {
        let found = commands.len();
        let replies: Vec<_> = stream::iter(commands.into_iter().map(|command| self.submit(Lane::Bulk, command)))
            .buffer_unordered(IN_FLIGHT)
            .collect()
            .await;
        let mut changed = 0;
        let mut failure = None;
        for reply in replies {
            match reply {
                Ok(reply) => changed += u64::from(has_changed(&reply)),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(Swept::of(found, changed, page)), Err)
    }
}

/// The location that has been there for longest.
pub(super) fn oldest(catalog: &Catalog) -> Option<&LocationId> {
    catalog.locations.values().min_by_key(|it| (it.created_at, &it.id)).map(|it| &it.id)
}
