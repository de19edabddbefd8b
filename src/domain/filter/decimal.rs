//! Exact decimal numbers, for comparing amounts of money and lengths of time.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// Decimal places that are kept: amounts and times are stored in millionths.
const PLACES: usize = 6;
/// 10 to the power of [`PLACES`].
const ONE: u64 = 1_000_000;
/// Most digits before the point, so that any number fits into 64 bits.
const MAX_INTEGER_DIGITS: usize = 12;

/// An exact decimal number in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal {
    pub(super) micros: i64,
}

/// A text that isn't a decimal number of at most 12 digits before the point and 6 behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotADecimal;

impl FromStr for Decimal {
    type Err = NotADecimal;

    /// Reads `-?digits[.digits]`; any other sign, exponents and separators are refused.
    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (integer, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(NotADecimal),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (1..=MAX_INTEGER_DIGITS).contains(&integer.len()) && fraction.len() <= PLACES;
        if !fits || !all_digits(integer) || !all_digits(fraction) {
            return Err(NotADecimal);
        }
        let magnitude: i64 = format!("{integer}{fraction:0<PLACES$}").parse().map_err(|_| NotADecimal)?;
        Ok(Self { micros: if negative { -magnitude } else { magnitude } })
    }
}

impl Display for Decimal {
    /// The shortest form that reads back as the same number.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = if self.micros < 0 { "-" } else { "" };
        let magnitude = self.micros.unsigned_abs();
        write!(f, "{sign}{}", magnitude / ONE)?;
        let places = format!("{:0>PLACES$}", magnitude % ONE);
        match places.trim_end_matches('0') {
            "" => Ok(()),
            places => write!(f, ".{places}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_the_shortest_form() {
        for (text, shortest) in [
            ("0", "0"),
            ("-0", "0"),
            ("007.50", "7.5"),
            ("-0.000001", "-0.000001"),
            ("999999999999.999999", "999999999999.999999"),
        ] {
            let number: Decimal = text.parse().expect("a decimal");
            assert_eq!(number.to_string(), shortest);
        }
    }

    #[test]
    fn refuses_what_is_no_plain_decimal() {
        for text in ["", "-", ".", "1.", ".5", "+1", "1e3", "1_0", "0.0000001", "1000000000000", "１"] {
            assert_eq!(text.parse::<Decimal>(), Err(NotADecimal), "{text}");
        }
    }
}
