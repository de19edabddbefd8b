//! Why something is as it is, and what would have to change.

use super::words;
use crate::{cli::output, proto::v1};

/// Why an interaction is owed what it is owed.
pub(in crate::cli) fn interaction_explained(reply: &v1::ExplainInteractionResponse) -> String {
    let obligation = reply.obligation.clone().unwrap_or_default();
    let mut told = vec![headline(
        &words::obligation_state(obligation.state()),
        &words::reason(obligation.reason()),
        &obligation.explanation,
        &reply.would_change,
    )];
    if !reply.decisions.is_empty() {
        let mut table = output::ruled_table(&["matched", "became", "why", "what would have to change"]);
        for decision in &reply.decisions {
            let became = match decision.reason() {
                v1::Reason::Unspecified => decision.gesture.clone(),
                reason => words::reason(reason),
            };
            table.add_row([
                decision.rule.trim_start_matches("rules/").to_owned(),
                became,
                decision.explanation.clone(),
                decision.would_change.clone(),
            ]);
        }
        told.push(table.to_string());
    }
    if !reply.looked_at.is_empty() {
        let mut table = output::ruled_table(&["did not match", "by", "found", "what would match"]);
        for rule in &reply.looked_at {
            table.add_row([
                rule.rule.trim_start_matches("rules/").to_owned(),
                rule.failed_clause.clone(),
                rule.found.clone(),
                rule.would_match.clone(),
            ]);
        }
        told.push(table.to_string());
    }
    told.join("\n\n")
}

/// Why a customer was not greeted on a day, or not asked about a silence.
pub(in crate::cli) fn customer_explained(stopped: &[v1::TimelineEntry]) -> String {
    use v1::timeline_entry::What;
    if stopped.is_empty() {
        return "No gate stopped a greeting: each day and silence that came up has its gesture, or no rule was for it."
            .to_owned();
    }
    let mut table = output::ruled_table(&["decided", "for", "by", "stopped", "why", "what would have to change"]);
    for entry in stopped {
        let Some(What::Decision(decision)) = &entry.what else { continue };
        table.add_row([
            decision.decide_time.map(words::utc).unwrap_or_default(),
            decision.occurrence.split_once('/').map_or("", |(_, what)| what).to_owned(),
            decision.rule.trim_start_matches("rules/").to_owned(),
            words::reason(decision.reason()),
            decision.explanation.clone(),
            decision.would_change.clone(),
        ]);
    }
    table.to_string()
}

/// Why a gesture is as it is.
pub(in crate::cli) fn gesture_explained(reply: &v1::ExplainGestureResponse) -> String {
    let gesture = reply.gesture.clone().unwrap_or_default();
    let mut told = vec![headline(
        &words::gesture_state(gesture.state()),
        &words::reason(gesture.state_reason()),
        &gesture.explanation,
        &reply.would_change,
    )];
    let mut plan = output::table(&["plan", ""]);
    for step in gesture.plan.iter().flat_map(|plan| &plan.steps) {
        plan.add_row([step.due_time.map(words::utc).unwrap_or_default(), step.text.clone()]);
    }
    told.push(plan.to_string());
    let mut gates = output::ruled_table(&["gate", "now", "why", "what would have to change"]);
    for gate in &reply.gates {
        let now = if gate.passes { "passes" } else { "stops" };
        gates.add_row([gate.display_name.clone(), now.to_owned(), gate.explanation.clone(), gate.would_pass.clone()]);
    }
    told.push(gates.to_string());
    told.join("\n\n")
}

fn headline(state: &str, reason: &str, explanation: &str, would_change: &str) -> String {
    let state = if reason.is_empty() { state.to_owned() } else { format!("{state} ({reason})") };
    let lines = [state.as_str(), explanation, would_change];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
