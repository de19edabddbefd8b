//! What we said we would do, and what is moved to another time.

use super::{
    Rpc,
    convert::gesture::{check_channel, gesture},
    etag,
    status::Failure,
    validate::Fields,
};
use crate::{
    app::{Promise, Until},
    domain::{
        customer::Channel,
        gesture::GestureKind,
        ids::GestureId,
        limits::{PROMISE_MAX, PROMISE_MIN},
    },
    proto::v1 as pb,
};
use tonic::{Request, Response, Status};

impl Rpc {
    pub(super) async fn promise(
        &self,
        request: Request<pb::MakePromiseRequest>,
    ) -> Result<Response<pb::MakePromiseResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let promise = read_promise(&mut fields, said);
        let made = self.app.make_promise(actor.clone(), fields.finish(promise)?).await.map_err(Failure::from)?;
        let gesture = Some(self.planned(&actor, &made.what).await?);
        Ok(Response::new(pb::MakePromiseResponse { gesture, replayed: made.replayed }))
    }

    pub(super) async fn move_gesture(
        &self,
        request: Request<pb::RescheduleGestureRequest>,
    ) -> Result<Response<pb::RescheduleGestureResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name::<GestureId>("name", &said.name);
        fields.given("etag", &said.etag);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let due_at = fields.time("due_time", said.due_time);
        if said.due_time.is_none() {
            fields.refuse("due_time", "must be set");
        }
        let deadline_at = fields.time("deadline_time", said.deadline_time);
        if due_at.zip(deadline_at).is_some_and(|(due, deadline)| deadline <= due) {
            fields.refuse("deadline_time", "must be later than due_time");
        }
        let (id, version, due_at) = fields.finish(id.zip(version).zip(due_at).map(|((id, v), due)| (id, v, due)))?;
        let moved =
            self.app.reschedule_gesture(actor, id, version, due_at, deadline_at).await.map_err(Failure::from)?;
        let gesture = Some(gesture(&moved.what));
        Ok(Response::new(pb::RescheduleGestureResponse { gesture, replayed: moved.replayed }))
    }
}

fn read_promise(fields: &mut Fields, said: pb::MakePromiseRequest) -> Option<Promise> {
    use pb::make_promise_request::Until as Wire;
    let customer = fields.name("customer", &said.customer);
    let location = fields.name("location", &said.location);
    let until = match said.until {
        Some(Wire::ByTime(by)) => fields.time("by_time", Some(by)).map(Until::By),
        Some(Wire::WithinDuration(within)) => {
            fields.duration("within_duration", Some(within), PROMISE_MIN..=PROMISE_MAX).map(Until::Within)
        }
        None => {
            fields.refuse("until", "must be by_time or within_duration");
            None
        }
    };
    let kind = fields.optional_enum("kind", said.kind).unwrap_or(GestureKind::Call);
    let channel = fields.optional_enum("channel", said.channel).unwrap_or(Channel::Phone);
    check_channel(fields, kind, channel);
    Some(Promise {
        kind,
        channel,
        interaction: fields.optional_name("interaction", &said.interaction),
        words: fields.text("words", said.words),
        role: fields.short("role", said.role),
        customer: customer?,
        location: location?,
        until: until?,
    })
}
