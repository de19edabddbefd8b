//! Lengths and numbers as people say them.

use jiff::SignedDuration;

/// A length in all its units, largest first, down to the millisecond and rounded up to it: `42 s`, `1 min 5 s`,
/// `3 days 4 h`. So nothing that missed its limit by little looks as if it had kept it.
pub(super) fn length(length: SignedDuration) -> String {
    const UNITS: [(i128, &str); 5] = [(86_400_000, "days"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms")];
    let mut rest = (length.as_micros() + 999) / 1_000;
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        let count = rest / size;
        rest %= size;
        match (count, unit) {
            (0, _) => {}
            (1, "days") => parts.push("1 day".to_owned()),
            (count, unit) => parts.push(format!("{count} {unit}")),
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// `once`, `2 times`.
pub(super) fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// `1 day`, `2 days`.
pub(super) fn days(count: u32) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_all_their_units() {
        let cases = [
            (0, "0 s"),
            (42, "42 s"),
            (65, "1 min 5 s"),
            (300, "5 min"),
            (43_200, "12 h"),
            (43_265, "12 h 1 min 5 s"),
            (86_400, "1 day"),
            (273_600, "3 days 4 h"),
        ];
        for (seconds, said) in cases {
            assert_eq!(length(SignedDuration::from_secs(seconds)), said);
        }
        assert_eq!(length(SignedDuration::from_millis(420)), "420 ms");
        assert_eq!(length(SignedDuration::from_micros(3)), "1 ms");
        assert_eq!(length(SignedDuration::from_micros(10_000_001)), "10 s 1 ms");
    }
}
