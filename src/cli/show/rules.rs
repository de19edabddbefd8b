//! Rules, what is wrong with one, and what it would have made.

use comfy_table::ColumnConstraint;

use super::words;
use crate::{cli::output, proto::v1};

/// The rules as a table.
pub(in crate::cli) fn rules(rules: &[v1::Rule]) -> String {
    let mut table = output::table(&["rule", "state", "set off by", "does", "group", "held out"]);
    for rule in rules {
        let action = rule.action.clone().unwrap_or_default();
        let held_out = match action.hold_out_percent {
            0 => String::new(),
            percent => format!("{percent} %"),
        };
        table.add_row([
            rule.name.trim_start_matches("rules/").to_owned(),
            words::plain(rule.state().as_str_name(), "STATE_"),
            trigger(rule.trigger.as_ref()),
            words::gesture_kind(action.gesture_kind()),
            action.group,
            held_out,
        ]);
    }
    table.to_string()
}

fn trigger(trigger: Option<&v1::rule::Trigger>) -> String {
    use v1::rule::Trigger;
    match trigger {
        Some(Trigger::Interaction(_)) => "an interaction".to_owned(),
        Some(Trigger::Milestone(_)) => "the n-th visit day".to_owned(),
        Some(Trigger::ImportantDate(_)) => "a day of theirs".to_owned(),
        Some(Trigger::FirstVisitAnniversary(_)) => "years since their first visit".to_owned(),
        Some(Trigger::Silence(_)) => "silence".to_owned(),
        Some(Trigger::Unspoken(unspoken)) => format!("{} days without a conversation", unspoken.days),
        None => String::new(),
    }
}

/// What is wrong with a rule; a fault of the condition below the line that has it.
pub(in crate::cli) fn rule_faults(rule: &v1::Rule, faults: &[v1::RuleFault]) -> String {
    let told = faults.iter().map(|fault| {
        let place = usize::try_from(fault.line).ok().and_then(|line| line.checked_sub(1));
        let Some(line) = place.and_then(|line| rule.condition.lines().nth(line)) else {
            return format!("{}: {}", fault.field, fault.description);
        };
        let number = fault.line.to_string();
        let margin = " ".repeat(number.len());
        let before = usize::try_from(fault.column).unwrap_or(1).saturating_sub(1);
        // Tabs stay tabs, so that the caret stands below its place whatever they are worth.
        let indent: String = line.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        format!(
            "{}, line {}, column {}\n  {number} | {line}\n  {margin} | {indent}^ {}",
            fault.field, fault.line, fault.column, fault.description
        )
    });
    told.collect::<Vec<_>>().join("\n\n")
}

/// What a rule would have made.
pub(in crate::cli) fn simulation(reply: &v1::SimulateRuleResponse) -> String {
    let mut table = output::table(&["", "how many", "why"]);
    table.add_row(["looked at".to_owned(), reply.looked_at_count.to_string(), String::new()]);
    for one in &reply.skipped {
        table.add_row(["not asked".to_owned(), one.count.to_string(), words::reason(one.reason())]);
    }
    for one in &reply.failed {
        table.add_row(["did not match".to_owned(), one.count.to_string(), one.clause.clone()]);
    }
    for one in &reply.stopped {
        table.add_row(["stopped".to_owned(), one.count.to_string(), words::reason(one.reason())]);
    }
    table.add_row(["gestures".to_owned(), reply.gesture_count.to_string(), String::new()]);
    let mut examples = output::table(&["example", "became", "why"]);
    for one in &reply.examples {
        let became = match one.outcome() {
            v1::simulated_example::Outcome::Gesture => words::plain(one.channel().as_str_name(), "CHANNEL_"),
            other => words::plain(other.as_str_name(), "OUTCOME_"),
        };
        examples.add_row([one.subject.clone(), became, one.explanation.clone()]);
    }
    // Whole, so that it can be copied into the next command.
    if let Some(subject) = examples.column_mut(0) {
        subject.set_constraint(ColumnConstraint::ContentWidth);
    }
    let approximations: Vec<_> = reply.approximations.iter().map(|text| format!("  {text}")).collect();
    format!("{table}\n\n{examples}\n\nNot as it was:\n{}", approximations.join("\n"))
}
