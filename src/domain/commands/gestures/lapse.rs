//! What the passing of time does to gestures. Each command looks again at what it was started for, so that it is
//! harmless when something else came first.

use crate::domain::{
    capacity::waits_for_room,
    doubt,
    gesture::{Gesture, GestureState, Reason},
    ids::GestureId,
    ledger::Ledger,
    limits::ATTEMPTS_MAX,
    refusal::Refusal,
    replan::gesture,
    world::{Actor, Command, Context, Needs, World},
};

/// Ends a lease whose time has passed.
#[derive(Debug, Clone)]
pub struct LapseLease {
    /// The gesture.
    pub id: GestureId,
}

impl Command for LapseLease {
    /// The gesture, if its lease lapsed.
    type Reply = Option<Gesture>;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Option<Gesture>, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        // What a batch has on its way is the batch's own care.
        let lease = gesture.lease.as_ref().filter(|lease| lease.until <= ledger.now() && gesture.written.is_none());
        let Some(lease) = lease else {
            return Ok(None);
        };
        let (state, reason, text) = match gesture.state {
            GestureState::Claimed => {
                (GestureState::Scheduled, Reason::Released, "The lease lapsed before it was begun.")
            }
            GestureState::Delivering if lease.for_test => {
                (GestureState::Scheduled, Reason::LeaseLapsed, "The lease lapsed on the way to the test address.")
            }
            GestureState::Delivering if !lease.far_side_deduplicates => (
                GestureState::Uncertain,
                Reason::LeaseLapsed,
                "The lease lapsed on its way: whether it reached the customer is not known.",
            ),
            GestureState::Delivering => {
                let is_tried_again = gesture.attempts < ATTEMPTS_MAX;
                doubt::mark(&mut gesture);
                if is_tried_again {
                    (GestureState::Scheduled, Reason::LeaseLapsed, "The lease lapsed on its way; it is tried again.")
                } else {
                    (
                        GestureState::Uncertain,
                        Reason::LeaseLapsed,
                        "The lease lapsed on its way, and once too often: whether it reached the customer is not known.",
                    )
                }
            }
            _ => return Ok(None),
        };
        ledger.move_gesture(gesture, state, Some(reason), text).map(Some)
    }
}

/// Ends a gesture whose deadline has passed, unless a person is doing it.
#[derive(Debug, Clone)]
pub struct Expire {
    /// The gesture.
    pub id: GestureId,
}

impl Command for Expire {
    /// The gesture, if it expired.
    type Reply = Option<Gesture>;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Option<Gesture>, Refusal> {
        let actor = Actor::system();
        let mut ledger = Ledger { world, context, actor: &actor };
        let gesture = gesture(ledger.world, self.id)?;
        let deadline = gesture.schedule.deadline_at;
        if deadline > ledger.now() {
            return Ok(None);
        }
        if gesture.taken_at(ledger.now()).is_some() {
            // Whoever took it in time finishes what they began.
            return Ok(None);
        }
        let (reason, text) = match (gesture.state, ledger.world.pauses.over(&gesture)) {
            (GestureState::Scheduled, Some(pause)) => {
                (Reason::Paused, format!("It made sense only before {deadline}. {}", pause.sentence()))
            }
            (GestureState::Scheduled, None) if waits_for_room(&gesture) => {
                (Reason::CallCapacity, format!("No place became free before {deadline}. {}", gesture.explanation))
            }
            (GestureState::Scheduled, None) => (Reason::TooLate, format!("It made sense only before {deadline}.")),
            (GestureState::Held, _) => (Reason::Stale, format!("It was held, and made sense only before {deadline}.")),
            _ => return Ok(None),
        };
        ledger.move_gesture(gesture, GestureState::Expired, Some(reason), text).map(Some)
    }
}
