//! Customers are read, made and changed, and say what they allow.

use super::{App, AppError};
use crate::{
    domain::{
        commands::customers::{
            AddFact, CreateCustomer, CustomerReply, OnMatch, ProfileChange, RemoveFact, SetConsent, SetDeceased,
            UpdateCustomer,
        },
        customer::{Channel, ConsentState, Customer, CustomerKind, FactKind, FactOrigin, Identifier, Profile, Purpose},
        filter::Filter,
        ids::CustomerId,
        refusal::Refusal,
        returning::{ReturnStatus, return_status},
        summary::Summary,
        when::local_date,
        world::Actor,
    },
    store::{Cursor, Lane, Page, PageRequest, TimelineEntry},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// A customer with their history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCustomer {
    /// Who.
    pub customer: Customer,
    /// Their history; empty for somebody we have not met.
    pub summary: Summary,
    /// Where they stand today, by their own clock; `None` before the first visit day.
    pub status: Option<ReturnStatus>,
    /// The records that are part of theirs, in the order in which they were merged.
    pub parts: Vec<CustomerId>,
}

/// A customer to make.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// The caller's own id for it.
    pub id: Option<CustomerId>,
    /// Person, organisation or internal.
    pub kind: CustomerKind,
    /// What is known of them.
    pub profile: Profile,
    /// What staff call them.
    pub tags: Vec<String>,
    /// How they are found.
    pub identifiers: Vec<Identifier>,
    /// What to do when the identifiers fit somebody.
    pub on_match: OnMatch,
    /// A person decided that somebody who was erased comes back.
    pub allow_erased: bool,
}

/// What a customer said about being contacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewConsent {
    /// Over which channel.
    pub channel: Channel,
    /// For what.
    pub purpose: Purpose,
    /// What they said.
    pub state: ConsentState,
    /// Where they said it.
    pub source: String,
    /// The version of the text that was agreed to.
    pub text_version: String,
    /// When they said it; now, when not said.
    #[serde(rename = "consent_time")]
    pub at: Option<Timestamp>,
}

/// Something learned about a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewFact {
    /// What it speaks of.
    pub kind: FactKind,
    /// In plain words, as the customer may read it.
    pub text: String,
    /// How we know it.
    pub origin: FactOrigin,
    /// When it was learned; now, when not said.
    #[serde(rename = "learn_time")]
    pub learned_at: Option<Timestamp>,
    /// The day it speaks of.
    pub date: Option<Date>,
}

