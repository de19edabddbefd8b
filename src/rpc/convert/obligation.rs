//! What is owed, and how that came about.

use super::{
    enums::{WireEnum, to_wire_or_zero},
    types::timestamp,
};
use crate::{
    domain::{
        advice::{Advice, plainly},
        obligation::{Decision, LookedAt, Obligation},
    },
    proto::v1 as pb,
    rpc::names::{ResourceId, optional_name},
};

pub(crate) fn obligation(obligation: &Obligation) -> pb::Obligation {
    pb::Obligation {
        interaction: obligation.interaction.name(),
        customer: optional_name(obligation.customer.as_ref()),
        state: obligation.state.to_wire(),
        open_reason: to_wire_or_zero(obligation.open_reason),
        reason: to_wire_or_zero(obligation.reason),
        gesture: optional_name(obligation.gesture.as_ref()),
        follows: optional_name(obligation.follows.as_ref()),
        explanation: obligation.explanation.clone(),
        update_time: Some(timestamp(obligation.updated_at)),
    }
}

pub(crate) fn decision(decision: &Decision) -> pb::Decision {
    pb::Decision {
        rule: decision.rule.name(),
        rule_version: version(decision.version),
        occurrence: decision.occurrence.clone(),
        interaction: optional_name(decision.interaction.as_ref()),
        customer: decision.customer.name(),
        gesture: optional_name(decision.gesture.as_ref()),
        reason: to_wire_or_zero(decision.reason),
        explanation: decision.explanation.clone(),
        priority: decision.priority.into(),
        decide_time: Some(timestamp(decision.at)),
        would_change: String::new(),
    }
}

/// A decision that a gate stopped, with what would have to change as far as the gate alone says so.
pub(crate) fn stopped(stopped: &Decision) -> pb::Decision {
    pb::Decision { would_change: stopped.reason.map(plainly).unwrap_or_default().to_owned(), ..decision(stopped) }
}

/// The rules that did not match, each with what was found there. Advice is given in the same order.
pub(crate) fn looked_at(looked_at: &[LookedAt], advice: Vec<Advice>) -> Vec<pb::RuleLookedAt> {
    let advice = advice.into_iter().chain(std::iter::repeat_with(Advice::default));
    let one = |(looked_at, advice): (&LookedAt, Advice)| pb::RuleLookedAt {
        rule: looked_at.rule.name(),
        rule_version: version(looked_at.version),
        failed_clause: looked_at.failed.clone(),
        found: advice.found,
        would_match: advice.would,
    };
    looked_at.iter().zip(advice).map(one).collect()
}

/// The number of a rule's version.
pub(crate) fn version(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
