//! A person changes what a note says, or has it written anew.
//!
//! Where the note stands follows from what then speaks against it: one that is good enough waits for its turn in the
//! batch, also when it had been given to a person; one that is not goes to a person, also when it had been waiting.

use super::{
    super::Once,
    batch, books,
    carry::{self, has_own_words},
    compose, start, words, wrong_state,
};
use crate::domain::{
    customer::Channel,
    gesture::{Gesture, GestureState, Reason},
    ids::{CustomerId, NoteBatchId, NoteId},
    ledger::Ledger,
    note::{BatchState, Note, NoteBatch, NoteEdit, NoteState, WRITTEN_CHANNELS, Words},
    note_problem::{NoteProblem, ProblemReason},
    refusal::{Precondition, Refusal},
    replan::name as gesture_name,
    template::Begin,
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Replay, Subject, World},
};

/// The note that is changed.
#[derive(Debug, Clone)]
pub struct Target {
    /// Who has it changed.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// The batch it is written in.
    pub batch: NoteBatchId,
    /// The note.
    pub note: NoteId,
    /// To whom it is written, as it was read: whose last notes are wanted.
    pub reader: CustomerId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
}

/// Gives a note other words.
#[derive(Debug, Clone)]
pub struct EditNote {
    /// Which note.
    pub target: Target,
    /// Its new subject: of an e-mail, the heading of a letter, the front of a card. `None` leaves the one it has.
    pub subject: Option<String>,
    /// Its new text, whole; `None` leaves the one it has.
    pub text: Option<String>,
    /// BCP 47 language of the new text; `None`: that of the old one.
    pub language: Option<String>,
    /// What the person has seen and lets it go in spite of.
    pub accepted: Vec<ProblemReason>,
}

/// Composes a note anew, from what is known today and in another variant of its template.
#[derive(Debug, Clone)]
pub struct RegenerateNote {
    /// Which note.
    pub target: Target,
}

/// What became of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRewritten {
    /// The note as it is now.
    pub note: Note,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

impl Command for EditNote {
    type Reply = NoteRewritten;

    fn needs(&self) -> Needs {
        self.target.needs()
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<NoteRewritten, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.target.actor };
        let (mut open, mut note) = match self.target.open(&ledger)? {
            Opened::Before(note) => return Ok(NoteRewritten { note: *note, replayed: true }),
            Opened::Now(opened) => *opened,
        };
        let before = note.clone();
        let manner = open.manner(&ledger, Begin::With(note.words.variant));
        self.change(&mut note.words, manner.channel)?;
        let says_the_same = note.words == before.words;
        let (facts, mut problems) = words::look(ledger.world, &open.gestures, &note.words, manner)?;
        note.words.facts = facts;
        let untrue = words::untrue(ledger.world, &open.gestures, &note.words, manner)?;
        if !untrue.is_empty() {
            problems.push(NoteProblem::facts_changed());
        }
        note.edit = Some(NoteEdit { by: editor(&self.target.actor), at: ledger.now() });
        let accepts =
            |problem: &NoteProblem| self.accepted.contains(&problem.reason) && problem.reason.may_be_accepted();
        let is_good = problems.iter().all(accepts);
        if says_the_same && is_good && before.state == NoteState::Composed && problems == before.problems {
            // Nothing is changed: a sheet that bears it is right as it is.
            self.target.once.remember(&mut ledger, &name(&before));
            return Ok(NoteRewritten { note: before, replayed: false });
        }
        if is_good {
            // What a person lets go although it is not so any more rests on them, and is not asked again.
            note.words.facts.retain(|fact| !untrue.contains(fact));
        }
        note.problems = problems;
        let note = open.close(&mut ledger, note, is_good, EventKind::NoteEdited)?;
        self.target.once.remember(&mut ledger, &name(&note));
        Ok(NoteRewritten { note, replayed: false })
    }
}

impl EditNote {
    /// # Errors
    /// [`Refusal::Invalid`] for a subject where nothing shows one.
    fn change(&self, words: &mut Words, channel: Channel) -> Result<(), Refusal> {
        if let Some(subject) = &self.subject {
            if !channel.has_subject() && !subject.is_empty() {
                return Err(Refusal::invalid("subject", format!("a note that goes {} has none", channel.by())));
            }
            words.subject.clone_from(subject);
        }
        if let Some(text) = &self.text {
            words.text.clone_from(text);
        }
        if let Some(language) = &self.language {
            words.language.clone_from(language);
        }
        Ok(())
    }
}

impl Command for RegenerateNote {
    type Reply = NoteRewritten;

    fn needs(&self) -> Needs {
        self.target.needs()
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<NoteRewritten, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.target.actor };
        let (mut open, mut note) = match self.target.open(&ledger)? {
            Opened::Before(note) => return Ok(NoteRewritten { note: *note, replayed: true }),
            Opened::Now(opened) => *opened,
        };
        if open.gestures.first().is_none_or(has_own_words) {
            let message = format!("{} is in words that a person gave its gesture; edit it instead", name(&note));
            return Err(Refusal::Precondition { kind: Precondition::NoteState, resource: name(&note), message });
        }
        let manner = open.manner(&ledger, Begin::Behind(note.words.variant));
        let written = words::write(ledger.world, &open.gestures, manner)?;
        (note.words, note.problems, note.edit) = (written.words, written.problems, None);
        let is_good = note.problems.is_empty();
        let note = open.close(&mut ledger, note, is_good, EventKind::NoteRegenerated)?;
        self.target.once.remember(&mut ledger, &name(&note));
        Ok(NoteRewritten { note, replayed: false })
    }
}

