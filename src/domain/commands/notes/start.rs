//! The last look before a page of notes leaves.

use super::{batch, books, carry, words};
use crate::domain::{
    commands::gestures::turn_back,
    consent::permits,
    gates::{Gate, first_stop},
    gesture::{Gesture, GestureState, Lease, Reason},
    ids::{CustomerId, NoteBatchId, NoteId},
    ledger::Ledger,
    note::{BatchState, Chunk, Letter, Note, NoteBatch, NoteState},
    refusal::Refusal,
    replan::{location_of, missing_gesture, name},
    world::{Actor, Command, Context, Needs, Subject, World},
};
use jiff::{SignedDuration, Timestamp};

/// Asks every gate once more about the next notes of an approved batch, and marks those that pass as on their way: from
/// then on they can't be taken back. Harmless if somebody else has a chunk of the batch meanwhile.
#[derive(Debug, Clone)]
pub struct StartChunk {
    /// The batch.
    pub batch: NoteBatchId,
    /// The notes whose turn it is.
    pub notes: Vec<NoteId>,
    /// To whom they are written: what these last read decides in which words a note is written again.
    pub readers: Vec<CustomerId>,
    /// Which process hands them to the delivery.
    pub owner: String,
    /// The delivery recognises what it gets twice.
    pub far_side_deduplicates: bool,
}

/// What goes to the delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Started {
    /// The chunk; `None` if nothing leaves.
    pub chunk: Option<Chunk>,
    /// Its letters, in the order of the notes.
    pub letters: Vec<Letter>,
    /// Whether any note was looked at.
    pub worked: bool,
}

/// How long a process may take to hand over a chunk before another one does it again.
const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// After so long it is seen whether a pause still holds.
const PAUSE_LOOK: SignedDuration = SignedDuration::from_secs(5);

/// What becomes of a note when its turn comes.
enum Turn {
    /// It leaves.
    Leaves(Vec<Gesture>),
    /// Its hour has not come.
    Waits(Timestamp),
    /// A pause holds, to be asked again at this instant.
    Paused(Timestamp),
    /// It does not leave, and what is left of its gestures is free.
    Skipped(Reason, String),
    /// What it says is not true any more, or was told them meanwhile.
    NotGenuine(Vec<Gesture>, SinceWritten),
}

/// What became of the words of a note since they were written.
#[derive(Clone, Copy)]
enum SinceWritten {
    /// The facts are others now.
    FactsChanged,
    /// Another note left meanwhile that said the same (P8).
    Repeats,
}

impl SinceWritten {
    const fn reason(self) -> Reason {
        match self {
            Self::FactsChanged => Reason::FactsChanged,
            Self::Repeats => Reason::NotGenuine,
        }
    }

    const fn objection(self) -> &'static str {
        match self {
            Self::FactsChanged => "What it says has changed since it was written.",
            Self::Repeats => "It repeats what an earlier note said that left after it was written.",
        }
    }
}

impl Command for StartChunk {
    type Reply = Started;

    fn needs(&self) -> Needs {
        let notes: std::collections::BTreeSet<_> = self.notes.iter().copied().collect();
        let readers = self.readers.iter().copied().collect();
        Needs { batches: [self.batch].into(), notes, readers, ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Started, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let now = ledger.now();
        let mut batch = batch(ledger.world, self.batch)?;
        let may_start = batch.state == BatchState::Delivering
            && ledger.world.settings.test_address.is_none()
            && batch.work.chunk.is_none()
            && batch.work.retry_at.is_none_or(|at| at <= now);
        if !may_start {
            return Ok(Started::default());
        }
        let due = |note: &&Note| note.batch == self.batch && note.state == NoteState::Composed && note.due_at <= now;
        let notes: Vec<_> =
            self.notes.iter().filter_map(|id| ledger.world.notes.get(id)).filter(due).cloned().collect();
        let chunk = self.next_chunk(&batch, now);
        let worked = !notes.is_empty();
        let mut letters = Vec::with_capacity(notes.len());
        for note in notes {
            letters.extend(self.turn(&mut ledger, &mut batch, note, &chunk)?);
        }
        if !letters.is_empty() {
            batch.work.retry_at = None;
            batch.work.chunks = chunk.number;
            batch.work.chunk = Some(chunk);
        }
        books::end_if_done(&mut ledger, &mut batch);
        let chunk = batch.work.chunk.clone();
        books::put(&mut ledger, batch);
        Ok(Started { chunk, letters, worked })
    }
}

impl StartChunk {
    fn next_chunk(&self, batch: &NoteBatch, now: Timestamp) -> Chunk {
        Chunk { number: batch.work.chunks + 1, owner: self.owner.clone(), token: 1, until: until(now) }
    }

