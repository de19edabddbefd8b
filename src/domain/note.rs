//! Notes, and the batches in which many are written, read, approved and delivered together.

use super::{
    customer::{Channel, Customer, Purpose},
    gesture::{GestureKind, Reason},
    ids::{CustomerId, GestureId, LocationId, NoteBatchId, NoteId, PrintRunId, TemplateId},
    location::Location,
    note_problem::NoteProblem,
    paper::Place,
    settings::Route,
    template::UsedFact,
    text_enum::text_enum,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

text_enum! {
    /// Where a batch stands.
    pub enum BatchState {
        /// Its notes are being written.
        Composing = "composing",
        /// All are written; none leaves before a person approves.
        Ready = "ready",
        /// Approved: its notes are handed to the delivery, a chunk at a time.
        Delivering = "delivering",
        /// Nothing is left to do.
        Completed = "completed",
        /// It stopped itself; a person lets it go on, or cancels it.
        Stopped = "stopped",
        /// What has not left is being taken back.
        Cancelling = "cancelling",
        /// It was cancelled. What had left stays delivered.
        Cancelled = "cancelled",
    }
}

impl BatchState {
    /// Whether nothing happens to the batch any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }

    /// Whether the scheduler works on it.
    #[must_use]
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Composing | Self::Delivering | Self::Cancelling)
    }
}

text_enum! {
    /// Where a note stands.
    pub enum NoteState {
        /// Written; it waits for the batch's approval, or for its turn.
        Composed = "composed",
        /// Not good enough to be sent: its gestures left the batch and wait for a person.
        WithPerson = "with_person",
        /// On its way; it can't be taken back.
        Delivering = "delivering",
        /// Handed to the delivery; its gestures are completed.
        Delivered = "delivered",
        /// A gate stopped it.
        Skipped = "skipped",
        /// The delivery refused it.
        Failed = "failed",
        /// It may or may not have left.
        Uncertain = "uncertain",
        /// The batch was cancelled before it left.
        Cancelled = "cancelled",
    }
}

impl NoteState {
    /// Whether nothing happens to the note any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Composed | Self::Delivering)
    }
}

/// Whom a batch covers. What comes to fit after the batch was made is not covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Written gestures that are planned anyway.
    Due {
        /// A filter over `gesture.` fields; empty selects all.
        filter: String,
        /// Due at this instant or before.
        as_of: Timestamp,
    },
    /// Customers, for each of whom one gesture is planned, through every gate.
    Segment {
        /// A filter over `customer.` and `summary.` fields; empty selects all.
        filter: String,
        /// What is written.
        template: TemplateId,
        /// In whose name.
        location: LocationId,
        /// The channels it may take, best first; none means [`WRITTEN_CHANNELS`].
        channels: Vec<Channel>,
    },
}

/// The kinds of gestures that notes carry.
pub const WRITTEN_KINDS: [GestureKind; 2] = [GestureKind::Note, GestureKind::Apology];

/// The channels over which notes go, the quickest first.
pub const WRITTEN_CHANNELS: [Channel; 4] = [Channel::Email, Channel::Message, Channel::Post, Channel::HandOver];

/// Words that reached a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastWords {
    /// When.
    pub at: Timestamp,
    /// The text, whole.
    pub text: String,
}

/// How many notes of a batch stand where. Their sum is the number of customers dealt with so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoteCounts {
    /// Written and not on their way.
    pub composed: u64,
    /// Given to a person.
    pub with_person: u64,
    /// Stopped by a gate.
    pub skipped: u64,
    /// On their way.
    pub delivering: u64,
    /// Handed to the delivery.
    pub delivered: u64,
    /// Refused by the delivery.
    pub failed: u64,
    /// Perhaps left.
    pub uncertain: u64,
    /// Taken back.
    pub cancelled: u64,
}

