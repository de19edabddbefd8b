//! Somebody stands for a customer.

use crate::domain::{customer::Customer, ledger::Ledger, refusal::Refusal, world::Needs};

/// Lets the guardian that the profile names stand for the customer, from now on.
///
/// # Errors
/// [`Refusal::NotFound`] for one who is not there, [`Refusal::Invalid`] for one who can't be it, and [`Refusal::Miss`]
/// when they must be loaded first.
pub(super) fn appoint(ledger: &Ledger<'_, '_>, customer: &mut Customer) -> Result<(), Refusal> {
    customer.through = None;
    let Some(named) = customer.profile.guardian.clone() else { return Ok(()) };
    if ledger.world.customers.get(&named.customer).is_none() {
        ledger.require(Needs { customers: [named.customer].into(), ..Needs::default() })?;
    }
    let guardian = ledger.world.customer(named.customer)?;
    if guardian.id != named.customer || guardian.id == customer.id || guardian.profile.guardian.is_some() {
        let why = "must be another customer, whose record is in use and who has no guardian";
        return Err(Refusal::invalid("customer.guardian.customer", why));
    }
    customer.reach_through(Some(guardian));
    Ok(())
}
