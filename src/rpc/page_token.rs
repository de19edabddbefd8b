//! Page tokens: sealed, versioned, and bound to the request that they continue.
//!
//! A token is `version ‖ position ‖ MAC`, in URL-safe base64. The MAC (keyed BLAKE3) covers the method and every
//! field of the request that chooses rows, so that a token used elsewhere is refused instead of misread. It grants
//! nothing and hides nothing: a position holds instants and ids only.

use super::status::Failure;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

const VERSION: u8 = 1;
const TOKEN_MAX_BYTES: usize = 1024;

/// Seals and opens page tokens with a secret of this instance.
#[derive(Clone)]
pub(crate) struct PageTokens {
    key: [u8; 32],
}

impl PageTokens {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self { key: blake3::derive_key("gratitude 2026 page tokens v1", secret) }
    }

    /// The token of the page that begins after `position`.
    ///
    /// `binding` is the method's name and then every field of the request that chooses or orders rows.
    pub(crate) fn seal<P: Serialize>(&self, binding: &[&str], position: &P) -> Result<String, Failure> {
        let position = serde_json::to_vec(position).map_err(|_| Failure::internal())?;
        let mut token = vec![VERSION];
        token.extend_from_slice(&position);
        token.extend_from_slice(self.mac(binding, &position).as_bytes());
        Ok(BASE64_URL_SAFE_NO_PAD.encode(token))
    }

    /// The position of a token; `None` for the first page.
    pub(crate) fn open<P: DeserializeOwned>(&self, binding: &[&str], token: &str) -> Result<Option<P>, Failure> {
        if token.is_empty() {
            return Ok(None);
        }
        self.read(binding, token).map(Some).ok_or_else(Failure::page_token)
    }

    fn read<P: DeserializeOwned>(&self, binding: &[&str], token: &str) -> Option<P> {
        if token.len() > TOKEN_MAX_BYTES {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (position, mac) = rest.split_last_chunk::<{ blake3::OUT_LEN }>()?;
        // Hashes compare in constant time.
        let genuine = *version == VERSION && self.mac(binding, position) == *mac;
        genuine.then(|| serde_json::from_slice(position).ok()).flatten()
    }

    fn mac(&self, binding: &[&str], position: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in binding.iter().map(|part| part.as_bytes()).chain([position]) {
            // Lengths first: neighbouring parts can't trade bytes.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HERE: &[&str] = &["ListCustomers", "customer.tags : \"a\""];

    #[test]
    fn a_token_leads_back_to_its_position() {
        let tokens = PageTokens::new(&[1; 32]);
        let token = tokens.seal(HERE, &(12_i64, "x")).unwrap();
        assert_eq!(tokens.open::<(i64, String)>(HERE, &token).unwrap(), Some((12, "x".to_owned())));
        assert_eq!(tokens.open::<(i64, String)>(HERE, "").unwrap(), None);
    }

    #[test]
    fn a_foreign_token_is_refused() {
        let tokens = PageTokens::new(&[1; 32]);
        let token = tokens.seal(HERE, &7_i64).unwrap();
        let refused = |tokens: &PageTokens, binding: &[&str], token: &str| {
            tokens.open::<i64>(binding, token).unwrap_err() == Failure::page_token()
        };
        assert!(refused(&tokens, &["ListCustomers", ""], &token), "other filter");
        assert!(refused(&tokens, &["ListCases", HERE[1]], &token), "other method");
        assert!(refused(&tokens, &["ListCustomersc", &HERE[1][1..]], &token), "moved boundary");
        assert!(refused(&PageTokens::new(&[2; 32]), HERE, &token), "other service");
        assert!(refused(&tokens, HERE, &token[1..]), "cut");
        assert!(refused(&tokens, HERE, "not base64 at all"), "nonsense");
        assert!(refused(&tokens, HERE, &"A".repeat(TOKEN_MAX_BYTES + 1)), "oversized");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let tokens = PageTokens::new(&[1; 32]);
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(tokens.seal(HERE, &7_i64).unwrap()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(tokens.open::<i64>(HERE, &BASE64_URL_SAFE_NO_PAD.encode(changed)).is_err(), "byte {at}");
        }
    }
}
