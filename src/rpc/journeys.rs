//! Journeys and their touchpoints.

use super::{
    Rpc,
    convert::journey::{journey, read_journey, read_touchpoint, touchpoint},
    etag,
    mask::merge,
    names::read_updated,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    domain::ids::{JourneyId, TouchpointId},
    proto::v1::{self as pb, journey_service_server::JourneyService},
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl JourneyService for Rpc {
    async fn get_journey(&self, request: Request<pb::GetJourneyRequest>) -> Result<Response<pb::Journey>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<JourneyId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.journey(&id).await.map_err(Failure::from)?;
        Ok(Response::new(journey(&found)))
    }

    async fn list_journeys(
        &self,
        request: Request<pb::ListJourneysRequest>,
    ) -> Result<Response<pb::ListJourneysResponse>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        fields.finish(Some(()))?;
        let binding = ["ListJourneys", if said.show_retired { "all" } else { "" }];
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.journeys(said.show_retired, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListJourneysResponse {
            journeys: page.items.iter().map(journey).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn create_journey(
        &self,
        request: Request<pb::CreateJourneyRequest>,
    ) -> Result<Response<pb::CreateJourneyResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.new_id("journey_id", &said.journey_id);
        let settings = fields.required("journey", said.journey, read_journey);
        let (id, settings) = fields.finish(id.zip(settings))?;
        let made = self.app.create_journey(actor, id, settings).await.map_err(Failure::from)?;
        Ok(Response::new(pb::CreateJourneyResponse { journey: Some(journey(&made.what)), replayed: made.replayed }))
    }

    async fn update_journey(
        &self,
        request: Request<pb::UpdateJourneyRequest>,
    ) -> Result<Response<pb::Journey>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.journey.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<JourneyId>(&mut fields, "journey", &new.name, &new.etag);
        let (id, version) = fields.finish(read)?;
        let before = self.app.journey(&id).await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, journey(&before), &new, said.update_mask.as_ref());
        let settings = fields.within("journey", |fields| read_journey(fields, merged));
        let settings = fields.finish(settings)?;
        // What the mask left out was read at this version; the caller may insist on another.
        let version = version.unwrap_or(before.version);
        let change = move |it: &mut _| settings.clone_into(it);
        let after = self.app.update_journey(actor, id, Some(version), change).await.map_err(Failure::from)?;
        Ok(Response::new(journey(&after)))
    }

    async fn retire_journey(
        &self,
        request: Request<pb::RetireJourneyRequest>,
    ) -> Result<Response<pb::Journey>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<JourneyId>("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        let after = self.app.retire_journey(actor, id, version).await.map_err(Failure::from)?;
        Ok(Response::new(journey(&after)))
    }

    async fn get_touchpoint(
        &self,
        request: Request<pb::GetTouchpointRequest>,
    ) -> Result<Response<pb::Touchpoint>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<TouchpointId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.touchpoint(&id).await.map_err(Failure::from)?;
        Ok(Response::new(touchpoint(&found)))
    }

    async fn list_touchpoints(
        &self,
        request: Request<pb::ListTouchpointsRequest>,
    ) -> Result<Response<pb::ListTouchpointsResponse>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let of = fields.optional_name::<JourneyId>("journey", &said.journey);
        fields.finish(Some(()))?;
        let binding = ["ListTouchpoints", &said.journey, if said.show_retired { "all" } else { "" }];
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.touchpoints(of.as_ref(), said.show_retired, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListTouchpointsResponse {
            touchpoints: page.items.iter().map(touchpoint).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn create_touchpoint(
        &self,
        request: Request<pb::CreateTouchpointRequest>,
    ) -> Result<Response<pb::CreateTouchpointResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.new_id("touchpoint_id", &said.touchpoint_id);
        let settings = fields.required("touchpoint", said.touchpoint, read_touchpoint);
        let (id, settings) = fields.finish(id.zip(settings))?;
        let made = self.app.create_touchpoint(actor, id, settings).await.map_err(Failure::from)?;
        Ok(Response::new(pb::CreateTouchpointResponse {
            touchpoint: Some(touchpoint(&made.what)),
            replayed: made.replayed,
        }))
    }

    async fn update_touchpoint(
        &self,
        request: Request<pb::UpdateTouchpointRequest>,
    ) -> Result<Response<pb::Touchpoint>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.touchpoint.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<TouchpointId>(&mut fields, "touchpoint", &new.name, &new.etag);
        let (id, version) = fields.finish(read)?;
        let before = self.app.touchpoint(&id).await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, touchpoint(&before), &new, said.update_mask.as_ref());
        let settings = fields.within("touchpoint", |fields| read_touchpoint(fields, merged));
        let settings = fields.finish(settings)?;
        // What the mask left out was read at this version; the caller may insist on another.
        let version = version.unwrap_or(before.version);
        let change = move |it: &mut _| settings.clone_into(it);
        let after = self.app.update_touchpoint(actor, id, Some(version), change).await.map_err(Failure::from)?;
        Ok(Response::new(touchpoint(&after)))
    }

    async fn retire_touchpoint(
        &self,
        request: Request<pb::RetireTouchpointRequest>,
    ) -> Result<Response<pb::Touchpoint>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<TouchpointId>("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        let after = self.app.retire_touchpoint(actor, id, version).await.map_err(Failure::from)?;
        Ok(Response::new(touchpoint(&after)))
    }
}
