//! Cases.

use super::Source;
use crate::{
    domain::{
        case::Case,
        ids::{CaseId, CustomerId, GestureId, InteractionId},
    },
    store::{entity::case, error::StoreError},
};

const CASES: Source = Source("cases");

pub(in crate::store) fn to_row(case: &Case) -> case::Model {
    case::Model {
        id: case.id.0,
        customer_id: case.customer.0,
        interaction_id: case.interaction.map(|id| id.0),
        gesture_id: case.gesture.map(|id| id.0),
        state: case.state.as_str().to_owned(),
        origin: case.origin.as_str().to_owned(),
        summary: case.summary.clone(),
        severity: i32::from(case.severity),
        root_cause: case.root_cause.clone(),
        no_cause_found: case.no_cause_found,
        remedy: case.remedy.clone(),
        opened_at: case.opened_at.as_microsecond(),
        resolved_at: case.resolved_at.map(|at| at.as_microsecond()),
        version: case.version,
    }
}

pub(in crate::store) fn from_row(row: case::Model) -> Result<Case, StoreError> {
    Ok(Case {
        id: CaseId(row.id),
        customer: CustomerId(row.customer_id),
        interaction: row.interaction_id.map(InteractionId),
        gesture: row.gesture_id.map(GestureId),
        state: CASES.named("state", &row.state)?,
        origin: CASES.named("origin", &row.origin)?,
        summary: row.summary,
        severity: CASES.number("severity", row.severity)?,
        root_cause: row.root_cause,
        no_cause_found: row.no_cause_found,
        remedy: row.remedy,
        opened_at: CASES.instant("opened_at", row.opened_at)?,
        resolved_at: CASES.instant_opt("resolved_at", row.resolved_at)?,
        version: row.version,
    })
}
