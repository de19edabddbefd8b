//! What leaves is paused and resumed.

use super::{
    Rpc,
    convert::gesture::pause,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    domain::{
        ids::{LocationId, PauseId, RuleId},
        pause::PauseScope,
    },
    proto::v1 as pb,
};
use tonic::{Request, Response, Status};

impl Rpc {
    pub(super) async fn pause(
        &self,
        request: Request<pb::PauseAllRequest>,
    ) -> Result<Response<pb::PauseAllResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let scope = PauseScope {
            location: fields.optional_name::<LocationId>("location", &said.location),
            channel: fields.optional_enum("channel", said.channel),
            rule: fields.optional_name::<RuleId>("rule", &said.rule),
        };
        let reason = fields.required_short("reason", said.reason);
        fields.finish(Some(()))?;
        let made = self.app.pause_all(actor, scope, reason).await.map_err(Failure::from)?;
        Ok(Response::new(pb::PauseAllResponse { pause: Some(pause(&made.what)), replayed: made.replayed }))
    }

    pub(super) async fn end_pause(&self, request: Request<pb::ResumeRequest>) -> Result<Response<pb::Pause>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<PauseId>("name", &said.name);
        let id = fields.finish(id)?;
        let resumed = self.app.resume(actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(pause(&resumed)))
    }

    pub(super) async fn pauses(
        &self,
        request: Request<pb::ListPausesRequest>,
    ) -> Result<Response<pb::ListPausesResponse>, Status> {
        let (_, said) = self.call(request)?;
        let binding = ["ListPauses", if said.show_ended { "all" } else { "holding" }];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        fields.finish(Some(()))?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.pauses(said.show_ended, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListPausesResponse {
            pauses: page.items.iter().map(pause).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }
}
