//! Who calls: keys are recognised, staff sign in at desks.

use super::{
    App, AppError,
    access_secrets::{AccessSecrets, nobodys_pin},
};
use crate::{
    domain::{
        access::{ApiKey, ApiToken, Authority, Pin, Role, SignedIn, StaffMember},
        ids::{ApiKeyId, CaseId, GestureId, InteractionId, LocationId, StaffId},
        limits::{DESK_DEVICE_KEPT, DESK_SESSION},
        world::{Actor, Event, EventDetail, EventKind, Subject},
    },
    store::Catalog,
};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
};

/// The principal of every call while callers are not authenticated: whoever can reach loopback.
const LOCAL: &str = "local";
/// How old the kept time of a key's last use may become.
const LAST_USE_KEPT_TO: SignedDuration = SignedDuration::from_hours(1);

/// What somebody shows who wants to sign in at a desk.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The token of the desk's key.
    pub token: Option<String>,
    /// What the desk's browser kept of an earlier sign-in, if the key is not shown again.
    pub device: Option<String>,
    /// Who they say they are.
    pub staff: String,
    /// Their PIN, as typed.
    pub pin: String,
}

/// What the browser of somebody who signed in keeps. Both are sealed; neither holds a secret of the key or the person.
#[derive(Debug, Clone)]
pub struct DeskPasses {
    /// Says with each call who signed in.
    pub session: String,
    /// Spares the key at the next sign-in.
    pub device: String,
}

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefused {
    /// Nobody needs to sign in, because no key was made yet.
    #[error("nobody needs to sign in here: no key was made yet")]
    NotNeeded,
    /// The key is not accepted, or not one of a desk.
    #[error("the key is not accepted: it must be a valid one of the role desk or manager")]
    Key,
    /// There is nobody of that name with that PIN who may sign in here.
    #[error("no member of staff has this name and PIN, or not at this desk")]
    StaffOrPin,
    /// Too many wrong PINs.
    #[error("too many wrong PINs; the next can be tried at {0}")]
    Wait(Timestamp),
    /// It could not be found out.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Who is signed in at a desk.
#[derive(Debug, Clone)]
pub struct AtTheDesk {
    /// Who.
    pub staff: Arc<StaffMember>,
    /// What they are called in what is recorded.
    pub called: String,
    /// With which right.
    pub authority: Authority,
    /// Until when.
    pub until: Timestamp,
}

impl App {
    /// The caller while nobody needs a key.
    #[must_use]
    pub fn local() -> Actor {
        Actor { principal: LOCAL.to_owned(), ..Actor::default() }
    }

    /// Whether callers need a key: from the first that is made on, for ever. Known in every replica within a second.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn callers_need_keys(&self) -> Result<bool, AppError> {
        Ok(self.store.catalog().await?.access.required())
    }

    /// The caller who shows a token; `None` when it is not accepted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn caller_by_token(&self, token: &str) -> Result<Option<Actor>, AppError> {
        let Some(token) = ApiToken::parse(token) else { return Ok(None) };
        let (catalog, now) = (self.store.catalog().await?, self.now());
        let Some(key) = catalog.access.key_of(&token, &self.access.keys, now) else { return Ok(None) };
        self.note_key_use(key, now);
        Ok(Some(actor(key.id, None, key.authority())))
    }

    /// The caller who signed in at a desk; `None` when the session is over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn caller_by_session(&self, session: &str) -> Result<Option<Actor>, AppError> {
        let now = self.now();
        let Some(session) = self.access.seals.open_session(session, now) else { return Ok(None) };
        let catalog = self.store.catalog().await?;
        let Some(authority) = catalog.access.authority(&session, now) else { return Ok(None) };
        if let Some(key) = catalog.access.key(session.key, now) {
            self.note_key_use(key, now);
        }
        Ok(Some(actor(session.key, Some(&session.staff), authority)))
    }

    /// Where these interactions, gestures and cases are: `None` if one is at no location, nothing for what is not
    /// there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn places_of(
        &self,
        interactions: &[InteractionId],
        gestures: &[GestureId],
        cases: &[CaseId],
    ) -> Result<BTreeSet<Option<LocationId>>, AppError> {
        Ok(self.store.places_of(interactions, gestures, cases).await?)
    }

    /// Who is signed in by a session; `None` when it is over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn at_the_desk(&self, session: &str) -> Result<Option<AtTheDesk>, AppError> {
        let now = self.now();
        let Some(session) = self.access.seals.open_session(session, now) else { return Ok(None) };
        let catalog = self.store.catalog().await?;
        let authority = catalog.access.authority(&session, now);
        let names = self.staff_names().await?;
        Ok(authority.zip(catalog.access.member(&session.staff, now)).map(|(authority, staff)| AtTheDesk {
            staff: Arc::clone(staff),
            called: names.called(staff.id.as_str().to_owned()),
            authority,
            until: session.until,
        }))
    }

    /// Whether what a browser kept spares it the key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn knows_device(&self, device: &str) -> Result<bool, AppError> {
        let now = self.now();
        let Some(key) = self.access.seals.open_device(device, now) else { return Ok(false) };
        Ok(self.store.catalog().await?.access.key(key, now).is_some())
    }

    /// Signs a member of staff in at a desk.
    ///
    /// # Errors
    /// [`SignInRefused`]. Who is unknown and who mistyped are told the same, after the same time.
    pub async fn sign_in(&self, said: SignIn) -> Result<DeskPasses, SignInRefused> {
        let (catalog, now) = (self.store.catalog().await.map_err(AppError::from)?, self.now());
        if !catalog.access.required() {
            return Err(SignInRefused::NotNeeded);
        }
        let key = self.desk_key(&catalog, &said, now).ok_or(SignInRefused::Key)?;
        let staff = said.staff.parse::<StaffId>().ok();
        let member = staff.as_ref().and_then(|staff| catalog.access.member(staff, now));
        if let Some(member) = member {
            let begun = self.store.begin_pin_try(member.id.clone(), key.id, now).await.map_err(AppError::from)?;
            begun.map_err(SignInRefused::Wait)?;
        }
        let right = self.is_pin_of(member.map(Arc::as_ref), said.pin).await;
        let Some(member) = member.filter(|_| right) else {
            self.note_sign_in(key, staff, EventKind::StaffRefused).await?;
            return Err(SignInRefused::StaffOrPin);
        };
        let until = now.checked_add(DESK_SESSION).unwrap_or(Timestamp::MAX);
        let session = SignedIn { key: key.id, staff: member.id.clone(), pin_version: member.pin_version, until };
        if catalog.access.authority(&session, now).is_none() {
            return Err(SignInRefused::StaffOrPin);
        }
        self.store.end_pin_tries(member.id.clone(), key.id).await.map_err(AppError::from)?;
        self.note_sign_in(key, staff, EventKind::StaffSignedIn).await?;
        let kept = now.checked_add(DESK_DEVICE_KEPT).unwrap_or(Timestamp::MAX);
        Ok(DeskPasses { session: self.access.seals.session(&session), device: self.access.seals.device(key.id, kept) })
    }

    /// The key of the desk at which somebody wants to sign in.
    fn desk_key<'a>(&self, catalog: &'a Catalog, said: &SignIn, now: Timestamp) -> Option<&'a Arc<ApiKey>> {
        let key = match (&said.token, &said.device) {
            (Some(token), _) => catalog.access.key_of(&ApiToken::parse(token)?, &self.access.keys, now),
            (None, Some(device)) => catalog.access.key(self.access.seals.open_device(device, now)?, now),
            (None, None) => None,
        };
        key.filter(|key| matches!(key.settings.role, Role::Desk | Role::Manager))
    }

    /// Whether a PIN is somebody's. It takes as long when there is nobody, so that nobody learns who works here.
    async fn is_pin_of(&self, member: Option<&StaffMember>, typed: String) -> bool {
        let kept = member.and_then(|member| member.pin.clone());
        let verify = move |access: &AccessSecrets| {
            let nobodys = access.nobodys_pin.get_or_init(|| access.pins.hash(&nobodys_pin(), [0; 16]));
            let pin = Pin::typed(&typed).unwrap_or_else(nobodys_pin);
            let right = access.pins.verify(&pin, kept.as_deref().unwrap_or(nobodys));
            right && kept.is_some() && Pin::typed(&typed).is_some()
        };
        self.access.on_a_slow_thread(verify).await.unwrap_or(false)
    }

    async fn note_sign_in(&self, key: &ApiKey, staff: Option<StaffId>, kind: EventKind) -> Result<(), AppError> {
        let Some(staff) = staff else { return Ok(()) };
        let actor = actor(key.id, Some(&staff), Authority::default());
        let detail = EventDetail::default();
        let event = Event { at: self.now(), kind, subject: Subject::Staff(staff), customer: None, actor, detail };
        Ok(self.store.note_event(event).await?)
    }

    /// Keeps when a key was used, to the hour or so.
    fn note_key_use(&self, key: &ApiKey, now: Timestamp) {
        let is_recent = |at: Timestamp| now.duration_since(at) < LAST_USE_KEPT_TO;
        {
            let mut noted = self.access.noted.lock().unwrap_or_else(PoisonError::into_inner);
            let last = noted.get(&key.id).copied().max(key.last_used_at);
            if last.is_some_and(is_recent) {
                return;
            }
            noted.insert(key.id, now);
        }
        let (store, id) = (self.store.clone(), key.id);
        // Nobody's call waits for it, and nothing depends on it.
        tokio::spawn(async move {
            if let Err(error) = store.note_key_used(id, now).await {
                tracing::debug!(%error, "the use of a key could not be noted");
            }
        });
    }
}

fn actor(key: ApiKeyId, staff: Option<&StaffId>, authority: Authority) -> Actor {
    Actor {
        principal: Subject::ApiKey(key).to_string(),
        on_behalf_of: staff.map(ToString::to_string),
        request_id: None,
        authority,
    }
}
