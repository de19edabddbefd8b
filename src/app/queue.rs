//! What people have to do on a day, with all that they need for it.

use super::{App, AppError};
use crate::{
    domain::{
        customer::Channel,
        gesture::{Gesture, GestureKind, GestureState},
        ids::LocationId,
        queue::{EntryInput, QueueEntry, entry},
        refusal::Refusal,
        when::{local_date, resolve_local},
        world::Actor,
    },
    store::{QueueCursor, QueueQuery},
};
use jiff::civil::{Date, Time};
use std::collections::HashMap;

/// The channels over which people carry gestures out.
const BY_PEOPLE: [Channel; 3] = [Channel::InPerson, Channel::Phone, Channel::HandOver];

/// Which part of the work of a day.
#[derive(Debug, Clone)]
pub struct QueueOfDay {
    /// Where.
    pub location: LocationId,
    /// The day, in the location's zone; today there, when not said.
    pub date: Option<Date>,
    /// Only these kinds; all when empty.
    pub kinds: Vec<GestureKind>,
    /// Only for these roles; all when empty.
    pub roles: Vec<String>,
    /// How many at most.
    pub size: u32,
    /// Behind what; the beginning when absent.
    pub after: Option<QueueCursor>,
}

impl App {
    /// A page of what people have to do by the end of a day: promises first, then by priority and due time.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is no such location, or when the store fails.
    pub async fn queue(
        &self,
        actor: &Actor,
        asked: QueueOfDay,
    ) -> Result<(Vec<QueueEntry>, Option<QueueCursor>), AppError> {
        let catalog = self.store.catalog().await?;
        let here = catalog.locations.get(&asked.location);
        let here = here.ok_or_else(|| Refusal::not_found("location", &asked.location))?;
        let zone = self.zones().get(&here.settings.time_zone);
        let zone = zone.map_err(|unknown| Refusal::invalid("location", unknown.to_string()))?;
        let day = asked.date.unwrap_or_else(|| local_date(&zone, self.now()));
        let end = day.tomorrow().ok().and_then(|next| resolve_local(&zone, next.to_datetime(Time::midnight())));
        let query = QueueQuery {
            location: asked.location,
            before: end.ok_or_else(|| Refusal::invalid("date", "lies beyond the calendar"))?,
            states: vec![GestureState::Scheduled, GestureState::Uncertain],
            channels: BY_PEOPLE.to_vec(),
            kinds: asked.kinds,
            roles: asked.roles,
            size: asked.size,
            after: asked.after,
        };
        let page = self.store.queue(&query).await?;
        Ok((self.entries(actor, &page.gestures).await?, page.next))
    }

    async fn entries(&self, actor: &Actor, gestures: &[Gesture]) -> Result<Vec<QueueEntry>, AppError> {
        let catalog = self.store.catalog().await?;
        let ids: Vec<_> = gestures.iter().map(|gesture| gesture.customer).collect();
        let customers = self.store.customers(&ids).await?;
        let customers: HashMap<_, _> = customers.iter().map(|customer| (customer.id, customer)).collect();
        let summaries = self.store.summaries(&ids).await?;
        let answered: Vec<_> = gestures.iter().filter_map(|gesture| gesture.interaction).collect();
        let answered = self.store.interactions(&answered).await?;
        let answered: HashMap<_, _> = answered.iter().map(|interaction| (interaction.id, interaction)).collect();
        for customer in customers.keys() {
            self.note_read(actor, "ListQueue", *customer).await;
        }
        let shown = gestures.iter().filter_map(|gesture| {
            let last = summaries.get(&gesture.customer).and_then(|summary| summary.last.as_ref());
            Some(entry(&EntryInput {
                gesture,
                customer: customers.get(&gesture.customer)?,
                location: catalog.locations.get(&gesture.location)?,
                answered: gesture.interaction.and_then(|id| answered.get(&id).copied()),
                last: last.and_then(|seen| Some((seen, &**catalog.locations.get(&seen.location)?))),
                settings: self.settings(),
                zones: self.zones(),
                now: self.now(),
            }))
        });
        Ok(shown.collect())
    }
}
