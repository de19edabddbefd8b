//! The secret that a program shows: `grat_<key>_<secret>`.

use crate::domain::ids::ApiKeyId;
use std::fmt;
use uuid::Uuid;

const PREFIX: &str = "grat";

/// The secret half of a key: 256 random bits. Its text is never logged, and two are compared by their hashes only,
/// which takes the same time whatever they are.
#[derive(Clone)]
pub struct KeySecret([u8; 32]);

impl KeySecret {
    /// From random bytes.
    #[must_use]
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(hidden)")
    }
}

/// What a caller sends as `authorization: Bearer …`.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Which key.
    pub id: ApiKeyId,
    /// Its secret.
    pub secret: KeySecret,
}

impl ApiToken {
    /// Reads a token; `None` for everything that was not written by [`ApiToken::reveal`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
        let is_hex =
            |part: &str, length| part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hex(id, 32) || !is_hex(secret, 64) {
            return None;
        }
        let secret = blake3::Hash::from_hex(secret).ok()?;
        Some(Self { id: ApiKeyId(Uuid::try_parse(id).ok()?), secret: KeySecret(*secret.as_bytes()) })
    }

    /// The text that is shown once, to whoever makes the key.
    #[must_use]
    pub fn reveal(&self) -> String {
        let secret = blake3::Hash::from_bytes(self.secret.0).to_hex();
        format!("{PREFIX}_{}_{secret}", self.id.0.simple())
    }
}

/// What is kept of a secret. Two compare in constant time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(blake3::Hash);

impl SecretHash {
    /// From what was kept.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(blake3::Hash::from_bytes(bytes))
    }

    /// What is kept.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// Hashes the secrets of keys with a secret of the instance.
///
/// A plain keyed hash is enough: a secret of 256 random bits can't be guessed, however fast the guesses. (PINs are
/// another matter, see [`PinHasher`](super::PinHasher).)
#[derive(Clone)]
pub struct SecretHasher([u8; 32]);

impl SecretHasher {
    /// A hasher with the instance's secret for access.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(blake3::derive_key("gratitude 2026 api keys v1", secret))
    }

    /// What is kept of a secret.
    #[must_use]
    pub fn hash(&self, secret: &KeySecret) -> SecretHash {
        SecretHash(blake3::keyed_hash(&self.0, &secret.0))
    }
}

impl fmt::Debug for SecretHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHasher(hidden)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn token() -> ApiToken {
        ApiToken { id: ApiKeyId(Uuid::from_u128(7)), secret: KeySecret::new([0xab; 32]) }
    }

    #[test]
    fn a_token_is_read_as_it_was_shown() {
        let text = token().reveal();
        assert_eq!(text, format!("grat_{:032x}_{}", 7, "ab".repeat(32)));
        assert_eq!(ApiToken::parse(&text).unwrap().reveal(), text);
    }

    #[test]
    fn nothing_else_is_a_token() {
        let text = token().reveal();
        for wrong in [
            String::new(),
            "grat_".to_owned(),
            text.to_uppercase(),
            format!(" {text}"),
            format!("{text}0"),
            text[..text.len() - 1].to_owned(),
            text.replace("grat_", "grat-"),
            text.replace('_', ""),
        ] {
            assert!(ApiToken::parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_secret_stands_in_no_debug_text() {
        assert!(!format!("{:?}", token()).contains("abab"));
        let hasher = SecretHasher::new(&[1; 32]);
        assert!(!format!("{hasher:?}").contains('1'));
        let (mine, other) = (hasher.hash(&token().secret), SecretHasher::new(&[2; 32]).hash(&token().secret));
        assert_ne!(mine, other, "an instance's hashes are its own");
        assert_eq!(SecretHash::from_bytes(*mine.as_bytes()), mine);
    }
}
