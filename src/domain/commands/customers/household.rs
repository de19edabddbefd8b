//! Who lives together is contacted together: a customer joins a household, or leaves it.

use super::{super::Once, CustomerReply, editable, keep, replayed};
use crate::domain::{
    ids::{CustomerId, HouseholdId},
    ledger::Ledger,
    merging::HandOver,
    refusal::Refusal,
    replan::{Replan, make_room, replan_pending},
    world::{Actor, Command, Context, EventDetail, EventKind, Miss, Needs, Replay, Subject, World},
};
use std::collections::BTreeSet;

/// Moves a customer to a household. Their contacts count in its budget from then on, those of the past too.
#[derive(Debug, Clone)]
pub struct SetHousehold {
    /// Who says so.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The customer.
    pub id: CustomerId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// The household that they join; one of their own when they leave.
    pub household: Option<HouseholdId>,
}

impl Command for SetHousehold {
    type Reply = CustomerReply;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            customers: [self.id].into(),
            households: self.household.into_iter().collect(),
            alone: true,
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CustomerReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Some(begun) = ledger.world.handed_over.clone() {
            let customer = self.arrive(&mut ledger, begun.to, begun.to_household)?;
            ledger.world.handed_over = None;
            return Ok(customer);
        }
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let customer = editable(ledger.world, self.id)?;
        if self.version.is_some_and(|version| version != customer.version) {
            return Err(Refusal::Stale { resource: Subject::Customer(customer.id).to_string() });
        }
        if let Some(unknown) = self.household.filter(|id| !ledger.world.households.contains(id)) {
            return Err(Refusal::not_found("household", &unknown));
        }
        if self.household == Some(customer.household) {
            self.once.remember(&mut ledger, &Subject::Customer(customer.id).to_string());
            return Ok(CustomerReply::of(customer));
        }
        let to_household = self.household.unwrap_or_else(|| HouseholdId(ledger.new_id()));
        Err(Refusal::Miss(Miss::HandOver(Box::new(HandOver {
            from: customer.id,
            from_household: customer.household,
            to: customer.id,
            to_household,
            origins: BTreeSet::new(),
            needs: Needs { households: [to_household].into(), ..self.needs() },
            crossing: BTreeSet::new(),
        }))))
    }
}

impl SetHousehold {
    /// Plans what is pending by the budget of the household they are in now.
    fn arrive(
        &self,
        ledger: &mut Ledger<'_, '_>,
        id: CustomerId,
        household: HouseholdId,
    ) -> Result<CustomerReply, Refusal> {
        let mut customer = editable(ledger.world, id)?;
        customer.household = household;
        let detail = EventDetail { fields: vec!["household".to_owned()], ..EventDetail::default() };
        let customer = keep(ledger, customer, EventKind::CustomerUpdated, detail);
        replan_pending(ledger, id, &Replan::since("The customer joined or left a household."), |_| true)?;
        make_room(ledger, household)?;
        self.once.remember(ledger, &Subject::Customer(id).to_string());
        Ok(CustomerReply::of(customer))
    }
}
