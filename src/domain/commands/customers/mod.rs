//! Customers are made and changed, and say what they allow.

mod consent;
mod create;
mod deceased;
mod erase;
mod export;
mod facts;
mod guardian;
mod household;
mod merge;
mod part;
mod twins;
mod update;

pub use consent::SetConsent;
pub use create::{CreateCustomer, OnMatch, distinct};
pub use deceased::SetDeceased;
pub use erase::{EraseCustomer, Erased};
pub use export::NoteExport;
pub use facts::{AddFact, RemoveFact};
pub use household::SetHousehold;
pub use merge::{MergeCustomers, Merged};
pub use part::UnmergeCustomer;
pub use update::{ProfileChange, UpdateCustomer};

pub(super) use deceased::{check_mortal, mark_deceased};
pub(super) use guardian::{end_when_of_age, heed_guardian};

use crate::domain::{
    customer::{Customer, CustomerStatus},
    ids::CustomerId,
    ledger::Ledger,
    refusal::Refusal,
    upcoming::heed_dates,
    world::{EventDetail, EventKind, Miss, Needs, Subject, World},
};

/// A customer as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerReply {
    /// The customer.
    pub customer: Customer,
    /// Known before; nobody was made.
    pub existing: bool,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl CustomerReply {
    fn of(customer: Customer) -> Self {
        Self { customer, existing: false, replayed: false }
    }
}

/// The customer that may be changed under this id: the survivor, where the record was merged.
fn editable(world: &World, id: CustomerId) -> Result<Customer, Refusal> {
    let customer = world.customer(id)?;
    if customer.status == CustomerStatus::Erased {
        return Err(Refusal::Erased { resource: Subject::Customer(customer.id).to_string() });
    }
    Ok(customer.clone())
}

/// Keeps a changed customer, and notes which fields changed.
fn keep(ledger: &mut Ledger<'_, '_>, mut customer: Customer, kind: EventKind, detail: EventDetail) -> Customer {
    customer.version += 1;
    customer.updated_at = ledger.now();
    ledger.note(kind, Subject::Customer(customer.id), Some(customer.id), detail);
    ledger.world.customers.put(customer.id, customer.clone());
    customer
}

/// What follows when a day of a customer's is known anew, was corrected or forgotten.
fn heed_new_dates(ledger: &mut Ledger<'_, '_>, customer: &Customer) -> Result<(), Refusal> {
    ledger.look_at_dates(customer);
    heed_dates(ledger, customer)
}

/// What an earlier call made or changed, as it is now.
fn replayed(world: &World, resource: &str) -> Result<CustomerReply, Refusal> {
    let id = resource.strip_prefix("customers/").and_then(|id| id.parse().ok()).map(CustomerId);
    let id = id.ok_or_else(|| Refusal::NotFound { kind: "customer", name: resource.to_owned() })?;
    if world.customers.get(&id).is_none() {
        let needs = Needs { customers: [id].into(), ..Needs::default() };
        return Err(Refusal::Miss(Miss::More(Box::new(needs))));
    }
    Ok(CustomerReply { customer: world.customer(id)?.clone(), existing: false, replayed: true })
}

#[cfg(test)]
mod tests;
