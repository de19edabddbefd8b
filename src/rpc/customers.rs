//! Who we are grateful to.

use super::{
    Rpc,
    convert::{
        case::case,
        customer::{CustomerWords, customer, read_consent, read_customer, read_fact},
        gesture::gesture,
        interaction::interaction,
        obligation::stopped,
        types::timestamp,
    },
    etag,
    hints::hints,
    mask::merge,
    names::{parse_uuid, read_list, read_updated},
    privacy::listed,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{NewCustomer, TimelineEntry},
    domain::{
        commands::customers::OnMatch, customer::Identifier, filter::CUSTOMERS, ids::CustomerId, limits::PAGE_MAX,
        world::Actor,
    },
    proto::v1::{self as pb, customer_service_server::CustomerService},
};
use tonic::{Request, Response, Status, codegen::BoxStream};

#[tonic::async_trait]
impl CustomerService for Rpc {
    async fn get_customer(&self, request: Request<pb::GetCustomerRequest>) -> Result<Response<pb::Customer>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<CustomerId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.customer(&actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(customer(&found)))
    }

    async fn list_customers(
        &self,
        request: Request<pb::ListCustomersRequest>,
    ) -> Result<Response<pb::ListCustomersResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let binding = ["ListCustomers", &said.filter];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let filter = fields.filter("filter", &said.filter, &CUSTOMERS);
        let filter = fields.finish(filter)?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.customers(&actor, &filter, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListCustomersResponse {
            customers: page.items.iter().map(|known| listed(&actor, known)).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn batch_get_customers(
        &self,
        request: Request<pb::BatchGetCustomersRequest>,
    ) -> Result<Response<pb::BatchGetCustomersResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        if said.names.is_empty() {
            fields.refuse("names", "must have at least one name");
        }
        let ids = read_list::<CustomerId>(&mut fields, "names", said.names, PAGE_MAX as usize);
        let ids = fields.finish(Some(ids))?;
        let found = self.app.customers_by_id(&actor, &ids).await.map_err(Failure::from)?;
        let customers = found.iter().map(|known| listed(&actor, known)).collect();
        Ok(Response::new(pb::BatchGetCustomersResponse { customers }))
    }

    async fn search_customers(
        &self,
        request: Request<pb::SearchCustomersRequest>,
    ) -> Result<Response<pb::SearchCustomersResponse>, Status> {
        let (actor, said) = self.call(request)?;
        Ok(Response::new(self.search(&actor, said).await?))
    }

    async fn find_duplicates(
        &self,
        request: Request<pb::FindDuplicatesRequest>,
    ) -> Result<Response<pb::FindDuplicatesResponse>, Status> {
        let (actor, said) = self.call(request)?;
        Ok(Response::new(self.duplicates(&actor, said).await?))
    }

    async fn mark_not_same(
        &self,
        request: Request<pb::MarkNotSameRequest>,
    ) -> Result<Response<pb::MarkNotSameResponse>, Status> {
        let (actor, said) = self.call(request)?;
        Ok(Response::new(self.mark(&actor, said).await?))
    }

    async fn create_customer(
        &self,
        request: Request<pb::CreateCustomerRequest>,
    ) -> Result<Response<pb::CreateCustomerResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = match said.customer_id.as_str() {
            "" => None,
            id => fields.new_id("customer_id", id),
        };
        let on_match = read_on_match(&mut fields, said.on_match);
        let words = fields.required("customer", said.customer, |fields, it| self.read_customer(fields, it, &[]));
        let mut new = new_customer(fields.finish(words)?, id, on_match);
        new.allow_erased = may_bring_back(&actor, said.allow_erased)?;
        let made = self.app.create_customer(actor, new).await.map_err(Failure::from)?;
        Ok(Response::new(pb::CreateCustomerResponse {
            customer: Some(customer(&made.known)),
            existing: made.existing,
            replayed: made.replayed,
        }))
    }

    async fn update_customer(
        &self,
        request: Request<pb::UpdateCustomerRequest>,
    ) -> Result<Response<pb::Customer>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.customer.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<CustomerId>(&mut fields, "customer", &new.name, &new.etag);
        let (id, version) = fields.finish(read)?;
        let before = self.app.customer(&actor, id).await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, customer(&before), &new, said.update_mask.as_ref());
        let words =
            fields.within("customer", |fields| self.read_customer(fields, merged, &before.customer.identifiers));
        let mut new = new_customer(fields.finish(words)?, None, OnMatch::Reject);
        new.allow_erased = may_bring_back(&actor, said.allow_erased)?;
        // What the mask left out was read at this version; the caller may insist on another.
        let version = version.unwrap_or(before.customer.version);
        let after = self.app.update_customer(actor, id, version, new).await.map_err(Failure::from)?;
        Ok(Response::new(customer(&after)))
    }

    async fn set_consent(
        &self,
        request: Request<pb::SetConsentRequest>,
    ) -> Result<Response<pb::SetConsentResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let consent = fields.required("consent", said.consent, read_consent);
        let (id, consent) = fields.finish(id.zip(consent))?;
        let changed = self.app.set_consent(actor, id, consent).await.map_err(Failure::from)?;
        Ok(Response::new(pb::SetConsentResponse {
            customer: Some(customer(&changed.known)),
            replayed: changed.replayed,
        }))
    }

    async fn set_deceased(
        &self,
        request: Request<pb::SetDeceasedRequest>,
    ) -> Result<Response<pb::SetDeceasedResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        let changed = self.app.set_deceased(actor, id, version, said.deceased).await.map_err(Failure::from)?;
        Ok(Response::new(pb::SetDeceasedResponse {
            customer: Some(customer(&changed.known)),
            replayed: changed.replayed,
        }))
    }

    async fn add_fact(&self, request: Request<pb::AddFactRequest>) -> Result<Response<pb::AddFactResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let fact = fields.required("fact", said.fact, read_fact);
        let (id, fact) = fields.finish(id.zip(fact))?;
        let hints = hints([("fact.text", &*fact.text)]);
        let changed = self.app.add_fact(actor, id, fact).await.map_err(Failure::from)?;
        let customer = Some(customer(&changed.known));
        Ok(Response::new(pb::AddFactResponse { customer, replayed: changed.replayed, hints }))
    }

    async fn remove_fact(&self, request: Request<pb::RemoveFactRequest>) -> Result<Response<pb::Customer>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let fact = parse_uuid(&said.fact_id);
        if fact.is_none() {
            fields.refuse("fact_id", "must be the id of a fact, a lower-case UUID");
        }
        let (id, fact) = fields.finish(id.zip(fact))?;
        let after = self.app.remove_fact(actor, id, fact).await.map_err(Failure::from)?;
        Ok(Response::new(customer(&after)))
    }

    async fn set_household(
        &self,
        request: Request<pb::SetHouseholdRequest>,
    ) -> Result<Response<pb::SetHouseholdResponse>, Status> {
        self.move_to_household(request).await
    }

    async fn merge_customers(
        &self,
        request: Request<pb::MergeCustomersRequest>,
    ) -> Result<Response<pb::MergeCustomersResponse>, Status> {
        self.merge(request).await
    }

    async fn unmerge_customer(
        &self,
        request: Request<pb::UnmergeCustomerRequest>,
    ) -> Result<Response<pb::UnmergeCustomerResponse>, Status> {
        self.unmerge(request).await
    }

    async fn erase_customer(
        &self,
        request: Request<pb::EraseCustomerRequest>,
    ) -> Result<Response<pb::EraseCustomerResponse>, Status> {
        self.erase(request).await
    }

    type ExportCustomerStream = BoxStream<pb::ExportCustomerResponse>;

    async fn export_customer(
        &self,
        request: Request<pb::ExportCustomerRequest>,
    ) -> Result<Response<Self::ExportCustomerStream>, Status> {
        self.export(request).await
    }

    async fn get_timeline(
        &self,
        request: Request<pb::GetTimelineRequest>,
    ) -> Result<Response<pb::GetTimelineResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let binding = ["GetTimeline", &said.name];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let id = fields.name("name", &said.name);
        let id = fields.finish(id)?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.timeline(&actor, id, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::GetTimelineResponse {
            entries: page.items.iter().map(timeline_entry).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }
}