    /// Gives one note its turn; the letter, if it leaves.
    fn turn(
        &self,
        ledger: &mut Ledger<'_, '_>,
        batch: &mut NoteBatch,
        mut note: Note,
        chunk: &Chunk,
    ) -> Result<Option<Letter>, Refusal> {
        let id = note.id;
        match ask(ledger, &note)? {
            Turn::Waits(until) => {
                note.due_at = until;
                ledger.world.notes.put(id, note);
                Ok(None)
            }
            Turn::Paused(until) => {
                note.due_at = until;
                ledger.world.notes.put(id, note);
                // The batch rests too, unless something of this page leaves.
                batch.work.retry_at = Some(until);
                Ok(None)
            }
            Turn::Skipped(reason, why) => {
                let left = gestures_of(ledger.world, &note)?;
                books::move_note(ledger, batch, note, NoteState::Skipped, Some(reason), why);
                carry::free(ledger, id, left)?;
                Ok(None)
            }
            Turn::NotGenuine(gestures, since) => {
                note.objections = vec![since.objection().to_owned()];
                let why = format!("{} A person must look at it.", since.objection());
                let reason = since.reason();
                books::move_note(ledger, batch, note, NoteState::WithPerson, Some(reason), why.as_str());
                carry::give_to_person(ledger, gestures, reason, &why)?;
                Ok(None)
            }
            Turn::Leaves(gestures) => {
                let recipient = gestures.first().map_or_else(String::new, |it| it.terms.recipient.clone());
                for gesture in gestures {
                    self.start(ledger, gesture, chunk)?;
                }
                note.chunk = Some(chunk.number);
                let customer = ledger.world.customer(note.customer)?;
                let customer = match note.channel {
                    Some(channel) => customer.facing(&recipient, channel).into_owned(),
                    None => customer.clone(),
                };
                books::move_note(ledger, batch, note, NoteState::Delivering, None, "");
                let note = ledger.world.notes.get(&id).cloned();
                Ok(note.map(|note| Letter { note, customer }))
            }
        }
    }

