//! What can be done to the ledger, and with what it is decided.

use super::{Needs, World};
use crate::domain::{ids::IdSource, refusal::Refusal};
use jiff::Timestamp;

/// Something a caller wants done to the ledger; decided by pure code.
pub trait Command: Send + 'static {
    /// What the caller gets when it is done.
    type Reply: Send + 'static;

    /// What must be loaded before it can decide.
    fn needs(&self) -> Needs;

    /// Decides, changing the world. On an error nothing that it changed is kept.
    ///
    /// # Errors
    /// A [`Refusal`] for the caller, or a [`Refusal::Miss`] that asks the store to load more and try again.
    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Self::Reply, Refusal>;
}

/// What a command brings along besides its own words.
#[derive(Debug)]
pub struct Context<'a> {
    /// The instant of the decision, cut to microseconds.
    pub now: Timestamp,
    /// Where new ids come from.
    pub ids: &'a mut IdSource,
}
