//! What changes of locations and rules have in common.

use crate::{
    domain::{
        commands::Once,
        limits::REQUEST_ID_KEPT,
        refusal::Refusal,
        world::{Actor, Event, EventDetail, EventKind, KeyRecord, Subject},
    },
    store::StoreError,
};

pub(super) use crate::{domain::world::differing, store::CatalogWrite};

/// Something of that name is there already.
pub(super) fn exists(subject: &Subject, field: &str) -> Refusal {
    Refusal::AlreadyExists { resource: subject.to_string(), matched: vec![field.to_owned()] }
}

/// Refuses a change of something that was changed since the caller read it.
pub(super) fn check_version(subject: &Subject, read: Option<i64>, now: i64) -> Result<(), Refusal> {
    match read {
        Some(read) if read != now => Err(Refusal::Stale { resource: subject.to_string() }),
        _ => Ok(()),
    }
}

/// The event of a change.
pub(super) fn event(
    ledger: &CatalogWrite,
    actor: &Actor,
    kind: EventKind,
    subject: Subject,
    detail: EventDetail,
) -> Event {
    Event { at: ledger.now(), kind, subject, customer: None, actor: actor.clone(), detail }
}

/// Notes something new, and remembers by which call it came.
pub(super) async fn keep(
    ledger: &CatalogWrite,
    once: &Once,
    actor: &Actor,
    kind: EventKind,
    subject: Subject,
    detail: EventDetail,
) -> Result<(), StoreError> {
    let resource = subject.to_string();
    ledger.note(&event(ledger, actor, kind, subject, detail)).await?;
    for key in &once.keys {
        let record = KeyRecord {
            key: key.clone(),
            resource: resource.clone(),
            fingerprint: once.content.clone(),
            expires_at: ledger.now().checked_add(REQUEST_ID_KEPT).ok(),
            erased: false,
        };
        ledger.remember(&record).await?;
    }
    Ok(())
}
