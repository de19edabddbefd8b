//! What people do at the desk, and take back.

use super::{
    Rpc,
    convert::{
        card::card,
        enums::WireEnum,
        gesture::gesture,
        interaction::interaction,
        types::{read_money, timestamp},
    },
    etag,
    hints::hints,
    interactions::response,
    names::{ResourceId, optional_name},
    privacy::unremarked,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{AcknowledgeGesture, ReassignVisit},
    domain::{action::Undo, ids::InteractionId},
    proto::v1::{self as pb, acknowledge_gesture_request::How},
};
use tonic::{Request, Response};

impl Rpc {
    pub(super) async fn acknowledge(
        &self,
        request: Request<pb::AcknowledgeGestureRequest>,
    ) -> Result<Response<pb::AcknowledgeGestureResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let how = How::try_from(said.how).ok();
        if how.is_none() {
            fields.refuse("how", "must be DONE or ALREADY_THANKED");
        }
        let thanked_already = how == Some(How::AlreadyThanked);
        if thanked_already && !said.words.is_empty() {
            fields.refuse("words", "go only with DONE");
        }
        let id = fields.name("gesture", &said.gesture);
        fields.given("etag", &said.etag);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let staff = fields.short("staff", said.staff);
        let words = fields.text("words", said.words);
        let gift_value = fields.optional("gift_value", said.gift_value, read_money);
        if thanked_already && gift_value.is_some() {
            fields.refuse("gift_value", "goes only with DONE");
        }
        let (id, version) = fields.finish(id.zip(version))?;
        let hints = hints([("words", &*words)]);
        let call = AcknowledgeGesture { actor, id, version, staff, words, thanked_already, gift_value };
        let done = self.app.acknowledge_gesture(call).await?;
        Ok(Response::new(pb::AcknowledgeGestureResponse {
            gesture: Some(gesture(&done.reply.gesture)),
            contact_interaction: optional_name(done.reply.contact.as_ref()),
            replayed: done.reply.replayed,
            undo: done.undo.map(undo),
            hints,
        }))
    }

    pub(super) async fn reassign(
        &self,
        request: Request<pb::ReassignVisitRequest>,
    ) -> Result<Response<pb::ReassignVisitResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name::<InteractionId>("interaction", &said.interaction);
        let customer = fields.optional_name("customer", &said.customer);
        let stranger = fields.short("stranger", said.stranger);
        let id = fields.finish(id)?;
        let hints = hints([("stranger", &*stranger)]);
        let call = ReassignVisit { actor: actor.clone(), id, customer, stranger };
        let done = self.app.reassign_visit(call).await?;
        let visit = &done.reply.interaction;
        let shown = match visit.customer {
            Some(customer) => Some(self.app.card(&actor, "ReassignVisit", &visit.location, customer).await?),
            None => None,
        };
        let pb::RecordInteractionResponse { interaction, obligation, gestures, replayed, .. } =
            response(&actor, &done.reply);
        Ok(Response::new(pb::ReassignVisitResponse {
            interaction,
            obligation,
            gestures,
            card: shown.as_ref().map(card),
            replayed,
            undo: done.undo.map(undo),
            hints,
        }))
    }

    pub(super) async fn strangers(
        &self,
        request: Request<pb::ListStrangersRequest>,
    ) -> Result<Response<pb::ListStrangersResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let binding = ["ListStrangers", &said.location];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let location = fields.name("location", &said.location);
        let location = fields.finish(location)?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.strangers(&location, after, size).await?;
        Ok(Response::new(pb::ListStrangersResponse {
            interactions: page.items.iter().map(|it| unremarked(&actor, interaction(it))).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    pub(super) async fn take_back(
        &self,
        request: Request<pb::UndoActionRequest>,
    ) -> Result<Response<pb::UndoActionResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("action", &said.action);
        let id = fields.finish(id)?;
        let undone = self.app.undo_action(actor.clone(), id).await?;
        Ok(Response::new(pb::UndoActionResponse {
            kind: undone.kind.to_wire(),
            interactions: undone.interactions.iter().map(|it| unremarked(&actor, interaction(it))).collect(),
            gestures: undone.gestures.iter().map(gesture).collect(),
            replayed: undone.replayed,
        }))
    }
}

/// How an action can be taken back.
pub(super) fn undo(undo: Undo) -> pb::Undo {
    pb::Undo { action: undo.action.name(), expire_time: Some(timestamp(undo.until)) }
}
