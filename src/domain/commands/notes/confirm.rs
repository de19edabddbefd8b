//! People printed notes, and let them leave.

use super::{
    approve::check_kind,
    batch, books,
    finish::complete,
    print::mark_of_address,
    start::{Turn, ask, gestures_of, object, skip},
    wrong_state,
};
use crate::domain::{
    commands::gestures::Told,
    gesture::{GestureState, Lease, Reason},
    ids::{CustomerId, NoteBatchId, NoteId, PrintRunId},
    ledger::Ledger,
    note::{BatchState, Note, NoteBatch, NoteState, OnPaper, Tries},
    paper::Place,
    refusal::{Precondition, Refusal},
    settings::Route,
    world::{Actor, Command, Context, KeyHasher, Needs, Subject, World},
};
use jiff::Timestamp;

/// Lets notes of a print run leave that are on paper now. Every gate is asked once more (P6): those that pass count as
/// delivered, and complete their gestures; of each other one it is said what becomes of its sheet. Confirming again
/// changes nothing and says the same, until a note whose sheet was to be pulled is printed anew.
#[derive(Debug, Clone)]
pub struct ConfirmPrinted {
    /// Who confirms.
    pub actor: Actor,
    /// The batch.
    pub batch: NoteBatchId,
    /// The run.
    pub run: PrintRunId,
    /// Notes of the run, in the order in which they lie.
    pub notes: Vec<NoteId>,
    /// To whom they are written: what these last read decides in which words a note is written again.
    pub readers: Vec<CustomerId>,
    /// Marks the addresses.
    pub hasher: KeyHasher,
}

/// What becomes of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The note on it.
    pub note: NoteId,
    /// To whom it is written.
    pub customer: CustomerId,
    /// Where it lies.
    pub place: Place,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a printed sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It goes.
    Leaves,
    /// It was confirmed before.
    HasLeft,
    /// It must not go: pull it.
    Pull {
        /// Why, as the note says.
        reason: Option<Reason>,
        /// That in words without personal data.
        explanation: String,
    },
    /// It may go later: keep it, and confirm again then.
    Keep {
        /// From when on it may be asked again.
        until: Timestamp,
        /// [`Reason::Paused`] where a pause holds, which may last longer; `None` where its time has not come.
        reason: Option<Reason>,
        /// Why it waits, in words without personal data.
        explanation: String,
    },
}

impl Command for ConfirmPrinted {
    type Reply = Vec<Confirmed>;

