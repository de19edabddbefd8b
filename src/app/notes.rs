//! Notes are written in batches, read, approved and delivered.

use super::{App, AppError, Made, note_work::Covers};
use crate::{
    domain::{
        commands::{
            gestures::Finding,
            notes::{
                Approve, Cancel, Create, NoteResolved, ReplayNotes, ResolveNote, Resume, unknown_batch, unknown_note,
                wrong_state,
            },
        },
        consent::{needed_contact_point, permits},
        customer::{Channel, Customer, CustomerStatus, Purpose},
        filter::Filter,
        ids::{LocationId, NoteBatchId, NoteId, TemplateId},
        limits::NOTE_PAGE,
        note::{BatchState, Letter, Note, NoteBatch, NoteState, Selection, joint_purpose},
        policy::ConsentRegime,
        world::Actor,
    },
    store::{Cursor, Lane, Page, PageRequest},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

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

/// What having notes leave again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The batch as it is now.
    pub batch: NoteBatch,
    /// How many notes wait for another turn.
    pub count: u64,
    /// Whether there are more, for another call.
    pub has_more: bool,
}

/// What a person found out about a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteFinding {
    /// The note's batch.
    pub batch: NoteBatchId,
    /// The note.
    pub note: NoteId,
    /// What they found out.
    pub finding: Finding,
    /// How, in words without personal data.
    pub how: String,
}

/// Notes that leave again by one call.
const REPLAY_MAX: usize = 1_000;

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

impl App {
    /// Makes a batch; its notes are composed from now on.
    ///
    /// # Errors
    /// [`AppError::Refused`] for a filter that can't be read, a template or location that is not there, and what a
    /// repeated write may meet (P2).
    pub async fn create_note_batch(&self, actor: Actor, new: NewNoteBatch) -> Result<Made<NoteBatch>, AppError> {
        let mut content = self.fingerprint("note_batch.", &new.selection);
        content.0.extend(self.fingerprint("note_batch.display_name", &new.display_name).0);
        let once = self.once(&actor, "CreateNoteBatch", content);
        let now = self.now();
        let selection = new.selection.at(now);
        let customer_count = match self.covers(&selection, now, now)? {
            Covers::Due(wanted) => self.store.count_due_notes(&wanted).await?,
            Covers::Segment(wanted) => self.store.count_segment(&wanted).await?,
        };
        let command = Create { actor, once, display_name: new.display_name, selection, customer_count };
        let created = self.submit(Lane::Interactive, command).await?;
        self.wake_note_work();
        Ok(Made { what: created.batch, replayed: created.replayed })
    }

    /// A batch, with its progress.
    ///
    /// # Errors
    /// [`AppError::Refused`] when there is none.
    pub async fn note_batch(&self, id: NoteBatchId) -> Result<NoteBatch, AppError> {
        Ok(self.store.note_batch(id).await?.ok_or_else(|| unknown_batch(id))?)
    }

