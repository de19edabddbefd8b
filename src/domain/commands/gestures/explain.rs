//! Why a gesture is as it is.

use crate::domain::{
    gates::{Gate, Stop, verdicts},
    gesture::Gesture,
    ids::GestureId,
    obligation::Decision,
    refusal::Refusal,
    replan::gesture,
    world::{Command, Context, Needs, World},
};

/// Asks every gate what it would say now, and changes nothing. A command, so that it answers by the very state that a
/// start of delivery would meet.
#[derive(Debug, Clone)]
pub struct Explain {
    /// The gesture.
    pub id: GestureId,
}

/// Why a gesture is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The gesture, with the steps of its plan.
    pub gesture: Gesture,
    /// The decision that made it; `None` when a person did.
    pub decision: Option<Decision>,
    /// What each gate says; `None` where it lets the gesture pass.
    pub gates: Vec<(Gate, Option<Stop>)>,
}

impl Command for Explain {
    type Reply = Explained;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Explained, Refusal> {
        let gesture = gesture(world, self.id)?;
        let gates = if gesture.state.is_final() { Vec::new() } else { verdicts(world, &gesture, context.now)? };
        let made_it = |d: &&Decision| d.gesture == Some(self.id);
        let decision = gesture.interaction.and_then(|id| world.decisions_for(id).find(made_it).cloned());
        Ok(Explained { gesture, decision, gates })
    }
}
