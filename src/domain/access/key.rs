//! API keys.

use super::{
    authority::{Places, Role},
    token::SecretHash,
};
use crate::domain::{ids::ApiKeyId, text_enum::text_enum};
use jiff::Timestamp;
use serde::Serialize;

/// What whoever makes a key says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeySettings {
    /// What people call it: the desk or program that has it.
    pub display_name: String,
    /// What it is there for.
    pub role: Role,
    /// For which locations.
    pub locations: Places,
    /// From when on it is not accepted any more; `None` for never.
    #[serde(rename = "expire_time")]
    pub expires_at: Option<Timestamp>,
}

/// A key by which a program or desk is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The id, permanent. It stands in the token, so that a key is found before its secret is compared.
    pub id: ApiKeyId,
    /// What was said of it.
    pub settings: KeySettings,
    /// What is kept of its secret.
    pub secret: SecretHash,
    /// The secret before the last rotation, while it is accepted.
    pub previous: Option<PreviousSecret>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last rotated or revoked.
    pub updated_at: Timestamp,
    /// From when on it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the hour or so.
    pub last_used_at: Option<Timestamp>,
}

/// A secret that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// What is kept of it.
    pub secret: SecretHash,
    /// Until when it is accepted beside the new one.
    pub until: Timestamp,
}

text_enum! {
    /// Whether a key is accepted.
    pub enum KeyState {
        /// It is.
        Active = "active",
        /// Its time is over.
        Expired = "expired",
        /// It was taken back.
        Revoked = "revoked",
    }
}

impl ApiKey {
    /// Whether it is accepted at an instant.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.settings.expires_at.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }

    /// Whether a secret is its own, or its last one within the overlap of a rotation.
    #[must_use]
    pub fn has_secret(&self, shown: &SecretHash, now: Timestamp) -> bool {
        self.secret == *shown || self.previous.as_ref().is_some_and(|it| now < it.until && it.secret == *shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testkit::at;
    use uuid::Uuid;

    fn key() -> ApiKey {
        let now = at("2026-11-23T10:00");
        ApiKey {
            id: ApiKeyId(Uuid::from_u128(1)),
            settings: KeySettings {
                display_name: "Till".to_owned(),
                role: Role::Service,
                locations: Places::default(),
                expires_at: Some(at("2026-12-01T00:00")),
            },
            secret: SecretHash::from_bytes([2; 32]),
            previous: Some(PreviousSecret { secret: SecretHash::from_bytes([1; 32]), until: at("2026-11-24T10:00") }),
            created_at: now,
            updated_at: now,
            revoked_at: None,
            last_used_at: None,
        }
    }

    #[test]
    fn the_old_secret_is_good_for_a_while_after_a_rotation() {
        let (key, old) = (key(), SecretHash::from_bytes([1; 32]));
        assert!(key.has_secret(&old, at("2026-11-24T09:59")));
        assert!(!key.has_secret(&old, at("2026-11-24T10:00")));
        assert!(key.has_secret(&SecretHash::from_bytes([2; 32]), at("2026-11-30T10:00")));
        assert!(!key.has_secret(&SecretHash::from_bytes([3; 32]), at("2026-11-23T10:00")));
    }

    #[test]
    fn a_key_ends_at_its_hour_and_when_it_is_taken_back() {
        assert_eq!(key().state(at("2026-11-30T23:59")), KeyState::Active);
        assert_eq!(key().state(at("2026-12-01T00:00")), KeyState::Expired);
        let revoked = ApiKey { revoked_at: Some(at("2026-11-23T11:00")), ..key() };
        assert_eq!(revoked.state(at("2026-11-23T10:30")), KeyState::Revoked, "at once, on every clock");
    }
}
