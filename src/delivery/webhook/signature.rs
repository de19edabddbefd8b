//! How a receiver knows that a webhook is ours: HMAC-SHA256 over id, time and body.

use base64::{Engine, prelude::BASE64_STANDARD};
use std::fmt;

const PREFIX: &str = "whsec_";
/// The specification asks for 24 to 64 bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret that an endpoint and we share, written as `whsec_` and base64.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

/// A secret that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be whsec_ and 24 to 64 bytes in base64")]
pub struct BadSecret;

impl SigningSecret {
    /// Reads a secret.
    ///
    /// # Errors
    /// [`BadSecret`] when it hasn't that form; its text stands in no error.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let bytes = BASE64_STANDARD.decode(text.strip_prefix(PREFIX).ok_or(BadSecret)?).map_err(|_| BadSecret)?;
        if SECRET_BYTES.contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(BadSecret) }
    }

    /// Makes a secret of random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes.to_vec())
    }

    /// The secret as its receiver needs it: to be shown once, to whoever made the endpoint.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.0))
    }

    fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let signer = standardwebhooks::Webhook::from_bytes(self.0.clone()).expect("any bytes are a key");
        signer.sign(id, seconds, body.as_bytes()).expect("a text is UTF-8")
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// The secret of an endpoint, and the one before it for as long as receivers may still have that one: each webhook then
/// bears both signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The one in force.
    pub current: SigningSecret,
    /// The one that it replaced.
    pub previous: Option<SigningSecret>,
}

impl Secrets {
    /// The value of `webhook-signature`.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let all = [Some(&self.current), self.previous.as_ref()];
        let signatures = all.into_iter().flatten().map(|secret| secret.sign(id, seconds, body));
        signatures.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_example_of_the_specification_is_signed_as_there() {
        let secrets = Secrets { current: SigningSecret::parse(EXAMPLE).expect("well formed"), previous: None };
        let signature = secrets.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let (old, new) = (SigningSecret::from_random([1; 32]), SigningSecret::from_random([2; 32]));
        let alone = |secret: &SigningSecret| Secrets { current: secret.clone(), previous: None }.sign("a", 1, "{}");
        let both = Secrets { current: new.clone(), previous: Some(old.clone()) }.sign("a", 1, "{}");
        assert_eq!(both, format!("{} {}", alone(&new), alone(&old)));
        assert_eq!(SigningSecret::parse(&new.reveal()), Ok(new));
    }

    #[test]
    fn what_is_no_secret_is_refused_and_a_secret_not_shown() {
        for bad in ["", "whsec_", "whsec_AAAA", "whsec_!", &EXAMPLE[6..], &format!("whsec_{}", "A".repeat(400))] {
            assert_eq!(SigningSecret::parse(bad), Err(BadSecret), "{bad}");
        }
        assert_eq!(format!("{:?}", SigningSecret::parse(EXAMPLE)), "Ok(SigningSecret(…))");
    }
}
