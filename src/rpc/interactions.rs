//! An interaction comes in, and is put right.

use super::{
    Rpc,
    convert::{
        gesture::gesture,
        interaction::{interaction, read_interaction, read_purchase},
        obligation::{decision, looked_at, obligation},
        who::read_who,
    },
    hints::hints,
    names::ResourceId,
    privacy::{unremarked, within},
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{BatchMode, CloseVisit, RecordInteraction},
    domain::{
        commands::{record::Recorded, visits::Ending},
        filter::{Field, INTERACTIONS},
        ids::{InteractionId, LocationId},
        limits::BATCH_MAX,
        world::Actor,
    },
    proto::v1::{self as pb, interaction_service_server::InteractionService},
};
use std::collections::HashMap;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl InteractionService for Rpc {
    async fn get_interaction(
        &self,
        request: Request<pb::GetInteractionRequest>,
    ) -> Result<Response<pb::Interaction>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<InteractionId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.interaction(&actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(unremarked(&actor, interaction(&found))))
    }

    async fn list_interactions(
        &self,
        request: Request<pb::ListInteractionsRequest>,
    ) -> Result<Response<pb::ListInteractionsResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let binding = ["ListInteractions", &said.filter];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let filter = fields.filter("filter", &said.filter, &INTERACTIONS);
        let filter = within(&actor, fields.finish(filter)?, Field::InteractionLocation);
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.interactions(&actor, &filter, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListInteractionsResponse {
            interactions: page.items.iter().map(|it| unremarked(&actor, interaction(it))).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn record_interaction(
        &self,
        request: Request<pb::RecordInteractionRequest>,
    ) -> Result<Response<pb::RecordInteractionResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let region = if names_somebody(&said) { self.region_at(place(&said)).await? } else { String::new() };
        let call = self.read_record(&actor, said, &region)?;
        let recorded = self.app.record(call).await.map_err(Failure::from)?;
        Ok(Response::new(entered(&actor, &recorded)))
    }

    async fn batch_record_interactions(
        &self,
        request: Request<pb::BatchRecordInteractionsRequest>,
    ) -> Result<Response<pb::BatchRecordInteractionsResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let count = said.requests.len();
        if !(1..=BATCH_MAX).contains(&count) {
            let description = format!("has {count} items; must have 1 to {BATCH_MAX}");
            return Err(Failure::invalid_field("requests", description).into());
        }
        let regions = self.regions_of(&said.requests).await?;
        let items = said.requests.into_iter().map(|item| {
            let region = regions.get(place(&item)).map(String::as_str).unwrap_or_default();
            self.read_record(&actor, item, region)
        });
        let results = if said.atomic {
            self.record_atomically(&actor, items.collect()).await?
        } else {
            self.record_each(&actor, items.collect()).await?
        };
        Ok(Response::new(pb::BatchRecordInteractionsResponse { results }))
    }

    async fn close_interaction(
        &self,
        request: Request<pb::CloseInteractionRequest>,
    ) -> Result<Response<pb::CloseInteractionResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let outcome = fields.required_enum("outcome", said.outcome);
        let ending = Ending {
            outcome,
            no_purchase_reason: fields.optional_enum("no_purchase_reason", said.no_purchase_reason),
            end_at: fields.time("end_time", said.end_time),
            purchase: fields.optional("purchase", said.purchase, read_purchase),
            ..Ending::default()
        };
        let id = fields.finish(id)?;
        let call = CloseVisit { actor: actor.clone(), id, ending };
        let closed = self.app.close_visit(call).await.map_err(Failure::from)?;
        let pb::RecordInteractionResponse { interaction, obligation, gestures, replayed, .. } =
            response(&actor, &closed);
        Ok(Response::new(pb::CloseInteractionResponse { interaction, obligation, gestures, replayed }))
    }

    async fn void_interaction(
        &self,
        request: Request<pb::VoidInteractionRequest>,
    ) -> Result<Response<pb::VoidInteractionResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let reason = fields.required_short("reason", said.reason);
        let id = fields.finish(id)?;
        let voided = self.app.void(actor.clone(), id, reason).await.map_err(Failure::from)?;
        let pb::RecordInteractionResponse { interaction, obligation, .. } = response(&actor, &voided);
        Ok(Response::new(pb::VoidInteractionResponse { interaction, obligation }))
    }

    async fn attribute_interaction(
        &self,
        request: Request<pb::AttributeInteractionRequest>,
    ) -> Result<Response<pb::AttributeInteractionResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let customer = fields.optional_name("customer", &said.customer);
        let id = fields.finish(id)?;
        let attributed = self.app.attribute(actor.clone(), id, customer).await.map_err(Failure::from)?;
        let pb::RecordInteractionResponse { interaction, obligation, gestures, .. } = response(&actor, &attributed);
        Ok(Response::new(pb::AttributeInteractionResponse { interaction, obligation, gestures }))
    }

    async fn explain_interaction(
        &self,
        request: Request<pb::ExplainInteractionRequest>,
    ) -> Result<Response<pb::ExplainInteractionResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let id = fields.finish(id)?;
        let (answered, advice) = self.app.explain_interaction(&actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ExplainInteractionResponse {
            interaction: Some(interaction(&answered.interaction)),
            obligation: Some(obligation(&answered.obligation)),
            decisions: answered
                .decisions
                .iter()
                .map(|it| pb::Decision {
                    would_change: advice.decisions.get(&it.rule).cloned().unwrap_or_default(),
                    ..decision(it)
                })
                .collect(),
            gestures: answered.gestures.iter().map(gesture).collect(),
            looked_at: looked_at(&answered.obligation.looked_at, advice.looked_at),
            would_change: advice.obligation,
        }))
    }
}

