//! Records that may be of one person.

use super::{App, AppError};
use crate::{
    domain::{
        customer::Customer,
        filter::{CUSTOMERS, Filter},
        identity::duplicates::{Comparison, Face, Frequencies, Rule, blocks, likely},
        ids::CustomerId,
        merging::ordered,
        refusal::Refusal,
        world::{Actor, Event, EventDetail, EventKind, Subject},
    },
    store::{Cursor, Page, PageRequest},
};
use std::{collections::BTreeSet, sync::Arc};
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
/// Customers for whom those who share a block with them are looked up together. Compared they are one by one, so that
/// only those are in memory who share a block with one.
const LOOKED_AT_ONCE: usize = 20;
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
    /// A page of records that may be of one person. A page looks at `size` customers, and tells all pairs of each with
    /// older ones (with all others, for one customer); so it may be empty although others follow.
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
                self.store.list_customers(&all, actor.authority.lists_discreet(), &PageRequest { size, after }).await?
            }
        };
        let known = self.store.customers_known().await?;
        let frequencies = self.frequencies(known).await?;
        let mut found = Vec::new();
        for some in page.items.chunks(LOOKED_AT_ONCE) {
            for (customer, others) in some.iter().zip(self.others(some).await?) {
                let Some(face) = Face::of(customer) else { continue };
                let (faces, others) = self.faces(&others).await?;
                let likely = likely(&face, &faces, rule, known, &frequencies);
                // Of all, each pair is told once.
                let told = likely.into_iter().filter(|(at, _)| look_at != LookAt::All || others[*at].id < customer.id);
                found.extend(told.take(OTHERS_MAX).map(|(at, comparison)| Duplicate {
                    customer: customer.clone(),
                    other: others[at].clone(),
                    comparison,
                    needed: rule.threshold(known, &frequencies),
                }));
            }
        }
        let read: BTreeSet<_> = found.iter().flat_map(|it| [it.customer.id, it.other.id]).collect();
        for customer in read {
            self.note_read(actor, "FindDuplicates", customer).await;
        }
        Ok(Page { items: found, next: page.next })
    }

    /// With whom each of the customers has to be compared: those who share a block, and are not known to be somebody
    /// else.
    async fn others(&self, customers: &[Customer]) -> Result<Vec<BTreeSet<CustomerId>>, AppError> {
        let blocks: Vec<Vec<String>> = customers.iter().map(blocks).collect();
        let members = self.store.block_members(&blocks.iter().flatten().cloned().collect()).await?;
        let ids: Vec<_> = customers.iter().map(|it| it.id).collect();
        let apart = self.store.not_same(&ids).await?;
        let of_one = |(id, blocks): (&CustomerId, &Vec<String>)| {
            let sharing = blocks.iter().filter_map(|block| members.get(block)).flatten().copied();
            sharing.filter(|other| other != id && !apart.contains(&ordered((*id, *other)))).collect()
        };
        Ok(ids.iter().zip(&blocks).map(of_one).collect())
    }

    /// Those of the customers who can be compared, with what is compared.
    async fn faces(&self, ids: &BTreeSet<CustomerId>) -> Result<(Vec<Face>, Vec<Customer>), AppError> {
        let mut known = self.store.customers(&ids.iter().copied().collect::<Vec<_>>()).await?;
        // A record that became part of another meanwhile takes no part.
        let own = ids.iter().filter_map(|id| known.remove(id).filter(|customer| customer.id == *id));
        Ok(own.filter_map(|other| Some((Face::of(&other)?, other))).unzip())
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
        take_back: bool,
    ) -> Result<bool, AppError> {
        if customer == other {
            return Err(Refusal::invalid("other", "must be another customer").into());
        }
        let mut records = [customer, other];
        for id in &mut records {
            *id = self.store.customer(*id).await?.ok_or_else(|| Refusal::not_found("customer", id))?.id;
        }
        if records[0] == records[1] && !take_back {
            let why = "is part of the same record; UnmergeCustomer parts them, and keeps that they are not the same";
            return Err(Refusal::invalid("other", why).into());
        }
        let [customer, other] = records;
        let related = vec![Subject::Customer(other).to_string()];
        let state = Some(if take_back { "taken_back" } else { "not_same" }.to_owned());
        let event = Event {
            at: self.now(),
            kind: EventKind::NotSameMarked,
            subject: Subject::Customer(customer),
            customer: Some(customer),
            actor: actor.clone(),
            detail: EventDetail { related, state, ..EventDetail::default() },
        };
        Ok(self.store.mark_not_same((customer, other), take_back, event).await?)
    }
}
