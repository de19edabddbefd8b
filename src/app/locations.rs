//! Locations are set up and changed.

use super::{App, AppError, Made, catalog};
use crate::domain::{
    ids::LocationId,
    location::{Location, LocationSettings},
    refusal::Refusal,
    world::{Actor, EventDetail, EventKind, Replay, Subject},
};
use crate::store::{Cursor, Page, PageRequest};

impl App {
    /// A location.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn location(&self, id: &LocationId) -> Result<Location, AppError> {
        Ok(self.store.location(id).await?.ok_or_else(|| Refusal::not_found("location", id))?)
    }

    /// The region by which national phone numbers are read at a place; empty when it names none or is not known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn region_at(&self, id: &LocationId) -> Result<String, AppError> {
        let catalog = self.store.catalog().await?;
        Ok(catalog.locations.get(id).map(|location| location.settings.region.clone()).unwrap_or_default())
    }

    /// The language in which names are shown at a place; the operator's where none is named, or it is not known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn language_at(&self, id: Option<&LocationId>) -> Result<String, AppError> {
        let catalog = self.store.catalog().await?;
        let place = id.and_then(|id| catalog.locations.get(id));
        Ok(place.map_or(&self.settings().language, |location| &location.settings.language).clone())
    }

    /// A page of the locations, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn locations(&self, after: Option<Cursor>, size: u32) -> Result<Page<Location>, AppError> {
        Ok(self.store.list_locations(&PageRequest { size, after }).await?)
    }

    /// Adds a location.
    ///
    /// # Errors
    /// [`Refusal::AlreadyExists`] when there is one of that name, or what a repeated write may meet (P2).
    pub async fn create_location(
        &self,
        actor: Actor,
        id: LocationId,
        settings: LocationSettings,
    ) -> Result<Made<Location>, AppError> {
        let mut content = self.fingerprint("location.", &settings);
        content.0.extend(self.fingerprint("location_id", &id).0);
        let once = self.once(&actor, "CreateLocation", content);
        let edited = self.store.write("create_location", move |ledger| {
            let (id, settings, actor, once) = (id.clone(), settings.clone(), actor.clone(), once.clone());
            Box::pin(async move {
                let subject = Subject::Location(id.clone());
                if let Replay::Of(_) = ledger.replay(&once.keys, &once.content).await? {
                    let what = ledger.location(&id).await?.ok_or_else(|| Refusal::not_found("location", &id))?;
                    return Ok(Made { what, replayed: true });
                }
                if ledger.location(&id).await?.is_some() {
                    return Err(catalog::exists(&subject, "location_id").into());
                }
                let now = ledger.now();
                let location = Location {
                    id,
                    settings,
                    version: 1,
                    created_at: now,
                    updated_at: now,
                    planned_since: 0,
                    planning_change: String::new(),
                };
                ledger.add_location(&location).await?;
                catalog::keep(ledger, &once, &actor, EventKind::LocationCreated, subject, EventDetail::default())
                    .await?;
                Ok(Made { what: location, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Changes a location that the caller read at `version`; `None` changes whatever is there.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or [`Refusal::Stale`] when it was changed since.
    pub async fn update_location(
        &self,
        actor: Actor,
        id: LocationId,
        version: Option<i64>,
        change: impl Fn(&mut LocationSettings) + Send + Sync + Clone + 'static,
    ) -> Result<Location, AppError> {
        let edited = self.store.write("update_location", move |ledger| {
            let (id, actor, change) = (id.clone(), actor.clone(), change.clone());
            Box::pin(async move {
                let subject = Subject::Location(id.clone());
                let before = ledger.location(&id).await?.ok_or_else(|| Refusal::not_found("location", &id))?;
                catalog::check_version(&subject, version, before.version)?;
                let mut after = before.clone();
                change(&mut after.settings);
                if after == before {
                    return Ok(before);
                }
                after.version += 1;
                after.updated_at = ledger.now();
                let differences = before.settings.planning_differences(&after.settings);
                if !differences.is_empty() {
                    after.planned_since = ledger.revision().await?;
                    after.planning_change = format!("Changed at the location: {}.", differences.join(", "));
                }
                ledger.put_location(&after).await?;
                let detail = EventDetail {
                    fields: catalog::differing(&before.settings, &after.settings),
                    ..EventDetail::default()
                };
                ledger.note(&catalog::event(ledger, &actor, EventKind::LocationUpdated, subject, detail)).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }
}