    /// The batch as it is as soon as it differs from what was `seen`: at most half a second after it changed, on
    /// whatever replica. Never returns for a batch that is over; ask [`BatchState::is_over`] first.
    ///
    /// # Errors
    /// As [`note_batch`](Self::note_batch).
    pub async fn note_batch_after(&self, seen: &NoteBatch) -> Result<NoteBatch, AppError> {
        loop {
            let now = self.note_batch(seen.id).await?;
            if now != *seen {
                return Ok(now);
            }
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
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
        Ok(self.store.list_note_batches(states, &PageRequest { size, after }).await?)
    }

    /// Has the notes of a batch leave, from now on. Approving again changes nothing.
    ///
    /// # Errors
    /// [`AppError::Refused`]: there is none, it is not ready, or it was changed since `version` was read.
    pub async fn approve_note_batch(
        &self,
        actor: Actor,
        id: NoteBatchId,
        version: Option<i64>,
    ) -> Result<NoteBatch, AppError> {
        let batch = self.submit(Lane::Interactive, Approve { actor, id, version }).await?;
        self.wake_note_work();
        Ok(batch)
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
        let batch = self.submit(Lane::Interactive, Cancel { actor, id, version, reason }).await?;
        self.wake_note_work();
        Ok(batch)
    }

    /// Has a batch that stopped itself go on. It does not stop for the same again in this phase.
    ///
    /// # Errors
    /// As [`approve_note_batch`](Self::approve_note_batch); only one that stopped can go on.
    pub async fn resume_note_batch(&self, actor: Actor, id: NoteBatchId) -> Result<NoteBatch, AppError> {
        let batch = self.submit(Lane::Interactive, Resume { actor, id }).await?;
        self.wake_note_work();
        Ok(batch)
    }

    /// Has up to `REPLAY_MAX` notes of a batch leave again that the delivery gave up.
    ///
    /// # Errors
    /// As [`approve_note_batch`](Self::approve_note_batch); one that is cancelled, or not approved, has none.
    pub async fn replay_notes(&self, actor: Actor, id: NoteBatchId) -> Result<Again, AppError> {
        let mut given_up = self.store.given_up_notes(id, REPLAY_MAX + 1).await?;
        let has_more = given_up.len() > REPLAY_MAX;
        given_up.truncate(REPLAY_MAX);
        let mut again = Again { batch: self.note_batch(id).await?, count: 0, has_more };
        // Also without any: whether the batch is in the right state is for the command to say.
        let pages = if given_up.is_empty() {
            vec![Vec::new()]
        } else {
            given_up.chunks(NOTE_PAGE).map(<[_]>::to_vec).collect()
        };
        for notes in pages {
            let command = ReplayNotes { actor: actor.clone(), batch: id, notes };
            let done = self.submit(Lane::Bulk, command).await?;
            again.batch = done.batch;
            again.count += done.count;
        }
        // What did not go back this time would not the next time either.
        again.has_more &= again.count > 0;
        self.wake_note_work();
        Ok(again)
    }

    /// Settles a note of which nobody knew whether it left.
    ///
    /// # Errors
    /// When there is none, or it is not uncertain; what a repeated write may meet (P2).
    pub async fn resolve_note(&self, actor: Actor, said: NoteFinding) -> Result<NoteResolved, AppError> {
        let NoteFinding { batch, note: id, finding, how } = said;
        let content = json!({ "name": id, "finding": finding, "reason": how });
        let once = self.once(&actor, "ResolveNote", self.fingerprint("", &content));
        self.submit(Lane::Interactive, ResolveNote { actor, once, batch, id, finding, how }).await
    }

    /// A note of a batch.
    ///
    /// # Errors
    /// [`AppError::Refused`] when there is none.
    pub async fn note(&self, actor: &Actor, batch: NoteBatchId, id: NoteId) -> Result<Note, AppError> {
        let found = self.store.note(id).await?.filter(|note| note.batch == batch);
        let note = found.ok_or_else(|| unknown_note(batch, id))?;
        self.note_read(actor, "GetNote", note.customer).await;
        Ok(note)
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
        let page = self.store.list_notes(batch, filter, &PageRequest { size, after }).await?;
        for customer in page.items.iter().map(|note| note.customer).collect::<BTreeSet<_>>() {
            self.note_read(actor, "ListNotes", customer).await;
        }
        Ok(page)
    }

    /// A page of what a batch has to deliver or has delivered, that a filter over `note.` fields selects. Leaves out
    /// those who withdrew their consent meanwhile, or lost the contact point (P6), and notes that won't leave any more,
    /// since something became of what they carry (P7); so a page may hold less than `size` although another follows.
    ///
    /// # Errors
    /// [`AppError::Refused`]: there is none, or it was not approved.
    pub async fn download_notes(
        &self,
        actor: &Actor,
        id: NoteBatchId,
        filter: &Filter,
        after: Option<Cursor>,
        size: u32,
    ) -> Result<Page<Letter>, AppError> {
        let batch = self.note_batch(id).await?;
        if batch.approved_at.is_none() {
            return Err(wrong_state(&batch, "approved").into());
        }
        let page = self.store.list_notes(Some(id), filter, &PageRequest { size, after }).await?;
        let mut letters = Vec::with_capacity(page.items.len());
        for letter in self.letters(page.items).await? {
            self.note_read(actor, "DownloadNoteBatch", letter.customer.id).await;
            letters.push(letter);
        }
        Ok(Page { items: letters, next: page.next })
    }

    /// The notes that leave or have left and still may, each with its customer.
    async fn letters(&self, notes: Vec<Note>) -> Result<Vec<Letter>, AppError> {
        use NoteState::{Composed, Delivered, Delivering};
        let leaving =
            notes.into_iter().filter(|note| matches!(note.state, Composed | Delivering | Delivered)).collect();
        let addressed = self.addressed(leaving).await?.into_iter();
        Ok(addressed.filter(|it| it.may_leave()).map(|it| it.letter).collect())
    }

    /// Notes with whom they go to and in whose name; without those that have nobody or no channel.
    pub(super) async fn addressed(&self, notes: Vec<Note>) -> Result<Vec<Addressed>, AppError> {
        let ids: Vec<_> = notes.iter().map(|note| note.customer).collect::<BTreeSet<_>>().into_iter().collect();
        let customers = self.store.customers(&ids).await?;
        let gestures: Vec<_> = notes.iter().flat_map(|note| note.gestures.iter().copied()).collect();
        let intents = self.store.intents(&gestures).await?;
        let catalog = self.store.catalog().await?;
        let addressed = notes.into_iter().filter_map(|note| {
            let of_note: Vec<_> = note.gestures.iter().filter_map(|id| intents.get(id)).collect();
            let strongest = of_note.first()?;
            let customer = customers.get(&note.customer)?.facing(&strongest.recipient, note.channel?).into_owned();
            let location = Arc::clone(catalog.locations.get(&strongest.location)?);
            let may_reach = of_note.iter().all(|intent| {
                let place = catalog.locations.get(&intent.location);
                place.is_some_and(|place| {
                    may_reach(&customer, catalog.settings.regime(&customer, place), note.channel, intent.purpose)
                })
            });
            let still_waits = of_note.iter().all(|intent| intent.waits_in(&note));
            let purpose = joint_purpose(of_note.iter().map(|intent| intent.purpose));
            Some(Addressed { letter: Letter { note, customer, location, purpose }, may_reach, still_waits })
        });
        Ok(addressed.collect())
    }
}

/// A note with whom it goes to, and in whose name.
pub(super) struct Addressed {
    pub(super) letter: Letter,
    /// Whether they may still be reached so (P6).
    pub(super) may_reach: bool,
    /// Whether all that it carries still waits to leave in it: nothing is held, cancelled or going another way.
    still_waits: bool,
}

impl Addressed {
    /// Whether it may leave, or has left: one whose turn is still to come is skipped then, if something became of what
    /// it carries.
    pub(super) fn may_leave(&self) -> bool {
        self.may_reach && (self.still_waits || self.letter.note.state != NoteState::Composed)
    }
}

/// How often a batch is looked at that somebody watches.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Whether a note may still reach a customer: they are there, allow it, and have a contact point for it (P6).
pub(super) fn may_reach(
    customer: &Customer,
    regime: &ConsentRegime,
    channel: Option<Channel>,
    purpose: Purpose,
) -> bool {
    let Some(channel) = channel else { return false };
    customer.status == CustomerStatus::Active
        && permits(customer, regime, channel, purpose)
        && needed_contact_point(channel).is_none_or(|kind| customer.contact_point(kind).is_some())
}