impl NoteCounts {
    /// The count of a state.
    #[must_use]
    pub const fn of(&self, state: NoteState) -> u64 {
        match state {
            NoteState::Composed => self.composed,
            NoteState::WithPerson => self.with_person,
            NoteState::Skipped => self.skipped,
            NoteState::Delivering => self.delivering,
            NoteState::Delivered => self.delivered,
            NoteState::Failed => self.failed,
            NoteState::Uncertain => self.uncertain,
            NoteState::Cancelled => self.cancelled,
        }
    }

    /// The count of a state, to be changed.
    pub const fn of_mut(&mut self, state: NoteState) -> &mut u64 {
        match state {
            NoteState::Composed => &mut self.composed,
            NoteState::WithPerson => &mut self.with_person,
            NoteState::Skipped => &mut self.skipped,
            NoteState::Delivering => &mut self.delivering,
            NoteState::Delivered => &mut self.delivered,
            NoteState::Failed => &mut self.failed,
            NoteState::Uncertain => &mut self.uncertain,
            NoteState::Cancelled => &mut self.cancelled,
        }
    }

    /// All notes.
    #[must_use]
    pub fn total(&self) -> u64 {
        NoteState::ALL.iter().map(|state| self.of(*state)).sum()
    }
}

/// Many notes that are written, read, approved and delivered together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteBatch {
    /// The id, permanent.
    pub id: NoteBatchId,
    /// What staff call it; may be empty.
    pub display_name: String,
    /// Whom it covers.
    pub selection: Selection,
    /// Where it stands.
    pub state: BatchState,
    /// Why it stopped itself or was cancelled, in a sentence without personal data; empty otherwise.
    pub explanation: String,
    /// How many customers it covers: counted when it was made, exact from the end of composing on.
    pub customer_count: u64,
    /// How many notes stand where.
    pub counts: NoteCounts,
    /// How many of the composed ones are to be printed, and so wait for people.
    pub to_print: u64,
    /// Why notes were skipped, given to a person or failed, and how many for each reason.
    pub reasons: BTreeMap<(NoteState, Reason), u64>,
    /// How far the work is.
    pub work: BatchWork,
    /// Grows by one with every change of state, not with progress; the etag is made of it.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When all notes were written.
    pub ready_at: Option<Timestamp>,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// When it was completed or cancelled.
    pub ended_at: Option<Timestamp>,
}

/// How far the work on a batch is: enough for any replica to go on, also after a crash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchWork {
    /// The last customer whose note was composed; composing goes by customer id.
    pub cursor: Option<CustomerId>,
    /// How many chunks were handed to the delivery, or begun; their numbers count from 1.
    pub chunks: u32,
    /// What is on its way by each way out, and how that goes.
    pub lanes: BTreeMap<Route, Lane>,
    /// It was approved in test mode: it reaches nobody but the test address, and completes nothing.
    pub for_test: bool,
    /// Where it stood when it stopped itself.
    pub stopped_in: Option<BatchState>,
    /// A person had it go on although too many notes failed: it does not stop for that again.
    pub lenient: bool,
    /// When the present phase began.
    pub began_at: Option<Timestamp>,
    /// When the last page was worked through.
    pub worked_at: Option<Timestamp>,
    /// How many notes the present phase has worked through.
    pub done: u64,
}

/// What a batch has on one way out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lane {
    /// The chunks that are on their way, the oldest first.
    pub chunks: Vec<Chunk>,
    /// How often in a row the far side could not be reached, or took nothing.
    pub attempts: u32,
    /// Nothing more leaves before this instant.
    pub retry_at: Option<Timestamp>,
    /// On paper: the print runs whose sheets were printed anew, and in which run.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced: BTreeMap<PrintRunId, PrintRunId>,
}

/// Notes that went to the delivery together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Its number in the batch, from 1: the delivery recognises it by that when it comes again.
    pub number: u32,
    /// Which process has it.
    pub owner: String,
    /// Fencing token: grows with every attempt.
    pub token: i64,
    /// From this instant on its process is taken for gone.
    pub until: Timestamp,
    /// How many of its notes are on their way still.
    #[serde(default)]
    pub notes: u32,
}

