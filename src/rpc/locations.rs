//! Places of the business.

use super::{
    Rpc,
    convert::location::{location, read_settings},
    mask::merge,
    names::read_updated,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    domain::ids::LocationId,
    proto::v1::{self as pb, location_service_server::LocationService},
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl LocationService for Rpc {
    async fn get_location(&self, request: Request<pb::GetLocationRequest>) -> Result<Response<pb::Location>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<LocationId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.location(&id).await.map_err(Failure::from)?;
        Ok(Response::new(location(&found)))
    }

    async fn list_locations(
        &self,
        request: Request<pb::ListLocationsRequest>,
    ) -> Result<Response<pb::ListLocationsResponse>, Status> {
        const BINDING: &[&str] = &["ListLocations"];
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        fields.finish(Some(()))?;
        let after = self.tokens.open(BINDING, &said.page_token)?;
        let page = self.app.locations(after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListLocationsResponse {
            locations: page.items.iter().map(location).collect(),
            next_page_token: self.next_page(BINDING, page.next.as_ref())?,
        }))
    }

    async fn create_location(
        &self,
        request: Request<pb::CreateLocationRequest>,
    ) -> Result<Response<pb::CreateLocationResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.new_id("location_id", &said.location_id);
        let settings = fields.required("location", said.location, read_settings);
        let (id, settings) = fields.finish(id.zip(settings))?;
        let made = self.app.create_location(actor, id, settings).await.map_err(Failure::from)?;
        Ok(Response::new(pb::CreateLocationResponse { location: Some(location(&made.what)), replayed: made.replayed }))
    }

    async fn update_location(
        &self,
        request: Request<pb::UpdateLocationRequest>,
    ) -> Result<Response<pb::Location>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.location.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<LocationId>(&mut fields, "location", &new.name, &new.etag);
        let (id, version) = fields.finish(read)?;
        let before = self.app.location(&id).await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, location(&before), &new, said.update_mask.as_ref());
        let settings = fields.within("location", |fields| read_settings(fields, merged));
        let settings = fields.finish(settings)?;
        // What the mask left out was read at this version; the caller may insist on another.
        let version = version.unwrap_or(before.version);
        let change = move |it: &mut _| settings.clone_into(it);
        let after = self.app.update_location(actor, id, Some(version), change).await.map_err(Failure::from)?;
        Ok(Response::new(location(&after)))
    }
}
