//! Cuts sets into statements of few different lengths.
//!
//! A statement is prepared once for each length it comes in. Lists to look up are filled up, and rows to insert are
//! split, to powers of two: so a dozen prepared statements serve every length, and none is larger than the databases
//! allow (32,766 parameters on SQLite, 65,535 on PostgreSQL).

/// Most values of one list.
pub(super) const LIST_MAX: usize = 512;
/// Most rows of one insert.
const ROWS_MAX: usize = 64;
/// Most parameters of one statement.
const PARAMETERS_MAX: usize = 30_000;

/// The values in lists of at most [`LIST_MAX`], each filled up to a power of two with its last value. A list asks for
/// a set, so that a value that stands in it twice changes nothing.
pub(super) fn lists<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<Vec<T>> {
    let values: Vec<T> = values.into_iter().collect();
    values
        .chunks(LIST_MAX)
        .map(|chunk| {
            let fill = chunk.len().next_power_of_two() - chunk.len();
            let last = chunk.last().into_iter().cycle().take(fill);
            chunk.iter().chain(last).cloned().collect()
        })
        .collect()
}

/// The rows in pieces whose lengths are powers of two, largest first, in order.
pub(super) fn pieces<T>(rows: Vec<T>, columns: usize) -> Vec<Vec<T>> {
    let limit = ROWS_MAX.min(PARAMETERS_MAX / columns.max(1)).max(1);
    let mut pieces = Vec::new();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let most = rows.len().min(limit);
        let length = 1 << most.ilog2();
        pieces.push(rows.by_ref().take(length).collect());
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{LIST_MAX, PARAMETERS_MAX, lists, pieces};
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
        fn pieces_hold_the_same_rows_in_order(length in 0..2_000_usize, columns in 1..50_usize) {
            let all = pieces((0..length).collect(), columns);
            prop_assert!(all.iter().all(|p| p.len().is_power_of_two() && p.len() * columns <= PARAMETERS_MAX));
            prop_assert_eq!(all.concat(), (0..length).collect::<Vec<_>>());
        }
    }
}
