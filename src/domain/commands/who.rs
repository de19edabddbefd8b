//! Who an interaction is about: a customer who is named, or whoever fits what was given.

use crate::domain::{
    customer::{Customer, CustomerStatus, Identifier, IdentifierKey, Profile},
    identity::{Names, compare_names},
    ids::{CustomerId, HouseholdId},
    ledger::Ledger,
    limits::CANDIDATES_MAX,
    refusal::{Precondition, Refusal},
    world::{EventDetail, EventKind, Needs, Subject},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Who a call is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one per call, and most are identities: a box would only add an allocation"
)]
pub enum Who {
    /// Somebody not known.
    #[default]
    Nobody,
    /// This customer.
    Customer(CustomerId),
    /// Whoever fits.
    Identity(Identity),
}

/// What somebody is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Phone, e-mail, loyalty number …
    pub identifiers: Vec<Identifier>,
    /// What else was said; the names also tell apart who shares an identifier.
    pub profile: Profile,
    /// What to do when nobody fits.
    pub on_missing: OnMissing,
}

/// What to do when nobody fits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissing {
    /// Make a customer of what was given.
    Create,
    /// Leave it anonymous.
    #[default]
    KeepAnonymous,
    /// Refuse the call.
    Reject,
}

/// What came of looking for somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The one who fits, if exactly one does best.
    pub customer: Option<CustomerId>,
    /// By which record they were found: the customer's own, or one that was merged into it.
    pub recorded: Option<CustomerId>,
    /// Those who fit equally well, when several do.
    pub candidates: Vec<CustomerId>,
}

impl Found {
    fn one(customer: CustomerId, recorded: CustomerId) -> Self {
        Self { customer: Some(customer), recorded: Some(recorded), candidates: Vec::new() }
    }

    /// The merged record by which they were found, if it was one.
    #[must_use]
    pub fn origin(&self) -> Option<CustomerId> {
        self.recorded.filter(|recorded| Some(*recorded) != self.customer)
    }
}

/// How much a matching identifier says. One that belongs to a customer alone outweighs any number of shared ones.
const UNIQUE_MATCH: u32 = 1_000;
const SHARED_MATCH: u32 = 10;
/// A name tells apart who shares an identifier, but never stands against one.
const NAME_MATCH: u32 = 1;

impl Who {
    /// Adds what must be loaded to resolve this.
    pub fn add_needs(&self, needs: &mut Needs) {
        match self {
            Self::Nobody => {}
            Self::Customer(id) => {
                needs.customers.insert(*id);
            }
            Self::Identity(identity) => {
                needs.identifiers.extend(identity.identifiers.iter().map(Identifier::key));
                needs.may_create |= identity.on_missing == OnMissing::Create;
            }
        }
    }

    /// Finds the customer, or makes one where that was asked for.
    ///
    /// # Errors
    /// When the named customer does not exist or was erased, or nobody fits and the caller wanted nobody made.
    pub fn resolve(&self, ledger: &mut Ledger<'_, '_>) -> Result<Found, Refusal> {
        match self {
            Self::Nobody => Ok(Found::default()),
            Self::Customer(id) => {
                let customer = ledger.world.customer(*id)?;
                if customer.status == CustomerStatus::Erased {
                    return Err(Refusal::Erased { resource: Subject::Customer(customer.id).to_string() });
                }
                Ok(Found::one(customer.id, *id))
            }
            Self::Identity(identity) => identity.resolve(ledger, &identity.best_fits(ledger)),
        }
    }

    /// The same for somebody who stands at a desk, where their card would be read out. Whoever fits but is called
    /// otherwise is not taken for them: of a household, another one has come.
    ///
    /// # Errors
    /// As for [`Who::resolve`].
    pub fn resolve_present(&self, ledger: &mut Ledger<'_, '_>) -> Result<Found, Refusal> {
        let Self::Identity(identity) = self else { return self.resolve(ledger) };
        let best = identity.best_fits(ledger);
        let so_called: Vec<_> = best.iter().copied().filter(|id| !identity.is_called_otherwise(ledger, *id)).collect();
        if best.is_empty() || !so_called.is_empty() {
            return identity.resolve(ledger, &so_called);
        }
        // What is one customer's alone makes nobody else; and whom nobody is to be made of is left to be asked.
        if identity.on_missing == OnMissing::Create && !identity.identifiers.iter().any(|it| it.kind.is_unique()) {
            return identity.resolve(ledger, &[]);
        }
        Ok(Found { candidates: best, ..Found::default() })
    }
}