/// A note that can still be changed, taken up to be changed.
struct Open {
    batch: NoteBatch,
    gestures: Vec<Gesture>,
}

enum Opened {
    /// The call was made before: this is what it changed, as it is now.
    Before(Box<Note>),
    /// It can be changed.
    Now(Box<(Open, Note)>),
}

impl Target {
    fn needs(&self) -> Needs {
        Needs {
            keys: self.once.keys.iter().cloned().collect(),
            batches: [self.batch].into(),
            notes: [self.note].into(),
            readers: [self.reader].into(),
            ..Needs::default()
        }
    }

    fn open(&self, ledger: &Ledger<'_, '_>) -> Result<Opened, Refusal> {
        let replayed = matches!(self.once.replay(ledger)?, Replay::Of(_));
        let batch = batch(ledger.world, self.batch)?;
        let note = ledger.world.notes.get(&self.note).filter(|note| note.batch == self.batch).cloned();
        let note = note.ok_or_else(|| unknown_note(self.batch, self.note))?;
        if replayed {
            return Ok(Opened::Before(Box::new(note)));
        }
        if self.version.is_some_and(|version| version != note.version) {
            return Err(Refusal::Stale { resource: name(&note) });
        }
        let is_left = batch.state == BatchState::Completed && note.state == NoteState::WithPerson;
        if !is_left && (batch.state.is_over() || batch.state == BatchState::Cancelling) {
            return Err(wrong_state(&batch, "not over"));
        }
        let gestures = start::gestures_of(ledger.world, &note)?;
        check_waits(ledger, &note, &gestures)?;
        Ok(Opened::Now(Box::new((Open { batch, gestures }, note))))
    }
}

/// Refuses a note that has left, and one whose gestures somebody or something else has by now.
fn check_waits(ledger: &Ledger<'_, '_>, note: &Note, gestures: &[Gesture]) -> Result<(), Refusal> {
    let refused =
        |message: String| Err(Refusal::Precondition { kind: Precondition::NoteState, resource: name(note), message });
    if !matches!(note.state, NoteState::Composed | NoteState::WithPerson) {
        let message =
            format!("{} is {}; only one that is composed or with a person can be changed", name(note), note.state);
        return refused(message);
    }
    if note.tries.perhaps_left {
        return refused(format!("{} may have left at an earlier attempt, in the words that it has", name(note)));
    }
    let waits = |gesture: &&Gesture| {
        let is_here = match note.state {
            NoteState::Composed => carry::is_in(gesture, note.id),
            _ => gesture.with_person && gesture.written.is_none(),
        };
        let is_written = WRITTEN_CHANNELS.contains(&gesture.channel);
        is_here && is_written && gesture.state == GestureState::Scheduled && gesture.taken_at(ledger.now()).is_none()
    };
    match gestures.iter().find(|gesture| !waits(gesture)) {
        None if gestures.is_empty() => refused(format!("{} carries no gesture any more", name(note))),
        None => Ok(()),
        Some(gone) => {
            let gesture = gesture_name(gone.id);
            refused(format!("{gesture}, which {} carried, does not wait any more; it is {}", name(note), gone.state))
        }
    }
}

impl Open {
    fn manner(&self, ledger: &Ledger<'_, '_>, begin: Begin) -> words::Manner {
        let channel = self.gestures.first().map_or(WRITTEN_CHANNELS[0], |strongest| strongest.channel);
        words::Manner { channel, read_by: ledger.now(), begin }
    }

    /// Keeps the changed note where it belongs by now.
    fn close(
        &mut self,
        ledger: &mut Ledger<'_, '_>,
        mut note: Note,
        is_good: bool,
        kind: EventKind,
    ) -> Result<Note, Refusal> {
        let id = note.id;
        let detail = EventDetail { fields: vec!["words".to_owned()], ..EventDetail::default() };
        ledger.note(kind, Subject::Note(note.batch, id), Some(note.customer), detail);
        note.channel = self.gestures.first().map(|strongest| strongest.channel);
        match (note.state, is_good) {
            (NoteState::WithPerson, true) => {
                for gesture in &mut self.gestures {
                    (gesture.with_person, gesture.reason) = (false, None);
                    gesture.explanation.clear();
                }
                books::move_note(ledger, &mut self.batch, note, NoteState::Composed, None, "");
                carry::put_in(ledger, self.batch.id, id, std::mem::take(&mut self.gestures))?;
                books::go_on(ledger, &mut self.batch);
            }
            (NoteState::Composed, false) => {
                let reason = Some(Reason::NotGenuine);
                books::move_note(ledger, &mut self.batch, note, NoteState::WithPerson, reason, compose::LOOK);
                let gestures = std::mem::take(&mut self.gestures);
                carry::give_to_person(ledger, gestures, Reason::NotGenuine, compose::LOOK)?;
                books::end_if_done(ledger, &mut self.batch);
            }
            _ => {
                note.version += 1;
                ledger.world.notes.put(id, note);
            }
        }
        ledger.world.batches.put(self.batch.id, self.batch.clone());
        ledger.world.notes.get(&id).cloned().ok_or_else(|| unknown_note(self.batch.id, id))
    }
}

/// Who changed it: the person, else what they used.
fn editor(actor: &Actor) -> String {
    actor.on_behalf_of.clone().unwrap_or_else(|| actor.principal.clone())
}

fn name(note: &Note) -> String {
    Subject::Note(note.batch, note.id).to_string()
}

/// No such note.
#[must_use]
pub fn unknown_note(batch: NoteBatchId, id: NoteId) -> Refusal {
    Refusal::NotFound { kind: "note", name: Subject::Note(batch, id).to_string() }
}
