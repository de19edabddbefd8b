//! PINs: few digits, so they need a slow hash, a pepper and a bound on tries.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use jiff::SignedDuration;
use std::fmt;

/// Fewest digits.
const DIGITS_MIN: usize = 4;
/// Most digits.
const DIGITS_MAX: usize = 12;
/// Wrong PINs in a row that cost no time.
pub const FREE_TRIES: u32 = 4;
/// The pause after the first wrong PIN that costs time; doubled with each further one.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause. At one try an hour, guessing a PIN of four digits takes months.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Four to twelve digits that are not the first ones everybody tries.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(hidden)")
    }
}

impl Pin {
    /// Reads a PIN that is to be set.
    ///
    /// # Errors
    /// What would be right; never the PIN.
    pub fn chosen(text: &str) -> Result<Self, &'static str> {
        let pin = Self::typed(text).ok_or("must be 4 to 12 digits")?;
        let digits: Vec<i16> = pin.0.bytes().map(i16::from).collect();
        let steps: Vec<i16> = digits.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // 0000, 1234, 9876: what is tried first.
        if steps.iter().all(|step| *step == steps[0] && step.abs() <= 1) {
            return Err("must not be one digit repeated, nor digits in their order");
        }
        Ok(pin)
    }

    /// Reads a PIN that somebody types to sign in; `None` when it can't be one.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let fits = (DIGITS_MIN..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(text.to_owned()))
    }
}

/// Hashes PINs by Argon2id (19 MiB, two passes) with a pepper: the secret of the instance.
///
/// All PINs of 4 digits are tried in minutes by whoever has the hashes, however slow one is. With the pepper kept
/// outside of the database (`database.secrets_file`), the database alone does not give them away.
#[derive(Clone)]
pub struct PinHasher([u8; 32]);

impl fmt::Debug for PinHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinHasher(hidden)")
    }
}

impl PinHasher {
    /// A hasher with the instance's secret for access.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(blake3::derive_key("gratitude 2026 pins v1", secret))
    }

    fn argon2(&self) -> Argon2<'_> {
        Argon2::new_with_secret(&self.0, Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
            .expect("a pepper of 32 bytes is within the algorithm's limits")
    }

    /// What is kept of a PIN. Takes tens of milliseconds.
    ///
    /// # Panics
    /// Never: the parameters are the algorithm's defaults.
    #[must_use]
    pub fn hash(&self, pin: &Pin, salt: [u8; 16]) -> String {
        let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
        let hash = self.argon2().hash_password(pin.0.as_bytes(), &salt);
        hash.expect("the parameters are the algorithm's defaults").to_string()
    }

    /// Whether a PIN is the one that was kept; takes as long. What can't be read is nobody's PIN.
    #[must_use]
    pub fn verify(&self, pin: &Pin, kept: &str) -> bool {
        let Ok(kept) = PasswordHash::new(kept) else { return false };
        self.argon2().verify_password(pin.0.as_bytes(), &kept).is_ok()
    }
}

/// How long the next try has to wait after so many wrong ones in a row.
#[must_use]
pub fn pause_after(wrong: u32) -> SignedDuration {
    let Some(doubled) = wrong.checked_sub(FREE_TRIES + 1) else { return SignedDuration::ZERO };
    let factor = 1_i32.checked_shl(doubled.min(30)).unwrap_or(i32::MAX);
    FIRST_PAUSE.checked_mul(factor).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_everybody_tries_first_is_no_pin() {
        for good in ["4711", "1357", "271828", "112233445566"] {
            assert!(Pin::chosen(good).is_ok(), "{good}");
        }
        for bad in ["", "123", "0000", "1234", "987654", "12a4", "1234567890123", "١٢٣٥", " 4711"] {
            assert!(Pin::chosen(bad).is_err(), "{bad}");
        }
        assert!(Pin::typed("1234").is_some(), "may be tried, and is nobody's");
    }

    #[test]
    fn only_the_right_pin_with_the_right_pepper_is_accepted() {
        let (hasher, pin) = (PinHasher::new(&[1; 32]), Pin::chosen("4711").unwrap());
        let kept = hasher.hash(&pin, [7; 16]);
        assert!(kept.starts_with("$argon2id$") && !kept.contains("4711"));
        assert!(hasher.verify(&pin, &kept));
        assert!(!hasher.verify(&Pin::typed("4712").unwrap(), &kept));
        assert!(!PinHasher::new(&[2; 32]).verify(&pin, &kept), "the database alone is not enough");
        assert!(!hasher.verify(&pin, "nonsense"));
    }

    #[test]
    fn wrong_pins_cost_more_and_more_time() {
        let seconds: Vec<_> = (0..9).map(|wrong| pause_after(wrong).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 30, 60, 120, 240]);
        assert_eq!(pause_after(40), LONGEST_PAUSE);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
