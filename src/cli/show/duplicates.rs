//! Records that may be of one person.

use crate::proto::v1;

/// Pairs of records, with what speaks for and against each.
pub(in crate::cli) fn duplicates(pairs: &[v1::DuplicatePair]) -> String {
    if pairs.is_empty() {
        return "No records that may be of one person.".to_owned();
    }
    let named = |name: &str| if name.is_empty() { "(no name)".to_owned() } else { name.to_owned() };
    let pair = |pair: &v1::DuplicatePair| {
        let evidence = pair.evidence.iter().map(|it| format!("{} {:+.1}", it.reason, it.bits));
        format!(
            "{} · {}   {:.1} bits, {:.1} needed\n  {}\n  {}\n  {}",
            named(&pair.display_name),
            named(&pair.other_display_name),
            pair.bits,
            pair.needed_bits,
            pair.customer,
            pair.other,
            evidence.collect::<Vec<_>>().join(", ")
        )
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("\n\n")
}
