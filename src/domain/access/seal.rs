//! What a browser at a desk keeps: who signed in, and to which key the desk belongs. Sealed, not secret.

use crate::domain::ids::{ApiKeyId, StaffId};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt;

/// Longer ones were not made here.
const TEXT_MAX_BYTES: usize = 1_024;

/// Somebody who signed in at a desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The desk's key.
    pub key: ApiKeyId,
    /// Who.
    pub staff: StaffId,
    /// By which of their PINs.
    pub pin_version: i64,
    /// Until when.
    pub until: Timestamp,
}

/// A browser that showed a key: its staff need not type it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Device {
    key: ApiKeyId,
    until: Timestamp,
}

/// Seals them with a secret of the instance, so that every replica knows its own again.
#[derive(Clone)]
pub struct Seals {
    sessions: [u8; 32],
    devices: [u8; 32],
}

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seals(hidden)")
    }
}

impl Seals {
    /// Seals with the instance's secret for access.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            sessions: blake3::derive_key("gratitude 2026 desk sessions v1", secret),
            devices: blake3::derive_key("gratitude 2026 desk devices v1", secret),
        }
    }

    /// The text of a session.
    #[must_use]
    pub fn session(&self, session: &SignedIn) -> String {
        seal(&self.sessions, session)
    }

    /// The session of a text, unless it is over or was not sealed here.
    #[must_use]
    pub fn open_session(&self, text: &str, now: Timestamp) -> Option<SignedIn> {
        open::<SignedIn>(&self.sessions, text).filter(|session| now < session.until)
    }

    /// The text by which a browser is known as one of a key's.
    #[must_use]
    pub fn device(&self, key: ApiKeyId, until: Timestamp) -> String {
        seal(&self.devices, &Device { key, until })
    }

    /// The key of such a text, unless its time is over or it was not sealed here.
    #[must_use]
    pub fn open_device(&self, text: &str, now: Timestamp) -> Option<ApiKeyId> {
        open::<Device>(&self.devices, text).filter(|device| now < device.until).map(|device| device.key)
    }
}

fn seal<T: Serialize>(key: &[u8; 32], content: &T) -> String {
    let mut text = serde_json::to_vec(content).expect("ids and instants are JSON");
    let mac = blake3::keyed_hash(key, &text);
    text.extend_from_slice(mac.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

fn open<T: DeserializeOwned>(key: &[u8; 32], text: &str) -> Option<T> {
    if text.len() > TEXT_MAX_BYTES {
        return None;
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    let (content, mac) = bytes.split_last_chunk::<{ blake3::OUT_LEN }>()?;
    // Hashes compare in constant time.
    let genuine = blake3::keyed_hash(key, content) == *mac;
    genuine.then(|| serde_json::from_slice(content).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::testkit::at;
    use uuid::Uuid;

    fn session() -> SignedIn {
        SignedIn {
            key: ApiKeyId(Uuid::from_u128(1)),
            staff: "ana".parse().unwrap(),
            pin_version: 2,
            until: at("2026-11-23T20:00"),
        }
    }

    #[test]
    fn a_session_is_known_again_until_it_is_over() {
        let seals = Seals::new(&[1; 32]);
        let text = seals.session(&session());
        assert_eq!(seals.open_session(&text, at("2026-11-23T19:59")), Some(session()));
        assert_eq!(seals.open_session(&text, at("2026-11-23T20:00")), None);
    }

    #[test]
    fn nobody_makes_one_up() {
        let (seals, now) = (Seals::new(&[1; 32]), at("2026-11-23T10:00"));
        let text = seals.session(&session());
        assert_eq!(Seals::new(&[2; 32]).open_session(&text, now), None, "another instance");
        assert_eq!(seals.open_device(&text, now), None, "a session is no device");
        let device = seals.device(session().key, at("2026-11-24T10:00"));
        assert_eq!((seals.open_device(&device, now), seals.open_session(&device, now)), (Some(session().key), None));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(seals.open_session(&BASE64_URL_SAFE_NO_PAD.encode(changed), now), None, "byte {place}");
        }
        for nonsense in ["", "x", "not base64!", &"A".repeat(TEXT_MAX_BYTES + 1)] {
            assert_eq!(seals.open_session(nonsense, now), None);
        }
    }
}