    fn start(&self, ledger: &mut Ledger<'_, '_>, mut gesture: Gesture, chunk: &Chunk) -> Result<(), Refusal> {
        gesture.attempts += 1;
        gesture.lease = Some(Lease {
            owner: Subject::NoteBatch(self.batch).to_string(),
            token: gesture.lease.as_ref().map_or(0, |last| last.token) + 1,
            until: chunk.until,
            far_side_deduplicates: self.far_side_deduplicates,
            for_test: false,
        });
        let text = format!("On its way in {}.", Subject::NoteBatch(self.batch));
        ledger.move_gesture(gesture, GestureState::Delivering, None, text).map(drop)
    }
}

/// The gestures that a note carries, as they are now.
///
/// # Errors
/// [`Refusal::Miss`] when one is not loaded.
pub(super) fn gestures_of(world: &World, note: &Note) -> Result<Vec<Gesture>, Refusal> {
    let get = |id| world.gestures.get(id).cloned().ok_or_else(|| missing_gesture(*id));
    note.gestures.iter().map(get).collect()
}

/// Asks whether a note may leave. A gesture that a gate stops is moved to where it belongs by now.
fn ask(ledger: &mut Ledger<'_, '_>, note: &Note) -> Result<Turn, Refusal> {
    let gestures = gestures_of(ledger.world, note)?;
    for gesture in &gestures {
        if let Some((reason, why)) = overtaken(ledger.world, note, gesture)? {
            return Ok(Turn::Skipped(reason, why));
        }
    }
    let (mut waits, mut is_paused): (Option<Timestamp>, _) = (None, false);
    for gesture in &gestures {
        let Some((gate, stop)) = first_stop(ledger.world, gesture, Gate::ALL, ledger.now())? else { continue };
        let (reason, why) = (stop.reason, stop.explanation.clone());
        let moved = turn_back(ledger, gesture.clone(), gate, stop)?;
        let until = match gate {
            Gate::Pause => ledger.now().saturating_add(PAUSE_LOOK).ok(),
            Gate::Due | Gate::Hours => Some(moved.schedule.due_at).filter(|due| *due > ledger.now()),
            _ => None,
        };
        if until.is_none() || overtaken(ledger.world, note, &moved)?.is_some() {
            return Ok(Turn::Skipped(reason, why));
        }
        is_paused |= gate == Gate::Pause;
        waits = waits.max(until);
    }
    if let Some(until) = waits {
        return Ok(if is_paused { Turn::Paused(until) } else { Turn::Waits(until) });
    }
    Ok(if !facts_hold(ledger.world, note, &gestures)? {
        Turn::NotGenuine(gestures, SinceWritten::FactsChanged)
    } else if was_told(ledger.world, note) {
        Turn::NotGenuine(gestures, SinceWritten::Repeats)
    } else {
        Turn::Leaves(gestures)
    })
}

/// Whether the customer was told the same since the note was written, in the same words: two batches may be written
/// before either leaves.
fn was_told(world: &World, note: &Note) -> bool {
    world.last_notes(note.customer).iter().any(|last| last.words.text == note.words.text)
}

/// What became of a gesture that its note did not expect.
fn overtaken(world: &World, note: &Note, gesture: &Gesture) -> Result<Option<(Reason, String)>, Refusal> {
    let name = name(gesture.id);
    if gesture.state != GestureState::Scheduled || !carry::is_in(gesture, note.id) {
        let reason = gesture.reason.unwrap_or(Reason::Overtaken);
        let text = format!("{name} is {} now. {}", gesture.state, gesture.explanation);
        return Ok(Some((reason, text.trim_end().to_owned())));
    }
    let Some(channel) = note.channel.filter(|channel| *channel != gesture.channel) else { return Ok(None) };
    let (customer, place) = (world.customer(note.customer)?, location_of(world, &gesture.location)?);
    let allowed = permits(customer, world.settings.regime(customer, &place), channel, gesture.purpose);
    let reason = if allowed { Reason::Overtaken } else { Reason::NoConsent };
    Ok(Some((reason, format!("{name} goes {} now, not {}.", gesture.channel.by(), channel.by()))))
}

/// Whether what a note says is still true: written again, it would rest on the same facts.
fn facts_hold(world: &World, note: &Note, gestures: &[Gesture]) -> Result<bool, Refusal> {
    let Some(channel) = note.channel else { return Ok(true) };
    let again = words::write(world, gestures, channel, note.created_at)?.words;
    let written = &note.words;
    if (&again.template, again.variant) == (&written.template, written.variant) {
        return Ok(again.text == written.text && again.subject == written.subject);
    }
    // Other words by now (a newer version of the template, or another variant): what both speak of must be the same.
    Ok(written.facts.iter().all(|fact| {
        let mut same_path = again.facts.iter().filter(|other| other.path == fact.path).peekable();
        same_path.peek().is_none() || same_path.any(|other| other.text == fact.text)
    }))
}

/// Has another process go on with a chunk whose process did not finish it in time.
#[derive(Debug, Clone)]
pub struct TakeOver {
    /// The batch.
    pub batch: NoteBatchId,
    /// The token of the chunk as it was read.
    pub token: i64,
    /// Which process takes it over.
    pub owner: String,
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
        let Some(chunk) = batch.work.chunk.as_mut().filter(lapsed).filter(|_| works) else { return Ok(None) };
        *chunk = Chunk { number: chunk.number, owner: self.owner.clone(), token: chunk.token + 1, until: until(now) };
        let taken = chunk.clone();
        books::put(&mut ledger, batch);
        Ok(Some(taken))
    }
}

fn until(now: Timestamp) -> Timestamp {
    now.checked_add(LEASE).unwrap_or(Timestamp::MAX)
}
