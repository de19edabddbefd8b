//! A person takes what people do, so that nobody else does it too.

use super::{check_free, check_version, wrong_state};
use crate::domain::{
    gesture::{Gesture, GestureState, Taken},
    ids::GestureId,
    ledger::Ledger,
    limits::TAKEN_FOR,
    refusal::{Precondition, Refusal},
    replan::{gesture, name},
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Subject, World},
};
use jiff::Timestamp;

/// Takes a gesture for [`TAKEN_FOR`]; within that time it does not expire. Taken again by the same person, that begins
/// anew, but not after its deadline.
#[derive(Debug, Clone)]
pub struct Take {
    /// Who says so.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// The version that was read; any, when not said.
    pub version: Option<i64>,
    /// Who takes it.
    pub staff: String,
}

impl Command for Take {
    type Reply = Gesture;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Gesture, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        check_not_taken(&gesture, &self.staff, ledger.now())?;
        self.version.map_or(Ok(()), |version| check_version(&gesture, version))?;
        if gesture.state != GestureState::Scheduled {
            return Err(wrong_state(&gesture, "scheduled"));
        }
        check_free(&gesture)?;
        if gesture.schedule.deadline_at <= ledger.now() {
            return Err(Refusal::too_late(name(gesture.id), gesture.schedule.deadline_at));
        }
        if !gesture.is_for_people() {
            return Err(Refusal::invalid("name", "is done by workers; people take what they do themselves"));
        }
        let until = ledger.now().checked_add(TAKEN_FOR).unwrap_or(Timestamp::MAX);
        gesture.taken = Some(Taken { by: self.staff.clone(), until });
        keep(&mut ledger, gesture, EventKind::GestureTaken)
    }
}

/// Gives back what a person took; what nobody has stays as it is.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn give_back(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture) -> Result<Gesture, Refusal> {
    if gesture.taken.take().is_none() {
        return Ok(gesture);
    }
    keep(ledger, gesture, EventKind::GestureGivenBack)
}

/// Refuses what somebody else is doing.
pub(super) fn check_not_taken(gesture: &Gesture, staff: &str, now: Timestamp) -> Result<(), Refusal> {
    let Some(taken) = gesture.taken_at(now).filter(|taken| taken.by != staff) else { return Ok(()) };
    let resource = name(gesture.id);
    let message = format!("somebody else has {resource} until {}", taken.until);
    Err(Refusal::Precondition { kind: Precondition::Taken, resource, message })
}

fn keep(ledger: &mut Ledger<'_, '_>, gesture: Gesture, kind: EventKind) -> Result<Gesture, Refusal> {
    ledger.note(kind, Subject::Gesture(gesture.id), Some(gesture.customer), EventDetail::default());
    ledger.keep_quietly(gesture)
}
