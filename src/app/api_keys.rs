//! API keys are made, rotated and taken back.

use super::{App, AppError, Made, catalog};
use crate::{
    domain::{
        access::{ApiKey, ApiToken, KeySecret, KeySettings, KeyState, Places, PreviousSecret, Role},
        ids::ApiKeyId,
        limits::API_KEYS_MAX,
        refusal::{Precondition, Refusal},
        world::{Actor, EventDetail, EventKind, Replay, Subject},
    },
    store::{CatalogWrite, Cursor, Page, PageRequest, SubmitError},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// A key with the token that was made for it.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// The key.
    pub key: ApiKey,
    /// Its token. Shown once: `None` when the same call had made it before.
    pub token: Option<ApiToken>,
}

impl App {
    /// A page of the keys, oldest first, with or without the revoked ones.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn api_keys(&self, revoked: bool, after: Option<Cursor>, size: u32) -> Result<Page<ApiKey>, AppError> {
        Ok(self.store.list_api_keys(revoked, &PageRequest { size, after }).await?)
    }

    /// A key.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn api_key(&self, id: ApiKeyId) -> Result<ApiKey, AppError> {
        Ok(self.store.api_key(id).await?.ok_or_else(|| not_found(id))?)
    }

    /// Makes a key. From the first on, every caller needs one.
    ///
    /// # Errors
    /// A precondition when the first is no operator's, [`Refusal::Invalid`] for an end in the past, a location that
    /// does not exist or too many keys, or what a repeated write may meet (P2).
    pub async fn create_api_key(&self, actor: Actor, settings: KeySettings) -> Result<Made<NewSecret>, AppError> {
        let once = self.once(&actor, "CreateApiKey", self.fingerprint("api_key.", &settings));
        let hasher = self.access.keys.clone();
        let edited = self.store.write("create_api_key", move |ledger| {
            let (settings, actor, once, hasher) = (settings.clone(), actor.clone(), once.clone(), hasher.clone());
            Box::pin(async move {
                if let Replay::Of(name) = ledger.replay(&once.keys, &once.content).await? {
                    let what = NewSecret { key: named(ledger, name).await?, token: None };
                    return Ok(Made { what, replayed: true });
                }
                check_new(ledger, &settings).await?;
                let token = ApiToken { id: ApiKeyId(ledger.new_id()?), secret: KeySecret::new(ledger.random()?) };
                let now = ledger.now();
                let key = ApiKey {
                    id: token.id,
                    settings,
                    secret: hasher.hash(&token.secret),
                    previous: None,
                    created_at: now,
                    updated_at: now,
                    revoked_at: None,
                    last_used_at: None,
                };
                ledger.add_api_key(&key).await?;
                let (kind, subject) = (EventKind::ApiKeyCreated, Subject::ApiKey(key.id));
                catalog::keep(ledger, &once, &actor, kind, subject, EventDetail::default()).await?;
                Ok(Made { what: NewSecret { key, token: Some(token) }, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Gives a key a new secret; the old one is accepted for `overlap` more, so that whoever has it can be told.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a precondition when it is not accepted any more, or what a repeated write may meet (P2).
    pub async fn rotate_api_key(
        &self,
        actor: Actor,
        id: ApiKeyId,
        overlap: SignedDuration,
    ) -> Result<Made<NewSecret>, AppError> {
        let said = json!({ "name": id, "overlap_duration": overlap.as_secs() });
        let once = self.once(&actor, "RotateApiKey", self.fingerprint("", &said));
        let hasher = self.access.keys.clone();
        let edited = self.store.write("rotate_api_key", move |ledger| {
            let (actor, once, hasher) = (actor.clone(), once.clone(), hasher.clone());
            Box::pin(async move {
                if let Replay::Of(name) = ledger.replay(&once.keys, &once.content).await? {
                    let what = NewSecret { key: named(ledger, name).await?, token: None };
                    return Ok(Made { what, replayed: true });
                }
                let before = existing(ledger, id).await?;
                let now = ledger.now();
                check_active(&before, now)?;
                let token = ApiToken { id, secret: KeySecret::new(ledger.random()?) };
                let until = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
                let after = ApiKey {
                    previous: overlap.is_positive().then_some(PreviousSecret { secret: before.secret, until }),
                    secret: hasher.hash(&token.secret),
                    updated_at: now,
                    ..before
                };
                ledger.put_api_key(&after).await?;
                let (kind, subject) = (EventKind::ApiKeyRotated, Subject::ApiKey(id));
                catalog::keep(ledger, &once, &actor, kind, subject, EventDetail::default()).await?;
                Ok(Made { what: NewSecret { key: after, token: Some(token) }, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Takes a key back, in every replica within a second; harmless when it was taken back before. Who signed in with
    /// it is signed out.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn revoke_api_key(&self, actor: Actor, id: ApiKeyId) -> Result<ApiKey, AppError> {
        let edited = self.store.write("revoke_api_key", move |ledger| {
            let actor = actor.clone();
            Box::pin(async move {
                let before = existing(ledger, id).await?;
                if before.revoked_at.is_some() {
                    return Ok(before);
                }
                let now = ledger.now();
                let after = ApiKey { revoked_at: Some(now), previous: None, updated_at: now, ..before };
                ledger.put_api_key(&after).await?;
                let (kind, detail) = (EventKind::ApiKeyRevoked, EventDetail::default());
                ledger.note(&catalog::event(ledger, &actor, kind, Subject::ApiKey(id), detail)).await?;
                Ok(after)
            })
        });
        Ok(edited.await?)
    }
}

fn not_found(id: ApiKeyId) -> Refusal {
    Refusal::NotFound { kind: "API key", name: Subject::ApiKey(id).to_string() }
}

async fn existing(ledger: &CatalogWrite, id: ApiKeyId) -> Result<ApiKey, SubmitError> {
    Ok(ledger.api_key(id).await?.ok_or_else(|| not_found(id))?)
}

/// The key that the same call made or rotated before.
async fn named(ledger: &CatalogWrite, name: String) -> Result<ApiKey, SubmitError> {
    let id = name.strip_prefix("apiKeys/").and_then(|id| id.parse().ok()).map(ApiKeyId);
    existing(ledger, id.ok_or(Refusal::NotFound { kind: "API key", name })?).await
}

fn check_active(key: &ApiKey, now: Timestamp) -> Result<(), Refusal> {
    let state = key.state(now);
    if state == KeyState::Active {
        return Ok(());
    }
    let resource = Subject::ApiKey(key.id).to_string();
    let message = format!("{resource} is {state}; make a new one");
    Err(Refusal::Precondition { kind: Precondition::ApiKeyEnded, resource, message })
}

async fn check_new(ledger: &CatalogWrite, settings: &KeySettings) -> Result<(), SubmitError> {
    if !ledger.has_api_keys().await? && (settings.role != Role::Operator || settings.expires_at.is_some()) {
        return Err(Refusal::Precondition {
            kind: Precondition::FirstKey,
            resource: "apiKeys".to_owned(),
            message: "from the first key on everybody needs one, so it must be one that can make others: of the role \
                      operator, without an end"
                .to_owned(),
        }
        .into());
    }
    if settings.expires_at.is_some_and(|end| end <= ledger.now()) {
        return Err(Refusal::invalid("api_key.expire_time", "must not have passed").into());
    }
    if ledger.api_keys_holding().await? >= API_KEYS_MAX {
        return Err(Refusal::invalid("api_key", format!("{API_KEYS_MAX} keys hold already; revoke one first")).into());
    }
    check_places(ledger, &settings.locations).await
}

/// Locations that exist.
pub(super) async fn check_places(ledger: &CatalogWrite, places: &Places) -> Result<(), SubmitError> {
    for location in places.named() {
        ledger.location(location).await?.ok_or_else(|| Refusal::not_found("location", location))?;
    }
    Ok(())
}
