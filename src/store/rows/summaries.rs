//! A customer's history in one row.

use super::{Source, count};
use crate::{
    domain::{
        ids::{CaseId, CustomerId},
        summary::{LastSeen, Summary},
    },
    store::{entity::customer_summary, error::StoreError},
};

const SUMMARIES: Source = Source("customer_summaries");

pub(in crate::store) fn to_row(summary: &Summary) -> Result<customer_summary::Model, StoreError> {
    let last = summary.last.as_ref();
    Ok(customer_summary::Model {
        customer_id: summary.customer.0,
        visit_days: count(summary.visit_days),
        first_visit: summary.first_visit.map(|d| d.to_string()),
        last_visit: summary.last_visit.map(|d| d.to_string()),
        last_purchase: summary.last_purchase.map(|d| d.to_string()),
        last_seen_at: last.map(|seen| seen.at.as_microsecond()),
        last_location_id: last.map(|seen| seen.location.to_string()),
        last_contact_at: summary.last_contact_at.map(|at| at.as_microsecond()),
        open_case: summary.open_case.map(|id| id.0),
        open_promises: count(summary.open_promises),
        grieving_since: summary.grieving_since.map(|at| at.as_microsecond()),
        counts: SUMMARIES.to_json("counts", &summary.counts)?,
        gaps: SUMMARIES.to_json("gaps", &summary.gaps)?,
        spend: SUMMARIES.to_json("spend", &summary.spend)?,
        last_seen: last.map(|seen| SUMMARIES.to_json("last_seen", seen)).transpose()?,
        look_at: summary.look_at.as_microsecond(),
        last_spoken: summary.last_spoken.map(|d| d.to_string()),
        known_on: summary.known_on.map(|d| d.to_string()),
    })
}

pub(in crate::store) fn from_row(row: customer_summary::Model) -> Result<Summary, StoreError> {
    let last = row.last_seen.as_deref().map(|text| SUMMARIES.json::<LastSeen>("last_seen", text));
    Ok(Summary {
        customer: CustomerId(row.customer_id),
        visit_days: SUMMARIES.number("visit_days", row.visit_days)?,
        first_visit: SUMMARIES.day_opt("first_visit", row.first_visit.as_deref())?,
        last_visit: SUMMARIES.day_opt("last_visit", row.last_visit.as_deref())?,
        last_purchase: SUMMARIES.day_opt("last_purchase", row.last_purchase.as_deref())?,
        counts: SUMMARIES.json("counts", &row.counts)?,
        gaps: SUMMARIES.json("gaps", &row.gaps)?,
        spend: SUMMARIES.json("spend", &row.spend)?,
        last: last.transpose()?,
        last_contact_at: SUMMARIES.instant_opt("last_contact_at", row.last_contact_at)?,
        open_case: row.open_case.map(CaseId),
        open_promises: SUMMARIES.number("open_promises", row.open_promises)?,
        grieving_since: SUMMARIES.instant_opt("grieving_since", row.grieving_since)?,
        last_spoken: SUMMARIES.day_opt("last_spoken", row.last_spoken.as_deref())?,
        known_on: SUMMARIES.day_opt("known_on", row.known_on.as_deref())?,
        look_at: SUMMARIES.instant("look_at", row.look_at)?,
    })
}
