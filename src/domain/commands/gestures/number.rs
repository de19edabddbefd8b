//! Who is behind a number that was called, and a number that turned out to be somebody else's (4.7).

use super::super::customers::heed_guardian;
use crate::domain::{
    customer::{Channel, ContactAddress, ContactPointKind, Customer, IdentifierKey, IdentifierKind},
    gesture::{Gesture, Reason},
    ids::CustomerId,
    ledger::Ledger,
    refusal::Refusal,
    replan::{Replan, replan_pending},
    world::{EventDetail, EventKind, Needs, Subject},
};
use std::collections::BTreeSet;

/// Marks the number that was called as bad wherever it stands: with whom was called, with the guardian who answers in
/// their place, and with everybody else who is found by it or reached at it, so that a stranger is not rung again. What
/// was planned for it goes another way.
///
/// # Errors
/// [`Refusal::Miss`] when somebody must be loaded first.
pub(super) fn mark_wrong(ledger: &mut Ledger<'_, '_>, gesture: &Gesture) -> Result<(), Refusal> {
    let customer = ledger.world.customer(gesture.customer)?;
    let mut at_it: BTreeSet<_> = [customer.id, customer.addressee().id].into();
    let called = by_phone(gesture, customer);
    if let Some(called) = called {
        mark_unreachable(ledger, gesture, &called)?;
        at_it.extend(mark_with_others(ledger, &called)?);
    }
    let how =
        Replan { reason: Some(Reason::WrongNumber), ..Replan::since("The number that was called is somebody else's.") };
    let uses_phone = |g: &Gesture| matches!(g.channel, Channel::Phone | Channel::Message);
    ledger.require_pending(at_it.iter().copied())?;
    at_it.into_iter().try_for_each(|id| replan_pending(ledger, id, &how, uses_phone))
}

/// The number that was called, also for what was to go another way by now.
fn by_phone(gesture: &Gesture, customer: &Customer) -> Option<ContactAddress> {
    let recipient = customer.facing(&gesture.terms.recipient, Channel::Phone);
    recipient.contact_point(ContactPointKind::Phone).map(|point| point.address.clone())
}

/// Marks a number with those who have it still, whether they are found by it or only reached at it; who they are.
fn mark_with_others(ledger: &mut Ledger<'_, '_>, called: &ContactAddress) -> Result<BTreeSet<CustomerId>, Refusal> {
    let ContactAddress::Phone(number) = called else { return Ok(BTreeSet::new()) };
    let key = IdentifierKey { kind: IdentifierKind::Phone, system: String::new(), normalized: number.clone() };
    ledger.require(Needs { identifiers: [key].into(), numbers: [number.clone()].into(), ..Needs::default() })?;
    let is_at_it = |customer: &&Customer| {
        let mut points = customer.profile.all_contact_points();
        customer.merged_into.is_none() && points.any(|point| point.address == *called && !point.bad)
    };
    let at_it: Vec<_> = ledger.world.customers.values().filter(is_at_it).cloned().collect();
    let marked = at_it.iter().map(|customer| customer.id).collect();
    for customer in at_it {
        change(ledger, customer, EventKind::CustomerUpdated, "contact_points", |it| mark(it, called))?;
    }
    Ok(marked)
}

/// Marks an address as bad, so that it is not used again, with whoever gets the gesture: the customer, or the guardian
/// who stands for them.
///
/// # Errors
/// [`Refusal::Miss`] when somebody must be loaded first.
pub(in crate::domain::commands) fn mark_unreachable(
    ledger: &mut Ledger<'_, '_>,
    gesture: &Gesture,
    address: &ContactAddress,
) -> Result<(), Refusal> {
    change_whoever_answered(ledger, gesture, EventKind::CustomerUpdated, "contact_points", |it| mark(it, address))
}

fn mark(customer: &mut Customer, address: &ContactAddress) {
    let theirs = customer.profile.all_contact_points_mut();
    theirs.filter(|point| point.address == *address).for_each(|point| point.bad = true);
}

/// Changes whoever is at the number that was called: the customer, or the guardian who stands for them.
///
/// # Errors
/// [`Refusal::Miss`] when somebody must be loaded first.
pub(super) fn change_whoever_answered(
    ledger: &mut Ledger<'_, '_>,
    gesture: &Gesture,
    kind: EventKind,
    field: &str,
    how: impl FnOnce(&mut Customer),
) -> Result<(), Refusal> {
    let mut called = ledger.world.customer(gesture.customer)?.clone();
    let answered = called.addressee().id;
    if ledger.world.customers.get(&answered).is_none() {
        ledger.require(Needs { customers: [answered].into(), ..Needs::default() })?;
    }
    let customer = ledger.world.customer(answered)?.clone();
    let customer = keep(ledger, customer, kind, field, how);
    if called.through.is_some() {
        called.reach_through(Some(&customer));
        ledger.world.customers.put(called.id, called);
    }
    heed_guardian(ledger, customer.id)
}

fn change(
    ledger: &mut Ledger<'_, '_>,
    customer: Customer,
    kind: EventKind,
    field: &str,
    how: impl FnOnce(&mut Customer),
) -> Result<(), Refusal> {
    let customer = keep(ledger, customer, kind, field, how);
    heed_guardian(ledger, customer.id)
}

fn keep(
    ledger: &mut Ledger<'_, '_>,
    mut customer: Customer,
    kind: EventKind,
    field: &str,
    how: impl FnOnce(&mut Customer),
) -> Customer {
    how(&mut customer);
    customer.version += 1;
    customer.updated_at = ledger.now();
    let detail = EventDetail { fields: vec![field.to_owned()], ..EventDetail::default() };
    ledger.note(kind, Subject::Customer(customer.id), Some(customer.id), detail);
    ledger.world.customers.put(customer.id, customer.clone());
    customer
}