impl Rpc {
    /// Reads what a caller says of a customer, numbers that are not known by the configured region where nothing better
    /// is.
    fn read_customer(&self, fields: &mut Fields, said: pb::Customer, known: &[Identifier]) -> Option<CustomerWords> {
        read_customer(fields, said, &[&self.app.settings().region], known)
    }
}

/// Whether somebody may come back who was erased, as far as the caller may say so.
fn may_bring_back(actor: &Actor, allow_erased: bool) -> Result<bool, Failure> {
    if allow_erased && !actor.authority.may_bring_back_erased() {
        return Err(Failure::role_not_allowed("only a desk or a manager may set `allow_erased`"));
    }
    Ok(allow_erased)
}

fn new_customer(words: CustomerWords, id: Option<CustomerId>, on_match: OnMatch) -> NewCustomer {
    let CustomerWords { kind, profile, identifiers, tags } = words;
    NewCustomer { id, kind, profile, tags, identifiers, on_match, allow_erased: false }
}

fn read_on_match(fields: &mut Fields, number: i32) -> OnMatch {
    use pb::create_customer_request::OnMatch as Wire;
    match Wire::try_from(number) {
        Ok(Wire::Unspecified | Wire::Reject) => OnMatch::Reject,
        Ok(Wire::ReturnExisting) => OnMatch::ReturnExisting,
        Ok(Wire::CreateAnyway) => OnMatch::CreateAnyway,
        Err(_) => {
            let known = "REJECT, RETURN_EXISTING, CREATE_ANYWAY";
            fields.refuse("on_match", format!("{number} is no value; use one of {known}"));
            OnMatch::Reject
        }
    }
}

fn timeline_entry(entry: &TimelineEntry) -> pb::TimelineEntry {
    use pb::timeline_entry::What;
    let (happened_at, what) = match entry {
        TimelineEntry::Interaction(it) => (it.start_at, What::Interaction(interaction(it))),
        TimelineEntry::Gesture(it) => (it.created_at, What::Gesture(gesture(it))),
        TimelineEntry::Case(it) => (it.opened_at, What::Case(case(it))),
        TimelineEntry::Decision(it) => (it.at, What::Decision(stopped(it))),
    };
    pb::TimelineEntry { happen_time: Some(timestamp(happened_at)), what: Some(what) }
}
