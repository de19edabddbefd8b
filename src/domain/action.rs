//! Actions of the desk that can be taken back for a while: what each changed, with how it was before.

use super::{
    case::Case,
    customer::Customer,
    gesture::{Contact, Gesture},
    ids::ActionId,
    interaction::Interaction,
    obligation::{Decision, Obligation},
    summary::Summary,
    text_enum::text_enum,
    world::IdempotencyKey,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What somebody at the desk did.
    pub enum ActionKind {
        /// Somebody was checked in.
        CheckIn = "check_in",
        /// Somebody was checked out.
        CheckOut = "check_out",
        /// A gesture was said or handed over.
        Acknowledge = "acknowledge",
        /// A visit was given to somebody else, or to nobody.
        Reassign = "reassign",
        /// It was noted how a call went.
        LogCall = "log_call",
        /// Somebody took a gesture.
        Take = "take",
    }
}

/// An action that can be taken back, or was. Kept for minutes: it holds personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The id.
    pub id: ActionId,
    /// What was done.
    pub kind: ActionKind,
    /// When.
    pub at: Timestamp,
    /// Until when it can be taken back.
    pub until: Timestamp,
    /// When it was.
    pub undone_at: Option<Timestamp>,
    /// Everything that it changed.
    pub changes: Changes,
}

/// That an action can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo {
    /// The action.
    pub action: ActionId,
    /// Until when.
    pub until: Timestamp,
}

impl Action {
    /// How it can be taken back; `None` once it was, or when the time is over.
    #[must_use]
    pub fn undo(&self, now: Timestamp) -> Option<Undo> {
        (self.undone_at.is_none() && now <= self.until).then_some(Undo { action: self.id, until: self.until })
    }
}

/// A row before and after an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed<T> {
    /// How it was; `None` where the action made it.
    pub before: Option<T>,
    /// How the action left it.
    pub after: T,
}

/// All that an action changed, apart from its events and from the key by which its repetition is recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// Customers.
    pub customers: Vec<Changed<Customer>>,
    /// Their summaries.
    pub summaries: Vec<Changed<Summary>>,
    /// Interactions.
    pub interactions: Vec<Changed<Interaction>>,
    /// What they are owed.
    pub obligations: Vec<Changed<Obligation>>,
    /// What rules made of them.
    pub decisions: Vec<Changed<Decision>>,
    /// Gestures.
    pub gestures: Vec<Changed<Gesture>>,
    /// Cases.
    pub cases: Vec<Changed<Case>>,
    /// Places in the contact budget.
    pub contacts: Vec<Changed<Contact>>,
    /// Keys under which it is known that a gesture was carried out.
    pub carried_out: Vec<IdempotencyKey>,
}

impl Changes {
    /// Whether nothing was changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
