//! A person opens a case.

use super::{super::Once, CaseReply, replayed};
use crate::domain::{
    case::CaseOrigin,
    ids::{CustomerId, InteractionId, LocationId},
    ledger::{Ledger, NewCase},
    refusal::Refusal,
    world::{Actor, Command, Context, Needs, Replay, Subject, World},
};

/// A person opens a case: cheerful gestures to the customer wait (P7).
#[derive(Debug, Clone)]
pub struct OpenCase {
    /// Who opens it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// For whom it went wrong.
    pub customer: CustomerId,
    /// The interaction in which it showed, of the same customer.
    pub interaction: Option<InteractionId>,
    /// Where it is put right; where the interaction was, or the customer was last seen, when not said.
    pub location: Option<LocationId>,
    /// What happened, in words the customer may read.
    pub summary: String,
    /// 1 (a nuisance) to 5 (grave).
    pub severity: u8,
    /// Who takes care of it; empty when that is open.
    pub assignee: String,
}

impl Command for OpenCase {
    type Reply = CaseReply;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            customers: [self.customer].into(),
            interactions: self.interaction.into_iter().collect(),
            locations: self.location.iter().cloned().collect(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<CaseReply, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &resource);
        }
        let customer = ledger.world.customer(self.customer)?.id;
        self.check_interaction(ledger.world, customer)?;
        if let Some(location) = &self.location {
            ledger.world.location(location)?;
        }
        let case = ledger.open_another_case(NewCase {
            id: None,
            customer,
            interaction: self.interaction,
            gesture: None,
            location: self.location.clone(),
            origin: CaseOrigin::Person,
            summary: self.summary.clone(),
            severity: self.severity,
            assignee: self.assignee.clone(),
        })?;
        self.once.remember(&mut ledger, &Subject::Case(case.id).to_string());
        Ok(CaseReply { case, replayed: false })
    }
}

impl OpenCase {
    fn check_interaction(&self, world: &World, customer: CustomerId) -> Result<(), Refusal> {
        let Some(id) = self.interaction else { return Ok(()) };
        let found = world.interactions.get(&id).ok_or_else(|| Refusal::not_found("interaction", &id))?;
        let whose = found.customer.map(|whose| world.customer(whose)).transpose()?;
        if whose.is_some_and(|whose| whose.id == customer) {
            Ok(())
        } else {
            Err(Refusal::invalid("case.interaction", "is not an interaction of this customer"))
        }
    }
}
