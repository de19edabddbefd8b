//! A customer has died.

use super::{super::Once, CustomerReply, editable, guardian::heed_guardian, keep, replayed};
use crate::domain::{
    customer::{Customer, CustomerKind, CustomerStatus},
    gesture::{Gesture, GestureState, Reason},
    ids::CustomerId,
    ledger::Ledger,
    refusal::Refusal,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};

/// Marks a customer as deceased: all that is pending for them is cancelled in the same call, and no rule speaks to
/// them. Taken back, nothing of that comes back.
#[derive(Debug, Clone)]
pub struct SetDeceased {
    /// Who says so.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The customer.
    pub id: CustomerId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Whether they have died.
    pub deceased: bool,
}

impl Command for SetDeceased {
    type Reply = CustomerReply;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), customers: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let customer = editable(ledger.world, self.id)?;
        if self.version.is_some_and(|version| version != customer.version) {
            return Err(Refusal::Stale { resource: Subject::Customer(customer.id).to_string() });
        }
        if self.deceased {
            check_mortal(&customer, "name")?;
        }
        let customer = mark_deceased(&mut ledger, customer.id, self.deceased)?;
        self.once.remember(&mut ledger, &Subject::Customer(customer.id).to_string());
        Ok(CustomerReply::of(customer))
    }
}

/// Refuses to mark an organisation as deceased of which somebody has died: the others there are spoken to still.
///
/// # Errors
/// [`Refusal::Invalid`], naming `field`.
pub(in crate::domain::commands) fn check_mortal(customer: &Customer, field: &str) -> Result<(), Refusal> {
    if customer.kind != CustomerKind::Organization {
        return Ok(());
    }
    let why = "is an organisation, which does not die: take whoever did out of its contacts (UpdateCustomer), and cancel \
               what was for them";
    Err(Refusal::invalid(field, why))
}

/// Marks a customer as deceased, or takes that back. One who is marked so already stays as they are.
///
/// # Errors
/// [`Refusal::NotFound`], and [`Refusal::Miss`] when something must be loaded first.
pub(in crate::domain::commands) fn mark_deceased(
    ledger: &mut Ledger<'_, '_>,
    id: CustomerId,
    deceased: bool,
) -> Result<Customer, Refusal> {
    let mut customer = editable(ledger.world, id)?;
    let status = if deceased { CustomerStatus::Deceased } else { CustomerStatus::Active };
    if customer.status == status {
        return Ok(customer);
    }
    customer.status = status;
    let detail = EventDetail { state: Some(status.to_string()), ..EventDetail::default() };
    let customer = keep(ledger, customer, EventKind::DeceasedSet, detail);
    if deceased {
        let_rest(ledger, id, GestureState::Cancelled)?;
    }
    heed_guardian(ledger, customer.id)?;
    Ok(customer)
}

/// Ends so all that is pending for somebody who has died.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn let_rest(ledger: &mut Ledger<'_, '_>, id: CustomerId, end: GestureState) -> Result<(), Refusal> {
    // The recovery contact last: while it is there, it keeps cheer from being planned again.
    let mut pending: Vec<&Gesture> = ledger.world.gestures_of(id).collect();
    pending.sort_by_key(|gesture| (gesture.case.is_some(), gesture.id));
    let pending = pending.into_iter().map(|gesture| gesture.id).collect();
    ledger.end(pending, end, Reason::Deceased, "The customer has died.")
}
