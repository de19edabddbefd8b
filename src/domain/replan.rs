//! Plans again what was planned before: when consent, hours or a case changed, when an attempt failed, when its place
//! in the contact budget went to something that happened.

use super::{
    answer::gate,
    budget::{Budget, Full, first_to_give_way},
    capacity::waits_for_room,
    content,
    customer::Customer,
    doubt,
    gesture::{Contact, ContactState, Gesture, GestureKind, GestureState, PlanStep, Reason, Schedule},
    ids::{CustomerId, GestureId, HouseholdId, LocationId},
    ledger::Ledger,
    location::Location,
    planning::{Anew, Plan, Planned, Wish, has_expired, plan_gesture, visited, zones},
    refusal::Refusal,
    when::{Wait, local_date},
    world::{Miss, Needs, Subject, World},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::{collections::BTreeSet, sync::Arc};

/// Most steps that a gesture keeps of its plans; of more, the newest.
const STEPS_MAX: usize = 32;

/// Why and within what bounds a gesture is planned again.
#[derive(Debug, Clone)]
pub struct Replan {
    /// Not before this instant from now on; by its first terms when `None`.
    pub from: Option<Timestamp>,
    /// Whether it must be due before the deadline it has, which then stays.
    pub within_deadline: bool,
    /// Why it moves, kept when it goes back to being planned.
    pub reason: Option<Reason>,
    /// That in a sentence, without personal data; becomes a step of its plan.
    pub why: String,
}

impl Replan {
    /// By its first terms, since something about the customer changed.
    pub fn since(why: impl Into<String>) -> Self {
        Self { from: None, within_deadline: false, reason: None, why: why.into() }
    }

    /// The same for a gesture that waits: never before the time that it has. A retry keeps its pause and its deadline:
    /// only its hours and its channel are looked at anew. What is late keeps its deadline too: that other hours hold
    /// now makes it no fresher.
    fn of_waiting(self, gesture: &Gesture, now: Timestamp) -> Self {
        let is_retry = gesture.attempts > 0;
        let is_late = gesture.schedule.due_at <= now;
        let keeps_time = is_retry || self.from.is_some();
        Self {
            from: self.from.max(keeps_time.then_some(gesture.schedule.due_at)),
            within_deadline: self.within_deadline || is_retry || is_late,
            ..self
        }
    }
}

/// Plans a gesture again and moves it to where it then belongs: planned, held, or ended by the gate that stops it.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn replan(ledger: &mut Ledger<'_, '_>, gesture: Gesture, how: &Replan) -> Result<Gesture, Refusal> {
    let (gesture, planned) = plan_again(ledger, gesture, how)?;
    match planned {
        Planned::Stopped { reason, explanation } => stop(ledger, gesture, reason, explanation),
        Planned::Gesture(plan) => settle(ledger, gesture, how, plan),
    }
}

/// What a new plan would say. The gesture comes back with its terms changed, where the plan has a new beginning.
///
/// # Errors
/// [`Refusal::Miss`] when its location is not loaded.
pub fn plan_again(ledger: &Ledger<'_, '_>, mut gesture: Gesture, how: &Replan) -> Result<(Gesture, Planned), Refusal> {
    let customer = ledger.world.customer(gesture.customer)?;
    if let Some((reason, explanation)) = barred(ledger.world, &gesture, customer, ledger.now()) {
        return Ok((gesture, Planned::Stopped { reason, explanation: explanation.to_owned() }));
    }
    let location = location_of(ledger.world, &gesture.location)?;
    if let Some(from) = how.from {
        // A time that the customer asked for and that was missed is theirs no longer: by night nobody is called.
        gesture.terms.at_their_time &= from <= gesture.schedule.due_at;
        gesture.terms.moment_at = from;
        gesture.terms.wait = Wait::Exact(SignedDuration::ZERO);
    }
    if how.within_deadline {
        gesture.terms.fresh_until = Some(gesture.schedule.deadline_at);
    }
    let stale_from = gesture.terms.fresh_until;
    let wish = Wish {
        customer,
        location: &location,
        kind: gesture.kind,
        purpose: gesture.purpose,
        tone: gesture.tone,
        promised: gesture.promised,
        terms: &gesture.terms,
        role: &gesture.role,
        anew: Some(Anew { gesture: gesture.id, stale_from }),
    };
    let planned = plan_gesture(ledger.world, &wish, ledger.now())?;
    Ok((gesture, planned))
}

