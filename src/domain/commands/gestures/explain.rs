//! Tells what every gate would say of a gesture now, and what would have to change. Changes nothing.

use crate::domain::{
    advice::{self, Asked},
    gates::{Gate, Stop, verdicts},
    gesture::{GestureState, Reason},
    ids::GestureId,
    refusal::Refusal,
    replan::{gesture, location_of},
    world::{Command, Context, Needs, World},
};

/// Asks every gate about a gesture. The gates see exactly what they see when a delivery starts: the household's budget,
/// the customer's consents, the location's days.
#[derive(Debug, Clone)]
pub struct AskGates {
    /// The gesture.
    pub id: GestureId,
}

/// What one gate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateSays {
    /// Which gate.
    pub gate: Gate,
    /// What stops the gesture there, if anything does.
    pub stop: Option<Stop>,
    /// What would have to change for it to pass; empty where it passes, and where nothing can.
    pub would_pass: String,
}

/// What all gates say, and why a gesture stands where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatesSay {
    /// Each gate.
    pub gates: Vec<GateSays>,
    /// What would have to change for the gesture not to stand where it does; empty where nothing stands in its way.
    pub would_change: String,
}

impl Command for AskGates {
    type Reply = GatesSay;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Self::Reply, Refusal> {
        let gesture = gesture(world, self.id)?;
        let customer = world.customer(gesture.customer)?;
        let location = location_of(world, &gesture.location)?;
        let asked = Asked::by(&gesture, customer, &location);
        let advise = |reason| advice::on_reason(world, reason, &asked, context.now);
        let would_change = match gesture.perhaps_left {
            Some(_) if gesture.state != GestureState::Uncertain => AGAIN.to_owned(),
            _ => gesture.reason.map(advise).unwrap_or_default(),
        };
        let said = |(gate, stop): (Gate, Option<Stop>)| {
            let would_pass = stop.as_ref().map(|stop| would_pass(stop, &advise)).unwrap_or_default();
            GateSays { gate, stop, would_pass }
        };
        let gates = verdicts(world, &gesture, context.now)?.into_iter().map(said).collect();
        Ok(GatesSay { gates, would_change })
    }
}

/// What has what may have left go on.
const AGAIN: &str = "It may have left at an earlier attempt. It leaves again once a worker claims it that says \
                     far_side_deduplicates; whoever finds out that it did not arrive, fails it by its etag.";

/// What is a matter of time passes then; all else by what its reason asks for.
fn would_pass(stop: &Stop, advise: &impl Fn(Reason) -> String) -> String {
    stop.passes_at.map_or_else(|| advise(stop.reason), |at| format!("It passes from {at} on."))
}
