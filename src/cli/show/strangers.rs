//! What was written about people, and who left without being known.

use super::words;
use crate::{cli::output, proto::v1};

/// Visits of people who are not known, as a table.
pub(in crate::cli) fn strangers(visits: &[v1::Interaction]) -> String {
    let mut table = output::table(&["visit", "when", "who", "looked at"]);
    for visit in visits {
        let when = visit.start_time.map(words::utc).unwrap_or_default();
        let looked_at = visit.items_looked_at.join(", ");
        table.add_row([words::short_ids(&visit.name), when, visit.stranger.clone(), looked_at]);
    }
    table.to_string()
}

/// A word of advice on what was written, a line for each hint.
pub(in crate::cli) fn hints(hints: &[v1::RemarkHint]) -> Vec<String> {
    let line = |hint: &v1::RemarkHint| {
        let topic = words::plain(hint.topic().as_str_name(), "TOPIC_");
        format!("`{}` may be about {topic} (“{}”): the customer can read it.", hint.field, hint.word)
    };
    hints.iter().map(line).collect()
}
