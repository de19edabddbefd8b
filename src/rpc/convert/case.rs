//! Cases.

use super::{enums::WireEnum, types::timestamp};
use crate::{
    domain::case::Case,
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, optional_name},
    },
};

pub(crate) fn case(case: &Case) -> pb::Case {
    pb::Case {
        name: case.id.name(),
        customer: case.customer.name(),
        interaction: optional_name(case.interaction.as_ref()),
        gesture: optional_name(case.gesture.as_ref()),
        summary: case.summary.clone(),
        severity: case.severity.into(),
        state: case.state.to_wire(),
        origin: case.origin.to_wire(),
        root_cause: case.root_cause.clone(),
        no_cause_found: case.no_cause_found,
        remedy: case.remedy.clone(),
        open_time: Some(timestamp(case.opened_at)),
        resolve_time: case.resolved_at.map(timestamp),
        etag: etag::of(case.version),
    }
}
