//! What a person may ask of us: that we forget them, and that we tell them all that we hold.

use super::{
    Rpc,
    convert::{
        case::case,
        customer::{consent, customer},
        enums::WireEnum,
        gesture::gesture,
        interaction::interaction,
        note::note,
        obligation::obligation,
        types::timestamp,
    },
    etag,
    names::optional_name,
    status::Failure,
    validate::Fields,
};
use crate::{
    app::{App, Export, Exported, Held},
    domain::ids::CustomerId,
    proto::v1::{self as pb, exported_entry::What},
};
use futures_util::stream;
use std::sync::Arc;
use tonic::{Request, Response, Status, codegen::BoxStream};

impl Rpc {
    pub(super) async fn erase(
        &self,
        request: Request<pb::EraseCustomerRequest>,
    ) -> Result<Response<pb::EraseCustomerResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        let forgotten = self.app.erase_customer(actor, id, version).await.map_err(Failure::from)?;
        Ok(Response::new(pb::EraseCustomerResponse {
            customer: Some(customer(&forgotten.left)),
            replayed: forgotten.replayed,
        }))
    }

    pub(super) async fn export(
        &self,
        request: Request<pb::ExportCustomerRequest>,
    ) -> Result<Response<BoxStream<pb::ExportCustomerResponse>>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<CustomerId>("name", &said.name);
        let id = fields.finish(id)?;
        let export = self.app.begin_export(actor, id).await.map_err(Failure::from)?;
        let app = Arc::clone(&self.app);
        Ok(Response::new(Box::pin(stream::try_unfold((app, export), part))))
    }
}

type State = (Arc<App>, Export);

/// The next part that holds anything, and what is left.
async fn part((app, mut export): State) -> Result<Option<(pb::ExportCustomerResponse, State)>, Status> {
    loop {
        let Some(held) = app.export_part(&mut export).await.map_err(Failure::from)? else { return Ok(None) };
        if !held.is_empty() {
            let entries = held.iter().map(|it| pb::ExportedEntry { what: Some(what(it)) }).collect();
            return Ok(Some((pb::ExportCustomerResponse { entries }, (app, export))));
        }
    }
}

fn what(exported: &Exported) -> What {
    let held = match exported {
        Exported::Customer(known) => return What::Customer(customer(known)),
        Exported::Held(held) => held.as_ref(),
    };
    match held {
        Held::Consent(it) => What::Consent(consent(it)),
        Held::Interaction(it) => What::Interaction(interaction(it)),
        Held::Obligation(it) => What::Obligation(obligation(it)),
        Held::Gesture(it) => What::Gesture(gesture(it)),
        Held::Note(it) => What::Note(note(it)),
        Held::Case(it) => What::Case(case(it)),
        Held::Contact(it) => What::Contact(pb::ExportedContact {
            contact_time: Some(timestamp(it.at)),
            channel: it.channel.to_wire(),
            gesture: optional_name(it.gesture.as_ref()),
        }),
        Held::Change(it) => What::Change(pb::ExportedChange {
            change_time: Some(timestamp(it.at)),
            kind: it.kind.to_string(),
            subject: it.subject.to_string(),
            actor: it.actor.principal.clone(),
            staff: it.actor.on_behalf_of.clone().unwrap_or_default(),
            fields: it.detail.fields.clone(),
        }),
        Held::Reading(it) => What::Reading(pb::ExportedReading {
            read_time: Some(timestamp(it.at)),
            method: it.method.clone(),
            actor: it.actor.clone(),
            staff: it.on_behalf_of.clone().unwrap_or_default(),
        }),
    }
}
