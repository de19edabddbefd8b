//! A person lets the notes of a batch leave, or has it go on.

use super::{batch, books, check_version, wrong_state};
use crate::domain::{
    ids::NoteBatchId,
    ledger::Ledger,
    note::{BatchState, NoteBatch},
    refusal::{Precondition, Refusal},
    world::{Actor, Command, Context, EventKind, Needs, Subject, World},
};

/// Has the notes of a batch leave from now on. Approving again changes nothing.
#[derive(Debug, Clone)]
pub struct Approve {
    /// Who approves.
    pub actor: Actor,
    /// The batch.
    pub id: NoteBatchId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
}

impl Command for Approve {
    type Reply = NoteBatch;

    fn needs(&self) -> Needs {
        Needs { batches: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<NoteBatch, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut batch = batch(ledger.world, self.id)?;
        if matches!(batch.state, BatchState::Delivering | BatchState::Completed) {
            return Ok(batch);
        }
        check_version(&batch, self.version)?;
        if batch.state != BatchState::Ready {
            return Err(wrong_state(&batch, "ready"));
        }
        check_meant(ledger.world, &batch)?;
        batch.approved_at = Some(ledger.now());
        batch.work.lenient = false;
        books::move_batch(&mut ledger, &mut batch, BatchState::Delivering, EventKind::NoteBatchApproved);
        books::end_if_done(&mut ledger, &mut batch);
        Ok(books::put(&mut ledger, batch))
    }
}

/// While the service is tried out, nothing of a batch leaves.
fn check_meant(world: &World, batch: &NoteBatch) -> Result<(), Refusal> {
    if world.settings.test_address.is_none() {
        return Ok(());
    }
    let resource = Subject::NoteBatch(batch.id).to_string();
    let message = format!(
        "{resource} can't leave: the service is in test mode (delivery.test_address is set); preview, read or download \
         its notes instead"
    );
    Err(Refusal::Precondition { kind: Precondition::TestMode, resource, message })
}

/// Has a batch that stopped itself go on where it was. It does not stop for too many failures again in that phase.
#[derive(Debug, Clone)]
pub struct Resume {
    /// Who has it go on.
    pub actor: Actor,
    /// The batch.
    pub id: NoteBatchId,
}

impl Command for Resume {
    type Reply = NoteBatch;

    fn needs(&self) -> Needs {
        Needs { batches: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<NoteBatch, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut batch = batch(ledger.world, self.id)?;
        let (BatchState::Stopped, Some(stopped_in)) = (batch.state, batch.work.stopped_in) else {
            return Err(wrong_state(&batch, "stopped"));
        };
        batch.explanation.clear();
        batch.work.lenient = true;
        books::move_batch(&mut ledger, &mut batch, stopped_in, EventKind::NoteBatchResumed);
        books::end_if_done(&mut ledger, &mut batch);
        Ok(books::put(&mut ledger, batch))
    }
}