impl Identity {
    fn resolve(&self, ledger: &mut Ledger<'_, '_>, best: &[CustomerId]) -> Result<Found, Refusal> {
        match best {
            [one] => Ok(Found::one(*one, self.record_of(ledger, *one))),
            [] => match self.on_missing {
                OnMissing::Create => {
                    let keys: Vec<_> = self.identifiers.iter().map(Identifier::key).collect();
                    if let Some(erased) = ledger.world.erased_among(&keys) {
                        return Err(Refusal::Erased { resource: Subject::Customer(erased).to_string() });
                    }
                    let id = create(ledger, self.profile.clone(), self.identifiers.clone());
                    Ok(Found::one(id, id))
                }
                OnMissing::KeepAnonymous => Ok(Found::default()),
                OnMissing::Reject => Err(Refusal::Precondition {
                    kind: Precondition::NobodyFits,
                    resource: "who.identity".to_owned(),
                    message: "nobody fits these identifiers; create the customer, or ask to keep it anonymous"
                        .to_owned(),
                }),
            },
            several => {
                let candidates = several.iter().take(CANDIDATES_MAX).copied().collect();
                Ok(Found { candidates, ..Found::default() })
            }
        }
    }

    /// The record with which the identifiers came that led to a customer: their own, if any of them did.
    fn record_of(&self, ledger: &Ledger<'_, '_>, customer: CustomerId) -> CustomerId {
        let known = ledger.world.customers.get(&customer).into_iter().flat_map(|known| &known.identifiers);
        let mut led: Vec<_> = known.filter(|known| self.identifiers.iter().any(|it| it.key() == known.key())).collect();
        led.sort_by_key(|identifier| identifier.origin);
        led.first().and_then(|identifier| identifier.origin).unwrap_or(customer)
    }

    fn is_called_otherwise(&self, ledger: &Ledger<'_, '_>, customer: CustomerId) -> bool {
        let known = ledger.world.customers.get(&customer);
        known.is_some_and(|it| compare_names(&it.profile, &self.profile) == Names::Differ)
    }

    /// The customers who fit best, each once; several when they fit equally.
    fn best_fits(&self, ledger: &Ledger<'_, '_>) -> Vec<CustomerId> {
        let mut scores: BTreeMap<CustomerId, u32> = BTreeMap::new();
        for identifier in &self.identifiers {
            let weight = if identifier.kind.is_unique() { UNIQUE_MATCH } else { SHARED_MATCH };
            for customer in ledger.world.customers_with(&identifier.key()) {
                *scores.entry(customer).or_default() += weight;
            }
        }
        // Names tell apart; who is alone needs none.
        if scores.len() > 1 {
            for (id, score) in &mut scores {
                let known = ledger.world.customers.get(id);
                if known.is_some_and(|it| compare_names(&it.profile, &self.profile) == Names::Agree) {
                    *score += NAME_MATCH;
                }
            }
        }
        let best = scores.values().max().copied();
        scores.into_iter().filter(|(_, score)| Some(*score) == best).map(|(id, _)| id).collect()
    }
}

/// Makes a customer with a household of their own.
pub fn create(ledger: &mut Ledger<'_, '_>, profile: Profile, identifiers: Vec<Identifier>) -> CustomerId {
    let id = CustomerId(ledger.new_id());
    let household = HouseholdId(ledger.new_id());
    let customer = Customer::new(id, household, profile, distinct(identifiers), ledger.now());
    ledger.note(EventKind::CustomerCreated, Subject::Customer(id), Some(id), EventDetail::default());
    ledger.world.customers.put(id, customer.clone());
    ledger.look_at_dates(&customer);
    id
}

fn distinct(identifiers: Vec<Identifier>) -> Vec<Identifier> {
    let keyed: BTreeMap<IdentifierKey, Identifier> = identifiers.into_iter().map(|i| (i.key(), i)).collect();
    keyed.into_values().collect()
}
