//! A worker takes what is due.

use super::super::{
    Once,
    notes::{Written, give_to_person, write_alone},
};
use crate::domain::{
    customer::{Channel, Customer},
    gates::{Gate, Stop, first_stop},
    gesture::{Content, Gesture, GestureState, Lease, Reason},
    ids::GestureId,
    ledger::Ledger,
    note_problem::NoteProblem,
    refusal::Refusal,
    replan::{Replan, defer, missing_gesture, name, replan},
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
    /// Whom it goes to, as it finds them.
    pub recipient: Customer,
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
        let mut waiting: Vec<_> = picked.filter(offered).collect();
        // Late promises first, the oldest first.
        waiting.sort_by_key(|g| {
            let priority = if g.promised && g.is_late_at(self.due.at) { None } else { Some(Reverse(g.priority)) };
            (priority, g.schedule.due_at, g.id)
        });
        let waiting: Vec<_> = waiting.into_iter().map(|gesture| gesture.id).collect();
        let mut gestures = Vec::new();
        for id in waiting {
            if gestures.len() == self.due.limit as usize {
                break;
            }
            // What the one before it set off may have moved it.
            let still = ledger.world.gestures.get(&id).filter(|gesture| self.due.fits(gesture));
            if let Some(gesture) = still.cloned() {
                gestures.extend(self.take(&mut ledger, gesture)?);
            }
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
        if gesture.is_written() {
            let Written { words, problems } = write_alone(ledger.world, &gesture, now)?;
            if !problems.is_empty() {
                give_to_person(ledger, vec![gesture], Reason::NotGenuine, &not_good_enough(&problems))?;
                return Ok(None);
            }
            // In words of today: what is known may have changed since it was planned.
            if gesture.rule.is_some() || gesture.content.template.is_some() {
                gesture.content = Content::from(words);
            }
        }
        let token = gesture.lease.as_ref().map_or(0, |last| last.token) + 1;
        gesture.lease = Some(Lease {
            owner: self.worker.clone(),
            token,
            until: now.checked_add(self.lease).unwrap_or(Timestamp::MAX),
            far_side_deduplicates: self.due.far_side_deduplicates,
            for_test: ledger.world.settings.test_address.is_some(),
            begun: None,
        });
        gesture.schedule.rests_until = None;
        let explanation = format!("{} has it until its lease lapses.", self.worker);
        let gesture = ledger.move_gesture(gesture, GestureState::Claimed, None, explanation)?;
        let recipient = recipient(ledger.world, &gesture)?;
        Ok(Some(ClaimedGesture { gesture, recipient, token }))
    }
}

/// Why a note is a person's instead of a worker's, without personal data, which its problems may quote (P8).
fn not_good_enough(problems: &[NoteProblem]) -> String {
    let mut reasons: Vec<_> = problems.iter().map(|problem| problem.reason.in_short()).collect();
    reasons.dedup();
    format!("A person must look at what would be written: {}.", reasons.join("; "))
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
        Gate::Deadline => ledger.move_gesture(gesture, GestureState::Expired, Some(stop.reason), stop.explanation),
        Gate::OpenCase => ledger.move_gesture(gesture, GestureState::Held, Some(stop.reason), stop.explanation),
        Gate::Consent | Gate::GiftLimit => replan(ledger, gesture, &again),
        // What nobody has waits as it is.
        Gate::Pause if gesture.state == GestureState::Scheduled => Ok(gesture),
        Gate::Pause => ledger.move_gesture(gesture, GestureState::Scheduled, Some(stop.reason), stop.explanation),
        Gate::Hours if may_rest(ledger, &gesture, &stop) => rest(ledger, gesture, stop),
        Gate::Due | Gate::Hours => {
            // What is held to the next opening has its deadline counted from there (4.4); a promise has not, nor what
            // is late already, nor what is for a day, whether or not somebody asked for it between two openings.
            let is_late = gesture.written.is_none() && gesture.is_late_at(ledger.now());
            let within_deadline = gesture.promised || gesture.terms.occasion.is_some() || is_late;
            replan(ledger, gesture, &Replan { from: stop.passes_at, within_deadline, ..again })
        }
        Gate::ContactBudget => {
            let from = Some(ledger.now());
            defer(ledger, gesture, &Replan { from, within_deadline: true, ..again })
        }
    }
}

/// Whether a gesture is late and waits for hours that begin in time. What a note carries waits with its batch, at the
/// pace of that.
fn may_rest(ledger: &Ledger<'_, '_>, gesture: &Gesture, stop: &Stop) -> bool {
    let begin_in_time = stop.passes_at.is_some_and(|hours| hours < gesture.schedule.deadline_at);
    gesture.written.is_none() && begin_in_time && gesture.is_late_at(ledger.now())
}

/// Leaves what is late as it is until its hours begin: its deadline was counted from an opening once, and it leaves at
/// the rate of all that is late (4.4), not with the whole night's in the first minute.
fn rest(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture, stop: Stop) -> Result<Gesture, Refusal> {
    let explanation = format!("{} It is late, and leaves after what has waited for longer.", stop.explanation);
    gesture.schedule.rests_until = stop.passes_at;
    if gesture.state != GestureState::Scheduled {
        return ledger.move_gesture(gesture, GestureState::Scheduled, Some(stop.reason), explanation);
    }
    (gesture.reason, gesture.explanation) = (Some(stop.reason), explanation);
    ledger.replan_gesture(gesture)
}

fn recipient(world: &World, gesture: &Gesture) -> Result<Customer, Refusal> {
    Ok(gesture.recipient(world.customer(gesture.customer)?).into_owned())
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
        // It may have come along with another, and not with whose it is.
        let recipient = recipient(world, &gesture).map_err(|_| missing_gesture(id))?;
        Ok(ClaimedGesture { gesture, recipient, token })
    };
    let gestures = taken.split_whitespace().map(read).collect::<Result<_, Refusal>>()?;
    Ok(Claimed { gestures, replayed: true })
}
