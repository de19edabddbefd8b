//! What was planned by hours, holidays, zones or a policy that do not hold any more is planned again.

use crate::domain::{
    ids::GestureId,
    ledger::Ledger,
    refusal::Refusal,
    replan::{bring_up_to_date, gesture, location_of, outdated},
    world::{Actor, Command, Context, Needs, World},
};

/// Plans a gesture again by what holds now; harmless if it was planned by that.
#[derive(Debug, Clone)]
pub struct ReplanOutdated {
    /// The gesture.
    pub id: GestureId,
}

impl Command for ReplanOutdated {
    /// Whether it was planned by something else.
    type Reply = bool;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let gesture = gesture(ledger.world, self.id)?;
        let location = location_of(ledger.world, &gesture.location)?;
        let Some(why) = outdated(ledger.world, &gesture, &location) else { return Ok(false) };
        bring_up_to_date(&mut ledger, gesture, why).map(|_| true)
    }
}
