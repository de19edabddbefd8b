//! Which gestures fold into one note, and how they get into it and out of it again.

use crate::domain::{
    consent::permits,
    gesture::{Gesture, GestureState, Lease, Reason, Written},
    ids::{NoteBatchId, NoteId},
    ledger::Ledger,
    refusal::Refusal,
    replan::location_of,
    world::{Subject, World},
};
use std::cmp::Reverse;

/// The strongest first.
pub(super) fn by_strength(gestures: &mut [Gesture]) {
    gestures.sort_by_key(|g| (Reverse(g.priority), g.schedule.due_at, g.id));
}

/// Keeps of several gestures, the strongest first, those that the first one's note can carry: over its channel, as far
/// as the customer allows that for them too. A person's own words, what belongs to a sensitive place and what is for
/// another role in an organisation are told to nobody beside something else. What is left over waits for another batch.
///
/// # Errors
/// [`Refusal::Miss`] when a location is not loaded.
pub(super) fn fold(world: &World, gestures: Vec<Gesture>) -> Result<Vec<Gesture>, Refusal> {
    let mut folded: Vec<Gesture> = Vec::with_capacity(gestures.len());
    for gesture in gestures {
        let joins = match folded.first() {
            None => true,
            Some(strongest) => goes_with(world, strongest, &gesture)?,
        };
        if joins {
            folded.push(gesture);
        }
    }
    Ok(folded)
}

fn goes_with(world: &World, strongest: &Gesture, other: &Gesture) -> Result<bool, Refusal> {
    if has_own_words(strongest) || has_own_words(other) || strongest.terms.recipient != other.terms.recipient {
        return Ok(false);
    }
    let place = location_of(world, &strongest.location)?;
    let elsewhere = location_of(world, &other.location)?;
    if place.id != elsewhere.id && (place.settings.sensitive || elsewhere.settings.sensitive) {
        return Ok(false);
    }
    let customer = world.customer(other.customer)?;
    Ok(permits(customer, world.settings.regime(customer, &place), strongest.channel, other.purpose))
}

/// Whether a person said what is to be written.
pub(super) fn has_own_words(gesture: &Gesture) -> bool {
    gesture.rule.is_none() && gesture.content.template.is_none()
}

/// Puts gestures into a note, the strongest first. One of them keeps its place in the contact budget, for all.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
pub(super) fn put_in(
    ledger: &mut Ledger<'_, '_>,
    batch: NoteBatchId,
    note: NoteId,
    gestures: Vec<Gesture>,
) -> Result<(), Refusal> {
    let channel = gestures.first().map(|strongest| strongest.channel);
    let mut place_taken = false;
    for mut gesture in gestures {
        gesture.channel = channel.unwrap_or(gesture.channel);
        let counts = gesture.counts_as_contact();
        gesture.written = Some(Written { batch, note, folded: counts && place_taken });
        place_taken |= counts;
        // A worker that once had it can't come back with an old token.
        gesture.lease = gesture.lease.map(|old| Lease {
            owner: Subject::NoteBatch(batch).to_string(),
            token: old.token + 1,
            until: ledger.now(),
            far_side_deduplicates: false,
            for_test: false,
            begun: None,
        });
        ledger.keep_quietly(gesture)?;
    }
    Ok(())
}

/// Whether a gesture is still in a note, and nothing else became of it.
pub(super) fn is_in(gesture: &Gesture, note: NoteId) -> bool {
    gesture.written.is_some_and(|written| written.note == note)
}

/// Takes gestures out of a note: those that wait are free for another batch and for those who claim.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
pub(super) fn free(ledger: &mut Ledger<'_, '_>, note: NoteId, gestures: Vec<Gesture>) -> Result<(), Refusal> {
    for mut gesture in gestures {
        if is_in(&gesture, note) && matches!(gesture.state, GestureState::Scheduled | GestureState::Held) {
            gesture.written = None;
            ledger.keep_quietly(gesture)?;
        }
    }
    Ok(())
}

/// Gives gestures to people: no batch and no worker takes them any more.
///
/// # Errors
/// [`Refusal::Miss`] when what they answer is not loaded.
pub(in crate::domain::commands) fn give_to_person(
    ledger: &mut Ledger<'_, '_>,
    gestures: Vec<Gesture>,
    reason: Reason,
    why: &str,
) -> Result<(), Refusal> {
    for mut gesture in gestures {
        gesture.written = None;
        gesture.with_person = true;
        gesture.reason = Some(reason);
        why.clone_into(&mut gesture.explanation);
        ledger.replan_gesture(gesture)?;
    }
    Ok(())
}
