//! Tells what every gate would say of a gesture now. Changes nothing.

use crate::domain::{
    gates::{Gate, Stop, verdicts},
    ids::GestureId,
    refusal::Refusal,
    replan::gesture,
    world::{Command, Context, Needs, World},
};

/// Asks every gate about a gesture. A command and no read, so that the gates see exactly what they see when a delivery
/// starts: the household's budget, the customer's consents, the location's days.
#[derive(Debug, Clone)]
pub struct AskGates {
    /// The gesture.
    pub id: GestureId,
}

impl Command for AskGates {
    /// Each gate with what stops the gesture there, if anything does.
    type Reply = Vec<(Gate, Option<Stop>)>;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Self::Reply, Refusal> {
        let gesture = gesture(world, self.id)?;
        verdicts(world, &gesture, context.now)
    }
}
