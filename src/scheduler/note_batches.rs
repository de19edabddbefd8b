//! Composing, delivering and taking back the notes of batches, a page at a time.

use super::Done;
use crate::{
    app::{App, AppError, NoteStep, NoteWorker, PaperSheet, Parcel},
    delivery::{Spool, print::Press},
    domain::{
        commands::notes::Handed, ids::NoteBatchId, limits::NOTE_PAGE, paper::Problem, settings::Route, world::Actor,
    },
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// How long writing a chunk into the folder may take before another process does it again.
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// The work on batches, with the way out for their letters.
#[derive(Debug, Clone)]
pub(super) struct NoteBatches {
    app: App,
    spool: Spool,
    press: Arc<Press>,
    worker: NoteWorker,
}

impl NoteBatches {
    pub(super) fn new(app: App, spool: Spool, press: Arc<Press>) -> Self {
        let worker = NoteWorker {
            owner: Uuid::new_v4().to_string(),
            route: Route::Spool,
            channels: app.settings().routes.channels_of(Route::Spool),
            chunk: NOTE_PAGE,
            lease: LEASE,
            far_side_deduplicates: Spool::DEDUPLICATES,
        };
        Self { app, spool, press, worker }
    }

    /// Takes one step on some batch. A crash between handing over and saying so leaves the chunk to whoever comes next.
    pub(super) async fn run_once(&self, now: Timestamp) -> Result<Done, AppError> {
        let items = match self.app.next_note_step(now, &self.worker).await? {
            NoteStep::Idle => return Ok(Done::default()),
            NoteStep::Worked => 1,
            NoteStep::Proof(batch, sheets) => {
                self.proof(batch, sheets).await?;
                1
            }
            NoteStep::Deliver(parcel) => {
                let handed = self.hand_over(&parcel).await;
                self.app.finish_parcel(&parcel, handed).await?;
                parcel.letters.len() as u64
            }
        };
        Ok(Done { items, has_more: true })
    }

    /// Has the press look at notes that it can't set before anybody approves them. What a crash lets slip through here
    /// is found when it is printed.
    async fn proof(&self, batch: NoteBatchId, sheets: Vec<PaperSheet>) -> Result<(), AppError> {
        let press = Arc::clone(&self.press);
        let proof = tokio::task::spawn_blocking(move || {
            let look = |paper: PaperSheet| {
                let problems = press.check(paper.format, &paper.sheet);
                (paper.note.id, problems.iter().map(Problem::of_note).collect::<Vec<_>>())
            };
            sheets.into_iter().map(look).filter(|(_, problems)| !problems.is_empty()).collect()
        });
        // The text of a panic may quote a note.
        let unprintable = proof.await.unwrap_or_else(|_| {
            tracing::error!("the press could not look at notes");
            Vec::new()
        });
        self.app.give_back(&Actor::system(), batch, unprintable).await
    }

    async fn hand_over(&self, parcel: &Parcel) -> Handed {
        match self.spool.take(parcel.batch, &parcel.chunk, &parcel.letters).await {
            Ok(()) => Handed::Taken,
            Err(why) => {
                tracing::warn!(error = %why, "the delivery did not take a chunk of notes");
                Handed::NotTaken { why: why.to_string() }
            }
        }
    }
}
