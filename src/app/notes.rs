//! Notes are written in batches, read, approved and delivered.

use super::{App, AppError, Made, StoreError};
use crate::{
    domain::{
        customer::{Channel, Customer},
        filter::Filter,
        ids::{LocationId, NoteBatchId, NoteId, TemplateId},
        note::{BatchState, Note, NoteBatch, Selection},
        world::Actor,
    },
    store::{Cursor, Page},
};
use jiff::Timestamp;
use serde::Serialize;

/// A batch to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewNoteBatch {
    /// What staff call it; may be empty.
    pub display_name: String,
    /// Whom it is to cover, as the caller said it: a repeated call says the same, whatever the time is.
    pub selection: NewSelection,
}

/// Whom a new batch is to cover. Filters were read against [`GESTURES`](crate::domain::filter::GESTURES) or
/// [`CUSTOMERS`](crate::domain::filter::CUSTOMERS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NewSelection {
    /// See [`Selection::Due`].
    Due {
        /// A filter over `gesture.` fields; empty selects all.
        filter: String,
        /// Due at this instant or before; `None`: at the instant at which the batch is made.
        as_of: Option<Timestamp>,
    },
    /// See [`Selection::Segment`].
    Segment {
        /// A filter over `customer.` and `summary.` fields; empty selects all.
        filter: String,
        /// What is written.
        template: TemplateId,
        /// In whose name.
        location: LocationId,
        /// The channels it may take, best first; none means all that notes go over.
        channels: Vec<Channel>,
    },
}

impl NewSelection {
    /// The selection of a batch that is made at `now`.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Selection {
        match self {
            Self::Due { filter, as_of } => Selection::Due { filter, as_of: as_of.unwrap_or(now) },
            Self::Segment { filter, template, location, channels } => {
                Selection::Segment { filter, template, location, channels }
            }
        }
    }
}

/// A note with whom it goes to, as it is downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The note.
    pub note: Note,
    /// To whom, as they are now.
    pub customer: Customer,
}

impl App {
    /// Makes a batch; its notes are composed from now on.
    ///
    /// # Errors
    /// [`Refusal::Invalid`](crate::domain::refusal::Refusal::Invalid) for a filter that can't be read, a template or
    /// location that is not there, and what a repeated write may meet (P2).
    pub async fn create_note_batch(&self, actor: Actor, new: NewNoteBatch) -> Result<Made<NoteBatch>, AppError> {
        unfinished((actor, new))
    }

    /// A batch, with its progress.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound) when there is none.
    pub async fn note_batch(&self, id: NoteBatchId) -> Result<NoteBatch, AppError> {
        unfinished(id)
    }

    /// The batch as it is as soon as it differs from what was `seen`: at most half a second after it changed, on
    /// whatever replica. Never returns for a batch that is over; ask [`BatchState::is_over`] first.
    ///
    /// # Errors
    /// As [`note_batch`](Self::note_batch).
    pub async fn note_batch_after(&self, seen: &NoteBatch) -> Result<NoteBatch, AppError> {
        unfinished(seen)
    }

    /// A page of the batches that stand in one of these states, or of all if none is given, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_batches(
        &self,
        states: &[BatchState],
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<NoteBatch>, AppError> {
        unfinished((states, after, size))
    }

    /// Has the notes of a batch leave, from now on. Approving again changes nothing.
    ///
    /// # Errors
    /// [`Refusal`](crate::domain::refusal::Refusal): there is none, it is not ready, or it was changed since `version`
    /// was read.
    pub async fn approve_note_batch(
        &self,
        actor: Actor,
        id: NoteBatchId,
        version: Option<i64>,
    ) -> Result<NoteBatch, AppError> {
        unfinished((actor, id, version))
    }

    /// Takes back what has not left. What the batch covered is free again; what it had planned itself is cancelled.
    /// Cancelling again changes nothing.
    ///
    /// # Errors
    /// As [`approve_note_batch`](Self::approve_note_batch); a completed one can't be cancelled.
    pub async fn cancel_note_batch(
        &self,
        actor: Actor,
        id: NoteBatchId,
        version: Option<i64>,
        reason: String,
    ) -> Result<NoteBatch, AppError> {
        unfinished((actor, id, version, reason))
    }

    /// Has a batch that stopped itself go on. It does not stop for the same again in this phase.
    ///
    /// # Errors
    /// As [`approve_note_batch`](Self::approve_note_batch); only one that stopped can go on.
    pub async fn resume_note_batch(&self, actor: Actor, id: NoteBatchId) -> Result<NoteBatch, AppError> {
        unfinished((actor, id))
    }

    /// A note of a batch.
    ///
    /// # Errors
    /// [`Refusal::NotFound`](crate::domain::refusal::Refusal::NotFound) when there is none.
    pub async fn note(&self, actor: &Actor, batch: NoteBatchId, id: NoteId) -> Result<Note, AppError> {
        unfinished((actor, batch, id))
    }

    /// A page of the notes that a filter over `note.` fields selects, of one batch or of all, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn notes(
        &self,
        actor: &Actor,
        batch: Option<NoteBatchId>,
        filter: &Filter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Note>, AppError> {
        unfinished((actor, batch, filter, after, size))
    }

    /// A page of what a batch has to deliver or has delivered, that a filter over `note.` fields selects. Leaves out
    /// those who withdrew their consent meanwhile, or lost the contact point (P6), so that a page may hold less than
    /// `size` although another follows.
    ///
    /// # Errors
    /// [`Refusal`](crate::domain::refusal::Refusal): there is none, or it was not approved.
    pub async fn download_notes(
        &self,
        actor: &Actor,
        id: NoteBatchId,
        filter: &Filter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Letter>, AppError> {
        unfinished((actor, id, filter, after, size))
    }
}

fn unfinished<A, T>(_: A) -> Result<T, AppError> {
    Err(StoreError::Unsuitable("notes are being built".to_owned()).into())
}
