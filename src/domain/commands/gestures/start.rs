//! The last look before something leaves.

use super::{super::notes::gives_surprise_away, claim::turn_back, claim_lost, lease_of, wrong_state};
use crate::domain::{
    gates::{Gate, first_stop},
    gesture::{Gesture, GestureState, Reason},
    ids::GestureId,
    ledger::Ledger,
    note_problem::NoteProblem,
    refusal::{Precondition, Refusal},
    replan::gesture,
    world::{Actor, Command, Context, Needs, World},
};

/// Asks every gate once more, and whether the words may still be read by others, and marks a gesture as on its way.
/// From then on it can't be taken back.
#[derive(Debug, Clone)]
pub struct StartDelivery {
    /// Who delivers.
    pub actor: Actor,
    /// The gesture.
    pub id: GestureId,
    /// The token of the lease.
    pub token: i64,
}

/// Whether a gesture may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// It is on its way.
    Started(Gesture),
    /// It must not be sent, and was moved to where it belongs by now: held, planned again, or ended.
    NotStarted {
        /// The gesture as it is now.
        gesture: Gesture,
        /// Which condition fails.
        precondition: Precondition,
        /// Why, in a sentence without personal data.
        message: String,
    },
}

impl Command for StartDelivery {
    type Reply = Started;

    fn needs(&self) -> Needs {
        Needs { gestures: [self.id].into(), leaving: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Started, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut gesture = gesture(ledger.world, self.id)?;
        let lease = lease_of(&gesture, self.token)?;
        match gesture.state {
            GestureState::Claimed if lease.until <= ledger.now() => return Err(claim_lost(&gesture)),
            GestureState::Claimed => {}
            GestureState::Delivering => return Ok(Started::Started(gesture)),
            _ => return Err(wrong_state(&gesture, "claimed")),
        }
        if let Some((gate, stop)) = first_stop(ledger.world, &gesture, Gate::ALL, ledger.now())? {
            let (precondition, message) = (stop.precondition, stop.explanation.clone());
            let gesture = turn_back(&mut ledger, gesture, gate, stop)?;
            return Ok(Started::NotStarted { gesture, precondition, message });
        }
        if gives_surprise_away(ledger.world, &gesture)? {
            return give_to_person(&mut ledger, gesture);
        }
        gesture.attempts += 1;
        let channel = gesture.channel;
        gesture.lease.iter_mut().for_each(|lease| lease.begun = Some(channel));
        let explanation = format!("On its way, attempt {}.", gesture.attempts);
        ledger.move_gesture(gesture, GestureState::Delivering, None, explanation).map(Started::Started)
    }
}

/// What names a surprise that was bought since it was claimed: a person looks at it, as at what is claimed only now.
fn give_to_person(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture) -> Result<Started, Refusal> {
    let message = format!("{} A person must look at it.", NoteProblem::surprise_meanwhile().text);
    gesture.with_person = true;
    let gesture = ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::NotGenuine), message.as_str())?;
    Ok(Started::NotStarted { gesture, precondition: Precondition::GestureState, message })
}
