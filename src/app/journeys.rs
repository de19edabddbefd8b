//! Journeys are drawn, changed and retired.

use super::{App, AppError, Made, catalog};
use crate::domain::{
    ids::JourneyId,
    journey::{Journey, JourneySettings, MapState},
    limits::JOURNEYS_MAX,
    refusal::{Precondition, Refusal},
    world::{Actor, EventDetail, EventKind, Replay, Subject},
};
use crate::store::{CatalogWrite, Cursor, Page, PageRequest, SubmitError};

impl App {
    /// A journey.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn journey(&self, id: &JourneyId) -> Result<Journey, AppError> {
        Ok(self.store.journey(id).await?.ok_or_else(|| Refusal::not_found("journey", id))?)
    }

    /// A page of the journeys, the oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn journeys(&self, retired: bool, after: Option<Cursor>, size: u32) -> Result<Page<Journey>, AppError> {
        Ok(self.store.list_journeys(retired, &PageRequest { size, after }).await?)
    }

    /// Adds a journey.
    ///
    /// # Errors
    /// [`Refusal::AlreadyExists`] when there is one of that name, [`Refusal::Invalid`] when there are too many, or what
    /// a repeated write may meet (P2).
    pub async fn create_journey(
        &self,
        actor: Actor,
        id: JourneyId,
        settings: JourneySettings,
    ) -> Result<Made<Journey>, AppError> {
        let mut content = self.fingerprint("journey.", &settings);
        content.0.extend(self.fingerprint("journey_id", &id).0);
        let once = self.once(&actor, "CreateJourney", content);
        let edited = self.store.write("create_journey", move |ledger| {
            let (id, settings, actor, once) = (id.clone(), settings.clone(), actor.clone(), once.clone());
            Box::pin(async move {
                let subject = Subject::Journey(id.clone());
                if let Replay::Of(_) = ledger.replay(&once.keys, &once.content).await? {
                    return Ok(Made { what: existing(ledger, &id).await?, replayed: true });
                }
                if ledger.journey(&id).await?.is_some() {
                    return Err(catalog::exists(&subject, "journey_id").into());
                }
                if ledger.journeys_in_use().await? >= JOURNEYS_MAX as u64 {
                    let text = format!("there are {JOURNEYS_MAX} journeys already; retire one first");
                    return Err(Refusal::invalid("journey", text).into());
                }
                let now = ledger.now();
                let state = MapState::Active;
                let journey = Journey { id, state, settings, version: 1, created_at: now, updated_at: now };
                ledger.add_journey(&journey).await?;
                catalog::keep(ledger, &once, &actor, EventKind::JourneyCreated, subject, EventDetail::default())
                    .await?;
                Ok(Made { what: journey, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Changes a journey that the caller read at `version`; `None` changes whatever is there.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], or a precondition when it was retired or lacks a stage in which there
    /// is a touchpoint.
    pub async fn update_journey(
        &self,
        actor: Actor,
        id: JourneyId,
        version: Option<i64>,
        change: impl Fn(&mut JourneySettings) + Send + Sync + Clone + 'static,
    ) -> Result<Journey, AppError> {
        let edited = self.store.write("update_journey", move |ledger| {
            let (id, actor, change) = (id.clone(), actor.clone(), change.clone());
            Box::pin(async move {
                let subject = Subject::Journey(id.clone());
                let before = existing(ledger, &id).await?;
                catalog::check_version(&subject, version, before.version)?;
                check_in_use(&before)?;
                let mut after = before.clone();
                change(&mut after.settings);
                if after == before {
                    return Ok(before);
                }
                check_stages(ledger, &after).await?;
                after.version += 1;
                after.updated_at = ledger.now();
                ledger.put_journey(&after).await?;
                let fields = catalog::differing(&before.settings, &after.settings);
                let detail = EventDetail { fields, ..EventDetail::default() };
                ledger.note(&catalog::event(ledger, &actor, EventKind::JourneyUpdated, subject, detail)).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }

    /// Retires a journey, and the touchpoints that it still has; harmless when it is so already.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] or [`Refusal::Stale`].
    pub async fn retire_journey(&self, actor: Actor, id: JourneyId, version: Option<i64>) -> Result<Journey, AppError> {
        let edited = self.store.write("retire_journey", move |ledger| {
            let (id, actor) = (id.clone(), actor.clone());
            Box::pin(async move {
                let before = existing(ledger, &id).await?;
                if before.state == MapState::Retired {
                    return Ok(before);
                }
                let subject = Subject::Journey(id.clone());
                catalog::check_version(&subject, version, before.version)?;
                for touchpoint in ledger.touchpoints_of(&id).await? {
                    super::touchpoints::retire(ledger, &actor, touchpoint).await?;
                }
                let now = ledger.now();
                let after =
                    Journey { state: MapState::Retired, version: before.version + 1, updated_at: now, ..before };
                ledger.put_journey(&after).await?;
                let detail = EventDetail::default();
                ledger.note(&catalog::event(ledger, &actor, EventKind::JourneyRetired, subject, detail)).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }
}

pub(super) async fn existing(ledger: &CatalogWrite, id: &JourneyId) -> Result<Journey, SubmitError> {
    Ok(ledger.journey(id).await?.ok_or_else(|| Refusal::not_found("journey", id))?)
}

/// Refuses a change of what was retired.
pub(super) fn check_in_use(journey: &Journey) -> Result<(), Refusal> {
    let resource = Subject::Journey(journey.id.clone()).to_string();
    match journey.state {
        MapState::Active => Ok(()),
        MapState::Retired => Err(Refusal::Precondition {
            kind: Precondition::JourneyRetired,
            message: format!("{resource} was retired; make a new journey"),
            resource,
        }),
    }
}

/// Each touchpoint, also a retired one, stays in a stage that is there: interactions tell of it.
async fn check_stages(ledger: &CatalogWrite, after: &Journey) -> Result<(), SubmitError> {
    let touchpoints = ledger.touchpoints_of(&after.id).await?;
    let Some(left) = touchpoints.iter().find(|t| after.settings.stage(&t.settings.stage).is_none()) else {
        return Ok(());
    };
    let resource = Subject::Touchpoint(left.id.clone()).to_string();
    let stage = &left.settings.stage;
    Err(Refusal::Precondition {
        kind: Precondition::StageInUse,
        message: format!("{resource} is in the stage `{stage}`; leave that in, or move the touchpoint first"),
        resource,
    }
    .into())
}
