//! A process is gone that had a chunk of notes.

use super::{answer, batch, books};
use crate::domain::{
    gesture::Reason,
    ids::{NoteBatchId, NoteId},
    ledger::Ledger,
    note::{BatchState, Chunk, Note, NoteState},
    refusal::Refusal,
    settings::Route,
    world::{Actor, Command, Context, Needs, World},
};
use jiff::{SignedDuration, Timestamp};

/// Has another process go on with a spooled chunk whose process did not finish it in time.
#[derive(Debug, Clone)]
pub struct TakeOver {
    /// The batch.
    pub batch: NoteBatchId,
    /// The token of the chunk as it was read.
    pub token: i64,
    /// Which process takes it over.
    pub owner: String,
    /// How long that process may take.
    pub lease: SignedDuration,
}

impl Command for TakeOver {
    /// The chunk, if it is the caller's now.
    type Reply = Option<Chunk>;

    fn needs(&self) -> Needs {
        Needs { batches: [self.batch].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Option<Chunk>, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let now = ledger.now();
        let mut batch = batch(ledger.world, self.batch)?;
        let lapsed = |chunk: &&mut Chunk| chunk.token == self.token && chunk.until <= now;
        let works = matches!(batch.state, BatchState::Delivering | BatchState::Cancelling);
        let spooled = batch.work.lanes.get_mut(&Route::Spool).and_then(|lane| lane.chunks.first_mut());
        let Some(chunk) = spooled.filter(lapsed).filter(|_| works) else { return Ok(None) };
        chunk.owner.clone_from(&self.owner);
        chunk.token += 1;
        chunk.until = now.checked_add(self.lease).unwrap_or(Timestamp::MAX);
        let taken = chunk.clone();
        books::put(&mut ledger, batch);
        Ok(Some(taken))
    }
}

/// Ends a chunk whose process did not answer for all of it in time. What a far side recognises when it comes again
/// waits for its next turn; of the rest nobody knows whether it left.
#[derive(Debug, Clone)]
pub struct LapseChunk {
    /// The batch.
    pub batch: NoteBatchId,
    /// By which way it was to leave.
    pub route: Route,
    /// The chunk's number.
    pub chunk: u32,
    /// Its notes that are on their way still.
    pub notes: Vec<NoteId>,
}

impl Command for LapseChunk {
    /// Whether it lapsed.
    type Reply = bool;

    fn needs(&self) -> Needs {
        Needs { batches: [self.batch].into(), notes: self.notes.iter().copied().collect(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let now = ledger.now();
        let mut batch = batch(ledger.world, self.batch)?;
        let Some(lane) = batch.work.lanes.get_mut(&self.route) else { return Ok(false) };
        let open = lane.chunks.len();
        lane.chunks.retain(|chunk| chunk.number != self.chunk || chunk.until > now);
        if lane.chunks.len() == open {
            return Ok(false);
        }
        let leaving = |note: &&Note| note.state == NoteState::Delivering && note.chunk == Some(self.chunk);
        let notes: Vec<_> =
            self.notes.iter().filter_map(|id| ledger.world.notes.get(id)).filter(leaving).cloned().collect();
        for note in notes {
            let why = "Its process ended on the way";
            match self.route {
                Route::Webhook => answer::back(&mut ledger, &mut batch, note, now, true, why)?,
                _ => answer::doubt(&mut ledger, &mut batch, note, Reason::LeaseLapsed, why)?,
            }
        }
        books::end_if_done(&mut ledger, &mut batch);
        books::put(&mut ledger, batch);
        Ok(true)
    }
}
