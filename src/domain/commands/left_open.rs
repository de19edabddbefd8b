//! Visits that nobody closed.

use super::{
    story,
    visits::{Close, Ending},
};
use crate::domain::{
    ids::InteractionId,
    interaction::InteractionState,
    ledger::Ledger,
    refusal::Refusal,
    world::{Actor, Command, Context, Needs, World},
};

/// Ends a visit whose time is over as *not purchased, unknown reason*: at its expected end, or as long after its start
/// as the settings say. Looks again at what it was started for, so that it is harmless when somebody came first.
#[derive(Debug, Clone)]
pub struct CloseLeftOpen {
    /// The visit.
    pub id: InteractionId,
}

impl Command for CloseLeftOpen {
    /// Whether it closed the visit.
    type Reply = bool;

    fn needs(&self) -> Needs {
        Needs { interactions: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let visit = world.interactions.get(&self.id).filter(|visit| visit.state == InteractionState::Open);
        let Some(visit) = visit.cloned() else { return Ok(false) };
        let over = visit
            .detail
            .expected_end
            .or_else(|| visit.start_at.checked_add(world.settings.visit_closes_after).ok())
            // An end that was expected before the beginning says nothing.
            .map(|over| over.max(visit.start_at));
        let Some(end_at) = over.filter(|over| *over <= context.now) else { return Ok(false) };
        if let Some(customer) = visit.customer {
            let ledger = Ledger { world, context, actor: &Actor::system() };
            ledger.require(story::surroundings(&ledger, &visit, customer))?;
        }
        let ending = Ending { end_at: Some(end_at), ..Ending::default() };
        Close { actor: Actor::system(), once: None, id: self.id, ending, now: context.now }
            .decide(world, context)
            .map(|_| true)
    }
}
