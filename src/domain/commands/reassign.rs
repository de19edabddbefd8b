//! Not this person: a visit turns out to be somebody else's, or a stranger's.

use super::{
    Once,
    correct::Attribute,
    record::{Recorded, interaction_id},
};
use crate::domain::{
    answer::note_interaction,
    interaction::InteractionKind,
    ledger::Ledger,
    refusal::Refusal,
    world::{Command, Context, EventKind, Needs, Replay, World},
};

/// Gives a visit to another customer, or to nobody, with everything that follows from it; or says how to tell a
/// stranger again.
#[derive(Debug, Clone)]
pub struct Reassign {
    /// By what a repetition is recognised.
    pub once: Once,
    /// Whose it is.
    pub whose: Attribute,
    /// What the stranger looks like or is called; as before, when empty.
    pub stranger: String,
}

impl Command for Reassign {
    type Reply = Recorded;

    fn needs(&self) -> Needs {
        let mut needs = self.whose.needs();
        needs.keys.extend(self.once.keys.iter().cloned());
        needs
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Recorded, Refusal> {
        let id = self.whose.id;
        let ledger = Ledger { world, context, actor: &self.whose.actor };
        if let Replay::Of(resource) = self.once.replay(&ledger)? {
            return Recorded::read(ledger.world, interaction_id(&resource)?, true);
        }
        let found = ledger.world.interactions.get(&id);
        if found.ok_or_else(|| Refusal::not_found("interaction", &id))?.detail.kind != InteractionKind::Visit {
            return Err(Refusal::invalid("interaction", "is no visit; use AttributeInteraction"));
        }
        let same = self.whose.decide(world, context)?.replayed;
        let mut ledger = Ledger { world, context, actor: &self.whose.actor };
        let described = self.describe(&mut ledger);
        self.once.remember(&mut ledger, &format!("interactions/{id}"));
        Recorded::read(ledger.world, id, same && !described)
    }
}

impl Reassign {
    /// Keeps how to tell the stranger again; whether that is new.
    fn describe(&self, ledger: &mut Ledger<'_, '_>) -> bool {
        let known = ledger.world.interactions.get(&self.whose.id);
        let Some(mut visit) =
            known.filter(|it| !self.stranger.is_empty() && it.detail.stranger != self.stranger).cloned()
        else {
            return false;
        };
        visit.detail.stranger.clone_from(&self.stranger);
        visit.version += 1;
        note_interaction(ledger, EventKind::InteractionCorrected, &visit, vec!["stranger".to_owned()]);
        ledger.world.interactions.put(visit.id, visit);
        true
    }
}
