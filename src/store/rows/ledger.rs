//! Events and idempotency keys.

use super::Source;
use crate::{
    domain::{
        ids::{ApiKeyId, CaseId, CustomerId, GestureId, InteractionId, NoteBatchId, NoteId, PauseId},
        world::{Actor, Event, IdempotencyKey, KeyRecord, Subject},
    },
    store::{
        entity::{event, idempotency_key},
        error::StoreError,
    },
};
use sea_orm::ActiveValue::{NotSet, Set};
use uuid::Uuid;

const EVENTS: Source = Source("events");
const KEYS: Source = Source("idempotency_keys");

/// The row of a new event; the database numbers it.
pub(in crate::store) fn event_to_row(event: &Event) -> Result<event::ActiveModel, StoreError> {
    Ok(event::ActiveModel {
        seq: NotSet,
        tx: NotSet,
        at: Set(event.at.as_microsecond()),
        kind: Set(event.kind.as_str().to_owned()),
        subject: Set(event.subject.to_string()),
        customer_id: Set(event.customer.map(|id| id.0)),
        actor: Set(event.actor.principal.clone()),
        on_behalf_of: Set(event.actor.on_behalf_of.clone()),
        request_id: Set(event.actor.request_id.clone()),
        detail: Set(EVENTS.to_json("detail", &event.detail)?),
    })
}

pub(in crate::store) fn event_from_row(row: event::Model) -> Result<Event, StoreError> {
    Ok(Event {
        at: EVENTS.instant("at", row.at)?,
        kind: EVENTS.named("kind", &row.kind)?,
        subject: subject(&row.subject)?,
        customer: row.customer_id.map(CustomerId),
        actor: Actor {
            principal: row.actor,
            on_behalf_of: row.on_behalf_of,
            request_id: row.request_id,
            ..Actor::default()
        },
        detail: EVENTS.json("detail", &row.detail)?,
    })
}

fn subject(name: &str) -> Result<Subject, StoreError> {
    let bad = || EVENTS.bad("subject", "not a resource name");
    if name == Subject::ContactPolicy.to_string() {
        return Ok(Subject::ContactPolicy);
    }
    if name == Subject::Retention.to_string() {
        return Ok(Subject::Retention);
    }
    let (collection, id) = name.split_once('/').ok_or_else(bad)?;
    let uuid = |id: &str| id.parse::<Uuid>().map_err(|_| bad());
    Ok(match collection {
        "customers" => Subject::Customer(CustomerId(uuid(id)?)),
        "interactions" => Subject::Interaction(InteractionId(uuid(id)?)),
        "gestures" => Subject::Gesture(GestureId(uuid(id)?)),
        "cases" => Subject::Case(CaseId(uuid(id)?)),
        "locations" => Subject::Location(EVENTS.named("subject", id)?),
        "pauses" => Subject::Pause(PauseId(uuid(id)?)),
        "apiKeys" => Subject::ApiKey(ApiKeyId(uuid(id)?)),
        "staff" => Subject::Staff(EVENTS.named("subject", id)?),
        "journeys" => Subject::Journey(EVENTS.named("subject", id)?),
        "touchpoints" => Subject::Touchpoint(EVENTS.named("subject", id)?),
        "rules" => Subject::Rule(EVENTS.named("subject", id)?),
        "templates" => Subject::Template(EVENTS.named("subject", id)?),
        "noteBatches" => match id.split_once("/notes/") {
            None => Subject::NoteBatch(NoteBatchId(uuid(id)?)),
            Some((batch, note)) => Subject::Note(NoteBatchId(uuid(batch)?), NoteId(uuid(note)?)),
        },
        _ => return Err(bad()),
    })
}

pub(in crate::store) fn key_to_row(record: &KeyRecord) -> Result<idempotency_key::Model, StoreError> {
    Ok(idempotency_key::Model {
        scope: record.key.scope.clone(),
        key: record.key.key.clone(),
        resource: record.resource.clone(),
        fingerprint: KEYS.to_json("fingerprint", &record.fingerprint)?,
        expires_at: record.expires_at.map(|at| at.as_microsecond()),
        erased: record.erased,
    })
}

pub(in crate::store) fn key_from_row(row: idempotency_key::Model) -> Result<KeyRecord, StoreError> {
    Ok(KeyRecord {
        key: IdempotencyKey { scope: row.scope, key: row.key },
        resource: row.resource,
        fingerprint: KEYS.json("fingerprint", &row.fingerprint)?,
        expires_at: KEYS.instant_opt("expires_at", row.expires_at)?,
        erased: row.erased,
    })
}
