//! Records that may be of one person.

use super::{App, AppError};
use crate::{
    domain::{
        customer::Customer,
        filter::{CUSTOMERS, Filter},
        identity::duplicates::{Comparison, Face, Frequencies, Rule, blocks, compare},
        ids::CustomerId,
        refusal::Refusal,
        world::{Actor, Event, EventDetail, EventKind, Subject},
    },
    store::{Cursor, Page, PageRequest, ordered},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tokio::sync::Mutex;

/// Two records that may be of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// The one that was looked at.
    pub customer: Customer,
    /// The other.
    pub other: Customer,
    /// What speaks for and against.
    pub comparison: Comparison,
    /// The bits that it takes.
    pub needed: f64,
}

/// Which customers are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookAt {
    /// This one alone.
    One(CustomerId),
    /// All, by pages.
    All,
}

/// Most records that are told for one customer, those with the most bits.
const OTHERS_MAX: usize = 50;
/// How many customers the shares of names and places are taken from.
const SAMPLE: u64 = 40_000;
/// Shares are taken anew when there are more customers by this share.
const GROWN: f64 = 1.1;

/// How common names and places are, as far as this process knows. It only saves reading the sample again.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownFrequencies(Arc<Mutex<Option<Sampled>>>);

/// The shares, with how many customers there were when they were taken.
type Sampled = (u64, Arc<Frequencies>);

impl App {
    /// A page of records that may be of one person. A page looks at `size` customers, and tells all pairs of each with older
    /// ones (with all others, for one customer); so it may be empty although others follow.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is no such customer, and when the store fails.
    pub async fn find_duplicates(
        &self,
        actor: &Actor,
        look_at: LookAt,
        rule: Rule,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Duplicate>, AppError> {
        let page = match look_at {
            LookAt::One(id) => {
                let found = self.store.customer(id).await?.ok_or_else(|| Refusal::not_found("customer", &id))?;
                Page { items: vec![found], next: None }
            }
            LookAt::All => {
                let all = Filter::parse("", &CUSTOMERS).map_err(|_| Refusal::invalid("filter", "is empty"))?;
                self.store.list_customers(&all, &PageRequest { size, after }).await?
            }
        };
        let known = self.store.customers_known().await?;
        let frequencies = self.frequencies(known).await?;
        let mut pairs = self.pairs(&page.items, look_at).await?;
        if !actor.authority.lists_discreet() {
            pairs.retain(|(customer, _)| !customer.profile.discreet);
            pairs.iter_mut().for_each(|(_, others)| others.retain(|other| !other.profile.discreet));
        }
        let mut found = Vec::new();
        for (customer, others) in pairs {
            let Some(face) = Face::of(&customer) else { continue };
            let faces = others.into_iter().filter_map(|other| Some((Face::of(&other)?, other)));
            let compared = faces.map(|(other_face, other)| (compare(&face, &other_face, &frequencies), other));
            let mut met: Vec<_> =
                compared.filter(|(comparison, _)| rule.is_met(comparison, known, &frequencies)).collect();
            met.sort_by(|a, b| b.0.bits.total_cmp(&a.0.bits).then(a.1.id.cmp(&b.1.id)));
            found.extend(met.into_iter().take(OTHERS_MAX).map(|(comparison, other)| Duplicate {
                customer: customer.clone(),
                other,
                comparison,
                needed: rule.threshold(known, &frequencies),
            }));
        }
        let read: BTreeSet<_> = found.iter().flat_map(|it| [it.customer.id, it.other.id]).collect();
        for customer in read {
            self.note_read(actor, "FindDuplicates", customer).await;
        }
        Ok(Page { items: found, next: page.next })
    }

    /// With whom each of the customers has to be compared: those who share a block, and are not known to be somebody else.
    async fn pairs(&self, customers: &[Customer], look_at: LookAt) -> Result<Vec<(Customer, Vec<Customer>)>, AppError> {
        let blocks: Vec<(CustomerId, Vec<String>)> = customers.iter().map(|it| (it.id, blocks(it))).collect();
        let all: BTreeSet<String> = blocks.iter().flat_map(|(_, blocks)| blocks).cloned().collect();
        let members = self.store.block_members(&all).await?;
        let ids: Vec<_> = customers.iter().map(|it| it.id).collect();
        let apart = self.store.not_same(&ids).await?;
        let mut others: BTreeMap<CustomerId, BTreeSet<CustomerId>> = BTreeMap::new();
        for (id, blocks) in blocks {
            let sharing = blocks.iter().filter_map(|block| members.get(block)).flatten().copied();
            // Of all, each pair is told once.
            let told = sharing.filter(|other| if look_at == LookAt::All { *other < id } else { *other != id });
            others.insert(id, told.filter(|other| !apart.contains(&ordered((id, *other)))).collect());
        }
        let wanted: BTreeSet<CustomerId> = others.values().flatten().copied().collect();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let known = self.store.customers(&wanted).await?;
        // A record that became part of another meanwhile takes no part.
        let known: HashMap<_, _> = known.into_iter().filter(|(id, customer)| *id == customer.id).collect();
        let with_others = |customer: &Customer| {
            let ids = others.get(&customer.id).into_iter().flatten();
            (customer.clone(), ids.filter_map(|id| known.get(id)).cloned().collect())
        };
        Ok(customers.iter().map(with_others).collect())
    }

    /// How common names and places are among so many customers.
    async fn frequencies(&self, known: u64) -> Result<Arc<Frequencies>, AppError> {
        let mut kept = self.frequencies.0.lock().await;
        #[expect(clippy::cast_precision_loss, reason = "compared roughly")]
        let still_right = |then: u64| known as f64 <= then as f64 * GROWN;
        if let Some((_, frequencies)) = kept.as_ref().filter(|(then, _)| still_right(*then)) {
            return Ok(Arc::clone(frequencies));
        }
        let mut frequencies = Frequencies::default();
        for face in self.store.sample_customers(SAMPLE).await?.iter().filter_map(Face::of) {
            frequencies.look_at(&face);
        }
        let frequencies = Arc::new(frequencies);
        *kept = Some((known, Arc::clone(&frequencies)));
        Ok(frequencies)
    }

    /// Keeps that two customers are not the same, or takes that back. Said again, it changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when one of them does not exist, [`Refusal::Invalid`] when they are one.
    pub async fn mark_not_same(
        &self,
        actor: &Actor,
        customer: CustomerId,
        other: CustomerId,
        same: bool,
    ) -> Result<bool, AppError> {
        if customer == other {
            return Err(Refusal::invalid("other", "must be another customer").into());
        }
        for id in [customer, other] {
            self.store.customer(id).await?.ok_or_else(|| Refusal::not_found("customer", &id))?;
        }
        let related = vec![Subject::Customer(other).to_string()];
        let state = Some(if same { "taken_back" } else { "not_same" }.to_owned());
        let event = Event {
            at: self.now(),
            kind: EventKind::NotSameMarked,
            subject: Subject::Customer(customer),
            customer: Some(customer),
            actor: actor.clone(),
            detail: EventDetail { related, state, ..EventDetail::default() },
        };
        Ok(self.store.mark_not_same((customer, other), same, event).await?)
    }
}
