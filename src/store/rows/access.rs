//! API keys and staff.

use super::Source;
use crate::{
    domain::{
        access::{ApiKey, KeySettings, PreviousSecret, SecretHash, StaffMember, StaffSettings},
        ids::ApiKeyId,
    },
    store::{
        entity::{api_key, staff},
        error::StoreError,
    },
};
use jiff::Timestamp;

const KEYS: Source = Source("api_keys");
const STAFF: Source = Source("staff");

fn micros(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.as_microsecond())
}

fn hash(column: &str, bytes: Vec<u8>) -> Result<SecretHash, StoreError> {
    let bytes = bytes.try_into().map_err(|_| KEYS.bad(column, "must be 32 bytes"))?;
    Ok(SecretHash::from_bytes(bytes))
}

pub(in crate::store) fn key_to_row(key: &ApiKey) -> Result<api_key::Model, StoreError> {
    let KeySettings { display_name, role, locations, expires_at } = &key.settings;
    Ok(api_key::Model {
        id: key.id.0,
        display_name: display_name.clone(),
        role: role.as_str().to_owned(),
        locations: KEYS.to_json("locations", locations)?,
        secret: key.secret.as_bytes().to_vec(),
        previous_secret: key.previous.as_ref().map(|it| it.secret.as_bytes().to_vec()),
        previous_until: micros(key.previous.as_ref().map(|it| it.until)),
        created_at: key.created_at.as_microsecond(),
        updated_at: key.updated_at.as_microsecond(),
        expires_at: micros(*expires_at),
        revoked_at: micros(key.revoked_at),
        last_used_at: micros(key.last_used_at),
    })
}

pub(in crate::store) fn key_from_row(row: api_key::Model) -> Result<ApiKey, StoreError> {
    let previous = match (row.previous_secret, KEYS.instant_opt("previous_until", row.previous_until)?) {
        (Some(secret), Some(until)) => Some(PreviousSecret { secret: hash("previous_secret", secret)?, until }),
        _ => None,
    };
    Ok(ApiKey {
        id: ApiKeyId(row.id),
        settings: KeySettings {
            display_name: row.display_name,
            role: KEYS.named("role", &row.role)?,
            locations: KEYS.json("locations", &row.locations)?,
            expires_at: KEYS.instant_opt("expires_at", row.expires_at)?,
        },
        secret: hash("secret", row.secret)?,
        previous,
        created_at: KEYS.instant("created_at", row.created_at)?,
        updated_at: KEYS.instant("updated_at", row.updated_at)?,
        revoked_at: KEYS.instant_opt("revoked_at", row.revoked_at)?,
        last_used_at: KEYS.instant_opt("last_used_at", row.last_used_at)?,
    })
}

pub(in crate::store) fn staff_to_row(member: &StaffMember) -> Result<staff::Model, StoreError> {
    let StaffSettings { display_name, pseudonym, role, locations, ends_at } = &member.settings;
    Ok(staff::Model {
        id: member.id.to_string(),
        display_name: display_name.clone(),
        role: role.as_str().to_owned(),
        locations: STAFF.to_json("locations", locations)?,
        pin: member.pin.clone(),
        pin_version: member.pin_version,
        ends_at: micros(*ends_at),
        created_at: member.created_at.as_microsecond(),
        updated_at: member.updated_at.as_microsecond(),
        version: member.version,
        pseudonym: Some(pseudonym.clone()).filter(|it| !it.is_empty()),
    })
}

pub(in crate::store) fn staff_from_row(row: staff::Model) -> Result<StaffMember, StoreError> {
    Ok(StaffMember {
        id: STAFF.named("id", &row.id)?,
        settings: StaffSettings {
            display_name: row.display_name,
            pseudonym: row.pseudonym.unwrap_or_default(),
            role: STAFF.named("role", &row.role)?,
            locations: STAFF.json("locations", &row.locations)?,
            ends_at: STAFF.instant_opt("ends_at", row.ends_at)?,
        },
        pin: row.pin,
        pin_version: row.pin_version,
        created_at: STAFF.instant("created_at", row.created_at)?,
        updated_at: STAFF.instant("updated_at", row.updated_at)?,
        version: row.version,
    })
}
