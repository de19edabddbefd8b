//! Leases are made longer, and what one that lapsed left uncertain is settled.

use super::{
    Rpc,
    convert::{gesture::gesture, types::timestamp},
    etag,
    names::{ResourceId, optional_name},
    status::Failure,
    validate::Fields,
};
use crate::{
    app::{Finding, Resolution},
    domain::{
        gesture::Lease,
        ids::GestureId,
        limits::{CLAIM_MAX, LEASE_DEFAULT, LEASE_MAX, LEASE_MIN},
    },
    proto::v1 as pb,
};
use tonic::{Request, Response, Status};

impl Rpc {
    pub(super) async fn extend_leases(
        &self,
        request: Request<pb::ExtendLeaseRequest>,
    ) -> Result<Response<pb::ExtendLeaseResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        if said.items.is_empty() {
            fields.refuse("items", "must have at least one item");
        }
        let items = fields.list("items", said.items, CLAIM_MAX as usize, |fields, item| {
            Some((fields.name::<GestureId>("name", &item.name)?, item.lease_token))
        });
        let lease = fields.duration("lease_duration", said.lease_duration, LEASE_MIN..=LEASE_MAX);
        let items = fields.finish(Some(items))?;
        let names: Vec<_> = items.iter().map(|(id, _)| id.name()).collect();
        let extended = self.app.extend_leases(&actor, items, lease.unwrap_or(LEASE_DEFAULT)).await;
        let results = names.into_iter().zip(extended).map(|(name, one)| match one {
            Ok(gesture) => {
                let until = gesture.lease.as_ref().map(|lease: &Lease| timestamp(lease.until));
                pb::ExtendLeaseResult { name, expire_time: until, error: None }
            }
            Err(error) => {
                let error = Some(Failure::from(error).into_item_error());
                pb::ExtendLeaseResult { name, expire_time: None, error }
            }
        });
        Ok(Response::new(pb::ExtendLeaseResponse { results: results.collect() }))
    }

    pub(super) async fn settle_uncertain(
        &self,
        request: Request<pb::ResolveGestureRequest>,
    ) -> Result<Response<pb::ResolveGestureResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let resolution = read_resolution(&mut fields, said);
        let settled = self.app.resolve_gesture(actor, fields.finish(resolution)?).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ResolveGestureResponse {
            gesture: Some(gesture(&settled.gesture)),
            contact_interaction: optional_name(settled.contact.as_ref()),
            replayed: settled.replayed,
        }))
    }
}

fn read_resolution(fields: &mut Fields, said: pb::ResolveGestureRequest) -> Option<Resolution> {
    let id = fields.name("name", &said.name);
    fields.given("etag", &said.etag);
    let version = etag::read(fields, "etag", &said.etag);
    let finding = fields.required_enum::<Finding>("finding", said.finding);
    let how = fields.required_short("reason", said.reason);
    let at = fields.time("complete_time", said.complete_time);
    if said.complete_time.is_some() && finding.is_some_and(|finding| finding != Finding::Reached) {
        fields.refuse("complete_time", "goes only with the finding REACHED");
    }
    Some(Resolution { id: id?, version: version?, finding: finding?, how, at })
}
