//! The queue: whom, why, how, and what to say.

use super::words;
use crate::{cli::output, proto::v1};

/// The queue as a table; what must not be said stands last, in its own line.
pub(in crate::cli) fn queue(entries: &[v1::QueueEntry]) -> String {
    let mut table = output::ruled_table(&["due", "what", "who", "why", "say"]);
    for entry in entries {
        let gesture = entry.gesture.clone().unwrap_or_default();
        let plan = gesture.plan.as_ref();
        let due = plan.map(|plan| words::planned_local(&plan.planned_local)).unwrap_or_default();
        let late = entry.late_duration.map(|late| format!("late by {}", words::length(late))).unwrap_or_default();
        let now = if entry.allowed_now { "now".to_owned() } else { String::new() };
        let due = lines([due, late, now]);
        let promised = if gesture.promised { "promised " } else { "" };
        let what = format!("{promised}{}\n{}", words::gesture_kind(gesture.kind()), words::channel(gesture.channel()));
        let what = format!("{what}\n{}", words::short_ids(&gesture.name));
        table.add_row([due, what, who(entry), why(entry), say(entry)]);
    }
    table.to_string()
}

fn who(entry: &v1::QueueEntry) -> String {
    let name = if entry.display_name.is_empty() { "(no name)" } else { &entry.display_name };
    let taken = if entry.taken_by.is_empty() { String::new() } else { format!("{} has it", entry.taken_by) };
    let address = entry.address_lines.join("\n");
    let phone = if address.is_empty() { entry.phone.clone() } else { String::new() };
    lines([name.to_owned(), entry.how_to_say.clone(), phone, address, taken])
}

fn why(entry: &v1::QueueEntry) -> String {
    let last = if entry.what_happened_last.is_empty() || entry.what_happened_last == entry.why {
        String::new()
    } else {
        format!("Last: {}", entry.what_happened_last)
    };
    let gesture = entry.gesture.as_ref().filter(|it| it.state_reason() == v1::Reason::CallCapacity);
    let no_room = gesture.map(|gesture| gesture.explanation.clone()).unwrap_or_default();
    lines([entry.why.clone(), no_room, last])
}

fn say(entry: &v1::QueueEntry) -> String {
    let not = entry.not_to_be_said.join("; ");
    let not = if not.is_empty() { not } else { format!("Not: {not}") };
    let paused = entry.pause.as_ref().map(|pause| format!("Paused: {}", pause.reason)).unwrap_or_default();
    lines([entry.what_to_say.clone(), not, paused])
}

fn lines<const N: usize>(parts: [String; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}
