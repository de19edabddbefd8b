//! Composing, delivering and taking back the notes of batches, a page at a time.

use super::Done;
use crate::{
    app::{App, AppError, NoteStep, NoteWorker, Parcel},
    delivery::Spool,
    domain::commands::notes::Handed,
};
use jiff::Timestamp;
use uuid::Uuid;

/// The work on batches, with the way out for their letters.
#[derive(Debug, Clone)]
pub(super) struct NoteBatches {
    app: App,
    spool: Spool,
    worker: NoteWorker,
}

impl NoteBatches {
    pub(super) fn new(app: App, spool: Spool) -> Self {
        let owner = Uuid::new_v4().to_string();
        Self { app, spool, worker: NoteWorker { owner, far_side_deduplicates: Spool::DEDUPLICATES } }
    }

    /// Takes one step on some batch. A crash between handing over and saying so leaves the chunk to whoever comes next.
    pub(super) async fn run_once(&self, now: Timestamp) -> Result<Done, AppError> {
        let items = match self.app.next_note_step(now, &self.worker).await? {
            NoteStep::Idle => return Ok(Done::default()),
            NoteStep::Worked => 1,
            NoteStep::Deliver(parcel) => {
                let handed = self.hand_over(&parcel).await;
                self.app.finish_parcel(&parcel, handed).await?;
                parcel.letters.len() as u64
            }
        };
        Ok(Done { items, has_more: true })
    }

    async fn hand_over(&self, parcel: &Parcel) -> Handed {
        match self.spool.take(parcel.batch, parcel.chunk.number, &parcel.letters).await {
            Ok(()) => Handed::Taken,
            Err(why) => {
                tracing::warn!(error = %why, "the delivery did not take a chunk of notes");
                Handed::NotTaken { why: why.to_string() }
            }
        }
    }
}