    fn needs(&self) -> Needs {
        let notes = self.notes.iter().copied().collect();
        let readers = self.readers.iter().copied().collect();
        Needs { batches: [self.batch].into(), notes, readers, ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Vec<Confirmed>, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut batch = batch(ledger.world, self.batch)?;
        check_at_work(ledger.world, &batch)?;
        let chunk = batch.work.chunks + 1;
        let mut confirmed = Vec::with_capacity(self.notes.len());
        for id in &self.notes {
            let Some(note) = ledger.world.notes.get(id).cloned() else { continue };
            let Some(printed) = note.printed.filter(|it| it.run == self.run && note.batch == self.batch) else {
                continue;
            };
            let (customer, place) = (note.customer, printed.place);
            let is_moved = note.state == NoteState::Composed
                && printed.recipient.is_some()
                && printed.recipient != mark_of_address(ledger.world, &note, &self.hasher)?;
            let fate = fate(&mut ledger, &mut batch, Sheet { note, printed, is_moved }, chunk)?;
            if matches!(fate, Fate::Pull { .. }) {
                remember_told(ledger.world, *id);
            }
            confirmed.push(Confirmed { note: *id, customer, place, fate });
        }
        if confirmed.iter().any(|one| one.fate == Fate::Leaves) {
            batch.work.chunks = chunk;
        }
        books::end_if_done(&mut ledger, &mut batch);
        books::put(&mut ledger, batch);
        Ok(confirmed)
    }
}

/// Nothing leaves of a batch that stopped itself, while the service is tried out, or of what was approved then. What a
/// batch that is over has on paper is told all the same: its sheets must be found.
fn check_at_work(world: &World, batch: &NoteBatch) -> Result<(), Refusal> {
    if batch.approved_at.is_none() || batch.state == BatchState::Stopped {
        return Err(wrong_state(batch, "approved, and has not stopped,"));
    }
    check_kind(world, batch)?;
    if world.settings.test_address.is_none() {
        return Ok(());
    }
    let resource = Subject::NoteBatch(batch.id).to_string();
    let message =
        format!("{resource}: the service is in test mode (delivery.test_address is set), in which no letter leaves");
    Err(Refusal::Precondition { kind: Precondition::TestMode, resource, message })
}

/// That a sheet must not go was said: what it bears may go to paper again, once it says something else.
fn remember_told(world: &mut World, id: NoteId) {
    let Some(note) = world.notes.get(&id).cloned() else { return };
    if let Some(printed) = note.printed.filter(|printed| !printed.told) {
        world.notes.put(id, Note { printed: Some(OnPaper { told: true, ..printed }), ..note });
    }
}

/// A note and its sheet.
struct Sheet {
    note: Note,
    printed: OnPaper,
    /// The sheet bears another address than the customer has by now.
    is_moved: bool,
}

const WORDS_CHANGED: &str = "Its words were changed since it was printed: print it anew.";
const ADDRESS_CHANGED: &str = "The address that it bears was changed since it was printed: print it anew.";

fn fate(
    ledger: &mut Ledger<'_, '_>,
    batch: &mut NoteBatch,
    Sheet { note, printed, is_moved }: Sheet,
    chunk: u32,
) -> Result<Fate, Refusal> {
    let print_anew = |why: &str| Fate::Pull { reason: Some(Reason::FactsChanged), explanation: why.to_owned() };
    let id = note.id;
    match note.state {
        NoteState::Delivered if printed.told => {
            let explanation = "It left another way, in other words.".to_owned();
            return Ok(Fate::Pull { reason: Some(Reason::FactsChanged), explanation });
        }
        NoteState::Delivered => return Ok(Fate::HasLeft),
        NoteState::Composed if printed.version != note.version => {
            return Ok(print_anew(if is_moved { ADDRESS_CHANGED } else { WORDS_CHANGED }));
        }
        NoteState::Composed if batch.state == BatchState::Delivering => {}
        NoteState::Composed => {
            let explanation = "Its batch is being cancelled.".to_owned();
            return Ok(Fate::Pull { reason: Some(Reason::BatchCancelled), explanation });
        }
        _ => return Ok(pull(&note)),
    }
    match ask(ledger, &note)? {
        Turn::Leaves(_) if is_moved => {
            // Another version: the next print run takes it, and no sheet from before.
            ledger.world.notes.put(id, Note { version: note.version + 1, ..note });
            return Ok(print_anew(ADDRESS_CHANGED));
        }
        Turn::Leaves(gestures) => {
            for mut gesture in gestures {
                gesture.attempts += 1;
                gesture.lease = Some(Lease {
                    owner: Subject::NoteBatch(batch.id).to_string(),
                    token: gesture.lease.as_ref().map_or(0, |last| last.token) + 1,
                    until: ledger.now(),
                    far_side_deduplicates: false,
                    for_test: false,
                    begun: None,
                });
                let text = format!("On paper in {}.", Subject::NoteBatch(batch.id));
                ledger.move_gesture(gesture, GestureState::Delivering, None, text)?;
            }
            complete(ledger, gestures_of(ledger.world, &note)?, Told::default(), "was printed, and is on its way")?;
            let tries = Tries { route: Some(Route::Print), ..note.tries };
            let note = Note { chunk: Some(chunk), tries, ..note };
            books::move_note(ledger, batch, note, NoteState::Delivered, Some(Reason::Delivered), "");
            return Ok(Fate::Leaves);
        }
        Turn::Waits(until) => {
            ledger.world.notes.put(id, Note { due_at: until, ..note });
            return Ok(Fate::Keep { until, reason: None, explanation: "Its time has not come.".to_owned() });
        }
        Turn::Paused(until) => {
            let explanation = "A pause holds: keep it as long as that lasts.".to_owned();
            return Ok(Fate::Keep { until, reason: Some(Reason::Paused), explanation });
        }
        Turn::Skipped(reason, why) => skip(ledger, batch, note, reason, why)?,
        Turn::NotGenuine(gestures, since) => object(ledger, batch, note, gestures, since)?,
    }
    ledger.world.notes.get(&id).map_or_else(|| Err(Refusal::not_found("note", &id)), |note| Ok(pull(note)))
}

fn pull(note: &Note) -> Fate {
    Fate::Pull { reason: note.reason, explanation: note.explanation.clone() }
}