/// What keeps us from speaking to the customer at all, on the day on which it is due, or today where that is over, by
/// the clock by which it was planned. What a person asked for may go to an internal account too.
#[must_use]
pub fn barred(world: &World, gesture: &Gesture, customer: &Customer, now: Timestamp) -> Option<(Reason, &'static str)> {
    let zone = world.zones.get(&gesture.schedule.zone).unwrap_or(TimeZone::UTC);
    let day = local_date(&zone, gesture.schedule.due_at.max(now));
    gate(customer, day).filter(|(reason, _)| gesture.rule.is_some() || *reason != Reason::Internal)
}

/// Ends a gesture at the gate that stops it. A promise that no time is left for was missed.
fn stop(
    ledger: &mut Ledger<'_, '_>,
    gesture: Gesture,
    reason: Reason,
    explanation: String,
) -> Result<Gesture, Refusal> {
    let state = match reason {
        Reason::TooLate | Reason::Stale => GestureState::Expired,
        Reason::NoOpening | Reason::CallCapacity if gesture.promised => GestureState::Expired,
        _ => GestureState::Suppressed,
    };
    let gesture = leave_delivery(ledger, gesture, state)?;
    ledger.move_gesture(gesture, state, Some(reason), explanation)
}

/// Puts a gesture under a new plan. One that may have left and would go another way now goes none: it is uncertain.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn settle(ledger: &mut Ledger<'_, '_>, mut gesture: Gesture, how: &Replan, plan: Plan) -> Result<Gesture, Refusal> {
    let (state, reason, explanation) = plan.standing(how.reason, how.why.clone());
    let Plan { channel, schedule, unclear, .. } = plan;
    if gesture.perhaps_left.is_some() && gesture.channel != channel {
        let why = doubt::unknown(&format!("{} It would go {} now.", how.why, channel.by()));
        let reason = how.reason.unwrap_or(Reason::Overtaken);
        return ledger.move_gesture(gesture, GestureState::Uncertain, Some(reason), why);
    }
    if gesture.kind == GestureKind::Gift {
        gesture.with_person = unclear.is_some();
    }
    gesture.content = content::on_channel(ledger.world, &gesture, channel)?;
    if (gesture.channel, gesture.schedule.due_at) != (channel, schedule.due_at) {
        // Whoever took it took it for that time and way.
        gesture.taken = None;
    }
    gesture.channel = channel;
    gesture.schedule = continued(&gesture.schedule, schedule, &how.why);
    let mut gesture = leave_delivery(ledger, gesture, state)?;
    if gesture.state == state {
        gesture.reason = reason;
        gesture.explanation = explanation;
        ledger.replan_gesture(gesture)
    } else {
        ledger.move_gesture(gesture, state, reason, explanation)
    }
}

/// What was on its way is planned again before anything else may become of it.
fn leave_delivery(ledger: &mut Ledger<'_, '_>, gesture: Gesture, next: GestureState) -> Result<Gesture, Refusal> {
    if gesture.state == next || gesture.state.may_become(next) || !gesture.state.may_become(GestureState::Scheduled) {
        return Ok(gesture);
    }
    ledger.move_gesture(gesture, GestureState::Scheduled, Some(Reason::Released), "It is not on its way any more.")
}

/// A plan that goes on from an earlier one: the steps of both, with why it was made anew between them.
fn continued(before: &Schedule, mut after: Schedule, why: &str) -> Schedule {
    let mut steps = before.steps.clone();
    steps.push(PlanStep { at: after.due_at, text: why.to_owned() });
    steps.append(&mut after.steps);
    let surplus = steps.len().saturating_sub(STEPS_MAX);
    steps.drain(..surplus);
    Schedule { steps, ..after }
}

