//! A command that waits, whatever its type.

use crate::{
    domain::{
        refusal::Refusal,
        world::{Command, Context, Miss, Needs, World},
    },
    store::error::StoreError,
};
use tokio::sync::oneshot;

/// Why a command got no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The domain refused it; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of one attempt to decide.
pub(super) enum Attempt {
    /// It was decided, for or against; `true` when its changes stand.
    Decided(bool),
    /// More must be loaded first.
    Missing(Miss),
}

/// A waiting command.
pub(super) trait Pending: Send {
    fn needs(&self) -> Needs;
    /// Decides anew, keeping the reply for later.
    fn decide(&mut self, world: &mut World, context: &mut Context<'_>) -> Attempt;
    /// Whether nobody waits for the reply any more.
    fn is_abandoned(&self) -> bool;
    /// Sends the reply that was decided on, after the commit.
    fn answer(self: Box<Self>);
    /// Sends an error instead.
    fn fail(self: Box<Self>, error: StoreError);
}

pub(super) struct Typed<C: Command> {
    command: C,
    decided: Option<Result<C::Reply, Refusal>>,
    answer: oneshot::Sender<Result<C::Reply, SubmitError>>,
}

impl<C: Command> Typed<C> {
    pub(super) fn new(command: C, answer: oneshot::Sender<Result<C::Reply, SubmitError>>) -> Self {
        Self { command, decided: None, answer }
    }
}

impl<C: Command> Pending for Typed<C> {
    fn needs(&self) -> Needs {
        self.command.needs()
    }

    fn decide(&mut self, world: &mut World, context: &mut Context<'_>) -> Attempt {
        match self.command.decide(world, context) {
            Err(Refusal::Miss(miss)) => Attempt::Missing(miss),
            decided => {
                let stands = decided.is_ok();
                self.decided = Some(decided);
                Attempt::Decided(stands)
            }
        }
    }

    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn answer(self: Box<Self>) {
        let undecided = || Err(StoreError::Bug { what: "a command was never decided".to_owned() }.into());
        let reply = self.decided.map_or_else(undecided, |decided| decided.map_err(SubmitError::Refused));
        // Whoever asked may be gone; what was done stays done.
        drop(self.answer.send(reply));
    }

    fn fail(self: Box<Self>, error: StoreError) {
        drop(self.answer.send(Err(SubmitError::Store(error))));
    }
}
