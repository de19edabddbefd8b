//! What happened.

use jiff::tz::TimeZone;

use super::words;
use crate::proto::v1::Event;

/// One line about a change: when, what, to what, by whom.
pub(in crate::cli) fn event(event: &Event) -> String {
    let at = event.event_time.map(|at| words::instant(at, &TimeZone::system())).unwrap_or_default();
    let mut line = format!("{at}  {:<26}  {}", event.kind, words::short_ids(&event.subject));
    if !event.customer.is_empty() && event.customer != event.subject {
        line.push_str(&format!(" of {}", words::short_ids(&event.customer)));
    }
    if !event.state.is_empty() {
        line.push_str(&format!(": {}", event.state));
    }
    if !event.reason.is_empty() {
        line.push_str(&format!(" ({})", event.reason));
    }
    if !event.fields.is_empty() {
        line.push_str(&format!(" [{}]", event.fields.join(", ")));
    }
    let by = if event.on_behalf_of.is_empty() { words::short_ids(&event.actor) } else { event.on_behalf_of.clone() };
    format!("{line}  by {by}")
}

#[cfg(test)]
mod tests {
    use super::event;
    use crate::proto::v1::Event;

    #[test]
    fn a_change_is_one_line() {
        let told = event(&Event {
            kind: "gesture.completed".to_owned(),
            subject: "gestures/01a20846-fe00-7686-82b3-02b2d9d2666c".to_owned(),
            customer: "customers/01a20846-fe00-7686-82b3-02b2d9d21234".to_owned(),
            state: "completed".to_owned(),
            reason: "delivered".to_owned(),
            actor: "system".to_owned(),
            ..Event::default()
        });
        let told = told.trim_start();
        assert!(told.starts_with("gesture.completed"), "{told}");
        assert!(told.ends_with("gestures/…666c of customers/…1234: completed (delivered)  by system"), "{told}");
    }
}