/// Plans again all that is pending for a customer and meets a condition.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn replan_pending(
    ledger: &mut Ledger<'_, '_>,
    customer: CustomerId,
    how: &Replan,
    which: impl Fn(&Gesture) -> bool,
) -> Result<(), Refusal> {
    use GestureState::{Claimed, Held, Scheduled};
    let waits = |gesture: &&Gesture| matches!(gesture.state, Scheduled | Claimed | Held) && which(gesture);
    let pending: Vec<_> = ledger.world.gestures_of(customer).filter(waits).map(|gesture| gesture.id).collect();
    for id in pending {
        // Each is looked at in its turn: the end of one may have moved another.
        if let Some(gesture) = ledger.world.gestures.get(&id).filter(waits).cloned() {
            let how = how.clone().of_waiting(&gesture, ledger.now());
            replan(ledger, gesture, &how)?;
        }
    }
    Ok(())
}

/// Whether a gesture that waits was planned by what does not hold any more, and why in a sentence. The store has a call
/// count as planned before all revisions that is offered a place which became free.
#[must_use]
pub fn outdated(world: &World, gesture: &Gesture, location: &Location) -> Option<String> {
    let waits = matches!(gesture.state, GestureState::Scheduled | GestureState::Held);
    let planned_by = gesture.schedule.planned_by;
    if !waits || planned_by >= world.planned_since.max(location.planned_since) {
        return None;
    }
    if planned_by < 0 {
        return Some("A place became free on a day that had no room.".to_owned());
    }
    let here = location.planned_since > planned_by && !location.planning_change.is_empty();
    let everywhere = || "The contact policy, the configuration or the time-zone database changed.".to_owned();
    Some(if here { location.planning_change.clone() } else { everywhere() })
}

/// Plans a gesture again that was planned by what does not hold any more. Where the plan is the same, nothing that
/// anybody sees changes.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn bring_up_to_date(ledger: &mut Ledger<'_, '_>, gesture: Gesture, why: String) -> Result<Gesture, Refusal> {
    // Whether it has room is said by the new plan.
    let reason = gesture.reason.filter(|_| !waits_for_room(&gesture));
    let how = Replan { reason, ..Replan::since(why) }.of_waiting(&gesture, ledger.now());
    let (planned_anew, planned) = plan_again(ledger, gesture.clone(), &how)?;
    match planned {
        Planned::Gesture(plan) if same_plan(&gesture, &plan) => {
            ledger.confirm_plan(gesture.clone());
            Ok(gesture)
        }
        Planned::Gesture(plan) => settle(ledger, planned_anew, &how, plan),
        Planned::Stopped { reason, explanation } => {
            let explanation = format!("{} {explanation}", how.why);
            stop(ledger, planned_anew, reason, explanation)
        }
    }
}

fn same_plan(gesture: &Gesture, plan: &Plan) -> bool {
    let (before, schedule) = (&gesture.schedule, &plan.schedule);
    gesture.channel == plan.channel
        && (gesture.state == GestureState::Held) == plan.held.is_some()
        && (gesture.reason == Some(Reason::GiftUnclear)) == plan.unclear.is_some()
        && (plan.held.is_some() || waits_for_room(gesture) == plan.no_room.is_some())
        && (before.due_at, before.deadline_at) == (schedule.due_at, schedule.deadline_at)
        && (&before.zone, before.call_day) == (&schedule.zone, schedule.call_day)
}

/// Plans again what is pending for a customer by another zone than theirs is now: they came in somewhere else, or left.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn heed_visit(ledger: &mut Ledger<'_, '_>, customer: CustomerId, why: &str) -> Result<(), Refusal> {
    let mut elsewhere = BTreeSet::new();
    for gesture in ledger.world.gestures_of(customer) {
        let location = location_of(ledger.world, &gesture.location)?;
        let candidates =
            zones(ledger.world.customer(customer)?, &location, visited(ledger.world, customer), &ledger.world.settings);
        let zone = candidates.iter().filter(|it| !it.id.is_empty()).find_map(|it| ledger.world.zones.get(it.id).ok());
        if zone.is_some_and(|zone| zone.iana_name() != Some(gesture.schedule.zone.as_str())) {
            elsewhere.insert(gesture.id);
        }
    }
    if elsewhere.is_empty() {
        return Ok(());
    }
    replan_pending(ledger, customer, &Replan::since(why), |gesture| elsewhere.contains(&gesture.id))
}

