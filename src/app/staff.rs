//! Staff are added, changed, given a PIN, and leave.

use super::{App, AppError, Made, api_keys, catalog};
use crate::{
    domain::{
        access::{Pin, StaffMember, StaffSettings},
        ids::StaffId,
        limits::STAFF_MAX,
        refusal::Refusal,
        world::{Actor, EventDetail, EventKind, Replay, Subject},
    },
    store::{CatalogWrite, Cursor, Page, PageRequest, StoreError, SubmitError},
};

impl App {
    /// A page of the staff, oldest first, with or without those who left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn staff(&self, ended: bool, after: Option<Cursor>, size: u32) -> Result<Page<StaffMember>, AppError> {
        let left_before = (!ended).then(|| self.now());
        Ok(self.store.list_staff(left_before, &PageRequest { size, after }).await?)
    }

    /// A member of staff.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none.
    pub async fn staff_member(&self, id: &StaffId) -> Result<StaffMember, AppError> {
        Ok(self.store.staff_member(id).await?.ok_or_else(|| not_found(id))?)
    }

    /// Adds a member of staff. They can sign in once they have a PIN.
    ///
    /// # Errors
    /// [`Refusal::AlreadyExists`], [`Refusal::NotFound`] for a location, [`Refusal::Invalid`] when there are too many,
    /// or what a repeated write may meet (P2).
    pub async fn create_staff_member(
        &self,
        actor: Actor,
        id: StaffId,
        settings: StaffSettings,
    ) -> Result<Made<StaffMember>, AppError> {
        let mut content = self.fingerprint("staff_member.", &settings);
        content.0.extend(self.fingerprint("staff_member_id", &id).0);
        let once = self.once(&actor, "CreateStaffMember", content);
        let edited = self.store.write("create_staff_member", move |ledger| {
            let (id, settings, actor, once) = (id.clone(), settings.clone(), actor.clone(), once.clone());
            Box::pin(async move {
                let subject = Subject::Staff(id.clone());
                if let Replay::Of(_) = ledger.replay(&once.keys, &once.content).await? {
                    return Ok(Made { what: existing(ledger, &id).await?, replayed: true });
                }
                if ledger.staff_member(&id).await?.is_some() {
                    return Err(catalog::exists(&subject, "staff_member_id").into());
                }
                api_keys::check_places(ledger, &settings.locations).await?;
                if ledger.staff_members().await? >= STAFF_MAX {
                    let text = format!("there are {STAFF_MAX} members of staff already");
                    return Err(Refusal::invalid("staff_member", text).into());
                }
                let now = ledger.now();
                let (created_at, updated_at) = (now, now);
                let member =
                    StaffMember { id, settings, pin: None, pin_version: 0, created_at, updated_at, version: 1 };
                ledger.add_staff(&member).await?;
                let detail = EventDetail::default();
                catalog::keep(ledger, &once, &actor, EventKind::StaffCreated, subject, detail).await?;
                Ok(Made { what: member, replayed: false })
            })
        });
        Ok(edited.await?)
    }

    /// Changes what is said of a member of staff that the caller read at `version`; `None` changes whatever is there.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], also for a location, or [`Refusal::Stale`].
    pub async fn update_staff_member(
        &self,
        actor: Actor,
        id: StaffId,
        version: Option<i64>,
        settings: StaffSettings,
    ) -> Result<StaffMember, AppError> {
        let edited = self.store.write("update_staff_member", move |ledger| {
            let (id, actor, settings) = (id.clone(), actor.clone(), settings.clone());
            Box::pin(async move {
                let before = existing(ledger, &id).await?;
                catalog::check_version(&Subject::Staff(id), version, before.version)?;
                if settings == before.settings {
                    return Ok(before);
                }
                api_keys::check_places(ledger, &settings.locations).await?;
                let fields = catalog::differing(&before.settings, &settings);
                let after = StaffMember { settings, ..before };
                let detail = EventDetail { fields, ..EventDetail::default() };
                Ok(put(ledger, &actor, EventKind::StaffUpdated, after, detail).await?)
            })
        });
        Ok(edited.await?)
    }

    /// Gives a member of staff a PIN. Who signed in by an older one is signed out.
    ///
    /// # Errors
    /// [`Refusal::NotFound`].
    pub async fn set_staff_pin(&self, actor: Actor, id: StaffId, pin: Pin) -> Result<StaffMember, AppError> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt)
            .map_err(|_| StoreError::Unavailable { what: "the system's random numbers".to_owned() })?;
        let hashed = self.access.on_a_slow_thread(move |access| access.pins.hash(&pin, salt)).await;
        let hashed = hashed.ok_or(StoreError::Closed)?;
        let edited = self.store.write("set_staff_pin", move |ledger| {
            let (id, actor, pin) = (id.clone(), actor.clone(), Some(hashed.clone()));
            Box::pin(async move {
                let before = existing(ledger, &id).await?;
                let after = StaffMember { pin, pin_version: before.pin_version + 1, ..before };
                Ok(put(ledger, &actor, EventKind::StaffPinSet, after, EventDetail::default()).await?)
            })
        });
        Ok(edited.await?)
    }

    /// A member of staff leaves: they can't sign in from now on, and are signed out. Harmless when they left before.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] or [`Refusal::Stale`].
    pub async fn end_staff_member(
        &self,
        actor: Actor,
        id: StaffId,
        version: Option<i64>,
    ) -> Result<StaffMember, AppError> {
        let edited = self.store.write("end_staff_member", move |ledger| {
            let (id, actor) = (id.clone(), actor.clone());
            Box::pin(async move {
                let before = existing(ledger, &id).await?;
                let now = ledger.now();
                if before.settings.ends_at.is_some_and(|end| end <= now) {
                    return Ok(before);
                }
                catalog::check_version(&Subject::Staff(id), version, before.version)?;
                let settings = StaffSettings { ends_at: Some(now), ..before.settings };
                let after = StaffMember { settings, pin: None, ..before };
                Ok(put(ledger, &actor, EventKind::StaffEnded, after, EventDetail::default()).await?)
            })
        });
        Ok(edited.await?)
    }
}

fn not_found(id: &StaffId) -> Refusal {
    Refusal::NotFound { kind: "member of staff", name: Subject::Staff(id.clone()).to_string() }
}

async fn existing(ledger: &CatalogWrite, id: &StaffId) -> Result<StaffMember, SubmitError> {
    Ok(ledger.staff_member(id).await?.ok_or_else(|| not_found(id))?)
}

/// Writes a changed member of staff, with the event that tells of it.
async fn put(
    ledger: &CatalogWrite,
    actor: &Actor,
    kind: EventKind,
    changed: StaffMember,
    detail: EventDetail,
) -> Result<StaffMember, StoreError> {
    let after = StaffMember { version: changed.version + 1, updated_at: ledger.now(), ..changed };
    ledger.put_staff(&after).await?;
    ledger.note(&catalog::event(ledger, actor, kind, Subject::Staff(after.id.clone()), detail)).await?;
    Ok(after)
}
