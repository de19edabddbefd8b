//! What a batch of notes has to do next: one page at a time, by whichever replica comes first.

use super::{App, AppError};
use crate::{
    domain::{
        commands::notes::{ComposePage, FinishChunk, Handed, StartChunk, TakeBackPage, TakeOver},
        filter::{CUSTOMERS, Filter, GESTURES, Schema},
        ids::NoteBatchId,
        note::{BatchState, Chunk, Letter, NoteBatch, Selection},
        refusal::Refusal,
    },
    store::{DueNotes, Lane, Segment},
};
use jiff::Timestamp;

/// Batches that are looked at in one run.
const BATCHES: u64 = 64;

/// Who works on batches.
#[derive(Debug, Clone)]
pub struct NoteWorker {
    /// The process, by a name that no other has.
    pub owner: String,
    /// The delivery recognises what it gets twice.
    pub far_side_deduplicates: bool,
}

/// What one step of work on batches came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteStep {
    /// There is nothing to do now.
    Idle,
    /// A page was worked through.
    Worked,
    /// These letters are on their way: hand them to the delivery, then say so by [`App::finish_parcel`].
    Deliver(Parcel),
}

/// Letters that go to the delivery together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Their batch.
    pub batch: NoteBatchId,
    /// Their chunk, which names them to the delivery.
    pub chunk: Chunk,
    /// The letters.
    pub letters: Vec<Letter>,
}

impl App {
    /// Takes the next step on some batch: a page is composed, looked at for the last time, or taken back. A batch on
    /// which that fails does not keep the others waiting.
    ///
    /// # Errors
    /// The first failure, if no batch could be worked on.
    pub async fn next_note_step(&self, now: Timestamp, worker: &NoteWorker) -> Result<NoteStep, AppError> {
        let mut failure = None;
        for batch in self.store.note_batches_at_work(BATCHES).await? {
            match self.step(&batch, now, worker).await {
                Ok(NoteStep::Idle) => {}
                Ok(step) => return Ok(step),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(NoteStep::Idle), Err)
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

    async fn step(&self, batch: &NoteBatch, now: Timestamp, worker: &NoteWorker) -> Result<NoteStep, AppError> {
        if let Some(chunk) = batch.work.chunk.as_ref().filter(|chunk| chunk.until <= now) {
            return self.take_over(batch.id, chunk, worker).await;
        }
        match batch.state {
            BatchState::Composing => self.compose_page(batch, now).await,
            BatchState::Delivering if batch.work.chunk.is_none() => self.start_chunk(batch, now, worker).await,
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
        let command = ComposePage { batch: batch.id, after, page: page.customers, is_last: page.is_last, location };
        // Also when somebody else was quicker: there is more to do.
        self.submit(Lane::Bulk, command).await.map(|_| NoteStep::Worked)
    }

    async fn start_chunk(&self, batch: &NoteBatch, now: Timestamp, worker: &NoteWorker) -> Result<NoteStep, AppError> {
        let notes = self.store.waiting_notes(batch.id, Some(now)).await?;
        if notes.is_empty() {
            return Ok(NoteStep::Idle);
        }
        let (notes, readers) = notes.into_iter().unzip();
        let command = StartChunk {
            batch: batch.id,
            notes,
            readers,
            owner: worker.owner.clone(),
            far_side_deduplicates: worker.far_side_deduplicates,
        };
        let started = self.submit(Lane::Bulk, command).await?;
        Ok(match started.chunk.filter(|_| !started.letters.is_empty()) {
            Some(chunk) => NoteStep::Deliver(Parcel { batch: batch.id, chunk, letters: started.letters }),
            None if started.worked => NoteStep::Worked,
            None => NoteStep::Idle,
        })
    }

    /// Hands over again what a process had that did not finish it: under the same name, so that the delivery knows it.
    async fn take_over(&self, batch: NoteBatchId, chunk: &Chunk, worker: &NoteWorker) -> Result<NoteStep, AppError> {
        let command = TakeOver { batch, token: chunk.token, owner: worker.owner.clone() };
        let Some(chunk) = self.submit(Lane::Bulk, command).await? else { return Ok(NoteStep::Worked) };
        let notes = self.store.notes_on_their_way(batch, chunk.number).await?;
        let ids: Vec<_> = notes.iter().map(|note| note.customer).collect();
        let mut customers = self.store.customers(&ids).await?;
        let mut letters = Vec::with_capacity(notes.len());
        for note in notes {
            let customer = customers.remove(&note.customer);
            let customer = customer.ok_or_else(|| Refusal::not_found("customer", &note.customer))?;
            letters.push(Letter { note, customer });
        }
        Ok(NoteStep::Deliver(Parcel { batch, chunk, letters }))
    }

    async fn take_back_page(&self, batch: &NoteBatch) -> Result<NoteStep, AppError> {
        let notes = self.store.waiting_notes(batch.id, None).await?;
        if notes.is_empty() {
            return Ok(NoteStep::Idle);
        }
        let notes = notes.into_iter().map(|(note, _)| note).collect();
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