impl NoteBatch {
    /// Notes that the sheets of a print run are printed anew in another; of the runs that were replaced, so many are
    /// known. Returns whether that was news.
    pub fn replace_run(&mut self, run: PrintRunId, by: PrintRunId) -> bool {
        const KEPT: usize = 100;
        let replaced = &mut self.work.lanes.entry(Route::Print).or_default().replaced;
        let is_news = (replaced.len() < KEPT || replaced.contains_key(&run)) && run != by;
        is_news && replaced.insert(run, by) != Some(by)
    }

    /// The print run in which the sheets of another were printed anew last; `None` where they were not.
    #[must_use]
    pub fn replaced_by(&self, run: PrintRunId) -> Option<PrintRunId> {
        let replaced = &self.lane(Route::Print)?.replaced;
        let next = |run: &PrintRunId| replaced.get(run).copied();
        // A run has a fresh id: no chain of them is a circle.
        std::iter::successors(next(&run), next).take(replaced.len()).last()
    }

    /// What is on its way by one way out.
    #[must_use]
    pub fn lane(&self, route: Route) -> Option<&Lane> {
        self.work.lanes.get(&route)
    }

    /// Whether a process has a spooled chunk in hand, or another takes it over next. In a batch that has stopped nobody
    /// does.
    #[must_use]
    pub fn is_being_written(&self, chunk: &Chunk, now: Timestamp) -> bool {
        chunk.until > now || self.state.is_at_work()
    }

    /// Whether more notes may leave by one way out now. `testing`: in test mode, nothing leaves that was meant, and
    /// what was approved as a test leaves in no other.
    #[must_use]
    pub fn may_leave(&self, route: Route, testing: bool, now: Timestamp) -> bool {
        // A whole file at a time, which another process can write again under its name.
        let is_free = |lane: &Lane| route != Route::Spool || lane.chunks.is_empty();
        let rests = |lane: &Lane| lane.retry_at.is_some_and(|at| at > now);
        self.state == BatchState::Delivering
            && self.work.for_test == testing
            && self.lane(route).is_none_or(|lane| is_free(lane) && !rests(lane))
    }

    /// When the next attempt is made by the way out that rests the longest; `None` while none rests.
    #[must_use]
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        let rests = self.work.lanes.values().filter_map(|lane| lane.retry_at);
        rests.filter(|at| *at > now && self.state.is_at_work()).max()
    }

    /// How many notes a second the present phase has worked through; 0 outside of a phase and at its very beginning.
    #[must_use]
    pub fn rate_per_second(&self) -> f64 {
        let (Some(began), Some(worked)) = (self.work.began_at, self.work.worked_at) else { return 0.0 };
        let seconds = worked.duration_since(began).as_secs_f64();
        if !self.state.is_at_work() || seconds <= 0.0 {
            return 0.0;
        }
        // Exact up to 2^53 notes.
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
        let done = self.work.done as f64;
        done / seconds
    }

    /// How long the present phase still takes at its rate; `None` where that can't be told.
    #[must_use]
    pub fn remaining(&self) -> Option<SignedDuration> {
        let rate = self.rate_per_second();
        if rate <= 0.0 {
            return None;
        }
        let left = match self.state {
            BatchState::Composing => self.customer_count.saturating_sub(self.counts.total()),
            _ => self.counts.composed.saturating_sub(self.to_print) + self.counts.delivering,
        };
        #[expect(clippy::cast_precision_loss, reason = "an estimate needs no more digits")]
        let seconds = left as f64 / rate;
        SignedDuration::try_from_secs_f64(seconds).ok()
    }
}

