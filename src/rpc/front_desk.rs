//! A customer walks in.

use super::{
    Rpc,
    convert::{
        card::card,
        customer::read_identifiers,
        interaction::{interaction, read_purchase},
        who::read_who,
    },
    desk_actions::undo,
    hints::hints,
    interactions::response,
    names::ResourceId,
    privacy::unremarked,
    search::candidate,
    status::Failure,
    validate::Fields,
};
use crate::{
    app::{CloseVisit, OpenVisit},
    domain::{
        commands::visits::Ending,
        customer::{Identifier, IdentifierKey},
        identity::{parse_query, said_beside, search::SearchQuery},
        ids::InteractionId,
        interaction::{Emotion, FeelingAbout, FeelingJudge},
        limits::LIST_MAX,
        world::Actor,
    },
    proto::v1::{self as pb, front_desk_service_server::FrontDeskService},
};
use tonic::{Request, Response, Status, codegen::BoxStream};

/// How strong a mood is that the desk only saw.
const MIDDLING: u8 = 3;

#[tonic::async_trait]
impl FrontDeskService for Rpc {
    async fn recognize(
        &self,
        request: Request<pb::RecognizeRequest>,
    ) -> Result<Response<pb::RecognizeResponse>, Status> {
        let (actor, said) = self.call(request)?;
        if !said.customer.is_empty() {
            return self.recognize_chosen(&actor, &said).await;
        }
        let region = self.region_at(&said.location).await?;
        let regions = [region.as_str(), &self.app.settings().region];
        let mut fields = Fields::new();
        let location = fields.name("location", &said.location);
        let name_hint = fields.short("name_hint", said.name_hint);
        let beside = || said_beside(&said.query, &regions);
        let name_hint = if name_hint.trim().is_empty() { beside() } else { name_hint };
        let words = Some(said.query.as_str()).filter(|text| !text.trim().is_empty());
        let words = words.map(|text| SearchQuery::parse(text, false, &regions));
        let asked = read_asked(&mut fields, said.identifiers, said.query, &regions);
        let location = fields.finish(location)?;
        let found = self.app.recognize(&actor, &location, &asked, &name_hint, words.as_ref()).await;
        let found = found.map_err(Failure::from)?;
        let language = self.app.language_at(Some(&location)).await.map_err(Failure::from)?;
        Ok(Response::new(pb::RecognizeResponse {
            candidates: found.candidates.iter().map(|fit| candidate(fit, &language)).collect(),
            needs_confirmation: found.needs_confirmation,
            card: found.card.as_ref().map(card),
        }))
    }

    async fn check_in(&self, request: Request<pb::CheckInRequest>) -> Result<Response<pb::CheckInResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let region = self.region_at(&said.location).await?;
        let regions = [region.as_str(), &self.app.settings().region];
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let location = fields.name("location", &said.location);
        let visit = OpenVisit {
            actor: actor.clone(),
            who: read_who(&mut fields, said.who, &regions),
            at: fields.time("start_time", said.start_time),
            staff: fields.short("staff", said.staff),
            expected_end: fields.time("expected_end_time", said.expected_end_time),
            stranger: fields.short("stranger", said.stranger),
            location: fields.finish(location)?,
        };
        let (location, hints) = (visit.location.clone(), hints([("stranger", &*visit.stranger)]));
        let done = self.app.check_in(visit).await.map_err(Failure::from)?;
        let opened = done.reply;
        let shown = match opened.interaction.customer {
            Some(customer) => Some(self.app.card(&actor, "CheckIn", &location, customer).await.map_err(Failure::from)?),
            None => None,
        };
        let visit = interaction(&opened.interaction);
        Ok(Response::new(pb::CheckInResponse {
            interaction: Some(if opened.replayed { unremarked(&actor, visit) } else { visit }),
            card: shown.as_ref().map(card),
            replayed: opened.replayed,
            undo: done.undo.map(undo),
            hints,
        }))
    }

    async fn check_out(&self, request: Request<pb::CheckOutRequest>) -> Result<Response<pb::CheckOutResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name::<InteractionId>("interaction", &said.interaction);
        let ending = read_ending(&mut fields, said);
        let id = fields.finish(id)?;
        let hints = hints([("remarks", &*ending.remarks)]);
        let call = CloseVisit { actor: actor.clone(), id, ending };
        let done = self.app.check_out(call).await.map_err(Failure::from)?;
        let pb::RecordInteractionResponse { interaction, obligation, gestures, replayed, .. } =
            response(&actor, &done.reply);
        let undo = done.undo.map(undo);
        Ok(Response::new(pb::CheckOutResponse { interaction, obligation, gestures, replayed, undo, hints }))
    }

    async fn acknowledge_gesture(
        &self,
        request: Request<pb::AcknowledgeGestureRequest>,
    ) -> Result<Response<pb::AcknowledgeGestureResponse>, Status> {
        Ok(self.acknowledge(request).await?)
    }

    async fn reassign_visit(
        &self,
        request: Request<pb::ReassignVisitRequest>,
    ) -> Result<Response<pb::ReassignVisitResponse>, Status> {
        Ok(self.reassign(request).await?)
    }

    async fn list_strangers(
        &self,
        request: Request<pb::ListStrangersRequest>,
    ) -> Result<Response<pb::ListStrangersResponse>, Status> {
        Ok(self.strangers(request).await?)
    }

    async fn undo_action(
        &self,
        request: Request<pb::UndoActionRequest>,
    ) -> Result<Response<pb::UndoActionResponse>, Status> {
        Ok(self.take_back(request).await?)
    }

    type WatchArrivalsStream = BoxStream<pb::WatchArrivalsResponse>;

    async fn watch_arrivals(
        &self,
        request: Request<pb::WatchArrivalsRequest>,
    ) -> Result<Response<Self::WatchArrivalsStream>, Status> {
        Ok(self.follow_arrivals(request).await?)
    }
}

