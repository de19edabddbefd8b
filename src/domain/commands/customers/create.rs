//! A customer is made, unless the identifiers fit one that is known.

use super::{
    super::{Once, who::same_name},
    CustomerReply, guardian, replayed,
};
use crate::domain::{
    customer::{Customer, CustomerKind, Identifier, IdentifierKind, Profile},
    ids::{CustomerId, HouseholdId},
    ledger::Ledger,
    refusal::Refusal,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};
use std::collections::{BTreeMap, BTreeSet};

/// Makes a customer.
#[derive(Debug, Clone)]
pub struct CreateCustomer {
    /// Who makes it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
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

/// What to do when the identifiers of a new customer fit one that is known: one that belongs to a customer alone is
/// theirs, or a shared one is and the names don't differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMatch {
    /// Refuse, naming the one that is known.
    #[default]
    Reject,
    /// Answer with the one that is known.
    ReturnExisting,
    /// Make another one.
    CreateAnyway,
}

impl Command for CreateCustomer {
    type Reply = CustomerReply;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            customers: self.id.into_iter().collect(),
            identifiers: self.identifiers.iter().map(Identifier::key).collect(),
            may_create: true,
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        if let Some(taken) = self.id.filter(|id| ledger.world.customers.get(id).is_some()) {
            return Err(exists(taken, vec!["customer_id".to_owned()]));
        }
        let reply = match self.known(ledger.world)? {
            Some(known) => CustomerReply { customer: known, existing: true, replayed: false },
            None => CustomerReply::of(self.create(&mut ledger)?),
        };
        self.once.remember(&mut ledger, &Subject::Customer(reply.customer.id).to_string());
        Ok(reply)
    }
}

impl CreateCustomer {
    /// The known customer to answer with, if that was asked for.
    fn known(&self, world: &World) -> Result<Option<Customer>, Refusal> {
        refuse_taken(world, None, self.unless_returned())?;
        let matches = self.matches(world);
        match (self.on_match, matches.iter().next()) {
            (OnMatch::CreateAnyway, _) | (_, None) => Ok(None),
            (OnMatch::ReturnExisting, Some((id, _))) if matches.len() == 1 => Ok(Some(world.customer(*id)?.clone())),
            // Several fit equally: that is for a person to decide, not for a guess.
            (_, Some((id, paths))) => Err(exists(*id, paths.clone())),
        }
    }

    /// The identifiers whose being somebody else's refuses the call whatever was asked.
    fn unless_returned(&self) -> &[Identifier] {
        if self.on_match == OnMatch::CreateAnyway { &self.identifiers } else { &[] }
    }

    /// Who fits, with the paths of what fits.
    fn matches(&self, world: &World) -> BTreeMap<CustomerId, Vec<String>> {
        let mut matches: BTreeMap<CustomerId, Vec<String>> = BTreeMap::new();
        for (at, identifier) in self.identifiers.iter().enumerate() {
            for id in world.customers_with(&identifier.key()) {
                let same = world.customers.get(&id).is_some_and(|known| names_agree(&known.profile, &self.profile));
                if identifier.kind.is_unique() || (same && identifier.kind != IdentifierKind::Social) {
                    matches.entry(id).or_default().push(format!("customer.identifiers[{at}]"));
                }
            }
        }
        matches
    }

    fn create(&self, ledger: &mut Ledger<'_, '_>) -> Result<Customer, Refusal> {
        let keys: Vec<_> = self.identifiers.iter().map(Identifier::key).collect();
        let erased = ledger.world.erased_among(&keys);
        if let Some(erased) = erased.filter(|_| !self.allow_erased) {
            return Err(Refusal::Erased { resource: Subject::Customer(erased).to_string() });
        }
        let id = self.id.unwrap_or_else(|| CustomerId(ledger.new_id()));
        let household = HouseholdId(ledger.new_id());
        let mut customer =
            Customer::new(id, household, self.profile.clone(), distinct(&self.identifiers), ledger.now());
        customer.kind = self.kind;
        customer.tags = sorted(&self.tags);
        guardian::appoint(ledger, None, &mut customer)?;
        ledger.note(EventKind::CustomerCreated, Subject::Customer(id), Some(id), EventDetail::default());
        if let Some(erased) = erased {
            let related = vec![Subject::Customer(erased).to_string()];
            let detail = EventDetail { related, ..EventDetail::default() };
            ledger.note(EventKind::ErasedReturned, Subject::Customer(id), Some(id), detail);
        }
        ledger.world.customers.put(id, customer.clone());
        ledger.look_at_dates(&customer);
        Ok(customer)
    }
}

/// Refuses identifiers that belong to one customer alone, and that is somebody else.
pub(super) fn refuse_taken(
    world: &World,
    owner: Option<CustomerId>,
    identifiers: &[Identifier],
) -> Result<(), Refusal> {
    for (at, identifier) in identifiers.iter().enumerate().filter(|(_, i)| i.kind.is_unique()) {
        let other = world.customers_with(&identifier.key()).into_iter().find(|id| Some(*id) != owner);
        if let Some(other) = other {
            return Err(exists(other, vec![format!("customer.identifiers[{at}]")]));
        }
    }
    Ok(())
}

/// Whether nothing in the names tells two people apart.
fn names_agree(a: &Profile, b: &Profile) -> bool {
    let nameless = |p: &Profile| p.display_name.is_empty() && p.given_name.is_empty() && p.family_name.is_empty();
    nameless(a) || nameless(b) || same_name(a, b)
}

fn exists(id: CustomerId, matched: Vec<String>) -> Refusal {
    Refusal::AlreadyExists { resource: Subject::Customer(id).to_string(), matched }
}

/// Each identifier once, in the order in which they came.
#[must_use]
pub fn distinct(identifiers: &[Identifier]) -> Vec<Identifier> {
    let mut seen = BTreeSet::new();
    identifiers.iter().filter(|identifier| seen.insert(identifier.key())).cloned().collect()
}

/// Each tag once, in order.
pub(super) fn sorted(tags: &[String]) -> Vec<String> {
    let tags: BTreeSet<_> = tags.iter().cloned().collect();
    tags.into_iter().collect()
}
