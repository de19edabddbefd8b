//! Cases.

use super::{Source, count, time};
use crate::{
    domain::{
        case::{Case, Grant, Reopening},
        ids::{CaseId, CustomerId, GestureId, InteractionId},
        money::Money,
    },
    store::{
        entity::{case, remedy_grant},
        error::StoreError,
    },
};

const CASES: Source = Source("cases");
const GRANTS: Source = Source("remedy_grants");

pub(in crate::store) fn to_row(case: &Case) -> Result<case::Model, StoreError> {
    let reopened = case.reopened.as_ref();
    Ok(case::Model {
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
        location_id: case.location.as_ref().map(ToString::to_string),
        assignee: Some(case.assignee.clone()),
        remedies: Some(CASES.to_json("remedies", &case.remedies)?),
        recovery_id: case.recovery.map(|id| id.0),
        reopened_at: reopened.map(|it| it.at.as_microsecond()),
        reopen_reason: reopened.map(|it| it.reason.clone()),
    })
}

pub(in crate::store) fn from_row(row: case::Model) -> Result<Case, StoreError> {
    let reopened_at = CASES.instant_opt("reopened_at", row.reopened_at)?;
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
        location: CASES.named_opt("location_id", row.location_id.as_deref())?,
        assignee: row.assignee.unwrap_or_default(),
        remedies: row.remedies.map(|json| CASES.json("remedies", &json)).transpose()?.unwrap_or_default(),
        recovery: row.recovery_id.map(GestureId),
        reopened: reopened_at.map(|at| Reopening { at, reason: row.reopen_reason.unwrap_or_default() }),
    })
}

pub(in crate::store) fn grant_to_row(grant: &Grant) -> remedy_grant::Model {
    remedy_grant::Model {
        location_id: grant.location.to_string(),
        local_day: grant.day.to_string(),
        number: count(grant.number),
        case_id: grant.case.0,
        currency: grant.amount.currency.clone(),
        micros: grant.amount.micros,
    }
}

pub(in crate::store) fn grant_from_row(row: remedy_grant::Model) -> Result<Grant, StoreError> {
    Ok(Grant {
        location: GRANTS.named("location_id", &row.location_id)?,
        day: time::day("remedy_grants", "local_day", &row.local_day)?,
        number: GRANTS.number("number", row.number)?,
        case: CaseId(row.case_id),
        amount: Money { currency: row.currency, micros: row.micros },
    })
}