impl Rpc {
    /// Somebody whom the desk has picked: nothing is looked for, so nothing is left to ask.
    async fn recognize_chosen(
        &self,
        actor: &Actor,
        said: &pb::RecognizeRequest,
    ) -> Result<Response<pb::RecognizeResponse>, Status> {
        let mut fields = Fields::new();
        let location = fields.name("location", &said.location);
        let customer = fields.name("customer", &said.customer);
        if !said.identifiers.is_empty() || !said.query.is_empty() || !said.name_hint.is_empty() {
            fields.refuse("customer", "must not be given together with `identifiers`, `query` or `name_hint`");
        }
        let (location, customer) = fields.finish(location.zip(customer))?;
        let shown = self.app.card(actor, "Recognize", &location, customer).await.map_err(Failure::from)?;
        Ok(Response::new(pb::RecognizeResponse {
            candidates: vec![pb::Candidate {
                customer: shown.customer.name(),
                display_name: shown.display_name.clone(),
                score: 100,
                reasons: vec!["chosen".to_owned()],
                ..pb::Candidate::default()
            }],
            needs_confirmation: false,
            card: Some(card(&shown)),
        }))
    }
}

/// What the desk was given: identifiers, or a text that may be one of several kinds.
fn read_asked(
    fields: &mut Fields,
    identifiers: Vec<pb::Identifier>,
    query: String,
    regions: &[&str],
) -> Vec<IdentifierKey> {
    if identifiers.is_empty() && query.trim().is_empty() {
        fields.refuse("query", "must be set, or identifiers");
    }
    let mut asked: Vec<_> =
        read_identifiers(fields, "identifiers", identifiers, regions, &[]).iter().map(Identifier::key).collect();
    asked.extend(parse_query(&fields.short("query", query), regions));
    asked
}

fn read_ending(fields: &mut Fields, said: pb::CheckOutRequest) -> Ending {
    let about = fields.optional_enum("mood_about", said.mood_about).unwrap_or(FeelingAbout::Unknown);
    if about != FeelingAbout::Unknown && said.mood.is_none() {
        fields.refuse("mood_about", "goes only with `mood`: set that too, -2 to 2, or leave this out");
    }
    let mood = said.mood.and_then(|mood| fields.ranged("mood", mood, -2..=2));
    Ending {
        outcome: fields.required_enum("outcome", said.outcome),
        no_purchase_reason: fields.optional_enum("no_purchase_reason", said.no_purchase_reason),
        end_at: fields.time("end_time", said.end_time),
        purchase: fields.optional("purchase", said.purchase, read_purchase),
        items_looked_at: fields.shorts("items_looked_at", said.items_looked_at, LIST_MAX),
        emotion: mood.map(|satisfaction| Emotion {
            satisfaction,
            intensity: MIDDLING,
            judged_by: FeelingJudge::Staff,
            about,
        }),
        remarks: fields.text("remarks", said.remarks),
        thanked_in_person: said.thanked_in_person,
    }
}
