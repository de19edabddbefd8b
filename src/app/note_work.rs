//! What a batch of notes has to do next: one page at a time, by whichever replica comes first.

use super::{App, AppError, PaperSheet};
use crate::{
    domain::{
        commands::notes::{
            AnswerNotes, ComposePage, FinishChunk, Handed, LapseChunk, Outcome, StartChunk, TakeBackPage, TakeOver,
        },
        customer::Channel,
        filter::{CUSTOMERS, Filter, GESTURES, Schema},
        ids::{NoteBatchId, NoteId},
        limits::NOTE_PAGE,
        note::{BatchState, Chunk, Letter, NoteBatch, Selection, WRITTEN_CHANNELS},
        refusal::Refusal,
        settings::Route,
    },
    store::{DueNotes, Lane, NoteWorkQuery, PageRequest, Segment},
};
use jiff::{SignedDuration, Timestamp};

/// Batches that are read at once.
const BATCHES: u32 = 64;

/// Who works on batches.
#[derive(Debug, Clone)]
pub struct NoteWorker {
    /// The process, by a name that no other has.
    pub owner: String,
    /// The way out that it delivers by.
    pub route: Route,
    /// Over which channels the notes go that leave so.
    pub channels: Vec<Channel>,
    /// How many notes it takes at a time, at most [`NOTE_PAGE`].
    pub chunk: usize,
    /// After so long without an answer for all that it took, it is taken for gone.
    pub lease: SignedDuration,
    /// The delivery recognises what it gets twice.
    pub far_side_deduplicates: bool,
}

/// What a worker sees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duty {
    /// All that batches need.
    Everything,
    /// What leaves by its way out.
    Leaving,
}

/// What one step of work on batches came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteStep {
    /// There is nothing to do now.
    Idle,
    /// A page was worked through.
    Worked,
    /// These were just written for paper, of this batch: those that can't be set are to be given back by
    /// [`App::give_back`].
    Proof(NoteBatchId, Vec<PaperSheet>),
    /// These letters are on their way: hand them to the delivery, then say so by [`App::finish_parcel`].
    Deliver(Parcel),
}

/// Letters that go to the delivery together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Their batch.
    pub batch: NoteBatchId,
    /// By which way they leave.
    pub route: Route,
    /// Their chunk, which names them to the delivery.
    pub chunk: Chunk,
    /// They were approved to be tried out: they go to the test address only.
    pub for_test: bool,
    /// The letters.
    pub letters: Vec<Letter>,
}

/// Where the answers for the notes of a parcel belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParcelAddress {
    /// Their batch.
    pub batch: NoteBatchId,
    /// By which way they left.
    pub route: Route,
    /// The number of their chunk.
    pub chunk: u32,
}

impl App {
    /// Takes the next step on some batch: a page is composed, looked at for the last time, or taken back. A batch on
    /// which that fails does not keep the others waiting, nor do those that merely wait, however many.
    ///
    /// # Errors
    /// The first failure, if no batch could be worked on.
    pub async fn next_note_step(&self, now: Timestamp, worker: &NoteWorker) -> Result<NoteStep, AppError> {
        self.first_step(now, worker, Duty::Everything).await
    }

    /// Has the next notes leave that a worker takes who does nothing else.
    ///
    /// # Errors
    /// The first failure, if nothing of any batch could leave.
    pub async fn next_parcel(&self, now: Timestamp, worker: &NoteWorker) -> Result<NoteStep, AppError> {
        self.first_step(now, worker, Duty::Leaving).await
    }

    /// The first step that can be taken on any of the batches at work, those first that were left alone the longest. Of
    /// those that stopped, what was on its way comes before.
    async fn first_step(&self, now: Timestamp, worker: &NoteWorker, duty: Duty) -> Result<NoteStep, AppError> {
        let mut batches = match duty {
            Duty::Everything => self.store.stopped_note_batches(BATCHES).await?,
            Duty::Leaving => Vec::new(),
        };
        let channels = self.leaving_by(worker).await?;
        let wanted = NoteWorkQuery { channels, now, only_leaving: duty == Duty::Leaving };
        let (mut failure, mut after, mut has_more) = (None, None, true);
        loop {
            for batch in &batches {
                let step = match duty {
                    Duty::Everything => self.step(batch, now, worker, &wanted.channels).await,
                    Duty::Leaving => self.start_chunk(batch, now, worker, &wanted.channels).await,
                };
                match step {
                    Ok(NoteStep::Idle) => {}
                    Ok(step) => return Ok(step),
                    Err(error) => failure = failure.or(Some(error)),
                }
            }
            if !has_more {
                return failure.map_or(Ok(NoteStep::Idle), Err);
            }
            let page = self.store.note_batches_at_work(&wanted, &PageRequest { size: BATCHES, after }).await?;
            (batches, has_more, after) = (page.items, page.next.is_some(), page.next);
        }
    }

