//! What a person may ask of us: that we forget them, and that we tell them all that we hold (P11).

use super::{App, AppError, KnownCustomer, background::Swept};
use crate::{
    domain::{
        commands::customers::{EraseCustomer, NoteExport},
        ids::CustomerId,
        refusal::Refusal,
        world::Actor,
    },
    store::{Held, Lane, Place, Section, Unfinished},
};
use jiff::Timestamp;
use serde_json::json;

/// A person was forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgotten {
    /// What is left of the record.
    pub left: KnownCustomer,
    /// They were erased before; nothing was changed.
    pub replayed: bool,
}

/// Where an export stands.
#[derive(Debug, Clone)]
pub struct Export {
    records: Vec<CustomerId>,
    records_told: bool,
    sections: std::slice::Iter<'static, Section>,
    now_in: Option<(Section, Option<Place>)>,
}

/// What is held about a person, with whom they are.
#[derive(Debug, Clone)]
pub enum Exported {
    /// A record.
    Customer(Box<KnownCustomer>),
    /// Anything else.
    Held(Box<Held>),
}

impl App {
    /// Forgets a person.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], and what a repeated write may meet (P2).
    pub async fn erase_customer(
        &self,
        actor: Actor,
        id: CustomerId,
        version: Option<i64>,
    ) -> Result<Forgotten, AppError> {
        let once = self.once(&actor, "EraseCustomer", self.fingerprint("", &json!({ "name": id })));
        let erased = self.submit(Lane::Interactive, EraseCustomer { actor, once, id, version }).await?;
        self.erasures.notify_waiters();
        let left = self.with_history(erased.customer, Some(erased.summary));
        Ok(Forgotten { left, replayed: erased.replayed })
    }

    /// An erasure of which files are still to be cleaned: the batches, chunks and notes that name the person.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unfinished_erasure(&self, now: Timestamp) -> Result<Option<Unfinished>, AppError> {
        Ok(self.store.unfinished_erasure(now).await?)
    }

    /// Ends an erasure whose files are clean.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_erasure(&self, customer: CustomerId, now: Timestamp) -> Result<Swept, AppError> {
        let finished = self.store.finish_erasure(customer, now).await?;
        Ok(Swept { changed: u64::from(finished), has_more: finished })
    }

    /// Begins to tell all that is held about a person; that it was asked for is written down first.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is no such customer.
    pub async fn begin_export(&self, actor: Actor, id: CustomerId) -> Result<Export, AppError> {
        let found = self.store.customer(id).await?.ok_or_else(|| Refusal::not_found("customer", &id))?;
        self.submit(Lane::Interactive, NoteExport { actor, id: found.id }).await?;
        let mut records = vec![found.id];
        records.extend(self.store.members_of(found.id).await?);
        Ok(Export { records, records_told: false, sections: Section::ALL.iter(), now_in: None })
    }

    /// The next part of an export; `None` at its end. Parts may be empty.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn export_part(&self, export: &mut Export) -> Result<Option<Vec<Exported>>, AppError> {
        if !std::mem::replace(&mut export.records_told, true) {
            let mut part = Vec::with_capacity(export.records.len());
            for record in self.store.records(&export.records).await? {
                part.push(Exported::Customer(Box::new(self.known(record).await?)));
            }
            return Ok(Some(part));
        }
        let Some((section, after)) = export.now_in.take().or_else(|| export.sections.next().map(|it| (*it, None)))
        else {
            return Ok(None);
        };
        let (held, next) = self.store.held(section, &export.records, after).await?;
        export.now_in = next.map(|place| (section, Some(place)));
        let names = self.staff_names().await?;
        let held = held.into_iter().map(|mut it| {
            if let Some(staff) = it.staff_mut() {
                *staff = names.called(std::mem::take(staff));
            }
            it
        });
        Ok(Some(held.map(|it| Exported::Held(Box::new(it))).collect()))
    }
}
