//! The link by which a customer says "no more" with one click (RFC 8058), without logging in anywhere.
//!
//! A token is `version ‖ customer ‖ channel/purpose ‖ MAC`, in URL-safe base64. It is all there is: nothing is stored
//! for it, it holds on any replica, and it never expires, since a mail may be opened years later. It lets its bearer do
//! one thing, which is to withdraw that consent of that customer; it can't give one back, and shows nothing about them.

pub mod words;

use super::{
    customer::{Channel, Purpose},
    ids::CustomerId,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

const VERSION: u8 = 1;
const TOKEN_MAX_BYTES: usize = 256;

/// A consent that is to be withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawal {
    /// Whose; as the customer was called when the mail left, so perhaps merged into another one since.
    pub customer: CustomerId,
    /// Over which channel they want to hear nothing more.
    pub channel: Channel,
    /// For which purpose.
    pub purpose: Purpose,
}

/// Seals and opens the tokens of such links with a secret of this instance.
#[derive(Clone)]
pub struct OneClick {
    key: [u8; 32],
}

impl OneClick {
    /// With the instance's secret, which must be the same on all replicas and for ever: links of old mails must work.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { key: blake3::derive_key("gratitude 2026 one-click withdrawal v1", secret) }
    }

    /// The token that withdraws this consent: the same each time, at most 100 characters of `A-Z a-z 0-9 - _`.
    #[must_use]
    pub fn seal(&self, withdrawal: &Withdrawal) -> String {
        let mut token = vec![VERSION];
        token.extend_from_slice(withdrawal.customer.0.as_bytes());
        token.extend_from_slice(withdrawal.channel.as_str().as_bytes());
        token.push(b'/');
        token.extend_from_slice(withdrawal.purpose.as_str().as_bytes());
        let mac = blake3::keyed_hash(&self.key, &token);
        token.extend_from_slice(mac.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    /// What a token withdraws; `None` unless this instance sealed it, exactly so.
    #[must_use]
    pub fn open(&self, token: &str) -> Option<Withdrawal> {
        if token.len() > TOKEN_MAX_BYTES {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (sealed, mac) = bytes.split_last_chunk::<{ blake3::OUT_LEN }>()?;
        // Hashes compare in constant time.
        if blake3::keyed_hash(&self.key, sealed) != *mac {
            return None;
        }
        let (version, rest) = sealed.split_first()?;
        let (customer, what) = rest.split_first_chunk::<16>()?;
        let (channel, purpose) = std::str::from_utf8(what).ok()?.split_once('/')?;
        (*version == VERSION).then_some(Withdrawal {
            customer: CustomerId(Uuid::from_bytes(*customer)),
            channel: channel.parse().ok()?,
            purpose: purpose.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn withdrawal() -> Withdrawal {
        let customer = CustomerId(Uuid::from_u128(0x0192_8f00_7000_8000_0000_0000_0007));
        Withdrawal { customer, channel: Channel::Email, purpose: Purpose::Gratitude }
    }

    #[test]
    fn p6_a_link_withdraws_exactly_the_consent_it_was_made_for() {
        let links = OneClick::new(&[1; 32]);
        for channel in Channel::ALL {
            for purpose in Purpose::ALL {
                let withdrawal = Withdrawal { channel: *channel, purpose: *purpose, ..withdrawal() };
                let token = links.seal(&withdrawal);
                assert_eq!(links.open(&token), Some(withdrawal));
                assert_eq!(token, links.seal(&withdrawal), "the same for ever");
                assert!(token.len() <= 100 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            }
        }
    }

    #[test]
    fn p6_a_link_of_nobody_withdraws_nothing() {
        let links = OneClick::new(&[1; 32]);
        let token = links.seal(&withdrawal());
        assert_eq!(OneClick::new(&[2; 32]).open(&token), None, "of another instance");
        for foreign in ["", "A", "not base64", &token[1..], &token[..token.len() - 1], &"A".repeat(1000)] {
            assert_eq!(links.open(foreign), None, "{foreign}");
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(links.open(&BASE64_URL_SAFE_NO_PAD.encode(changed)), None, "byte {at}");
        }
    }
}