/// Composed text for one customer. Carries one or more gestures; is delivered once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The id, permanent.
    pub id: NoteId,
    /// The batch it is written in; has one note for each customer at most.
    pub batch: NoteBatchId,
    /// To whom.
    pub customer: CustomerId,
    /// The gestures it carries or carried, the strongest first; none if no gesture could be planned.
    pub gestures: Vec<GestureId>,
    /// Over what it goes; `None` if a gate stopped it before a channel was chosen.
    pub channel: Option<Channel>,
    /// What it says.
    pub words: Words,
    /// Where it stands.
    pub state: NoteState,
    /// Why it stands there.
    pub reason: Option<Reason>,
    /// That reason in words; no personal data.
    pub explanation: String,
    /// Why a person must look at it.
    pub problems: Vec<NoteProblem>,
    /// Not before.
    pub due_at: Timestamp,
    /// The chunk in which it went to the delivery.
    pub chunk: Option<u32>,
    /// Where it lies on paper, if it was printed to be sent.
    pub printed: Option<OnPaper>,
    /// What came of it there so far.
    pub tries: Tries,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was handed to the delivery.
    pub delivered_at: Option<Timestamp>,
    /// Who last changed its words, and when.
    pub edit: Option<NoteEdit>,
    /// Grows by one with every change of words or state; the etag is made of it.
    pub version: i64,
}

/// Who changed the words of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteEdit {
    /// The member of staff on whose behalf it was done, else the principal that did it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What came of the attempts to deliver a note that were not the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tries {
    /// How often it was offered and certainly, or perhaps, not taken.
    pub attempts: u32,
    /// At one of these it may have been taken: the far side recognises it when it comes again.
    pub perhaps_left: bool,
    /// By which way it was last offered, if it was: another far side does not recognise it.
    pub route: Option<Route>,
}

impl Note {
    /// The Message-ID under which it is delivered: the same for ever, also when it is delivered again.
    #[must_use]
    pub fn message_id(&self) -> String {
        format!("<{}@gratitude>", self.id)
    }

    /// Whether a sheet of paper bears it, which people may send: until they say so, it goes no other way and to no
    /// other paper. A sheet with words from before counts no more once they were told to pull it.
    #[must_use]
    pub fn is_on_paper(&self) -> bool {
        self.printed.is_some_and(|printed| !printed.told || printed.version == self.version)
    }

    /// Whether it may have been taken by another far side than the one of this way out, which does not recognise it.
    #[must_use]
    pub fn may_have_left_but_by(&self, route: Route) -> bool {
        self.tries.perhaps_left && self.tries.route != Some(route)
    }
}

/// Where a note lies on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnPaper {
    /// The run in which it was printed.
    pub run: PrintRunId,
    /// The note's version then: in another one it says something else than its paper.
    pub version: i64,
    /// Where it lies in the run.
    pub place: Place,
    /// Whoever has the paper was told that it must not go.
    pub told: bool,
    /// The [mark](crate::domain::world::KeyHasher::mark) of the address that it bears; `None` if it bears none.
    pub recipient: Option<i64>,
}

/// A note with whom it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The note.
    pub note: Note,
    /// To whom, as they are now.
    pub customer: Customer,
    /// In whose name: the location of the strongest gesture.
    pub location: Arc<Location>,
    /// What it counts as where consent is asked for: the purpose of the strongest gesture that needs one.
    pub purpose: Purpose,
}

/// What notes count as that carry gestures of these purposes, the strongest first: what settles something needs no
/// consent of its own.
#[must_use]
pub fn joint_purpose(purposes: impl IntoIterator<Item = Purpose>) -> Purpose {
    purposes.into_iter().find(|purpose| *purpose != Purpose::Service).unwrap_or(Purpose::Service)
}

/// What a note says, and on what it rests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// BCP 47 language of the text.
    pub language: String,
    /// The subject line; empty on channels that have none.
    pub subject: String,
    /// The text, plain, with line breaks.
    pub text: String,
    /// The template of the strongest gesture, and its version.
    pub template: Option<(TemplateId, u32)>,
    /// Which of the template's texts of that language and channel it was.
    pub variant: u32,
    /// The facts that stand in the text.
    pub facts: Vec<UsedFact>,
}