impl Rpc {
    /// Reads one record. Numbers without country code are read by the region of its place.
    fn read_record(
        &self,
        actor: &Actor,
        said: pb::RecordInteractionRequest,
        region: &str,
    ) -> Result<RecordInteraction, Failure> {
        let now = self.app.now();
        let mut fields = Fields::new();
        let actor = Actor { request_id: fields.request_id(&said.request_id), ..actor.clone() };
        let who = read_who(&mut fields, said.who, &[region, &self.app.settings().region]);
        let new = fields.required("interaction", said.interaction, |fields, it| read_interaction(fields, it, now));
        Ok(RecordInteraction { actor, who, new: fields.finish(new)? })
    }

    /// The region by which numbers are read at a place; empty if it says none or is not known, which whoever writes
    /// there will find out.
    pub(super) async fn region_at(&self, location: &str) -> Result<String, Failure> {
        let Some(id) = LocationId::parse_name(location) else { return Ok(String::new()) };
        Ok(self.app.region_at(&id).await?)
    }

    async fn regions_of(&self, items: &[pb::RecordInteractionRequest]) -> Result<HashMap<String, String>, Failure> {
        let mut regions = HashMap::new();
        for location in items.iter().filter(|item| names_somebody(item)).map(place) {
            if !regions.contains_key(location) {
                regions.insert(location.to_owned(), self.region_at(location).await?);
            }
        }
        Ok(regions)
    }

    /// Records all items or none; what is wrong with any of them is told with its position.
    async fn record_atomically(
        &self,
        actor: &Actor,
        items: Vec<Result<RecordInteraction, Failure>>,
    ) -> Result<Vec<pb::RecordInteractionResult>, Failure> {
        let mut calls = Vec::with_capacity(items.len());
        let mut violations = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Ok(call) => calls.push(call),
                Err(failure) => violations.extend(failure.into_violations(&format!("requests[{index}]"))),
            }
        }
        if !violations.is_empty() {
            return Err(Failure::invalid(violations));
        }
        let recorded = self.app.record_all(calls, BatchMode::Atomic).await?;
        Ok(recorded.into_iter().map(|one| result(actor, one.map_err(Failure::from))).collect())
    }

    /// Records each item for itself.
    async fn record_each(
        &self,
        actor: &Actor,
        items: Vec<Result<RecordInteraction, Failure>>,
    ) -> Result<Vec<pb::RecordInteractionResult>, Failure> {
        let calls = items.iter().filter_map(|item| item.as_ref().ok().cloned()).collect();
        let mut recorded = self.app.record_all(calls, BatchMode::EachForItself).await?.into_iter();
        let results = items.into_iter().map(|item| match item {
            Ok(_) => result(actor, recorded.next().ok_or_else(Failure::internal).and_then(|one| Ok(one?))),
            Err(failure) => result(actor, Err(failure)),
        });
        Ok(results.collect())
    }
}

/// Whether an item has identifiers, of which a number may need a region to be read.
fn names_somebody(said: &pb::RecordInteractionRequest) -> bool {
    matches!(&said.who, Some(pb::Who { who: Some(pb::who::Who::Identity(_)) }))
}

/// Where an item says it happened.
fn place(said: &pb::RecordInteractionRequest) -> &str {
    said.interaction.as_ref().map(|interaction| interaction.location.as_str()).unwrap_or_default()
}

fn result(actor: &Actor, recorded: Result<Recorded, Failure>) -> pb::RecordInteractionResult {
    use pb::record_interaction_result::Result as Wire;
    let result = match recorded {
        Ok(recorded) => Wire::Response(entered(actor, &recorded)),
        Err(failure) => Wire::Error(failure.into_item_error()),
    };
    pb::RecordInteractionResult { result: Some(result) }
}

/// What was recorded just now, or by an earlier call: then others may have written about it since.
fn entered(actor: &Actor, recorded: &Recorded) -> pb::RecordInteractionResponse {
    let reply = response(actor, recorded);
    let detail = &recorded.interaction.detail;
    if recorded.replayed {
        return reply;
    }
    pb::RecordInteractionResponse {
        interaction: Some(interaction(&recorded.interaction)),
        hints: hints([("interaction.remarks", &*detail.remarks), ("interaction.stranger", &detail.stranger)]),
        ..reply
    }
}

/// An interaction as it stands and the caller may see it, with what came of it.
pub(super) fn response(actor: &Actor, recorded: &Recorded) -> pb::RecordInteractionResponse {
    pb::RecordInteractionResponse {
        interaction: Some(unremarked(actor, interaction(&recorded.interaction))),
        obligation: Some(obligation(&recorded.obligation)),
        gestures: recorded.gestures.iter().map(gesture).collect(),
        replayed: recorded.replayed,
        hints: Vec::new(),
    }
}
