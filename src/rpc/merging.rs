//! Records of one person become one, and are parted again.

use super::{Rpc, convert::customer::customer, etag, status::Failure, validate::Fields};
use crate::{app::Duplicates, domain::ids::HouseholdId, proto::v1 as pb};
use tonic::{Request, Response, Status};

impl Rpc {
    pub(super) async fn move_to_household(
        &self,
        request: Request<pb::SetHouseholdRequest>,
    ) -> Result<Response<pb::SetHouseholdResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let household = match said.household.as_str() {
            "" => None,
            name => fields.name::<HouseholdId>("household", name),
        };
        let id = fields.name("name", &said.name);
        let id = fields.finish(id)?;
        let moved = self.app.set_household(actor, id, version, household).await.map_err(Failure::from)?;
        Ok(Response::new(pb::SetHouseholdResponse { customer: Some(customer(&moved.known)), replayed: moved.replayed }))
    }

    pub(super) async fn merge(
        &self,
        request: Request<pb::MergeCustomersRequest>,
    ) -> Result<Response<pb::MergeCustomersResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let survivor_version = etag::read(&mut fields, "survivor_etag", &said.survivor_etag);
        let duplicate_version = etag::read(&mut fields, "duplicate_etag", &said.duplicate_etag);
        let survivor = fields.name("survivor", &said.survivor);
        let duplicate = fields.name("duplicate", &said.duplicate);
        let (survivor, duplicate) = fields.finish(survivor.zip(duplicate))?;
        let duplicates = Duplicates {
            survivor: (survivor, survivor_version),
            duplicate: (duplicate, duplicate_version),
            validate_only: said.validate_only,
        };
        let merged = self.app.merge_customers(actor, duplicates).await.map_err(Failure::from)?;
        Ok(Response::new(pb::MergeCustomersResponse {
            survivor: Some(customer(&merged.survivor)),
            duplicate: Some(customer(&merged.other)),
            replayed: merged.replayed,
        }))
    }

    pub(super) async fn unmerge(
        &self,
        request: Request<pb::UnmergeCustomerRequest>,
    ) -> Result<Response<pb::UnmergeCustomerResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let id = fields.finish(id)?;
        let parted = self.app.unmerge_customer(actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(pb::UnmergeCustomerResponse {
            survivor: Some(customer(&parted.survivor)),
            customer: Some(customer(&parted.other)),
            replayed: parted.replayed,
        }))
    }
}
