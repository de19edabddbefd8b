//! Gestures are planned and carried out.

use super::{
    Rpc,
    convert::{
        destination::destination,
        enums::to_wire_or_zero,
        gesture::{gesture, pause, queue_entry, read_gesture},
        obligation::decision,
        types::{read_date, read_money},
    },
    desk_actions::undo,
    etag,
    hints::hints,
    names::{ResourceId, optional_name, read_list},
    privacy::{address_lines, places_within, within},
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{CallReport, Want, Work},
    domain::{
        commands::gestures::{CallOutcome, Claimed, ClaimedGesture, GateSays, Proof, Started},
        filter::{Field, GESTURES},
        ids::{GestureId, LocationId},
        limits::{CLAIM_MAX, CLAIM_WAIT_MAX, LEASE_DEFAULT, LEASE_MAX, LEASE_MIN, LIST_MAX},
        refusal::Refusal,
        settings::Settings,
    },
    proto::v1::{self as pb, gesture_service_server::GestureService},
};
use jiff::SignedDuration;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl GestureService for Rpc {
    async fn get_gesture(&self, request: Request<pb::GetGestureRequest>) -> Result<Response<pb::Gesture>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<GestureId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.gesture(&actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(gesture(&found)))
    }

    async fn list_gestures(
        &self,
        request: Request<pb::ListGesturesRequest>,
    ) -> Result<Response<pb::ListGesturesResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let binding = ["ListGestures", &said.filter];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let filter = fields.filter("filter", &said.filter, &GESTURES);
        let filter = within(&actor, fields.finish(filter)?, Field::GestureLocation);
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.gestures(&actor, &filter, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListGesturesResponse {
            gestures: page.items.iter().map(gesture).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn schedule_gesture(
        &self,
        request: Request<pb::ScheduleGestureRequest>,
    ) -> Result<Response<pb::ScheduleGestureResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let new = fields.required("gesture", said.gesture, read_gesture);
        let made = self.app.schedule_gesture(actor.clone(), fields.finish(new)?).await.map_err(Failure::from)?;
        let gesture = Some(self.planned(&actor, &made.what).await?);
        Ok(Response::new(pb::ScheduleGestureResponse { gesture, replayed: made.replayed }))
    }

    async fn make_promise(
        &self,
        request: Request<pb::MakePromiseRequest>,
    ) -> Result<Response<pb::MakePromiseResponse>, Status> {
        self.promise(request).await
    }

    async fn reschedule_gesture(
        &self,
        request: Request<pb::RescheduleGestureRequest>,
    ) -> Result<Response<pb::RescheduleGestureResponse>, Status> {
        self.move_gesture(request).await
    }

    async fn list_queue(
        &self,
        request: Request<pb::ListQueueRequest>,
    ) -> Result<Response<pb::ListQueueResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let chosen = format!("{:?} {:?} {:?}", said.date, said.kinds, said.roles);
        let binding = ["ListQueue", &said.location, &chosen];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let location = fields.name("location", &said.location);
        let date = fields.optional("date", said.date, read_date);
        let kinds = fields.enums("kinds", said.kinds);
        let roles = fields.shorts("roles", said.roles, LIST_MAX);
        let work = location.map(|location| Work { location, date, kinds, roles });
        let work = fields.finish(work)?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.work(&actor, work, after, size).await.map_err(Failure::from)?;
        let next_page_token = match &page.next {
            Some(next) => self.tokens.seal(&binding, next)?,
            None => String::new(),
        };
        Ok(Response::new(pb::ListQueueResponse {
            entries: page.entries.iter().map(|entry| queue_entry(entry, address_lines(&actor, entry))).collect(),
            next_page_token,
        }))
    }

    async fn claim_gestures(
        &self,
        request: Request<pb::ClaimGesturesRequest>,
    ) -> Result<Response<pb::ClaimGesturesResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let want = read_want(&mut fields, said);
        let want = fields.finish(want)?;
        let want = Want { locations: places_within(&actor, want.locations), ..want };
        let what = self.app.claim(actor, want).await.map_err(Failure::from)?;
        Ok(Response::new(claimed(&what, self.app.settings())))
    }

    async fn start_delivery(
        &self,
        request: Request<pb::StartDeliveryRequest>,
    ) -> Result<Response<pb::StartDeliveryResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        if said.items.is_empty() {
            fields.refuse("items", "must have at least one item");
        }
        let items = fields.list("items", said.items, CLAIM_MAX as usize, |fields, item| {
            Some((fields.name::<GestureId>("name", &item.name)?, item.lease_token))
        });
        let items = fields.finish(Some(items))?;
        let names: Vec<_> = items.iter().map(|(id, _)| id.name()).collect();
        let started = self.app.start_delivery(&actor, items).await;
        let results = names.into_iter().zip(started).map(|(name, one)| {
            let error = match one {
                Ok(Started::Started(_)) => None,
                Ok(Started::NotStarted { precondition, message, .. }) => {
                    let refusal = Refusal::Precondition { kind: precondition, resource: name.clone(), message };
                    Some(Failure::from(refusal).into_item_error())
                }
                Err(error) => Some(Failure::from(error).into_item_error()),
            };
            pb::StartDeliveryResult { name, error }
        });
        Ok(Response::new(pb::StartDeliveryResponse { results: results.collect() }))
    }

    async fn extend_lease(
        &self,
        request: Request<pb::ExtendLeaseRequest>,
    ) -> Result<Response<pb::ExtendLeaseResponse>, Status> {
        self.extend_leases(request).await
    }

    async fn resolve_gesture(
        &self,
        request: Request<pb::ResolveGestureRequest>,
    ) -> Result<Response<pb::ResolveGestureResponse>, Status> {
        self.settle_uncertain(request).await
    }

    async fn complete_gesture(
        &self,
        request: Request<pb::CompleteGestureRequest>,
    ) -> Result<Response<pb::CompleteGestureResponse>, Status> {
        use pb::complete_gesture_request::Authority;
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let authority = said.authority.map(|it| match it {
            Authority::LeaseToken(token) => Said::Token(token),
            Authority::Etag(etag) => Said::Etag(etag),
        });
        let proof = read_proof(&mut fields, authority);
        let staff = fields.short("staff", said.staff);
        let at = fields.time("complete_time", said.complete_time);
        let gift_value = fields.optional("gift_value", said.gift_value, read_money);
        let (id, proof) = fields.finish(id.zip(proof))?;
        let done = self.app.complete_gesture(actor, id, proof, staff, at, gift_value).await.map_err(Failure::from)?;
        Ok(Response::new(pb::CompleteGestureResponse {
            gesture: Some(gesture(&done.gesture)),
            contact_interaction: optional_name(done.contact.as_ref()),
        }))
    }

    async fn fail_gesture(
        &self,
        request: Request<pb::FailGestureRequest>,
    ) -> Result<Response<pb::FailGestureResponse>, Status> {
        use pb::fail_gesture_request::Authority;
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let authority = said.authority.map(|it| match it {
            Authority::LeaseToken(token) => Said::Token(token),
            Authority::Etag(etag) => Said::Etag(etag),
        });
        let proof = read_proof(&mut fields, authority);
        let reason = fields.required_short("reason", said.reason);
        let (id, proof) = fields.finish(id.zip(proof))?;
        let failed = self.app.fail_gesture(actor, id, proof, said.retryable, reason).await.map_err(Failure::from)?;
        Ok(Response::new(pb::FailGestureResponse { gesture: Some(gesture(&failed)) }))
    }

    async fn release_gesture(
        &self,
        request: Request<pb::ReleaseGestureRequest>,
    ) -> Result<Response<pb::Gesture>, Status> {
        use pb::release_gesture_request::Authority;
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let authority = said.authority.map(|it| match it {
            Authority::LeaseToken(token) => Said::Token(token),
            Authority::Etag(etag) => Said::Etag(etag),
        });
        let proof = read_proof(&mut fields, authority);
        let (id, proof) = fields.finish(id.zip(proof))?;
        let released = self.app.release_gesture(actor, id, proof).await.map_err(Failure::from)?;
        Ok(Response::new(gesture(&released)))
    }

    async fn take_gesture(&self, request: Request<pb::TakeGestureRequest>) -> Result<Response<pb::Gesture>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let staff = fields.required_short("staff", said.staff);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        let taken = self.app.take_gesture(actor, id, version, staff).await.map_err(Failure::from)?;
        Ok(Response::new(pb::Gesture { undo: taken.undo.map(undo), ..gesture(&taken.reply) }))
    }

    async fn cancel_gesture(
        &self,
        request: Request<pb::CancelGestureRequest>,
    ) -> Result<Response<pb::Gesture>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let reason = fields.required_short("reason", said.reason);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        let cancelled = self.app.cancel_gesture(actor, id, version, reason).await.map_err(Failure::from)?;
        Ok(Response::new(gesture(&cancelled)))
    }

    async fn log_call(&self, request: Request<pb::LogCallRequest>) -> Result<Response<pb::LogCallResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let report = read_report(&mut fields, said);
        let report = fields.finish(report)?;
        let hints = hints([("words", &*report.words)]);
        let done = self.app.log_call(actor, report).await.map_err(Failure::from)?;
        let logged = done.reply;
        Ok(Response::new(pb::LogCallResponse {
            gesture: Some(gesture(&logged.gesture)),
            contact_interaction: optional_name(logged.contact.as_ref()),
            case: optional_name(logged.case.as_ref()),
            replayed: logged.replayed,
            pause: logged.pause.as_ref().map(pause),
            undo: done.undo.map(undo),
            hints,
        }))
    }

    async fn pause_all(&self, request: Request<pb::PauseAllRequest>) -> Result<Response<pb::PauseAllResponse>, Status> {
        self.pause(request).await
    }

    async fn resume(&self, request: Request<pb::ResumeRequest>) -> Result<Response<pb::Pause>, Status> {
        self.end_pause(request).await
    }

    async fn list_pauses(
        &self,
        request: Request<pb::ListPausesRequest>,
    ) -> Result<Response<pb::ListPausesResponse>, Status> {
        self.pauses(request).await
    }

    async fn explain_gesture(
        &self,
        request: Request<pb::ExplainGestureRequest>,
    ) -> Result<Response<pb::ExplainGestureResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let id = fields.finish(id)?;
        let explained = self.app.explain_gesture(&actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ExplainGestureResponse {
            gesture: Some(gesture(&explained.gesture)),
            decision: explained.decision.as_ref().map(decision),
            gates: explained.said.gates.iter().map(gate).collect(),
            would_change: explained.said.would_change,
        }))
    }
}

