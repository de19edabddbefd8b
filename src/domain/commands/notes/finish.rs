//! The delivery answered for a spooled chunk of notes.

use super::{batch, books, start::gestures_of};
use crate::domain::{
    commands::gestures::{Told, carry_out, contact_key, pause},
    gesture::{Gesture, GestureState, Reason},
    ids::{GestureId, InteractionId, NoteBatchId, NoteId},
    ledger::Ledger,
    limits::ATTEMPTS_MAX,
    note::{BatchState, Chunk, Note, NoteBatch, NoteState},
    refusal::Refusal,
    settings::Route,
    world::{Actor, Command, Context, Fingerprint, KeyRecord, Needs, Subject, World},
};
use jiff::Timestamp;

/// Notes what the delivery did with a chunk. Only the last token counts: whoever lost the chunk changes nothing.
#[derive(Debug, Clone)]
pub struct FinishChunk {
    /// The batch.
    pub batch: NoteBatchId,
    /// The chunk's number.
    pub chunk: u32,
    /// The token under which it was handed over.
    pub token: i64,
    /// Its notes.
    pub notes: Vec<NoteId>,
    /// What the delivery did.
    pub handed: Handed,
}

/// What the delivery did with a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// It has all of it.
    Taken,
    /// It may or may not have it, so it is handed over again, under the same name.
    NotTaken {
        /// Why, in words without personal data.
        why: String,
    },
}

impl Command for FinishChunk {
    /// Whether the caller still had the chunk.
    type Reply = bool;

    fn needs(&self) -> Needs {
        Needs { batches: [self.batch].into(), notes: self.notes.iter().copied().collect(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<bool, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let mut batch = batch(ledger.world, self.batch)?;
        let mine = |chunk: &Chunk| (chunk.number, chunk.token) == (self.chunk, self.token);
        if !batch.lane(Route::Spool).is_some_and(|lane| lane.chunks.iter().any(mine)) {
            return Ok(false);
        }
        match &self.handed {
            Handed::Taken => self.taken(&mut ledger, &mut batch)?,
            Handed::NotTaken { why } => self.not_taken(&mut ledger, &mut batch, why)?,
        }
        books::end_if_done(&mut ledger, &mut batch);
        books::put(&mut ledger, batch);
        Ok(true)
    }
}

impl FinishChunk {
    fn on_their_way(&self, world: &World) -> Vec<Note> {
        let leaving = |note: &&Note| {
            note.batch == self.batch && note.state == NoteState::Delivering && note.chunk == Some(self.chunk)
        };
        self.notes.iter().filter_map(|id| world.notes.get(id)).filter(leaving).cloned().collect()
    }

    fn taken(&self, ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch) -> Result<(), Refusal> {
        for note in self.on_their_way(ledger.world) {
            complete(ledger, gestures_of(ledger.world, &note)?, Told::default(), "was handed to the delivery")?;
            books::move_note(ledger, batch, note, NoteState::Delivered, Some(Reason::Delivered), "");
        }
        batch.work.lanes.remove(&Route::Spool);
        Ok(())
    }

    /// Tries again after a growing pause; after too many tries a person must look.
    fn not_taken(&self, ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, why: &str) -> Result<(), Refusal> {
        let id = batch.id.0;
        let lane = batch.work.lanes.entry(Route::Spool).or_default();
        lane.attempts += 1;
        let again = ledger.now().checked_add(pause(id, lane.attempts)).unwrap_or(Timestamp::MAX);
        lane.retry_at = Some(again);
        lane.chunks.iter_mut().for_each(|chunk| chunk.until = again);
        if lane.attempts < ATTEMPTS_MAX {
            return Ok(());
        }
        if batch.state == BatchState::Cancelling {
            return self.give_up(ledger, batch, why);
        }
        let text = format!("The delivery took nothing in {ATTEMPTS_MAX} attempts: {why}.");
        books::stop(ledger, batch, text);
        if let Some(lane) = batch.work.lanes.get_mut(&Route::Spool) {
            lane.chunks.iter_mut().for_each(|chunk| chunk.until = ledger.now());
        }
        Ok(())
    }

    /// A cancelled batch waits for nothing: what may have left is for a person to find out.
    fn give_up(&self, ledger: &mut Ledger<'_, '_>, batch: &mut NoteBatch, why: &str) -> Result<(), Refusal> {
        let text = format!("The delivery did not say whether it has it: {why}.");
        for note in self.on_their_way(ledger.world) {
            for gesture in gestures_of(ledger.world, &note)? {
                let reason = Some(Reason::DeliveryFailed);
                ledger.move_gesture(gesture, GestureState::Uncertain, reason, text.as_str())?;
            }
            let reason = Some(Reason::DeliveryFailed);
            books::move_note(ledger, batch, note, NoteState::Uncertain, reason, text.as_str());
        }
        batch.work.lanes.remove(&Route::Spool);
        Ok(())
    }
}

/// Completes the gestures of one note together, by one contact: when it is told that it was, or now.
pub(super) fn complete(
    ledger: &mut Ledger<'_, '_>,
    gestures: Vec<Gesture>,
    told: Told,
    what: &str,
) -> Result<(), Refusal> {
    let leaving = |it: &Gesture| matches!(it.state, GestureState::Delivering | GestureState::Uncertain);
    let mut gestures = gestures.into_iter().filter(leaving);
    let Some(strongest) = gestures.next() else { return Ok(()) };
    let explanation = format!("The {} by {} {what}.", strongest.kind, strongest.channel);
    let at = told.at;
    let (_, contact) = carry_out(ledger, strongest, told, &explanation)?;
    for mut gesture in gestures {
        let id = gesture.id;
        gesture.completed_at = at;
        ledger.move_gesture(gesture, GestureState::Completed, Some(Reason::Delivered), explanation.as_str())?;
        remember_contact(ledger, id, contact);
    }
    Ok(())
}

/// A gesture that went along was carried out by the same contact.
fn remember_contact(ledger: &mut Ledger<'_, '_>, gesture: GestureId, contact: InteractionId) {
    let key = contact_key(gesture);
    let record = KeyRecord {
        key: key.clone(),
        resource: Subject::Interaction(contact).to_string(),
        fingerprint: Fingerprint::default(),
        expires_at: None,
        erased: false,
    };
    ledger.world.keys.put(key, record);
}
