//! The ledger at the moment of writing: every change of a gesture, an obligation, a place in the budget or a summary
//! goes through here, so that each leaves its event and keeps its neighbours true.

mod cases;
mod gestures;
mod history;
mod obligations;

pub use cases::NewCase;
pub use obligations::missing_interaction;

use super::{
    ids::CustomerId,
    refusal::Refusal,
    world::{Actor, Context, Event, EventDetail, EventKind, Miss, Needs, Subject, World},
};
use jiff::Timestamp;
use uuid::Uuid;

/// The world while one command changes it.
#[derive(Debug)]
pub struct Ledger<'a, 'c> {
    /// What is loaded.
    pub world: &'a mut World,
    /// The instant, and where ids come from.
    pub context: &'a mut Context<'c>,
    /// Who acts.
    pub actor: &'a Actor,
}

impl Ledger<'_, '_> {
    /// The instant of the command.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// A new id.
    pub fn new_id(&mut self) -> Uuid {
        self.context.ids.next(self.context.now)
    }

    /// Asks for more of the ledger, once: what was loaded stays true while the group decides.
    ///
    /// # Errors
    /// [`Refusal::Miss`] when it is not loaded yet.
    pub fn require(&self, needs: Needs) -> Result<(), Refusal> {
        if self.world.granted.contains(&needs) { Ok(()) } else { Err(Refusal::Miss(Miss::More(Box::new(needs)))) }
    }

    /// Notes a change.
    pub fn note(&mut self, kind: EventKind, subject: Subject, customer: Option<CustomerId>, detail: EventDetail) {
        let event = Event { at: self.context.now, kind, subject, customer, actor: self.actor.clone(), detail };
        self.world.note(event);
    }
}
