//! A person lets the notes of a batch leave, or has it go on.

use super::{batch, books, check_version, wrong_state};
use crate::domain::{
    ids::NoteBatchId,
    ledger::Ledger,
    note::{BatchState, NoteBatch},
    refusal::{Precondition, Refusal},
    settings::Route,
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
        batch.work.for_test = ledger.world.settings.test_address.is_some();
        batch.approved_at = Some(ledger.now());
        batch.work.lenient = false;
        books::move_batch(&mut ledger, &mut batch, BatchState::Delivering, EventKind::NoteBatchApproved);
        books::end_if_done(&mut ledger, &mut batch);
        Ok(books::put(&mut ledger, batch))
    }
}

/// While the service is tried out, only e-mails of a batch leave, and only by SMTP, where they can be sent elsewhere.
fn check_meant(world: &World, batch: &NoteBatch) -> Result<(), Refusal> {
    if world.settings.test_address.is_none() || world.settings.routes.email == Route::Smtp {
        return Ok(());
    }
    let resource = Subject::NoteBatch(batch.id).to_string();
    let message = format!(
        "{resource} can't leave: the service is in test mode (delivery.test_address is set), in which only e-mails by SMTP \
         do; preview, read or download its notes instead"
    );
    Err(Refusal::Precondition { kind: Precondition::TestMode, resource, message })
}

/// What was approved to be tried out never reaches customers, and the other way round.
pub(super) fn check_kind(world: &World, batch: &NoteBatch) -> Result<(), Refusal> {
    let testing = world.settings.test_address.is_some();
    if batch.approved_at.is_none() || batch.work.for_test == testing {
        return Ok(());
    }
    let resource = Subject::NoteBatch(batch.id).to_string();
    let message = if testing {
        format!(
            "{resource} was not approved to be tried out, and the service is in test mode: it waits until that ends"
        )
    } else {
        format!("{resource} was approved in test mode, which is over: cancel it, and make another one")
    };
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
        check_kind(ledger.world, &batch)?;
        batch.explanation.clear();
        batch.work.lenient = true;
        books::move_batch(&mut ledger, &mut batch, stopped_in, EventKind::NoteBatchResumed);
        books::end_if_done(&mut ledger, &mut batch);
        Ok(books::put(&mut ledger, batch))
    }
}
