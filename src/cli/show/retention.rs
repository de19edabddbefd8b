//! What is kept for a time only.

use super::words;
use crate::{cli::output, proto::v1};

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// What is too old, and what was forgotten of it, as a table.
pub(in crate::cli) fn retention(reply: &v1::ApplyRetentionResponse, dry_run: bool) -> String {
    let mut table = output::table(&["what", "kept for", "too old", "the oldest", "forgotten"]);
    for line in &reply.lines {
        let what = words::plain(line.kind().as_str_name(), "RETAINED_KIND_");
        let kept = line.keep_duration.map_or_else(|| "ever".to_owned(), period);
        let oldest = line.oldest_time.map(words::utc).unwrap_or_default();
        let forgotten = if dry_run { "–".to_owned() } else { line.forgotten_count.to_string() };
        table.add_row([what, kept, line.due_count.to_string(), oldest, forgotten]);
    }
    table.to_string()
}

/// In days, as it is configured; in hours where it is not whole days.
fn period(length: prost_types::Duration) -> String {
    match i32::try_from(length.seconds / SECONDS_A_DAY) {
        Ok(days) if length.seconds % SECONDS_A_DAY == 0 => words::days(days),
        _ => words::length(length),
    }
}
