//! What people have to do today.

use super::{App, AppError};
use crate::{
    domain::{
        customer::Channel,
        gesture::{GestureKind, GestureState},
        ids::LocationId,
        queue::{QueueEntry, QueueInput, queue_entry},
        refusal::Refusal,
        summary::Summary,
        when::{local_date, resolve_local},
        world::Actor,
    },
    store::{QueueCursor, QueueQuery},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use std::collections::{BTreeSet, HashMap};

/// How people reach customers themselves: by calling, saying and handing over. The rest is for workers.
const BY_PEOPLE: [Channel; 3] = [Channel::Phone, Channel::InPerson, Channel::HandOver];

/// What a person must see: what is to do, and what a person has to find out.
const STATES: [GestureState; 2] = [GestureState::Scheduled, GestureState::Uncertain];

/// Which part of the work of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Where.
    pub location: LocationId,
    /// On which local day; today, when not said. What is due earlier and still open belongs to it.
    pub date: Option<Date>,
    /// Only these kinds; all when empty.
    pub kinds: Vec<GestureKind>,
    /// Only for these roles; all when empty.
    pub roles: Vec<String>,
}

/// A page of the work of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkPage {
    /// What is to do.
    pub entries: Vec<QueueEntry>,
    /// Where the next page begins.
    pub next: Option<QueueCursor>,
}

impl App {
    /// What people have to do at a location on a day: promises first, then by priority and due time.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is no such location.
    pub async fn work(
        &self,
        actor: &Actor,
        work: Work,
        after: Option<QueueCursor>,
        size: u32,
    ) -> Result<WorkPage, AppError> {
        let Work { location: id, date, kinds, roles } = work;
        let catalog = self.store.catalog().await?;
        let location = catalog.locations.get(&id).ok_or_else(|| Refusal::not_found("location", &id))?;
        let now = self.now();
        let zone = self.zones().get(&location.settings.time_zone).unwrap_or(TimeZone::UTC);
        let before = end_of_day(&zone, date.unwrap_or_else(|| local_date(&zone, now)));
        let (states, channels) = (STATES.to_vec(), BY_PEOPLE.to_vec());
        let query = QueueQuery { location: id, before, states, channels, kinds, roles, size, after };
        let page = self.store.queue(&query).await?;

        let ids = Vec::from_iter(page.gestures.iter().map(|g| g.customer).collect::<BTreeSet<_>>());
        let customers = self.store.customers(&ids).await?;
        let summaries = self.store.summaries(&ids).await?;
        let asked: BTreeSet<_> = page.gestures.iter().filter_map(|g| g.interaction).collect();
        let found = self.store.interactions(&Vec::from_iter(asked)).await?;
        let interactions: HashMap<_, _> = found.into_iter().map(|i| (i.id, i)).collect();

        let mut entries = Vec::with_capacity(page.gestures.len());
        for gesture in &page.gestures {
            let customer = gesture.customer;
            let unmet = Summary::new(customer);
            let input = QueueInput {
                gesture,
                customer: customers.get(&customer).ok_or_else(|| Refusal::not_found("customer", &customer))?,
                summary: summaries.get(&customer).unwrap_or(&unmet),
                interaction: gesture.interaction.and_then(|id| interactions.get(&id)),
                location,
                settings: &catalog.settings,
                pauses: &catalog.pauses,
                zones: self.zones(),
                now,
            };
            entries.push(queue_entry(&input));
            self.note_read(actor, "ListQueue", customer).await;
        }
        Ok(WorkPage { entries, next: page.next })
    }
}

/// The instant at which a local day ends; the end of time for the last day that there is.
fn end_of_day(zone: &TimeZone, date: Date) -> Timestamp {
    let next = date.checked_add(1.day()).ok();
    next.and_then(|next| resolve_local(zone, next.at(0, 0, 0, 0))).unwrap_or(Timestamp::MAX)
}
