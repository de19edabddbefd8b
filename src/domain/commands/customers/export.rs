//! A person is told all that is held about them: that is written down before it is told.

use crate::domain::{
    ids::CustomerId,
    ledger::Ledger,
    refusal::Refusal,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Subject, World},
};

/// Notes that all that is held about a person is given out.
#[derive(Debug, Clone)]
pub struct NoteExport {
    /// To whom.
    pub actor: Actor,
    /// About whom.
    pub id: CustomerId,
}

impl Command for NoteExport {
    type Reply = ();

    fn needs(&self) -> Needs {
        Needs { customers: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<(), Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let id = ledger.world.customer(self.id)?.id;
        ledger.note(EventKind::CustomerExported, Subject::Customer(id), Some(id), EventDetail::default());
        Ok(())
    }
}