/// By what somebody says that a gesture is theirs to report on, whichever request it stands in.
enum Said {
    Token(i64),
    Etag(String),
}

/// A person must say which version they read: what they did is done, and may not be reported on something else.
fn read_proof(fields: &mut Fields, said: Option<Said>) -> Option<Proof> {
    match said {
        Some(Said::Token(token)) => Some(Proof::Token(token)),
        Some(Said::Etag(etag)) => {
            fields.given("etag", &etag);
            etag::read(fields, "etag", &etag).map(Proof::Version)
        }
        None => {
            fields.refuse("authority", "must be a lease_token, or the etag of the gesture that was read");
            None
        }
    }
}

fn read_want(fields: &mut Fields, said: pb::ClaimGesturesRequest) -> Option<Want> {
    let most = i32::try_from(CLAIM_MAX).unwrap_or(i32::MAX);
    let max_count = if said.max_count == 0 { 1 } else { said.max_count };
    let locations = read_list::<LocationId>(fields, "locations", said.locations, LIST_MAX);
    let max_count = fields.ranged("max_count", max_count, 1..=most);
    let wait = fields.duration("wait_duration", said.wait_duration, SignedDuration::ZERO..=CLAIM_WAIT_MAX);
    let wait = wait.unwrap_or_default();
    Some(Want {
        worker: fields.required_short("worker", said.worker),
        kinds: fields.enums("kinds", said.kinds),
        channels: fields.enums("channels", said.channels),
        locations,
        lease: fields.duration("lease_duration", said.lease_duration, LEASE_MIN..=LEASE_MAX).unwrap_or(LEASE_DEFAULT),
        far_side_deduplicates: said.far_side_deduplicates,
        wait: wait.unsigned_abs(),
        max_count: max_count?,
    })
}