/// After something happened unplanned: the reservations that no longer fit give way, the lowest priority first (4.5).
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn make_room(ledger: &mut Ledger<'_, '_>, household: HouseholdId) -> Result<(), Refusal> {
    while let Some((id, full)) = next_to_give_way(ledger.world, household, ledger.now()) {
        require_reserved(ledger, household)?;
        let gesture = ledger.world.gestures.get(&id).cloned().ok_or_else(|| missing_gesture(id))?;
        let before = gesture.schedule.due_at;
        let full = full.saying_what_expired(|id| has_expired(ledger.world, id));
        let how = Replan {
            from: Some(before.max(ledger.now())),
            within_deadline: true,
            reason: Some(Reason::OverBudget),
            why: format!("Its place in the contact budget was taken: that is used up by {full}."),
        };
        let moved = defer(ledger, gesture, &how)?;
        if moved.state == GestureState::Scheduled && moved.schedule.due_at <= before {
            break;
        }
    }
    Ok(())
}

/// Asks at once for all that a household has reserved places for, and for what that answers: each question is a round
/// of reads.
fn require_reserved(ledger: &Ledger<'_, '_>, household: HouseholdId) -> Result<(), Refusal> {
    let world = &ledger.world;
    let reserved = || {
        let places = world.contacts_of(household).filter(|place| place.state == ContactState::Reserved);
        places.filter_map(|place| place.gesture)
    };
    let gestures: BTreeSet<_> = reserved().filter(|id| world.gestures.get(id).is_none()).collect();
    if !gestures.is_empty() {
        ledger.require(Needs { gestures, ..Needs::default() })?;
    }
    ledger.require_pending(reserved().filter_map(|id| world.gestures.get(&id)).map(|gesture| gesture.customer))
}

/// Plans a gesture again for which the budget has no place now. One that finds no later place while it is fresh ends
/// as over budget, not as stale.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn defer(ledger: &mut Ledger<'_, '_>, gesture: Gesture, how: &Replan) -> Result<Gesture, Refusal> {
    let (gesture, planned) = plan_again(ledger, gesture, how)?;
    match planned {
        Planned::Gesture(plan) => settle(ledger, gesture, how, plan),
        Planned::Stopped { reason: Reason::Stale, .. } => {
            let text = format!("{} There is no other place before it grows stale.", how.why);
            stop(ledger, gesture, Reason::OverBudget, text)
        }
        Planned::Stopped { reason, explanation } => stop(ledger, gesture, reason, explanation),
    }
}

/// The weakest reservation of a household for which the budget has no place, and what has it instead. Whoever has taken
/// a call is on the phone: it keeps its place.
fn next_to_give_way(world: &World, household: HouseholdId, now: Timestamp) -> Option<(GestureId, Full)> {
    let without = |gesture| Budget::new(world.contacts_of(household), &world.settings, gesture);
    let misplaced = |contact: &&Contact| !without(contact.gesture).has_place_at(contact.at);
    let keeps_its_place = |id| {
        let waits = |g: &Gesture| matches!(g.state, GestureState::Scheduled | GestureState::Claimed);
        let has_begun = |g: &Gesture| !waits(g) || g.taken_at(now).is_some();
        world.gestures.get(&id).is_some_and(|g| has_begun(g) || g.terms.at_their_time)
    };
    let contact = first_to_give_way(world.contacts_of(household).filter(misplaced), keeps_its_place)?;
    contact.gesture.zip(without(contact.gesture).place_at(contact.at).err())
}

/// The location of a gesture.
///
/// # Errors
/// [`Refusal::Miss`] when it is not loaded: whoever names a gesture can't know its location beforehand.
pub fn location_of(world: &World, id: &LocationId) -> Result<Arc<Location>, Refusal> {
    let needs = || Needs { locations: [id.clone()].into(), ..Needs::default() };
    world.locations.get(id).cloned().ok_or_else(|| Refusal::Miss(Miss::More(Box::new(needs()))))
}

/// Asks for a gesture with all that comes with it.
#[must_use]
pub fn missing_gesture(id: GestureId) -> Refusal {
    let needs = Needs { gestures: [id].into(), ..Needs::default() };
    Refusal::Miss(Miss::More(Box::new(needs)))
}

/// The gesture of this id.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub fn gesture(world: &World, id: GestureId) -> Result<Gesture, Refusal> {
    world.gestures.get(&id).cloned().ok_or_else(|| Refusal::not_found("gesture", &id))
}

/// The resource name of a gesture.
#[must_use]
pub fn name(id: GestureId) -> String {
    Subject::Gesture(id).to_string()
}
