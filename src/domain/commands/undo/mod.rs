//! Taking back what somebody at the desk did by mistake, for a minute.
//!
//! An action is any command in [`Undoable`]: what it changed is kept beside it, as it was before. [`UndoAction`] puts
//! it back, unless something else has changed the same since. What the action made stays as a record that it was taken
//! back.

mod restore;

use super::Once;
use crate::domain::{
    action::{Action, ActionKind, Undo},
    gesture::Gesture,
    ids::ActionId,
    interaction::Interaction,
    ledger::Ledger,
    limits::UNDO_FOR,
    refusal::{Precondition, Refusal},
    world::{Actor, Command, Context, IdempotencyKey, Needs, Replay, World},
};
use jiff::Timestamp;
use uuid::Builder;

/// A command of the desk that can be taken back for [`UNDO_FOR`].
#[derive(Debug, Clone)]
pub struct Undoable<C> {
    /// What is done.
    pub command: C,
    /// What that is called.
    pub kind: ActionKind,
    /// By what a repetition of the call is recognised: it is told how the first can be taken back.
    pub key: Option<IdempotencyKey>,
}

/// What a command replied, and how it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<R> {
    /// The command's own reply.
    pub reply: R,
    /// `None` when nothing was changed, or it is too late.
    pub undo: Option<Undo>,
}

impl<C: Command> Command for Undoable<C> {
    type Reply = Done<C::Reply>;

    fn needs(&self) -> Needs {
        self.command.needs()
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Done<C::Reply>, Refusal> {
        let reply = self.command.decide(world, context)?;
        let changes = world.tried();
        let id = self.key.as_ref().map(id_of);
        if changes.is_empty() {
            let known = id.map(|id| known(world, id)).transpose()?.flatten();
            return Ok(Done { reply, undo: known.and_then(|action| action.undo(context.now)) });
        }
        let id = id.unwrap_or_else(|| ActionId(context.ids.next(context.now)));
        let until = context.now.checked_add(UNDO_FOR).unwrap_or(Timestamp::MAX);
        let action = Action { id, kind: self.kind, at: context.now, until, undone_at: None, changes };
        let undo = action.undo(context.now);
        world.actions.put(id, action);
        Ok(Done { reply, undo })
    }
}

/// The id of the action that a call makes, by the key under which the call is known.
fn id_of(key: &IdempotencyKey) -> ActionId {
    let mut hasher = blake3::Hasher::new_derive_key("gratitude 2026 actions of the desk v1");
    hasher.update(&(key.scope.len() as u64).to_le_bytes()).update(key.scope.as_bytes()).update(key.key.as_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    ActionId(Builder::from_custom_bytes(bytes).into_uuid())
}

/// An action, if it is still kept.
fn known(world: &World, id: ActionId) -> Result<Option<&Action>, Refusal> {
    let needs = Needs { actions: [id].into(), ..Needs::default() };
    if world.actions.get(&id).is_none() {
        require(world, needs)?;
    }
    Ok(world.actions.get(&id))
}

fn require(world: &World, needs: Needs) -> Result<(), Refusal> {
    use crate::domain::world::Miss;
    if world.granted.contains(&needs) { Ok(()) } else { Err(Refusal::Miss(Miss::More(Box::new(needs)))) }
}

/// Takes an action back. Doing so again changes nothing.
#[derive(Debug, Clone)]
pub struct UndoAction {
    /// Who takes it back.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The action.
    pub id: ActionId,
}

/// What taking an action back left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// What was done, and taken back.
    pub kind: ActionKind,
    /// The interactions that are as they were, or were taken back.
    pub interactions: Vec<Interaction>,
    /// The gestures that are as they were, or were taken back.
    pub gestures: Vec<Gesture>,
    /// It was taken back before; nothing was changed.
    pub replayed: bool,
}

impl Command for UndoAction {
    type Reply = Undone;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), actions: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Undone, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let replay = self.once.replay(&ledger)? != Replay::Fresh;
        let action = ledger.world.actions.get(&self.id).cloned().ok_or_else(|| gone(self.id))?;
        ledger.require(restore::needs(&action))?;
        if replay || action.undone_at.is_some() {
            return Ok(read(ledger.world, &action, true));
        }
        if action.undo(ledger.now()).is_none() {
            return Err(too_late(&action));
        }
        restore::check(ledger.world, &action)?;
        restore::restore(&mut ledger, &action)?;
        let undone = Action { undone_at: Some(ledger.now()), ..action };
        ledger.world.actions.put(undone.id, undone.clone());
        self.once.remember(&mut ledger, &name(undone.id));
        Ok(read(ledger.world, &undone, false))
    }
}

fn read(world: &World, action: &Action, replayed: bool) -> Undone {
    let interactions = action.changes.interactions.iter().filter_map(|it| world.interactions.get(&it.after.id));
    let gestures = action.changes.gestures.iter().filter_map(|it| world.gestures.get(&it.after.id));
    Undone {
        kind: action.kind,
        interactions: interactions.cloned().collect(),
        gestures: gestures.cloned().collect(),
        replayed,
    }
}

/// The resource name of an action.
#[must_use]
pub fn name(id: ActionId) -> String {
    format!("deskActions/{id}")
}

fn gone(id: ActionId) -> Refusal {
    Refusal::NotFound { kind: "desk action", name: name(id) }
}

fn too_late(action: &Action) -> Refusal {
    let resource = name(action.id);
    let message = format!("{resource} could be taken back until {}", action.until);
    Refusal::Precondition { kind: Precondition::UndoTooLate, resource, message }
}