    /// Notes what became of notes of a parcel, of each for itself; whether more of their batch may leave. A note that
    /// nobody answered for in time is taken for lost sight of; then only that it arrived still counts.
    ///
    /// # Errors
    /// When the store fails: it may be said again.
    pub async fn answer_notes(
        &self,
        parcel: &ParcelAddress,
        answers: Vec<(NoteId, Outcome)>,
    ) -> Result<bool, AppError> {
        let ParcelAddress { batch, route, chunk } = *parcel;
        let command = AnswerNotes { batch, route, chunk, answers };
        // Before an import: nobody else knows it.
        Ok(self.submit(Lane::Interactive, command).await?.goes_on)
    }

    /// Notes what the delivery did with a parcel; whether it was still the caller's.
    ///
    /// # Errors
    /// When the store fails: the parcel is handed over again later, by whoever comes first.
    pub async fn finish_parcel(&self, parcel: &Parcel, handed: Handed) -> Result<bool, AppError> {
        let command = FinishChunk {
            batch: parcel.batch,
            chunk: parcel.chunk.number,
            token: parcel.chunk.token,
            notes: parcel.letters.iter().map(|letter| letter.note.id).collect(),
            handed,
        };
        self.submit(Lane::Bulk, command).await
    }

    async fn step(
        &self,
        batch: &NoteBatch,
        now: Timestamp,
        worker: &NoteWorker,
        channels: &[Channel],
    ) -> Result<NoteStep, AppError> {
        match lapsed(batch, now) {
            Some((Route::Spool, chunk)) => return self.take_over(batch.id, chunk, worker).await,
            Some((route, chunk)) => return self.lapse(batch.id, route, chunk).await,
            None => {}
        }
        match batch.state {
            BatchState::Composing => self.compose_page(batch, now).await,
            BatchState::Delivering => self.start_chunk(batch, now, worker, channels).await,
            BatchState::Cancelling => self.take_back_page(batch).await,
            _ => Ok(NoteStep::Idle),
        }
    }

    async fn compose_page(&self, batch: &NoteBatch, now: Timestamp) -> Result<NoteStep, AppError> {
        let after = batch.work.cursor;
        let page = match self.covers(&batch.selection, batch.created_at, now)? {
            Covers::Due(wanted) => self.store.next_due_notes(&wanted, after).await?,
            Covers::Segment(wanted) => self.store.next_of_segment(&wanted, after).await?,
        };
        let location = match &batch.selection {
            Selection::Due { .. } => None,
            Selection::Segment { location, .. } => Some(location.clone()),
        };
        let written_to: Vec<_> = page.customers.iter().map(|covered| covered.customer).collect();
        let command = ComposePage { batch: batch.id, after, page: page.customers, is_last: page.is_last, location };
        let is_ours = self.submit(Lane::Bulk, command).await?;
        let sheets = if is_ours { self.just_written(batch.id, &written_to).await? } else { Vec::new() };
        // Also when somebody else was quicker: there is more to do.
        Ok(if sheets.is_empty() { NoteStep::Worked } else { NoteStep::Proof(batch.id, sheets) })
    }

    async fn start_chunk(
        &self,
        batch: &NoteBatch,
        now: Timestamp,
        worker: &NoteWorker,
        channels: &[Channel],
    ) -> Result<NoteStep, AppError> {
        let testing = self.settings().test_address.is_some();
        if !batch.may_leave(worker.route, testing, now) {
            return Ok(NoteStep::Idle);
        }
        let notes = self.store.waiting_notes(batch.id, channels, now, worker.chunk.min(NOTE_PAGE)).await?;
        if notes.is_empty() {
            return Ok(NoteStep::Idle);
        }
        let (notes, readers) = notes.into_iter().unzip();
        let command = StartChunk {
            batch: batch.id,
            notes,
            readers,
            owner: worker.owner.clone(),
            route: worker.route,
            lease: worker.lease,
            far_side_deduplicates: worker.far_side_deduplicates,
        };
        let started = self.submit(Lane::Bulk, command).await?;
        Ok(match started.chunk {
            Some(chunk) => NoteStep::Deliver(Parcel {
                batch: batch.id,
                route: worker.route,
                chunk,
                for_test: batch.work.for_test,
                letters: started.letters,
            }),
            // Also when somebody else was quicker: there is more to do.
            None => NoteStep::Worked,
        })
    }

