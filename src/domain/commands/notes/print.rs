//! Notes go to paper: taken for a print run, and given back where they can't be set.

use super::{
    batch, books, carry,
    compose::GATES,
    start::{SinceWritten, gestures_of, object, overtaken, since_written, skip},
};
use crate::domain::{
    commands::gestures::turn_back,
    gates::first_stop,
    gesture::{Gesture, Reason},
    ids::{CustomerId, NoteBatchId, NoteId, PrintRunId},
    ledger::Ledger,
    note::{Note, NoteBatch, NoteState, OnPaper},
    note_problem::NoteProblem,
    paper::{self, Place},
    refusal::Refusal,
    replan::location_of,
    settings::Route,
    world::{Actor, Command, Context, EventDetail, EventKind, KeyHasher, Needs, Subject, World},
};

/// Takes notes for a print run, each to its place. Every gate but those of time and budget is asked about each (P6);
/// what one of them stops is skipped, what is not true any more goes to a person. What another run has is left alone,
/// unless that run is replaced, or it was told to pull the sheet and the note says something else by now.
#[derive(Debug, Clone)]
pub struct PrintNotes {
    /// Who prints.
    pub actor: Actor,
    /// The batch.
    pub batch: NoteBatchId,
    /// The run.
    pub run: PrintRunId,
    /// The run whose paper is waste: its notes are printed anew.
    pub replaces: Option<PrintRunId>,
    /// The notes, each with the place that it gets.
    pub notes: Vec<ToPrint>,
    /// To whom they are written.
    pub readers: Vec<CustomerId>,
    /// Marks the addresses.
    pub hasher: KeyHasher,
}

/// A note and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToPrint {
    /// The note.
    pub note: NoteId,
    /// Where it will lie.
    pub place: Place,
}

/// What became of notes that were to be printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenToPrint {
    /// Those that belong to the run now, in the order in which they came.
    pub notes: Vec<Note>,
    /// Those that can't leave any more, as they are now.
    pub stopped: Vec<Note>,
}

impl Command for PrintNotes {
    type Reply = TakenToPrint;

