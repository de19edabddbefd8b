//! A person lets go what an interaction is still owed.

use super::Once;
use crate::domain::{
    gesture::Reason,
    ids::InteractionId,
    ledger::{Ledger, missing_interaction},
    obligation::{Obligation, ObligationState},
    refusal::{Precondition, Refusal},
    world::{Actor, Command, Context, Needs, Replay, Subject, World},
};

/// Waives the obligation of an interaction that is open: what is planned for it and has not begun is cancelled, and no
/// rule answers it any more. Who did so and why stays with it. What belongs to a visit is waived with the visit.
#[derive(Debug, Clone)]
pub struct WaiveObligation {
    /// Who waives it.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The interaction.
    pub interaction: InteractionId,
    /// Why, in words without personal data.
    pub why: String,
}

/// An obligation as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// The obligation.
    pub obligation: Obligation,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for WaiveObligation {
    type Reply = Waived;

    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            interactions: [self.interaction].into(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Waived, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let replayed = matches!(self.once.replay(&ledger)?, Replay::Of(_));
        let asked = self.interaction;
        let obligation = owed(ledger.world, asked)?;
        if replayed || obligation.state == ObligationState::Waived {
            return Ok(Waived { obligation, replayed: true });
        }
        if obligation.state != ObligationState::Open {
            let resource = Subject::Interaction(asked).to_string();
            let message = format!("what {resource} was owed is {} already", obligation.state);
            return Err(Refusal::Precondition { kind: Precondition::ObligationNotOpen, resource, message });
        }
        self.waive(&mut ledger, obligation.follows.unwrap_or(asked))?;
        self.once.remember(&mut ledger, &Subject::Interaction(asked).to_string());
        Ok(Waived { obligation: owed(ledger.world, asked)?, replayed: false })
    }
}

impl WaiveObligation {
    fn waive(&self, ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<(), Refusal> {
        let before = ledger.world.obligations.get(&id).cloned().ok_or_else(|| missing_interaction(id))?;
        let who = self.actor.on_behalf_of.as_deref().unwrap_or(&self.actor.principal);
        let waived = Obligation {
            state: ObligationState::Waived,
            open_reason: None,
            reason: Some(Reason::ByPerson),
            explanation: format!("Let go by {who}: {}.", self.why.trim_end_matches('.')),
            ..before
        };
        ledger.settle_obligation(waived)?;
        ledger.cancel_gestures_for(id, Reason::ByPerson, "What it answers was let go by a person.", |_| true)
    }
}

fn owed(world: &World, id: InteractionId) -> Result<Obligation, Refusal> {
    world.obligations.get(&id).cloned().ok_or_else(|| Refusal::not_found("interaction", &id))
}
