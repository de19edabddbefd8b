//! Who comes and goes, as a stream.

use super::{
    Rpc,
    convert::{
        enums::{WireEnum, to_wire_or_zero},
        types::timestamp,
    },
    names::{ResourceId, optional_name},
    status::Failure,
    validate::Fields,
};
use crate::{
    app::{Arrival, ArrivalChange, ArrivalNews, ArrivalsWatch, FeedPosition},
    domain::{ids::LocationId, interaction::InteractionState, world::EventKind},
    proto::v1::{self as pb, arrival_change::Kind, watch_arrivals_response::News},
};
use futures_util::stream;
use tonic::{Request, Response, Status, codegen::BoxStream};

impl Rpc {
    /// The stream asks only when its reader takes: who reads slowly holds up nobody else.
    pub(super) async fn follow_arrivals(
        &self,
        request: Request<pb::WatchArrivalsRequest>,
    ) -> Result<Response<BoxStream<pb::WatchArrivalsResponse>>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let location = fields.name::<LocationId>("location", &said.location);
        let location = fields.finish(location)?;
        let behind = self
            .tokens
            .open::<FeedPosition>(&binding(&location), &said.resume_token)
            .map_err(|_| Failure::resume_token())?;
        let watch = self.app.watch_arrivals(&actor, &location, behind).await?;
        let rpc = self.clone();
        let news = stream::try_unfold((rpc, watch), |(rpc, mut watch)| async move {
            let told = rpc.next_arrival(&mut watch).await?;
            Ok::<_, Status>(Some((told, (rpc, watch))))
        });
        Ok(Response::new(Box::pin(news)))
    }

    async fn next_arrival(&self, watch: &mut ArrivalsWatch) -> Result<pb::WatchArrivalsResponse, Failure> {
        let (news, position) = watch.next().await?;
        let resume_token = match position {
            Some(position) => self.tokens.seal(&binding(watch.location()), &position)?,
            None => String::new(),
        };
        Ok(pb::WatchArrivalsResponse { news: Some(told(&news)), resume_token })
    }
}

fn binding(location: &LocationId) -> [&str; 2] {
    ["WatchArrivals", location.as_str()]
}

fn told(news: &ArrivalNews) -> News {
    match news {
        ArrivalNews::Snapshot { start, arrivals, more } => News::Snapshot(pb::ArrivalSnapshot {
            start: *start,
            arrivals: arrivals.iter().map(arrival).collect(),
            more: *more,
        }),
        ArrivalNews::Change(changed) => News::Change(change(changed)),
        ArrivalNews::Heartbeat => News::Heartbeat(pb::ArrivalHeartbeat {}),
    }
}

fn change(change: &ArrivalChange) -> pb::ArrivalChange {
    let kind = match change.kind {
        EventKind::InteractionOpened => Kind::Arrived,
        EventKind::InteractionClosed => Kind::Left,
        EventKind::InteractionAttributed => Kind::Reassigned,
        EventKind::InteractionVoided => Kind::TakenBack,
        _ => Kind::Corrected,
    };
    pb::ArrivalChange { kind: kind.into(), arrival: Some(arrival(&change.arrival)) }
}

fn arrival(arrival: &Arrival) -> pb::Arrival {
    let visit = &arrival.visit;
    let repeats = visit.repeats_visit() && visit.state == InteractionState::Open;
    pb::Arrival {
        interaction: visit.id.name(),
        customer: optional_name(visit.customer.as_ref()),
        display_name: arrival.display_name.clone(),
        stranger: visit.detail.stranger.clone(),
        candidate_count: i32::try_from(visit.candidates.len()).unwrap_or(i32::MAX),
        state: if repeats { InteractionState::Closed } else { visit.state }.to_wire(),
        outcome: to_wire_or_zero(visit.detail.outcome),
        staff: visit.detail.staff.clone(),
        start_time: Some(timestamp(visit.start_at)),
        expected_end_time: visit.detail.expected_end.map(timestamp),
        end_time: visit.end_at.map(timestamp),
        open_case: arrival.open_case,
        joined_interaction: optional_name(visit.joined.as_ref()),
    }
}
