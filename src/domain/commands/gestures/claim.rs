//! A worker takes what is due.

use super::super::Once;
use crate::domain::{
    customer::Channel,
    gates::{Gate, Stop, first_stop},
    gesture::{Gesture, GestureState, Lease, Reason},
    ids::GestureId,
    ledger::Ledger,
    limits::LATE_AFTER,
    refusal::Refusal,
    replan::{Replan, defer, expire, missing_gesture, name, replan},
    world::{Actor, Command, Context, Due, Needs, Replay, World},
};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;

/// Leases gestures to a worker.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who claims.
    pub actor: Actor,
    /// By what a repetition is recognised.
    pub once: Once,
    /// Which due gestures it wants, and how many at most.
    pub due: Due,
    /// What the worker calls itself.
    pub worker: String,
    /// How long it has them.
    pub lease: SignedDuration,
    /// The far side recognises a repeated delivery.
    pub far_side_deduplicates: bool,
}

/// What a claim took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The gestures, the most urgent first.
    pub gestures: Vec<ClaimedGesture>,
    /// The call was made before; nothing was changed.
    pub replayed: bool,
}

/// A gesture with the token of its lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedGesture {
    /// The gesture.
    pub gesture: Gesture,
    /// The token: grows with every claim of this gesture.
    pub token: i64,
}

/// What is asked before a gesture is given to a worker. The budget decides when delivery starts.
const GATES: [Gate; 7] =
    [Gate::Customer, Gate::Deadline, Gate::OpenCase, Gate::Consent, Gate::GiftLimit, Gate::Pause, Gate::Hours];

impl Command for Claim {
    type Reply = Claimed;

    fn needs(&self) -> Needs {
        Needs { keys: self.once.keys.iter().cloned().collect(), due: vec![self.due.clone()], ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Claimed, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        if let Replay::Of(taken) = self.once.replay(&ledger)? {
            return replayed(ledger.world, &taken);
        }
        let world = &ledger.world;
        let picked = world.picked.iter().filter_map(|id| world.gestures.get(id));
        let offered = |g: &&Gesture| self.due.fits(g) && is_offered(world, g);
        let mut waiting: Vec<_> = picked.filter(offered).cloned().collect();
        // Late promises first, the oldest first.
        waiting.sort_by_key(|g| {
            let priority = if g.promised && is_late(g, self.due.at) { None } else { Some(Reverse(g.priority)) };
            (priority, g.schedule.due_at, g.id)
        });
        let mut gestures = Vec::new();
        for gesture in waiting {
            if gestures.len() == self.due.limit as usize {
                break;
            }
            gestures.extend(self.take(&mut ledger, gesture)?);
        }
        let taken: Vec<_> = gestures.iter().map(|c| format!("{}@{}", name(c.gesture.id), c.token)).collect();
        self.once.remember(&mut ledger, &taken.join(" "));
        Ok(Claimed { gestures, replayed: false })
    }
}

impl Claim {
    /// Leases one gesture, or moves it to where it belongs by now.
    fn take(&self, ledger: &mut Ledger<'_, '_>, mut gesture: Gesture) -> Result<Option<ClaimedGesture>, Refusal> {
        let now = ledger.now();
        if gesture.schedule.due_at > now {
            return Ok(None);
        }
        if let Some((gate, stop)) = first_stop(ledger.world, &gesture, &GATES, now)? {
            turn_back(ledger, gesture, gate, stop)?;
            return Ok(None);
        }
        let token = gesture.lease.as_ref().map_or(0, |last| last.token) + 1;
        gesture.lease = Some(Lease {
            owner: self.worker.clone(),
            token,
            until: now.checked_add(self.lease).unwrap_or(Timestamp::MAX),
            far_side_deduplicates: self.far_side_deduplicates,
            for_test: ledger.world.settings.test_address.is_some(),
        });
        let explanation = format!("{} has it until its lease lapses.", self.worker);
        let gesture = ledger.move_gesture(gesture, GestureState::Claimed, None, explanation)?;
        Ok(Some(ClaimedGesture { gesture, token }))
    }
}

/// Whether a gesture has waited for so long that promises go before all else.
fn is_late(gesture: &Gesture, now: Timestamp) -> bool {
    now.duration_since(gesture.schedule.due_at) > LATE_AFTER
}

/// Whether a gesture is given out in this mode: while the service is tried out, only e-mails, each once.
fn is_offered(world: &World, gesture: &Gesture) -> bool {
    world.settings.test_address.is_none() || gesture.channel == Channel::Email && gesture.reason != Some(Reason::Tested)
}

/// Moves a gesture that a gate stops to where it belongs: held, planned again, or ended.
pub(in crate::domain::commands) fn turn_back(
    ledger: &mut Ledger<'_, '_>,
    gesture: Gesture,
    gate: Gate,
    stop: Stop,
) -> Result<Gesture, Refusal> {
    let again = Replan { reason: Some(stop.reason), ..Replan::since(stop.explanation.as_str()) };
    match gate {
        Gate::Customer => ledger.move_gesture(gesture, GestureState::Suppressed, Some(stop.reason), stop.explanation),
        Gate::Deadline => expire(ledger, gesture, stop.reason, stop.explanation),
        Gate::OpenCase => ledger.move_gesture(gesture, GestureState::Held, Some(stop.reason), stop.explanation),
        Gate::Consent | Gate::GiftLimit => replan(ledger, gesture, &again),
        // What nobody has waits as it is.
        Gate::Pause if gesture.state == GestureState::Scheduled => Ok(gesture),
        Gate::Pause => ledger.move_gesture(gesture, GestureState::Scheduled, Some(stop.reason), stop.explanation),
        Gate::Due | Gate::Hours => {
            // What is held to the next opening has its deadline counted from there; a promise has not (4.4).
            let within_deadline = gesture.promised;
            replan(ledger, gesture, &Replan { from: stop.passes_at, within_deadline, ..again })
        }
        Gate::ContactBudget => {
            let from = Some(ledger.now());
            defer(ledger, gesture, &Replan { from, within_deadline: true, ..again })
        }
    }
}

/// The gestures of the first call, as they are now, with the tokens that it gave out.
fn replayed(world: &World, taken: &str) -> Result<Claimed, Refusal> {
    let read = |entry: &str| {
        let (name, token) = entry.split_once('@').unwrap_or((entry, ""));
        let id = name.strip_prefix("gestures/").and_then(|id| id.parse().ok()).map(GestureId);
        let (Some(id), Ok(token)) = (id, token.parse()) else {
            return Err(Refusal::NotFound { kind: "gesture", name: name.to_owned() });
        };
        let gesture = world.gestures.get(&id).cloned().ok_or_else(|| missing_gesture(id))?;
        Ok(ClaimedGesture { gesture, token })
    };
    let gestures = taken.split_whitespace().map(read).collect::<Result<_, Refusal>>()?;
    Ok(Claimed { gestures, replayed: true })
}
