//! Whether everybody gets the same care.

use super::{
    Rpc,
    convert::{
        enums::{WireEnum, to_wire_or_zero},
        obligation::obligation,
    },
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{Counts, Coverage, CoverageQuery, CoverageRow, ObligationQuery},
    domain::obligation::{ObligationState, OpenReason},
    proto::v1::{self as pb, insight_service_server::InsightService},
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl InsightService for Rpc {
    async fn get_coverage(
        &self,
        request: Request<pb::GetCoverageRequest>,
    ) -> Result<Response<pb::GetCoverageResponse>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let query = CoverageQuery {
            from: fields.time("start_time", said.start_time),
            before: fields.time("end_time", said.end_time),
            location: fields.optional_name("location", &said.location),
        };
        if query.from.zip(query.before).is_some_and(|(from, before)| before <= from) {
            fields.refuse("end_time", "must be later than start_time");
        }
        let query = fields.finish(Some(query))?;
        let coverage = self.app.coverage(&query).await.map_err(Failure::from)?;
        Ok(Response::new(response(&coverage)))
    }

    async fn waive_obligation(
        &self,
        request: Request<pb::WaiveObligationRequest>,
    ) -> Result<Response<pb::WaiveObligationResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let interaction = fields.name("interaction", &said.interaction);
        let why = fields.required_short("reason", said.reason);
        let interaction = fields.finish(interaction)?;
        let waived = self.app.waive_obligation(actor, interaction, why).await.map_err(Failure::from)?;
        let obligation = Some(obligation(&waived.obligation));
        Ok(Response::new(pb::WaiveObligationResponse { obligation, replayed: waived.replayed }))
    }

    async fn list_obligations(
        &self,
        request: Request<pb::ListObligationsRequest>,
    ) -> Result<Response<pb::ListObligationsResponse>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let query = ObligationQuery {
            state: fields.optional_enum::<ObligationState>("state", said.state),
            open_reason: fields.optional_enum::<OpenReason>("open_reason", said.open_reason),
            reason: fields.optional_enum("reason", said.reason),
            location: fields.optional_name("location", &said.location),
        };
        let query = fields.finish(Some(query))?;
        let chosen = [said.state, said.open_reason, said.reason].map(|number| number.to_string()).join(" ");
        let binding = ["ListObligations", &chosen, &said.location];
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.obligations(&query, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListObligationsResponse {
            obligations: page.items.iter().map(obligation).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }
}

fn response(coverage: &Coverage) -> pb::GetCoverageResponse {
    pb::GetCoverageResponse {
        rows: coverage.rows.iter().map(row).collect(),
        bought: Some(counts(&coverage.bought)),
        not_bought: Some(counts(&coverage.not_bought)),
        gap: coverage.gap(),
        customers: whole(coverage.customers.seen),
        returning_customers: whole(coverage.customers.returning),
    }
}

fn row(row: &CoverageRow) -> pb::CoverageRow {
    let class = if row.bought { pb::OutcomeClass::Bought } else { pb::OutcomeClass::NotBought };
    pb::CoverageRow { kind: row.kind.to_wire(), outcome_class: class.into(), counts: Some(counts(&row.counts)) }
}

fn counts(counts: &Counts) -> pb::CoverageCounts {
    let suppressed = counts
        .suppressed
        .iter()
        .map(|(reason, count)| pb::SuppressedCount { reason: to_wire_or_zero(Some(*reason)), count: whole(*count) });
    pb::CoverageCounts {
        interactions: whole(counts.interactions()),
        owed: whole(counts.owed()),
        fulfilled: whole(counts.fulfilled),
        open: whole(counts.open),
        expired: whole(counts.expired),
        suppressed: suppressed.collect(),
        waived: whole(counts.waived),
        cancelled: whole(counts.cancelled),
        not_owed: whole(counts.not_owed),
        coverage: counts.coverage(),
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