    fn needs(&self) -> Needs {
        let notes = self.notes.iter().map(|to_print| to_print.note).collect();
        let readers = self.readers.iter().copied().collect();
        Needs { batches: [self.batch].into(), notes, readers, ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<TakenToPrint, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut batch = batch(ledger.world, self.batch)?;
        let mut taken = TakenToPrint::default();
        for ToPrint { note: id, place } in &self.notes {
            let Some(note) = ledger.world.notes.get(id).filter(|note| self.may_print(ledger.world, note)).cloned()
            else {
                continue;
            };
            if let Some(printed) = note.printed.filter(|printed| printed.run == self.run) {
                // In the words in which it was set, whatever it says by now.
                let printed = Some(OnPaper { place: *place, ..printed });
                taken.notes.push(keep(&mut ledger, Note { printed, ..note }));
                continue;
            }
            match look(&mut ledger, &note)? {
                Look::Prints => {
                    tell(&mut ledger, &note);
                    let recipient = mark_of_address(ledger.world, &note, &self.hasher)?;
                    let printed =
                        OnPaper { run: self.run, version: note.version, place: *place, told: false, recipient };
                    taken.notes.push(keep(&mut ledger, Note { printed: Some(printed), ..note }));
                    continue;
                }
                Look::Stopped(reason, why) => skip(&mut ledger, &mut batch, note, reason, why)?,
                Look::NotGenuine(gestures, since) => object(&mut ledger, &mut batch, note, gestures, since)?,
            }
            taken.stopped.extend(ledger.world.notes.get(id).cloned());
        }
        let is_replaced = self.replaces.is_some_and(|run| !taken.notes.is_empty() && batch.replace_run(run, self.run));
        if is_replaced || !taken.stopped.is_empty() {
            books::end_if_done(&mut ledger, &mut batch);
            books::put(&mut ledger, batch);
        }
        Ok(taken)
    }
}

impl PrintNotes {
    fn may_print(&self, world: &World, note: &Note) -> bool {
        let route = note.channel.and_then(|channel| world.settings.routes.of(channel));
        let is_ours = |run| run == self.run || Some(run) == self.replaces;
        let is_free = !note.is_on_paper() || note.printed.is_some_and(|printed| is_ours(printed.run));
        note.batch == self.batch && note.state == NoteState::Composed && route == Some(Route::Print) && is_free
    }
}

/// What becomes of a note that is to be printed.
enum Look {
    Prints,
    Stopped(Reason, String),
    NotGenuine(Vec<Gesture>, SinceWritten),
}

/// Asks what may have changed since a note was written. A gesture that a gate stops is moved to where it belongs by
/// now.
fn look(ledger: &mut Ledger<'_, '_>, note: &Note) -> Result<Look, Refusal> {
    if note.tries.perhaps_left {
        return Ok(Look::Stopped(Reason::DeliveryFailed, "It may have left another way.".to_owned()));
    }
    let gestures = gestures_of(ledger.world, note)?;
    for gesture in &gestures {
        if let Some((reason, why)) = overtaken(ledger.world, note, gesture)? {
            return Ok(Look::Stopped(reason, why));
        }
        if let Some((gate, stop)) = first_stop(ledger.world, gesture, &GATES, ledger.now())? {
            let (reason, why) = (stop.reason, stop.explanation.clone());
            turn_back(ledger, gesture.clone(), gate, stop)?;
            return Ok(Look::Stopped(reason, why));
        }
    }
    Ok(match since_written(ledger.world, note, &gestures)? {
        Some(since) => Look::NotGenuine(gestures, since),
        None => Look::Prints,
    })
}

/// The mark of the address to which a note would go now; `None` if it goes to none.
///
/// # Errors
/// [`Refusal::Miss`] when what decides it is not loaded.
pub(super) fn mark_of_address(world: &World, note: &Note, hasher: &KeyHasher) -> Result<Option<i64>, Refusal> {
    let (Some(channel), Some(strongest)) = (note.channel, gestures_of(world, note)?.into_iter().next()) else {
        return Ok(None);
    };
    let location = location_of(world, &strongest.location)?;
    let customer = world.customer(note.customer)?.facing(&strongest.terms.recipient, channel);
    let lines = paper::recipient(&customer, &location, &note.words, channel);
    Ok((!lines.is_empty()).then(|| hasher.mark(&lines)))
}

fn keep(ledger: &mut Ledger<'_, '_>, note: Note) -> Note {
    ledger.world.notes.put(note.id, note.clone());
    note
}

fn tell(ledger: &mut Ledger<'_, '_>, note: &Note) {
    let related = note.gestures.iter().map(|id| Subject::Gesture(*id).to_string()).collect();
    let detail = EventDetail { state: Some(note.state.to_string()), related, ..EventDetail::default() };
    ledger.note(EventKind::NotePrinted, Subject::Note(note.batch, note.id), Some(note.customer), detail);
}

/// Gives notes to people that can't be put on paper, with what is wrong with each. Harmless for those that are not
/// waiting any more.
#[derive(Debug, Clone)]
pub struct GiveBack {
    /// Who found it out.
    pub actor: Actor,
    /// The batch.
    pub batch: NoteBatchId,
    /// The notes, and what is wrong with each.
    pub notes: Vec<(NoteId, Vec<NoteProblem>)>,
}

impl Command for GiveBack {
    type Reply = ();

    fn needs(&self) -> Needs {
        let notes = self.notes.iter().map(|(note, _)| *note).collect();
        Needs { batches: [self.batch].into(), notes, ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<(), Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut batch = batch(ledger.world, self.batch)?;
        for (id, problems) in &self.notes {
            let waits = |note: &&Note| note.batch == self.batch && note.state == NoteState::Composed;
            if let Some(note) = ledger.world.notes.get(id).filter(waits).cloned() {
                give_back(&mut ledger, &mut batch, note, problems)?;
            }
        }
        books::end_if_done(&mut ledger, &mut batch);
        books::put(&mut ledger, batch);
        Ok(())
    }
}

fn give_back(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    note: Note,
    problems: &[NoteProblem],
) -> Result<(), Refusal> {
    let gestures = gestures_of(ledger.world, &note)?;
    let carried = gestures.into_iter().filter(|gesture| carry::is_in(gesture, note.id)).collect();
    let why = "It can't be printed as it is. A person must look at it.";
    // A sheet that bears other words is on paper all the same: whoever has it is still to pull it.
    let printed = note.printed.filter(|printed| printed.version != note.version);
    let note = Note { problems: problems.to_vec(), printed, ..note };
    books::move_note(ledger, batch, note, NoteState::WithPerson, Some(Reason::NotGenuine), why);
    carry::give_to_person(ledger, carried, Reason::NotGenuine, why)
}