fn claimed(claimed: &Claimed, settings: &Settings) -> pb::ClaimGesturesResponse {
    let test_address = settings.test_address.as_deref();
    let one = |ClaimedGesture { gesture: it, recipient, token }: &ClaimedGesture| {
        let language = [&it.content.language, &settings.language].into_iter().find(|it| !it.is_empty());
        pb::ClaimedGesture {
            gesture: Some(gesture(it)),
            lease_token: *token,
            destination: test_address.map_or_else(|| destination(recipient, it.channel), str::to_owned),
            display_name: recipient.addressee().profile.shown_as(language.map_or("", String::as_str)),
        }
    };
    pb::ClaimGesturesResponse {
        gestures: claimed.gestures.iter().map(one).collect(),
        replayed: claimed.replayed,
        test_mode: test_address.is_some(),
    }
}

fn read_report(fields: &mut Fields, said: pb::LogCallRequest) -> Option<CallReport> {
    use pb::log_call_request::CallOutcome as Wire;
    let id = fields.name("name", &said.name);
    fields.given("etag", &said.etag);
    let version = etag::read(fields, "etag", &said.etag);
    let happy = said.happy.and_then(|happy| fields.ranged("happy", happy, 1..=5));
    let call_back = fields.time("call_back_time", said.call_back_time);
    let wire = Wire::try_from(said.outcome).ok();
    if said.happy.is_some() && wire != Some(Wire::Reached) {
        fields.refuse("happy", "goes only with the outcome REACHED");
    }
    if said.call_back_time.is_some() != (wire == Some(Wire::CallBack)) {
        fields.refuse("call_back_time", "must be set with the outcome CALL_BACK, and only then");
    }
    let outcome = match wire {
        Some(Wire::Reached) => Some(CallOutcome::Reached { happy }),
        Some(Wire::Voicemail) => Some(CallOutcome::Voicemail),
        Some(Wire::NoAnswer) => Some(CallOutcome::NoAnswer),
        Some(Wire::Busy) => Some(CallOutcome::Busy),
        Some(Wire::CallBack) => call_back.map(|at| CallOutcome::CallBack { at }),
        Some(Wire::WrongNumber) => Some(CallOutcome::WrongNumber),
        Some(Wire::NeverAgain) => Some(CallOutcome::NeverAgain),
        Some(Wire::Bereavement) => Some(CallOutcome::Bereavement),
        Some(Wire::Died) => Some(CallOutcome::Died),
        Some(Wire::Unspecified) | None => {
            let known = "REACHED, VOICEMAIL, NO_ANSWER, BUSY, CALL_BACK, WRONG_NUMBER, NEVER_AGAIN, \
                         BEREAVEMENT, DIED";
            fields.refuse("outcome", format!("must be one of {known}"));
            None
        }
    };
    let words = fields.text("words", said.words);
    let staff = fields.short("staff", said.staff);
    Some(CallReport { id: id?, version: version?, outcome: outcome?, words, staff })
}

fn gate(said: &GateSays) -> pb::Gate {
    let GateSays { gate, stop, would_pass } = said;
    pb::Gate {
        display_name: gate.to_string(),
        passes: stop.is_none(),
        reason: to_wire_or_zero(stop.as_ref().map(|stop| stop.reason)),
        explanation: stop.as_ref().map(|stop| stop.explanation.clone()).unwrap_or_default(),
        would_pass: would_pass.clone(),
    }
}
