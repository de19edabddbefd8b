//! Which given name stands for which.

use std::{collections::HashMap, sync::LazyLock};

/// Names that stand for each other, a group in each line, the full form first. Common ones of English, German, French,
/// Spanish, Portuguese, Italian, Dutch, Polish and Russian use, put together for this program from what everybody
/// knows.
const GROUPS: &str = include_str!("nicknames.txt");

/// The lines in which a name stands.
static LINES: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut lines: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, line) in GROUPS.lines().enumerate() {
        for name in line.split(' ') {
            lines.entry(name).or_default().push(number);
        }
    }
    lines
});

fn lines(word: &str) -> &'static [usize] {
    LINES.get(word).map_or(&[], Vec::as_slice)
}

/// The other names by which somebody of this name may be called; none for most. The word is one of
/// [`words`](super::words::words).
#[must_use]
pub(super) fn nicknames(word: &str) -> Vec<&'static str> {
    let groups = lines(word).iter().filter_map(|number| GROUPS.lines().nth(*number));
    let mut others: Vec<_> = groups.flat_map(|line| line.split(' ')).filter(|other| *other != word).collect();
    others.sort_unstable();
    others.dedup();
    others
}

/// Whether one of two given names stands for the other.
#[must_use]
pub(super) fn are_nicknames(a: &str, b: &str) -> bool {
    let of_b = lines(b);
    lines(a).iter().any(|number| of_b.contains(number))
}

#[cfg(test)]
mod tests {
    use super::{super::words::words, *};

    #[test]
    fn nicknames_go_both_ways() {
        assert!(nicknames("bob").contains(&"robert"));
        assert!(nicknames("robert").contains(&"bob"));
        assert!(are_nicknames("liz", "elizabeth"));
        assert!(!are_nicknames("bob", "elizabeth"));
        assert_eq!(nicknames("zaphod"), [""; 0]);
    }

    #[test]
    fn names_stand_as_they_are_compared() {
        for line in GROUPS.lines() {
            assert_eq!(words(line).join(" "), line);
        }
    }
}
