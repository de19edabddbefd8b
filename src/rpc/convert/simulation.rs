//! What is wrong with a rule, and what it would have made.

use super::{
    enums::{WireEnum, to_wire_or_zero},
    types::timestamp,
};
use crate::{
    app::SimulationPage,
    domain::{
        commands::simulate::{APPROXIMATIONS, Simulated, SimulatedOutcome},
        filter::{Filter, Schema},
        gesture::Reason,
        refusal::Violation,
    },
    proto::v1 as pb,
};
use std::{cmp::Reverse, collections::BTreeMap};

/// The path of a rule's condition.
const CONDITION: &str = "rule.condition";

/// All faults of a rule: of its condition, each with its place; of everything else, what was found wrong.
pub(crate) fn rule_faults(condition: &str, schema: &Schema, others: Vec<Violation>) -> Vec<pb::RuleFault> {
    let whole = |violation: Violation| pb::RuleFault {
        field: violation.field,
        description: violation.description,
        ..pb::RuleFault::default()
    };
    let of_condition = Filter::faults(condition, schema).into_iter().map(|fault| {
        let before = condition.get(..fault.position).unwrap_or(condition);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let number = |count: usize| i32::try_from(count + 1).unwrap_or(i32::MAX);
        pb::RuleFault {
            field: CONDITION.to_owned(),
            description: fault.problem.to_string(),
            line: number(before.matches('\n').count()),
            column: number(before[line_start..].chars().count()),
            nearest: fault.nearest().unwrap_or_default().to_owned(),
        }
    });
    others.into_iter().filter(|violation| violation.field != CONDITION).map(whole).chain(of_condition).collect()
}

pub(crate) fn simulation(page: &SimulationPage) -> pb::SimulateRuleResponse {
    let mut failed: Vec<_> = page.failed.iter().collect();
    failed.sort_by_key(|(clause, count)| (Reverse(**count), (*clause).clone()));
    pb::SimulateRuleResponse {
        looked_at_count: count(page.looked_at),
        skipped: reasons(&page.skipped),
        failed: failed
            .into_iter()
            .map(|(clause, times)| pb::SimulatedClause { clause: clause.clone(), count: count(*times) })
            .collect(),
        matched_count: count(page.matched()),
        stopped: reasons(&page.stopped),
        gesture_count: count(page.gestures),
        examples: page.examples.iter().map(example).collect(),
        reached_time: page.reached.map(timestamp),
        approximations: APPROXIMATIONS.map(str::to_owned).to_vec(),
        next_page_token: String::new(),
    }
}

fn reasons(counts: &BTreeMap<Reason, u64>) -> Vec<pb::SimulatedReason> {
    let one = |(reason, times): (&Reason, &u64)| pb::SimulatedReason { reason: reason.to_wire(), count: count(*times) };
    counts.iter().map(one).collect()
}

fn example(simulated: &Simulated) -> pb::SimulatedExample {
    use pb::simulated_example::Outcome;
    let (outcome, reason, explanation) = match &simulated.outcome {
        SimulatedOutcome::Skipped(reason, why) => (Outcome::Skipped, Some(*reason), why.clone()),
        SimulatedOutcome::Failed(clause) => (Outcome::Failed, None, clause.clone()),
        SimulatedOutcome::Stopped(reason, why) => (Outcome::Stopped, Some(*reason), why.clone()),
        SimulatedOutcome::Gesture { held, .. } => (Outcome::Gesture, None, held.clone().unwrap_or_default()),
    };
    let (channel, due_at) = match &simulated.outcome {
        SimulatedOutcome::Gesture { channel, due_at, .. } => (Some(*channel), Some(*due_at)),
        _ => (None, None),
    };
    pb::SimulatedExample {
        subject: simulated.subject.to_string(),
        outcome: outcome.into(),
        reason: to_wire_or_zero(reason),
        explanation,
        event_time: Some(timestamp(simulated.at)),
        channel: to_wire_or_zero(channel),
        due_time: due_at.map(timestamp),
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::RULE_CONDITIONS;

    #[test]
    fn every_fault_of_a_condition_has_its_place() {
        let condition = "summary.visit_dayz >= 2\n  AND interaction.kind = vist\n  AND customer.tags = vip AND (";
        let faults = rule_faults(condition, &RULE_CONDITIONS, vec![Violation::new("rule.display_name", "is empty")]);
        let places: Vec<_> =
            faults.iter().map(|it| (it.field.as_str(), it.line, it.column, it.nearest.as_str())).collect();
        assert_eq!(
            places,
            [
                ("rule.display_name", 0, 0, ""),
                (CONDITION, 1, 1, "summary.visit_days"),
                (CONDITION, 2, 26, "visit"),
                (CONDITION, 3, 21, ""),
                (CONDITION, 3, 32, ""),
            ]
        );
    }
}
