//! The last look before a page of notes leaves.

use super::{
    answer::{after_test, keep_in_doubt},
    batch, books, carry, words,
};
use crate::domain::{
    commands::gestures::turn_back,
    consent::permits,
    customer::Channel,
    gates::{Gate, first_stop},
    gesture::{Gesture, GestureState, Lease, Reason},
    ids::{CustomerId, NoteBatchId, NoteId},
    ledger::Ledger,
    note::{Chunk, Letter, Note, NoteBatch, NoteState, joint_purpose},
    note_problem::NoteProblem,
    refusal::Refusal,
    replan::{location_of, missing_gesture, name},
    settings::Route,
    template::Begin,
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
    /// By which way they leave.
    pub route: Route,
    /// How long that process may take.
    pub lease: SignedDuration,
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

/// After how long it is seen whether a pause still holds: at least, and at most.
const PAUSE_LOOKS: (SignedDuration, SignedDuration) = (SignedDuration::from_secs(5), SignedDuration::from_mins(5));

/// What becomes of a note when its turn comes.
pub(super) enum Turn {
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
pub(super) enum SinceWritten {
    /// The facts are others now.
    FactsChanged,
    /// Another note left meanwhile that said the same (P8).
    Repeats,
    /// It names what was bought as a surprise or in confidence meanwhile.
    GivesAway,
}

impl SinceWritten {
    const fn reason(self) -> Reason {
        match self {
            Self::FactsChanged => Reason::FactsChanged,
            Self::Repeats | Self::GivesAway => Reason::NotGenuine,
        }
    }

    fn problem(self) -> NoteProblem {
        match self {
            Self::FactsChanged => NoteProblem::facts_changed(),
            Self::Repeats => NoteProblem::repeated_meanwhile(),
            Self::GivesAway => NoteProblem::surprise_meanwhile(),
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
        let testing = ledger.world.settings.test_address.is_some();
        if !batch.may_leave(self.route, testing, now) {
            return Ok(Started::default());
        }
        let waits = |note: &Note| note.state == NoteState::Composed && note.due_at <= now && !note.is_on_paper();
        let due = |note: &&Note| note.batch == self.batch && waits(note);
        let notes: Vec<_> =
            self.notes.iter().filter_map(|id| ledger.world.notes.get(id)).filter(due).cloned().collect();
        let mut chunk = self.next_chunk(&batch, now);
        let worked = !notes.is_empty();
        let mut letters = Vec::with_capacity(notes.len());
        for note in notes {
            letters.extend(self.turn(&mut ledger, &mut batch, note, &chunk)?);
        }
        let mut started = None;
        if !letters.is_empty() {
            chunk.notes = u32::try_from(letters.len()).unwrap_or(u32::MAX);
            batch.work.chunks = chunk.number;
            let lane = batch.work.lanes.entry(self.route).or_default();
            lane.retry_at = None;
            lane.chunks.push(chunk.clone());
            started = Some(chunk);
        }
        books::end_if_done(&mut ledger, &mut batch);
        books::put(&mut ledger, batch);
        Ok(Started { chunk: started, letters, worked })
    }
}

impl StartChunk {
    fn next_chunk(&self, batch: &NoteBatch, now: Timestamp) -> Chunk {
        let until = now.checked_add(self.lease).unwrap_or(Timestamp::MAX);
        Chunk { number: batch.work.chunks + 1, owner: self.owner.clone(), token: 1, until, notes: 0 }
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
        let turn = if batch.work.for_test && self.route != Route::Smtp {
            Turn::Skipped(Reason::Tested, "In test mode nothing leaves but e-mails by SMTP.".to_owned())
        } else if note.may_have_left_but_by(self.route) {
            Turn::Skipped(Reason::DeliveryFailed, format!("Its channel goes by {} now.", self.route))
        } else {
            ask(ledger, &note)?
        };
        match turn {
            Turn::Waits(until) => {
                note.due_at = until;
                ledger.world.notes.put(id, note);
                Ok(None)
            }
            Turn::Paused(until) => {
                note.due_at = until;
                ledger.world.notes.put(id, note);
                // So do the others, if nothing leaves by this way; else they may fall under no pause.
                if self.is_paused(ledger.world) {
                    batch.work.lanes.entry(self.route).or_default().retry_at = Some(until);
                }
                Ok(None)
            }
            Turn::Skipped(Reason::Tested, why) => after_test(ledger, batch, note, &why).map(|()| None),
            Turn::Skipped(reason, why) => skip(ledger, batch, note, reason, why).map(|()| None),
            Turn::NotGenuine(gestures, since) => object(ledger, batch, note, gestures, since).map(|()| None),
            Turn::Leaves(gestures) => {
                let purpose = joint_purpose(gestures.iter().map(|it| it.purpose));
                let Some(strongest) = gestures.first() else { return Ok(None) };
                let location = location_of(ledger.world, &strongest.location)?;
                let recipient = strongest.terms.recipient.clone();
                for gesture in gestures {
                    self.start(ledger, gesture, chunk, batch.work.for_test)?;
                }
                (note.chunk, note.tries.route) = (Some(chunk.number), Some(self.route));
                let customer = ledger.world.customer(note.customer)?;
                let customer = match note.channel {
                    Some(channel) => customer.facing(&recipient, channel).into_owned(),
                    None => customer.clone(),
                };
                books::move_note(ledger, batch, note, NoteState::Delivering, None, "");
                let note = ledger.world.notes.get(&id).cloned();
                Ok(note.map(|note| Letter { note, customer, location, purpose }))
            }
        }
    }

    fn is_paused(&self, world: &World) -> bool {
        world.settings.routes.channels_of(self.route).iter().all(|channel| world.pauses.holds_all_over(*channel))
    }

    fn start(
        &self,
        ledger: &mut Ledger<'_, '_>,
        mut gesture: Gesture,
        chunk: &Chunk,
        for_test: bool,
    ) -> Result<(), Refusal> {
        gesture.attempts += 1;
        gesture.lease = Some(Lease {
            owner: Subject::NoteBatch(self.batch).to_string(),
            token: gesture.lease.as_ref().map_or(0, |last| last.token) + 1,
            until: chunk.until,
            far_side_deduplicates: self.far_side_deduplicates,
            for_test,
            begun: None,
        });
        let text = format!("On its way in {}.", Subject::NoteBatch(self.batch));
        ledger.move_gesture(gesture, GestureState::Delivering, None, text).map(drop)
    }
}

/// A note that does not leave; what is left of its gestures is free, unless it may have left before.
///
/// # Errors
/// [`Refusal::Miss`] when one of them is not loaded.
pub(super) fn skip(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    reason: Reason,
    why: String,
) -> Result<(), Refusal> {
    if note.tries.perhaps_left {
        return keep_in_doubt(ledger, batch, note, reason, &why);
    }
    let (id, left) = (note.id, gestures_of(ledger.world, &note)?);
    books::move_note(ledger, batch, note, NoteState::Skipped, Some(reason), why);
    carry::free(ledger, id, left)
}

/// A note whose words are not good any more: a person looks at it. Of one that may have left before, nobody knows.
///
/// # Errors
/// [`Refusal::Miss`] when what its gestures answer is not loaded.
pub(super) fn object(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    mut note: Note,
    gestures: Vec<Gesture>,
    since: SinceWritten,
) -> Result<(), Refusal> {
    let (problem, reason) = (since.problem(), since.reason());
    if note.tries.perhaps_left {
        return keep_in_doubt(ledger, batch, note, reason, &problem.text);
    }
    let why = format!("{} A person must look at it.", problem.text);
    note.problems = vec![problem];
    books::move_note(ledger, batch, note, NoteState::WithPerson, Some(reason), why.as_str());
    carry::give_to_person(ledger, gestures, reason, &why)
}

/// The gestures that a note carries, as they are now.
///
/// # Errors
/// [`Refusal::Miss`] when one is not loaded.
pub(super) fn gestures_of(world: &World, note: &Note) -> Result<Vec<Gesture>, Refusal> {
    let get = |id| world.gestures.get(id).cloned().ok_or_else(|| missing_gesture(*id));
    note.gestures.iter().map(get).collect()
}

/// Asks whether a note may leave. A gesture that a gate stops is moved to where it belongs by now, unless the note may
/// have left before: then it is not planned anew, and goes nowhere else.
pub(super) fn ask(ledger: &mut Ledger<'_, '_>, note: &Note) -> Result<Turn, Refusal> {
    let gestures = gestures_of(ledger.world, note)?;
    for gesture in &gestures {
        if let Some((reason, why)) = overtaken(ledger.world, note, gesture)? {
            return Ok(Turn::Skipped(reason, why));
        }
    }
    let (mut waits, mut is_paused): (Option<Timestamp>, _) = (None, false);
    for gesture in &gestures {
        let Some((gate, stop)) = first_stop(ledger.world, gesture, Gate::ALL, ledger.now())? else { continue };
        let (reason, why, passes_at) = (stop.reason, stop.explanation.clone(), stop.passes_at);
        let (moved, due_at) = if note.tries.perhaps_left {
            (gesture.clone(), passes_at)
        } else {
            let moved = turn_back(ledger, gesture.clone(), gate, stop)?;
            let due_at = moved.schedule.due_at;
            (moved, Some(due_at))
        };
        let until = match gate {
            Gate::Pause => Some(next_look(ledger, gesture)),
            Gate::Due | Gate::Hours => due_at.filter(|due| *due > ledger.now()),
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
    Ok(match since_written(ledger.world, note, &gestures)? {
        Some(since) => Turn::NotGenuine(gestures, since),
        None => Turn::Leaves(gestures),
    })
}

/// When it is seen whether the pause over a gesture still holds. What a pause of a place or a rule keeps back, however
/// much, lies between what leaves: so that it is not looked at over and over, a tenth of the time goes by for which it
/// has held.
fn next_look(ledger: &Ledger<'_, '_>, gesture: &Gesture) -> Timestamp {
    let (now, (least, most)) = (ledger.now(), PAUSE_LOOKS);
    let pauses = &ledger.world.pauses;
    let held = pauses.over(gesture).filter(|_| !pauses.holds_all_over(gesture.channel));
    let held = held.map(|pause| now.duration_since(pause.paused_at)).unwrap_or_default();
    now.saturating_add((held / 10).clamp(least, most)).unwrap_or(Timestamp::MAX)
}

/// Why a note can't go in its words any more; `None` if it can.
///
/// # Errors
/// [`Refusal::Miss`] when what its gestures answer is not loaded.
pub(super) fn since_written(world: &World, note: &Note, gestures: &[Gesture]) -> Result<Option<SinceWritten>, Refusal> {
    let Some(channel) = note.channel else { return Ok(None) };
    Ok(if !facts_hold(world, note, channel, gestures)? {
        Some(SinceWritten::FactsChanged)
    } else if was_told(world, note) {
        Some(SinceWritten::Repeats)
    } else if words::give_surprise_away(world, gestures, &note.words, channel)? {
        Some(SinceWritten::GivesAway)
    } else {
        None
    })
}

/// Whether the customer was told the same since the note was written, in the same words: two batches may be written
/// before either leaves.
fn was_told(world: &World, note: &Note) -> bool {
    world.last_read(note.customer).iter().any(|(_, last)| *last == note.words.text)
}

/// What became of a gesture that its note did not expect.
pub(super) fn overtaken(world: &World, note: &Note, gesture: &Gesture) -> Result<Option<(Reason, String)>, Refusal> {
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

/// Whether what a note says is still true: written again, it would say the same; what is in other words by now (a
/// person's, a newer version of the template, another variant) rests on facts each of which still holds.
fn facts_hold(world: &World, note: &Note, channel: Channel, gestures: &[Gesture]) -> Result<bool, Refusal> {
    let written = &note.words;
    let manner = words::Manner { channel, read_by: note.created_at, begin: Begin::With(written.variant) };
    if note.edit.is_none() {
        let again = words::write(world, gestures, manner)?.words;
        if (&again.template, again.variant) == (&written.template, written.variant) {
            return Ok(again.text == written.text && again.subject == written.subject);
        }
    }
    Ok(words::untrue(world, gestures, written, manner)?.is_empty())
}
