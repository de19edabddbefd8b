//! Amounts of money as people type them.

/// Digits after the point of an amount in millionths.
const MICRO_DIGITS: usize = 6;

/// An amount in millionths, exactly: at most six digits after the point, which may be a point only.
pub(super) fn micros(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (main, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (main.is_empty() && fraction.is_empty()) || !plain(main) || !plain(fraction) || fraction.len() > MICRO_DIGITS {
        return None;
    }
    let amount: i64 = format!("{main}{fraction:0<MICRO_DIGITS$}").parse().ok()?;
    Some(if negative { -amount } else { amount })
}

/// What something was worth, in millionths: above zero.
pub(super) fn worth(text: &str) -> Result<i64, String> {
    micros(text).filter(|micros| *micros > 0).ok_or_else(|| "must be an amount above zero, such as 12.50".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        for (text, expected) in [
            ("11.77", Some(11_770_000)),
            ("0", Some(0)),
            (".5", Some(500_000)),
            ("12.", Some(12_000_000)),
            ("-6.38", Some(-6_380_000)),
            ("0.1234567", None),
            ("0.1230000000", Some(123_000)),
            ("1,5", None),
            ("", None),
            ("-", None),
            ("1e3", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(micros(text), expected, "{text}");
        }
    }

    #[test]
    fn what_something_was_worth_is_more_than_nothing() {
        assert_eq!(worth("12.50"), Ok(12_500_000));
        for wrong in ["0", "-1", "0,5", "much"] {
            assert!(worth(wrong).is_err(), "{wrong}");
        }
    }
}