/// What came of a change of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerChanged {
    /// The customer as they stand.
    pub known: KnownCustomer,
    /// They were known before; nobody was made.
    pub existing: bool,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl App {
    /// A customer.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none whom the caller may see.
    pub async fn customer(&self, actor: &Actor, id: CustomerId) -> Result<KnownCustomer, AppError> {
        let found = self.store.customer(id).await?.filter(|it| actor.authority.sees(it));
        let found = found.ok_or_else(|| Refusal::not_found("customer", &id))?;
        self.note_read(actor, "GetCustomer", found.id).await;
        self.known(found).await
    }

    /// These customers, in the order asked for.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], naming every one that does not exist for this caller.
    pub async fn customers_by_id(&self, actor: &Actor, ids: &[CustomerId]) -> Result<Vec<KnownCustomer>, AppError> {
        let mut found = self.store.customers(ids).await?;
        found.retain(|_, customer| actor.authority.sees(customer));
        let missing: Vec<_> =
            ids.iter().filter(|id| !found.contains_key(id)).map(|id| format!("customers/{id}")).collect();
        if !missing.is_empty() {
            return Err(Refusal::NotFound { kind: "customer", name: missing.join(", ") }.into());
        }
        let found: Vec<_> = ids.iter().filter_map(|id| found.get(id).cloned()).collect();
        for customer in &found {
            self.note_read(actor, "BatchGetCustomers", customer.id).await;
        }
        self.all_known(found).await
    }

    /// A page of the customers that a filter selects, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn customers(
        &self,
        actor: &Actor,
        filter: &Filter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<KnownCustomer>, AppError> {
        let with_discreet = actor.authority.lists_discreet();
        let page = self.store.list_customers(filter, with_discreet, &PageRequest { size, after }).await?;
        for customer in &page.items {
            self.note_read(actor, "ListCustomers", customer.id).await;
        }
        Ok(Page { items: self.all_known(page.items).await?, next: page.next })
    }

    /// A page of everything that happened with a customer, newest first.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is no such customer.
    pub async fn timeline(
        &self,
        actor: &Actor,
        id: CustomerId,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<TimelineEntry>, AppError> {
        let found = self.store.customer(id).await?.ok_or_else(|| Refusal::not_found("customer", &id))?;
        self.note_read(actor, "GetTimeline", found.id).await;
        Ok(self.store.timeline(found.id, &PageRequest { size, after }).await?)
    }

    /// Makes a customer, unless the identifiers fit one that is known.
    ///
    /// # Errors
    /// [`Refusal::AlreadyExists`] for a taken id or identifier, and what a repeated write may meet (P2).
    pub async fn create_customer(&self, actor: Actor, new: NewCustomer) -> Result<CustomerChanged, AppError> {
        let NewCustomer { id, kind, profile, tags, identifiers, on_match, allow_erased } = new;
        let mut content = self.fingerprint("customer.", &profile);
        let others = json!({ "kind": kind, "tags": tags, "identifiers": identifiers });
        content.0.extend(self.fingerprint("customer.", &others).0);
        content.0.extend(
            self.fingerprint("", &json!({ "customer_id": id, "on_match": on_match, "allow_erased": allow_erased })).0,
        );
        let once = self.once(&actor, "CreateCustomer", content);
        let by = actor.clone();
        let command = CreateCustomer { actor, once, id, kind, profile, tags, identifiers, on_match, allow_erased };
        self.changed(&by, "CreateCustomer", self.submit(Lane::Interactive, command).await?).await
    }

    /// Changes a customer that the caller read at `version`. Facts stay as they are, and a contact point that proved
    /// wrong stays marked so as long as it leads to the same place.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`] when it was changed since, [`Refusal::AlreadyExists`] for a taken
    /// identifier, [`Refusal::Erased`] for one of somebody who was erased.
    pub async fn update_customer(
        &self,
        actor: Actor,
        id: CustomerId,
        version: i64,
        new: NewCustomer,
    ) -> Result<KnownCustomer, AppError> {
        let NewCustomer { kind, profile, tags, identifiers, allow_erased, .. } = new;
        let change = ProfileChange::new(move |before: &mut Profile| {
            let known_bad: Vec<_> =
                before.all_contact_points_mut().filter(|point| point.bad).map(|it| it.clone()).collect();
            before.clone_from(&profile);
            for point in before.all_contact_points_mut() {
                point.bad = known_bad.iter().any(|bad| bad.address == point.address);
            }
        });
        let command = UpdateCustomer {
            actor,
            id,
            version: Some(version),
            profile: change,
            kind: Some(kind),
            tags: Some(tags),
            identifiers: Some(identifiers),
            allow_erased,
        };
        let reply = self.submit(Lane::Interactive, command).await?;
        self.known(reply.customer).await
    }

    /// Keeps what a customer said about being contacted.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], and what a repeated write may meet (P2).
    pub async fn set_consent(
        &self,
        actor: Actor,
        id: CustomerId,
        said: NewConsent,
    ) -> Result<CustomerChanged, AppError> {
        let mut content = self.fingerprint("consent.", &said);
        content.0.extend(self.fingerprint("", &json!({ "name": id })).0);
        let once = self.once(&actor, "SetConsent", content);
        let NewConsent { channel, purpose, state, source, text_version, at } = said;
        let by = actor.clone();
        let command = SetConsent { actor, once, id, channel, purpose, state, source, text_version, at };
        self.changed(&by, "SetConsent", self.submit(Lane::Interactive, command).await?).await
    }

    /// Marks a customer as deceased, or takes that back.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Stale`], and what a repeated write may meet (P2).
    pub async fn set_deceased(
        &self,
        actor: Actor,
        id: CustomerId,
        version: Option<i64>,
        deceased: bool,
    ) -> Result<CustomerChanged, AppError> {
        let content = self.fingerprint("", &json!({ "name": id, "deceased": deceased }));
        let once = self.once(&actor, "SetDeceased", content);
        let by = actor.clone();
        let command = SetDeceased { actor, once, id, version, deceased };
        self.changed(&by, "SetDeceased", self.submit(Lane::Interactive, command).await?).await
    }

    /// Adds a fact.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Invalid`] for one too many, and what a repeated write may meet (P2).
    pub async fn add_fact(&self, actor: Actor, id: CustomerId, fact: NewFact) -> Result<CustomerChanged, AppError> {
        let mut content = self.fingerprint("fact.", &fact);
        content.0.extend(self.fingerprint("", &json!({ "name": id })).0);
        let once = self.once(&actor, "AddFact", content);
        let NewFact { kind, text, origin, learned_at, date } = fact;
        let by = actor.clone();
        let command = AddFact { actor, once, id, kind, text, origin, learned_at, date };
        self.changed(&by, "AddFact", self.submit(Lane::Interactive, command).await?).await
    }

    /// Removes a fact; one that is not there changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is no such customer.
    pub async fn remove_fact(&self, actor: Actor, id: CustomerId, fact: Uuid) -> Result<KnownCustomer, AppError> {
        let by = actor.clone();
        let reply = self.submit(Lane::Interactive, RemoveFact { actor, id, fact }).await?;
        Ok(self.changed(&by, "RemoveFact", reply).await?.known)
    }

    /// What came of a change, as whoever asked for it is shown it: that is a reading too, above all where nothing was
    /// changed and so no event tells of it (P12). Who may not see a discreet customer is shown what they made
    /// themselves, and of any other no more than the name that they gave.
    pub(super) async fn changed(
        &self,
        actor: &Actor,
        method: &'static str,
        reply: CustomerReply,
    ) -> Result<CustomerChanged, AppError> {
        let CustomerReply { mut customer, existing, replayed } = reply;
        let is_made = method == "CreateCustomer" && !existing && !replayed;
        if !is_made && !actor.authority.sees(&customer) {
            customer =
                Customer::new(customer.id, customer.household, Profile::default(), Vec::new(), customer.created_at);
            return Ok(CustomerChanged { known: self.with_history(customer, None), existing, replayed });
        }
        self.note_read(actor, method, customer.id).await;
        Ok(CustomerChanged { known: self.known(customer).await?, existing, replayed })
    }

    pub(super) async fn known(&self, customer: Customer) -> Result<KnownCustomer, AppError> {
        let mut known = self.all_known(vec![customer]).await?;
        Ok(known.pop().expect("as many come out as went in"))
    }

    async fn all_known(&self, customers: Vec<Customer>) -> Result<Vec<KnownCustomer>, AppError> {
        let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
        let summaries = self.store.summaries(&ids).await?;
        let mut parts = self.store.parts_of(&ids).await?;
        let known = customers.into_iter().map(|customer| {
            let summary = summaries.get(&customer.id).cloned();
            let parts = parts.remove(&customer.id).unwrap_or_default();
            KnownCustomer { parts, ..self.with_history(customer, summary) }
        });
        Ok(known.collect())
    }

    pub(super) fn with_history(&self, customer: Customer, summary: Option<Summary>) -> KnownCustomer {
        let summary = summary.unwrap_or_else(|| Summary::new(customer.id));
        let own = Some(customer.profile.time_zone.as_str()).filter(|zone| !zone.is_empty());
        let zone = self.zones().get(own.unwrap_or(&self.settings().time_zone)).unwrap_or(TimeZone::UTC);
        let status = return_status(&summary, local_date(&zone, self.now()), self.settings().lapse_gap_days);
        KnownCustomer { customer, summary, status, parts: Vec::new() }
    }
}