    /// The channels whose notes a worker takes now: as long as any is free, only those that nobody has stopped
    /// everywhere.
    async fn leaving_by(&self, worker: &NoteWorker) -> Result<Vec<Channel>, AppError> {
        let mut channels = self.taken_by(worker, self.settings().test_address.is_some());
        let pauses = &self.store.catalog().await?.pauses;
        if channels.iter().any(|channel| !pauses.holds_all_over(*channel)) {
            channels.retain(|channel| !pauses.holds_all_over(*channel));
        }
        Ok(channels)
    }

    /// The channels whose notes a worker takes. In test mode whoever spools also sees to those that never leave then.
    fn taken_by(&self, worker: &NoteWorker, testing: bool) -> Vec<Channel> {
        let routes = &self.settings().routes;
        match worker.route {
            Route::Spool if testing => {
                WRITTEN_CHANNELS.into_iter().filter(|channel| routes.of(*channel) != Some(Route::Smtp)).collect()
            }
            _ => worker.channels.clone(),
        }
    }

    /// Ends what a process had on its way that is gone.
    async fn lapse(&self, batch: NoteBatchId, route: Route, chunk: &Chunk) -> Result<NoteStep, AppError> {
        let notes = self.store.notes_on_their_way(batch, chunk.number).await?;
        let notes = notes.into_iter().map(|note| note.id).collect();
        let command = LapseChunk { batch, route, chunk: chunk.number, notes };
        self.submit(Lane::Bulk, command).await.map(|_| NoteStep::Worked)
    }

    /// Hands over again what a process had that did not finish it: under the same name, so that the delivery knows it.
    async fn take_over(&self, batch: NoteBatchId, chunk: &Chunk, worker: &NoteWorker) -> Result<NoteStep, AppError> {
        let command = TakeOver { batch, token: chunk.token, owner: worker.owner.clone(), lease: worker.lease };
        let Some(chunk) = self.submit(Lane::Bulk, command).await? else { return Ok(NoteStep::Worked) };
        let notes = self.store.notes_on_their_way(batch, chunk.number).await?;
        let letters = self.addressed(notes).await?.into_iter().map(|it| it.letter).collect();
        Ok(NoteStep::Deliver(Parcel { batch, route: Route::Spool, chunk, for_test: false, letters }))
    }

    async fn take_back_page(&self, batch: &NoteBatch) -> Result<NoteStep, AppError> {
        let notes = self.store.unsent_notes(batch.id).await?;
        if notes.is_empty() {
            return Ok(NoteStep::Idle);
        }
        self.submit(Lane::Bulk, TakeBackPage { batch: batch.id, notes }).await.map(|_| NoteStep::Worked)
    }

    /// What a batch covers that was made at an instant.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a filter that can't be read.
    pub(super) fn covers(&self, selection: &Selection, made_at: Timestamp, now: Timestamp) -> Result<Covers, AppError> {
        Ok(match selection {
            Selection::Due { filter, as_of } => Covers::Due(DueNotes {
                filter: read_filter(filter, &GESTURES, "note_batch.due.filter")?,
                as_of: *as_of,
                planned_by: made_at,
                now,
                left_to_workers: self.settings().notes.left_to_workers(),
            }),
            Selection::Segment { filter, .. } => {
                let filter = read_filter(filter, &CUSTOMERS, "note_batch.segment.filter")?;
                Covers::Segment(Segment { filter, known_by: made_at })
            }
        })
    }
}

/// What a process has on its way that is gone. Of a batch that stopped, what was spooled waits with it.
fn lapsed(batch: &NoteBatch, now: Timestamp) -> Option<(Route, &Chunk)> {
    let waits = |route| route == Route::Spool && !batch.state.is_at_work();
    let mut open = batch.work.lanes.iter().flat_map(|(route, lane)| lane.chunks.iter().map(|chunk| (*route, chunk)));
    open.find(|(route, chunk)| chunk.until <= now && !waits(*route))
}

/// What a batch covers, to be looked for.
pub(super) enum Covers {
    /// Planned gestures.
    Due(DueNotes),
    /// Customers.
    Segment(Segment),
}

fn read_filter(text: &str, schema: &Schema, field: &str) -> Result<Filter, AppError> {
    Filter::parse(text, schema).map_err(|why| Refusal::invalid(field, why.to_string()).into())
}
