//! Whether those who bought and those who did not get the same care.

use super::words;
use crate::{cli::output, proto::v1};

/// The counts as a table, what was suppressed with its reasons.
pub(in crate::cli) fn coverage(reply: &v1::GetCoverageResponse) -> String {
    let headings = ["", "seen", "owed", "done", "open", "expired", "coverage", "owes none", "stopped"];
    let mut table = output::table(&headings);
    for row in &reply.rows {
        let class = match row.outcome_class() {
            v1::OutcomeClass::Bought => "bought",
            _ => "not bought",
        };
        if let Some(counts) = &row.counts {
            table.add_row(cells(format!("{}, {class}", words::kind(row.kind())), counts));
        }
    }
    for (heading, counts) in [("all who bought", &reply.bought), ("all who did not", &reply.not_bought)] {
        if let Some(counts) = counts {
            table.add_row(cells(heading.to_owned(), counts));
        }
    }
    let gap =
        reply.gap.map(|gap| format!(" · bought minus not bought: {:+.0} points", 100.0 * gap)).unwrap_or_default();
    format!("{table}\n{} customers, {} of them returning{gap}", reply.customers, reply.returning_customers)
}

fn cells(heading: String, counts: &v1::CoverageCounts) -> Vec<String> {
    let coverage = counts.coverage.map(|share| format!("{:.0} %", 100.0 * share)).unwrap_or_default();
    let suppressed = counts.suppressed.iter().map(|one| format!("{} {}", one.count, words::reason(one.reason())));
    let other = [(counts.waived, "waived"), (counts.cancelled, "cancelled")];
    let other = other.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    vec![
        heading,
        counts.interactions.to_string(),
        counts.owed.to_string(),
        counts.fulfilled.to_string(),
        counts.open.to_string(),
        counts.expired.to_string(),
        coverage,
        counts.not_owed.to_string(),
        suppressed.chain(other).collect::<Vec<_>>().join("\n"),
    ]
}
