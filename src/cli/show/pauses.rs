//! What is stopped from leaving.

use super::words;
use crate::{cli::output, proto::v1};

/// Pauses as a table.
pub(in crate::cli) fn pauses(pauses: &[v1::Pause]) -> String {
    let mut table = output::table(&["pause", "what", "since", "until", "why"]);
    for pause in pauses {
        let time = |at: Option<prost_types::Timestamp>| at.map(words::utc).unwrap_or_default();
        let name = words::short_ids(&pause.name);
        table.add_row([name, scope(pause), time(pause.pause_time), time(pause.resume_time), pause.reason.clone()]);
    }
    table.to_string()
}

fn scope(pause: &v1::Pause) -> String {
    let channel = match pause.channel() {
        v1::Channel::Unspecified => String::new(),
        channel => words::channel(channel),
    };
    let parts = [pause.location.clone(), channel, pause.rule.clone()];
    let said: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if said.is_empty() { "everything".to_owned() } else { said.join(", ") }
}
