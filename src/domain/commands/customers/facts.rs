//! What is unique about a customer.

use super::{super::Once, CustomerReply, editable, heed_new_dates, keep, replayed};
use crate::domain::{
    customer::{Fact, FactKind, FactOrigin},
    ids::CustomerId,
    ledger::Ledger,
    limits::LIST_MAX,
    refusal::Refusal,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

/// Adds a fact.
#[derive(Debug, Clone)]
pub struct AddFact {
    /// Who learned it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The customer.
    pub id: CustomerId,
    /// What it speaks of.
    pub kind: FactKind,
    /// In plain words, as the customer may read it.
    pub text: String,
    /// How we know it.
    pub origin: FactOrigin,
    /// When it was learned; now, when not said. Not ahead of now.
    pub learned_at: Option<Timestamp>,
    /// The day it speaks of.
    pub date: Option<Date>,
}

impl Command for AddFact {
    type Reply = CustomerReply;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), customers: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        if self.learned_at.is_some_and(|at| at > ledger.now()) {
            return Err(Refusal::invalid("fact.learn_time", "is ahead of now"));
        }
        let mut customer = editable(ledger.world, self.id)?;
        if customer.profile.facts.len() >= LIST_MAX {
            return Err(Refusal::invalid("fact", format!("is one too many: a customer has at most {LIST_MAX}")));
        }
        let id = ledger.new_id();
        customer.profile.facts.push(Fact {
            id,
            kind: self.kind,
            text: self.text.clone(),
            origin: self.origin,
            learned_at: self.learned_at.unwrap_or(ledger.context.now),
            date: self.date,
        });
        let detail = EventDetail { related: vec![format!("facts/{id}")], ..EventDetail::default() };
        let customer = keep(&mut ledger, customer, EventKind::FactAdded, detail);
        heed_new_dates(&mut ledger, &customer)?;
        self.once.remember(&mut ledger, &Subject::Customer(customer.id).to_string());
        Ok(CustomerReply::of(customer))
    }
}

/// Removes a fact. One that is not there changes nothing.
#[derive(Debug, Clone)]
pub struct RemoveFact {
    /// Who removes it.
    pub actor: Actor,
    /// The customer.
    pub id: CustomerId,
    /// The fact.
    pub fact: Uuid,
}

impl Command for RemoveFact {
    type Reply = CustomerReply;

    fn needs(&self) -> Needs {
        Needs { customers: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut customer = editable(ledger.world, self.id)?;
        let before = customer.profile.facts.len();
        customer.profile.facts.retain(|fact| fact.id != self.fact);
        if customer.profile.facts.len() == before {
            return Ok(CustomerReply::of(customer));
        }
        let detail = EventDetail { related: vec![format!("facts/{}", self.fact)], ..EventDetail::default() };
        let customer = keep(&mut ledger, customer, EventKind::FactRemoved, detail);
        heed_new_dates(&mut ledger, &customer)?;
        Ok(CustomerReply::of(customer))
    }
}
