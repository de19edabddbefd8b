//! Obligations and decisions.

use super::{Source, count};
use crate::{
    domain::{
        ids::{CustomerId, GestureId, InteractionId},
        interaction::{Interaction, InteractionState},
        obligation::{Decision, Obligation},
    },
    store::{
        entity::{decision, obligation},
        error::StoreError,
    },
};

const OBLIGATIONS: Source = Source("obligations");
const DECISIONS: Source = Source("decisions");

/// The row of an obligation, with what coverage counts of its interaction.
pub(in crate::store) fn to_row(
    obligation: &Obligation,
    interaction: &Interaction,
) -> Result<obligation::Model, StoreError> {
    Ok(obligation::Model {
        interaction_id: obligation.interaction.0,
        customer_id: obligation.customer.map(|id| id.0),
        location_id: interaction.location.to_string(),
        kind: interaction.detail.kind.as_str().to_owned(),
        outcome: interaction.detail.outcome.map(|o| o.as_str().to_owned()),
        start_at: interaction.start_at.as_microsecond(),
        voided: interaction.state == InteractionState::Voided,
        state: obligation.state.as_str().to_owned(),
        open_reason: obligation.open_reason.map(|r| r.as_str().to_owned()),
        reason: obligation.reason.map(|r| r.as_str().to_owned()),
        gesture_id: obligation.gesture.map(|id| id.0),
        follows: obligation.follows.map(|id| id.0),
        explanation: obligation.explanation.clone(),
        looked_at: OBLIGATIONS.to_json("looked_at", &obligation.looked_at)?,
        updated_at: obligation.updated_at.as_microsecond(),
    })
}

pub(in crate::store) fn from_row(row: obligation::Model) -> Result<Obligation, StoreError> {
    Ok(Obligation {
        interaction: InteractionId(row.interaction_id),
        customer: row.customer_id.map(CustomerId),
        state: OBLIGATIONS.named("state", &row.state)?,
        open_reason: OBLIGATIONS.named_opt("open_reason", row.open_reason.as_deref())?,
        reason: OBLIGATIONS.named_opt("reason", row.reason.as_deref())?,
        gesture: row.gesture_id.map(GestureId),
        follows: row.follows.map(InteractionId),
        explanation: row.explanation,
        looked_at: OBLIGATIONS.json("looked_at", &row.looked_at)?,
        updated_at: OBLIGATIONS.instant("updated_at", row.updated_at)?,
    })
}

pub(in crate::store) fn decision_to_row(decision: &Decision) -> decision::Model {
    decision::Model {
        rule_id: decision.rule.to_string(),
        occurrence: decision.occurrence.clone(),
        version: count(decision.version),
        interaction_id: decision.interaction.map(|id| id.0),
        customer_id: decision.customer.0,
        gesture_id: decision.gesture.map(|id| id.0),
        reason: decision.reason.map(|r| r.as_str().to_owned()),
        explanation: decision.explanation.clone(),
        local_day: decision.local_day().map(str::to_owned),
        group_day: decision.group_day.clone(),
        standing: decision.occurrence.contains('/'),
        priority: i32::from(decision.priority),
        at: decision.at.as_microsecond(),
    }
}

pub(in crate::store) fn decision_from_row(row: decision::Model) -> Result<Decision, StoreError> {
    Ok(Decision {
        rule: DECISIONS.named("rule_id", &row.rule_id)?,
        version: DECISIONS.number("version", row.version)?,
        occurrence: row.occurrence,
        interaction: row.interaction_id.map(InteractionId),
        customer: CustomerId(row.customer_id),
        gesture: row.gesture_id.map(GestureId),
        reason: DECISIONS.named_opt("reason", row.reason.as_deref())?,
        explanation: row.explanation,
        group_day: row.group_day,
        priority: DECISIONS.number("priority", row.priority)?,
        at: DECISIONS.instant("at", row.at)?,
    })
}

/// A name in a column of obligations, read on its own.
pub(in crate::store) fn name<T>(column: &str, text: &str) -> Result<T, StoreError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    OBLIGATIONS.named(column, text)
}
