//! Cuts sets into statements of few different lengths.
//!
//! A statement is prepared once for each length it comes in. Lists to look up are filled up to powers of two, and rows
//! to insert are split into such powers and three halves of them: so a dozen prepared statements serve every length,
//! and none is larger than the databases allow (32,766 parameters on SQLite, 65,535 on PostgreSQL).

/// Most values of one list.
pub(super) const LIST_MAX: usize = 512;
/// Most rows of one insert.
const ROWS_MAX: usize = 96;
/// Most parameters of one statement.
const PARAMETERS_MAX: usize = 30_000;

/// The values in lists of at most [`LIST_MAX`], each filled up to a power of two with its last value. A list asks for
/// a set, so that a value that stands in it twice changes nothing.
pub(super) fn lists<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<Vec<T>> {
    let values: Vec<T> = values.into_iter().collect();
    values.chunks(LIST_MAX).map(|chunk| filled(chunk, chunk.len().next_power_of_two())).collect()
}

/// Two sets in [`lists`] side by side, for a statement that asks for both: lists of a pair have one length, and where a
/// set has come to its end, none.
pub(super) fn pairs<A: Clone, B: Clone>(
    left: impl IntoIterator<Item = A>,
    right: impl IntoIterator<Item = B>,
) -> Vec<(Vec<A>, Vec<B>)> {
    let (left, right): (Vec<A>, Vec<B>) = (left.into_iter().collect(), right.into_iter().collect());
    let (mut left, mut right) = (left.chunks(LIST_MAX), right.chunks(LIST_MAX));
    let mut pairs = Vec::new();
    loop {
        let (some, others) = (left.next().unwrap_or_default(), right.next().unwrap_or_default());
        if some.is_empty() && others.is_empty() {
            return pairs;
        }
        let length = some.len().max(others.len()).next_power_of_two();
        pairs.push((filled(some, length), filled(others, length)));
    }
}

/// The values, and the last of them again and again until there are so many; of none, none.
fn filled<T: Clone>(values: &[T], length: usize) -> Vec<T> {
    let last = values.last().into_iter().cycle().take(length - values.len());
    values.iter().chain(last).cloned().collect()
}

/// The rows in pieces whose lengths are powers of two or three halves of them, largest first, in order.
pub(super) fn pieces<T>(rows: Vec<T>, columns: usize) -> Vec<Vec<T>> {
    let limit = ROWS_MAX.min(PARAMETERS_MAX / columns.max(1)).max(1);
    let mut pieces = Vec::new();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let most = rows.len().min(limit);
        let power = 1_usize << most.ilog2();
        let and_half = power + power / 2;
        pieces.push(rows.by_ref().take(if and_half <= most { and_half } else { power }).collect());
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{LIST_MAX, PARAMETERS_MAX, lists, pairs, pieces};
    use proptest::{prop_assert, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn lists_hold_the_same_set(length in 0..2_000_usize) {
            let all = lists(0..length);
            let mut seen: Vec<_> = all.iter().flatten().copied().collect();
            seen.dedup();
            prop_assert_eq!(seen, (0..length).collect::<Vec<_>>());
            prop_assert!(all.iter().all(|list| list.len() <= LIST_MAX && list.len().is_power_of_two()));
        }

        #[test]
        fn pairs_hold_both_sets(left in 0..2_000_usize, right in 0..2_000_usize) {
            let all = pairs(0..left, 0..right);
            let seen = |lists: Vec<Vec<usize>>| {
                let mut seen = lists.concat();
                seen.dedup();
                seen
            };
            prop_assert!(all.iter().all(|(a, b)| a.is_empty() || b.is_empty() || a.len() == b.len()));
            prop_assert!(all.iter().flat_map(|(a, b)| [a, b]).all(|l| l.is_empty() || l.len().is_power_of_two()));
            let (a, b) = all.into_iter().unzip();
            prop_assert_eq!(seen(a), (0..left).collect::<Vec<_>>());
            prop_assert_eq!(seen(b), (0..right).collect::<Vec<_>>());
        }

        #[test]
        fn pieces_hold_the_same_rows_in_order(length in 0..2_000_usize, columns in 1..50_usize) {
            let all = pieces((0..length).collect(), columns);
            let few = |n: usize| n.is_power_of_two() || n.is_multiple_of(3) && (n / 3).is_power_of_two();
            prop_assert!(all.iter().all(|p| few(p.len()) && p.len() * columns <= PARAMETERS_MAX));
            prop_assert_eq!(all.concat(), (0..length).collect::<Vec<_>>());
        }
    }
}
