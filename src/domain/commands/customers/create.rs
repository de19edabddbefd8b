//! A customer is made, unless the identifiers fit one that is known.

use super::{super::Once, CustomerReply, guardian, replayed};
use crate::domain::{
    customer::{Customer, CustomerKind, Identifier, IdentifierKey, IdentifierKind, Profile},
    identity::{Names, compare_names},
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
            return Err(exists(ledger.world, &self.actor, taken, vec!["customer_id".to_owned()]));
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
        refuse_taken(world, &self.actor, None, self.unless_returned())?;
        let matches = self.matches(world);
        match (self.on_match, matches.iter().next()) {
            (OnMatch::CreateAnyway, _) | (_, None) => Ok(None),
            (OnMatch::ReturnExisting, Some((id, _))) if matches.len() == 1 && !is_hidden(world, &self.actor, *id) => {
                Ok(Some(world.customer(*id)?.clone()))
            }
            // Several fit equally: that is for a person to decide, not for a guess.
            (_, Some((id, paths))) => Err(exists(world, &self.actor, *id, paths.clone())),
        }
    }

    /// The identifiers whose being somebody else's refuses the call whatever was asked.
    fn unless_returned(&self) -> &[Identifier] {
        if self.on_match == OnMatch::CreateAnyway { &self.identifiers } else { &[] }
    }

    /// Who fits, with the paths of what fits. By what others may share nobody comes upon a discreet customer whom they
    /// may not see; what is that customer's alone can't be given to another one.
    fn matches(&self, world: &World) -> BTreeMap<CustomerId, Vec<String>> {
        let mut matches: BTreeMap<CustomerId, Vec<String>> = BTreeMap::new();
        for (at, identifier) in self.identifiers.iter().enumerate() {
            for id in world.customers_with(&identifier.key()) {
                let known = world.customers.get(&id);
                let same = known.is_some_and(|it| compare_names(&it.profile, &self.profile) != Names::Differ);
                let is_theirs = same && identifier.kind != IdentifierKind::Social && !is_hidden(world, &self.actor, id);
                if identifier.kind.is_unique() || is_theirs {
                    matches.entry(id).or_default().push(format!("customer.identifiers[{at}]"));
                }
            }
        }
        matches
    }

    fn create(&self, ledger: &mut Ledger<'_, '_>) -> Result<Customer, Refusal> {
        let keys = self.identifiers.iter().map(Identifier::key).collect();
        let erased = brought_back(ledger.world, keys, self.allow_erased)?;
        let id = self.id.unwrap_or_else(|| CustomerId(ledger.new_id()));
        let household = HouseholdId(ledger.new_id());
        let mut customer =
            Customer::new(id, household, self.profile.clone(), distinct(&self.identifiers), ledger.now());
        customer.kind = self.kind;
        customer.tags = sorted(&self.tags);
        guardian::appoint(ledger, None, &mut customer)?;
        ledger.note(EventKind::CustomerCreated, Subject::Customer(id), Some(id), EventDetail::default());
        if let Some(erased) = erased {
            note_return(ledger, id, erased);
        }
        ledger.world.customers.put(id, customer.clone());
        ledger.look_at_dates(&customer);
        Ok(customer)
    }
}

/// Who was erased that comes back by these, where that is allowed.
///
/// # Errors
/// [`Refusal::Erased`] where it is not.
pub(super) fn brought_back(
    world: &World,
    keys: Vec<IdentifierKey>,
    allowed: bool,
) -> Result<Option<CustomerId>, Refusal> {
    match world.erased_among(&keys) {
        Some(erased) if !allowed => Err(Refusal::Erased { resource: Subject::Customer(erased).to_string() }),
        erased => Ok(erased),
    }
}

/// Notes that a person let somebody come back who was erased.
pub(super) fn note_return(ledger: &mut Ledger<'_, '_>, id: CustomerId, erased: CustomerId) {
    let related = vec![Subject::Customer(erased).to_string()];
    let detail = EventDetail { related, ..EventDetail::default() };
    ledger.note(EventKind::ErasedReturned, Subject::Customer(id), Some(id), detail);
}

/// Refuses identifiers that belong to one customer alone, and that is somebody else.
pub(super) fn refuse_taken(
    world: &World,
    actor: &Actor,
    owner: Option<CustomerId>,
    identifiers: &[Identifier],
) -> Result<(), Refusal> {
    for (at, identifier) in identifiers.iter().enumerate().filter(|(_, i)| i.kind.is_unique()) {
        let other = world.customers_with(&identifier.key()).into_iter().find(|id| Some(*id) != owner);
        if let Some(other) = other {
            return Err(exists(world, actor, other, vec![format!("customer.identifiers[{at}]")]));
        }
    }
    Ok(())
}

/// Names who it is, to those who may know.
fn exists(world: &World, actor: &Actor, id: CustomerId, matched: Vec<String>) -> Refusal {
    let resource = if is_hidden(world, actor, id) { UNNAMED.to_owned() } else { Subject::Customer(id).to_string() };
    Refusal::AlreadyExists { resource, matched }
}

/// Stands for a customer who is not to be named.
const UNNAMED: &str = "customers/-";

fn is_hidden(world: &World, actor: &Actor, id: CustomerId) -> bool {
    world.customers.get(&id).is_some_and(|customer| !actor.authority.sees(customer))
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
