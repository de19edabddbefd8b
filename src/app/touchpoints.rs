//! Touchpoints are set up, changed and retired.

use super::{App, AppError, Made, catalog, journeys};
use crate::domain::{
    ids::{JourneyId, TouchpointId},
    journey::{Touchpoint, TouchpointSettings},
    limits::TOUCHPOINTS_MAX,
    refusal::{Precondition, Refusal},
    world::{Actor, EventDetail, EventKind, Replay, Subject},
};
use crate::store::{CatalogWrite, Cursor, Page, PageRequest, SubmitError};
use jiff::{SignedDuration, Timestamp};

impl App {
    /// A touchpoint.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn touchpoint(&self, id: &TouchpointId) -> Result<Touchpoint, AppError> {
        Ok(self.store.touchpoint(id).await?.ok_or_else(|| Refusal::not_found("touchpoint", id))?)
    }

    /// A page of the touchpoints of one journey, or of all, the oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn touchpoints(
        &self,
        journey: Option<&JourneyId>,
        retired: bool,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Touchpoint>, AppError> {
        Ok(self.store.list_touchpoints(journey, retired, &PageRequest { size, after }).await?)
    }

    /// Adds a touchpoint to a stage of a journey. Its standards hold for what is recorded from now on.
    ///
    /// # Errors
    /// [`Refusal::AlreadyExists`] when there is one of that name, [`Refusal::NotFound`] without its journey,
    /// [`Refusal::Invalid`] without its stage or when there are too many, a precondition when the journey was retired,
    /// or what a repeated write may meet (P2).
    pub async fn create_touchpoint(
        &self,
        actor: Actor,
        id: TouchpointId,
        settings: TouchpointSettings,
    ) -> Result<Made<Touchpoint>, AppError> {
        let mut content = self.fingerprint("touchpoint.", &settings);
        content.0.extend(self.fingerprint("touchpoint_id", &id).0);
        let once = self.once(&actor, "CreateTouchpoint", content);
        let edited = self.store.write("create_touchpoint", move |ledger| {
            let (id, settings, actor, once) = (id.clone(), settings.clone(), actor.clone(), once.clone());
            Box::pin(async move {
                let subject = Subject::Touchpoint(id.clone());
                if let Replay::Of(_) = ledger.replay(&once.keys, &once.content).await? {
                    return Ok(Made { what: existing(ledger, &id).await?, replayed: true });
                }
                if ledger.touchpoint(&id).await?.is_some() {
                    return Err(catalog::exists(&subject, "touchpoint_id").into());
                }
                check_stage(ledger, &settings).await?;
                if ledger.touchpoints_in_use().await? >= TOUCHPOINTS_MAX as u64 {
                    let text = format!("there are {TOUCHPOINTS_MAX} touchpoints already; retire one first");
                    return Err(Refusal::invalid("touchpoint", text).into());
                }
                let at = in_order(ledger.now(), ledger.newest_touchpoint_at().await?);
                let touchpoint =
                    Touchpoint { id, settings, retired_at: None, version: 1, created_at: at, updated_at: at };
                ledger.add_touchpoint(&touchpoint).await?;
                catalog::keep(ledger, &once, &actor, EventKind::TouchpointCreated, subject, EventDetail::default())
                    .await?;
                Ok(Made { what: touchpoint, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Changes a touchpoint that the caller read at `version`; `None` changes whatever is there. What was judged by its
    /// standards before stays as it is.
    ///
    /// # Errors
    /// As [`App::create_touchpoint`], and [`Refusal::Stale`], or a precondition when it was retired.
    pub async fn update_touchpoint(
        &self,
        actor: Actor,
        id: TouchpointId,
        version: Option<i64>,
        change: impl Fn(&mut TouchpointSettings) + Send + Sync + Clone + 'static,
    ) -> Result<Touchpoint, AppError> {
        let edited = self.store.write("update_touchpoint", move |ledger| {
            let (id, actor, change) = (id.clone(), actor.clone(), change.clone());
            Box::pin(async move {
                let subject = Subject::Touchpoint(id.clone());
                let before = existing(ledger, &id).await?;
                catalog::check_version(&subject, version, before.version)?;
                check_in_use(&before)?;
                let mut after = before.clone();
                change(&mut after.settings);
                if after == before {
                    return Ok(before);
                }
                check_stage(ledger, &after.settings).await?;
                after.version += 1;
                after.updated_at = ledger.now();
                ledger.put_touchpoint(&after).await?;
                let fields = catalog::differing(&before.settings, &after.settings);
                let detail = EventDetail { fields, ..EventDetail::default() };
                ledger.note(&catalog::event(ledger, &actor, EventKind::TouchpointUpdated, subject, detail)).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }

    /// Retires a touchpoint; harmless when it is so already.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] or [`Refusal::Stale`].
    pub async fn retire_touchpoint(
        &self,
        actor: Actor,
        id: TouchpointId,
        version: Option<i64>,
    ) -> Result<Touchpoint, AppError> {
        let edited = self.store.write("retire_touchpoint", move |ledger| {
            let (id, actor) = (id.clone(), actor.clone());
            Box::pin(async move {
                let before = existing(ledger, &id).await?;
                if before.retired_at.is_none() {
                    catalog::check_version(&Subject::Touchpoint(id), version, before.version)?;
                }
                Ok(retire(ledger, &actor, before).await?)
            })
        });
        Ok(edited.await?)
    }
}

/// Retires a touchpoint, unless it is so already.
pub(super) async fn retire(
    ledger: &CatalogWrite,
    actor: &Actor,
    before: Touchpoint,
) -> Result<Touchpoint, crate::store::StoreError> {
    if before.retired_at.is_some() {
        return Ok(before);
    }
    let now = ledger.now();
    let after = Touchpoint { retired_at: Some(now), version: before.version + 1, updated_at: now, ..before };
    ledger.put_touchpoint(&after).await?;
    let subject = Subject::Touchpoint(after.id.clone());
    let event = catalog::event(ledger, actor, EventKind::TouchpointRetired, subject, EventDetail::default());
    ledger.note(&event).await?;
    Ok(after)
}

/// Now, but after the one before: lists keep the order in which touchpoints were made, also by a clock that stands
/// still.
fn in_order(now: Timestamp, newest: Option<Timestamp>) -> Timestamp {
    let next = newest.and_then(|newest| newest.checked_add(SignedDuration::from_micros(1)).ok());
    next.map_or(now, |next| next.max(now))
}

async fn existing(ledger: &CatalogWrite, id: &TouchpointId) -> Result<Touchpoint, SubmitError> {
    Ok(ledger.touchpoint(id).await?.ok_or_else(|| Refusal::not_found("touchpoint", id))?)
}

fn check_in_use(touchpoint: &Touchpoint) -> Result<(), Refusal> {
    let resource = Subject::Touchpoint(touchpoint.id.clone()).to_string();
    if touchpoint.retired_at.is_none() {
        return Ok(());
    }
    Err(Refusal::Precondition {
        kind: Precondition::TouchpointRetired,
        message: format!("{resource} was retired; make a new touchpoint"),
        resource,
    })
}

/// A stage that is there, in a journey that is in use.
async fn check_stage(ledger: &CatalogWrite, settings: &TouchpointSettings) -> Result<(), SubmitError> {
    let journey = journeys::existing(ledger, &settings.journey).await?;
    journeys::check_in_use(&journey)?;
    if journey.settings.stage(&settings.stage).is_some() {
        return Ok(());
    }
    let known: Vec<_> = journey.settings.stages.iter().map(|stage| stage.id.as_str()).collect();
    let text = format!("is no stage of {}; it has {}", Subject::Journey(journey.id), known.join(", "));
    Err(Refusal::invalid("touchpoint.stage_id", text).into())
}
