//! The recovery contact: once a case is settled, the customer hears of it before anything cheerful comes again (P7).

use super::{
    answer::gate,
    case::Case,
    content,
    customer::{Channel, Customer, Purpose},
    gesture::{Gesture, GestureKind, GestureState, PlanStep, Reason, Terms, Tone},
    ids::{CustomerId, GestureId, LocationId},
    ledger::Ledger,
    planning::{Plan, Planned, Wish, plan_gesture},
    refusal::Refusal,
    replan::{Replan, location_of, replan_pending},
    rule::OverBudget,
    when::{Wait, local_date},
    world::{Needs, Subject, World},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::collections::BTreeSet;

/// How somebody hears that it is settled, best first; their own preference comes before this order.
const CHANNELS: [Channel; 5] = [Channel::Phone, Channel::Email, Channel::Message, Channel::Post, Channel::HandOver];
/// How long after it is due it still makes sense to say so.
const DEADLINE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Before all that is no promise.
const PRIORITY: u8 = 100;
/// Who does it, as with the apology of the starter rules.
const ROLE: &str = "care";

/// The recovery contact of a customer that is still to come, or of which nobody knows whether it came.
#[must_use]
pub fn to_come(world: &World, customer: CustomerId) -> Option<&Gesture> {
    world.gestures_of(customer).filter(|g| g.case.is_some() && !g.state.is_final()).min_by_key(|g| g.id)
}

/// Why cheer waits while a recovery contact is to come.
#[must_use]
pub fn waits_for(world: &World, customer: CustomerId) -> Option<String> {
    to_come(world, customer).map(|g| format!("Waits until {}, the recovery contact, is over.", Subject::Gesture(g.id)))
}

/// Plans the recovery contact of a case that is settled, in the customer's way: an apology by phone or in writing. One
/// that a rule has planned and nobody has made yet becomes it. `None` where no way is open, or nobody knows in whose
/// name.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn plan(ledger: &mut Ledger<'_, '_>, case: &Case) -> Result<Option<GestureId>, Refusal> {
    let now = ledger.now();
    let planned = ledger.world.gestures_of(case.customer).filter(|g| {
        let waits = matches!(g.state, GestureState::Scheduled | GestureState::Claimed);
        g.kind == GestureKind::Apology && waits && now < g.schedule.deadline_at && g.live_batch().is_none()
    });
    if let Some(mut apology) = planned.min_by_key(|g| (g.schedule.due_at, g.id)).cloned() {
        apology.case = Some(case.id);
        apology.content = content::anew(ledger.world, &apology, apology.channel)?;
        keep_longer(&mut apology, case, now);
        return ledger.replan_gesture(apology).map(|apology| Some(apology.id));
    }
    let customer = ledger.world.customer(case.customer)?.clone();
    // A birthday is no matter of hours, so any zone's day will do.
    let barred = gate(&customer, local_date(&TimeZone::UTC, now)).is_some_and(|(why, _)| why != Reason::Internal);
    match place_of(ledger.world, case) {
        Some(place) if !barred => plan_anew(ledger, case, &customer, &place),
        _ => Ok(None),
    }
}

/// Gives an apology that a rule planned the time of a recovery contact: the customer must hear that it is settled,
/// although the rule's own hour to say sorry is over (P7). A promise keeps its time.
fn keep_longer(apology: &mut Gesture, case: &Case, now: Timestamp) {
    let due_at = apology.schedule.due_at;
    let until = due_at.max(now).checked_add(DEADLINE).unwrap_or(Timestamp::MAX);
    if apology.promised || until <= apology.schedule.deadline_at {
        return;
    }
    apology.terms.deadline = apology.terms.deadline.max(DEADLINE);
    apology.terms.fresh_until = apology.terms.fresh_until.map(|fresh| fresh.max(until));
    apology.schedule.deadline_at = until;
    let text =
        format!("{} is settled: it makes sense until {until}, since this is how they hear.", Subject::Case(case.id));
    apology.schedule.steps.push(PlanStep { at: due_at, text });
}

/// Takes back what would tell the customer that a case is settled which is not: what was planned when it was, and
/// nobody has begun. An apology that was planned before stays one.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn take_back(
    ledger: &mut Ledger<'_, '_>,
    case: &mut Case,
    settled_at: Timestamp,
    why: &str,
) -> Result<(), Refusal> {
    let begun =
        |g: &&Gesture| g.taken.is_some() || g.live_batch().is_some() || !g.state.may_become(GestureState::Cancelled);
    let of_case = ledger.world.gestures_of(case.customer).filter(|g| g.case == Some(case.id) && !g.state.is_final());
    let waiting: Vec<_> = of_case.filter(|g| !begun(g)).cloned().collect();
    for mut gesture in waiting {
        if case.recovery == Some(gesture.id) {
            case.recovery = None;
        }
        if gesture.created_at < settled_at {
            gesture.case = None;
            gesture.content = content::anew(ledger.world, &gesture, gesture.channel)?;
            ledger.replan_gesture(gesture)?;
        } else {
            ledger.move_gesture(gesture, GestureState::Cancelled, Some(Reason::OpenCase), why)?;
        }
    }
    Ok(())
}

/// After something else went wrong: nobody hears that an earlier case is settled before that is put right, unless
/// somebody has begun to say so.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn heed_misery(ledger: &mut Ledger<'_, '_>, open: &Case) -> Result<(), Refusal> {
    let pending = ledger.world.gestures_of(open.customer).filter(|g| !g.state.is_final());
    let settled: BTreeSet<_> = pending.filter_map(|g| g.case).filter(|case| *case != open.id).collect();
    let missing: BTreeSet<_> = settled.iter().copied().filter(|case| ledger.world.cases.get(case).is_none()).collect();
    if !missing.is_empty() {
        ledger.require(Needs { cases: missing, ..Needs::default() })?;
    }
    let why = format!("Something went wrong again: {} comes first.", Subject::Case(open.id));
    for mut case in settled.iter().filter_map(|id| ledger.world.cases.get(id)).cloned().collect::<Vec<_>>() {
        let before = case.clone();
        let Some(settled_at) = case.resolved_at else { continue };
        take_back(ledger, &mut case, settled_at, &why)?;
        if case != before {
            case.version += 1;
            ledger.world.cases.put(case.id, case);
        }
    }
    wait_for(ledger, open)
}

/// The cheer that waited for a recovery contact which is not to come waits for the case.
fn wait_for(ledger: &mut Ledger<'_, '_>, open: &Case) -> Result<(), Refusal> {
    if to_come(ledger.world, open.customer).is_some() {
        return Ok(());
    }
    let waits = |g: &&Gesture| g.state == GestureState::Held && g.reason == Some(Reason::Recovery);
    let held: Vec<_> = ledger.world.gestures_of(open.customer).filter(waits).cloned().collect();
    held.into_iter().try_for_each(|mut gesture| {
        gesture.reason = Some(Reason::OpenCase);
        gesture.explanation = format!("Waits until {} is resolved.", Subject::Case(open.id));
        ledger.replan_gesture(gesture).map(drop)
    })
}

/// Where the case is put right, else where the cheer waits in whose way it stood.
fn place_of(world: &World, case: &Case) -> Option<LocationId> {
    let waits = |g: &&Gesture| !g.state.is_final();
    let of_cheer = || world.gestures_of(case.customer).find(waits).map(|g| g.location.clone());
    case.location.clone().or_else(of_cheer)
}

fn plan_anew(
    ledger: &mut Ledger<'_, '_>,
    case: &Case,
    customer: &Customer,
    place: &LocationId,
) -> Result<Option<GestureId>, Refusal> {
    let location = location_of(ledger.world, place)?;
    let terms = Terms {
        channels: CHANNELS.to_vec(),
        moment_at: ledger.now(),
        wait: Wait::Exact(SignedDuration::ZERO),
        window: None,
        business_days: false,
        deadline: DEADLINE,
        over_budget: OverBudget::Defer,
        fresh_until: None,
        occasion: None,
        at_their_time: false,
        fact: None,
        recipient: String::new(),
        gift_value: None,
    };
    let wish = Wish {
        customer,
        location: &location,
        kind: GestureKind::Apology,
        purpose: Purpose::Service,
        tone: Tone::Caring,
        promised: false,
        terms: &terms,
        role: ROLE,
        anew: None,
    };
    let (channel, schedule) = match plan_gesture(ledger.world, &wish, ledger.now())? {
        Planned::Gesture(Plan { channel, schedule, .. }) => (channel, schedule),
        Planned::Stopped { .. } => return Ok(None),
    };
    let id = GestureId(ledger.new_id());
    ledger.add_gesture(Gesture {
        id,
        customer: customer.id,
        household: customer.household,
        interaction: None,
        case: Some(case.id),
        location: place.clone(),
        rule: None,
        occurrence: id.to_string(),
        kind: GestureKind::Apology,
        channel,
        purpose: Purpose::Service,
        tone: Tone::Caring,
        priority: PRIORITY,
        role: ROLE.to_owned(),
        group: String::new(),
        promised: false,
        state: GestureState::Scheduled,
        reason: None,
        explanation: format!("{} is settled: the customer hears of it first.", Subject::Case(case.id)),
        schedule,
        content: content::of_kind(
            ledger.world,
            GestureKind::Apology,
            &customer.facing(&terms.recipient, channel),
            &location,
            Some(case),
            channel,
        ),
        terms,
        written: None,
        with_person: false,
        perhaps_left: None,
        lease: None,
        taken: None,
        attempts: 0,
        completed_at: None,
        version: 1,
        created_at: ledger.now(),
    });
    Ok(Some(id))
}

/// After a recovery contact is over, however it ended: the cheer that waited for it comes back, if it is still fresh.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn is_over(ledger: &mut Ledger<'_, '_>, recovery: &Gesture) -> Result<(), Refusal> {
    if to_come(ledger.world, recovery.customer).is_some() {
        return Ok(());
    }
    let why = format!("{}, the recovery contact, is over.", Subject::Gesture(recovery.id));
    let held = |g: &Gesture| g.state == GestureState::Held && g.reason == Some(Reason::Recovery);
    bring_back_cheer(ledger, recovery.customer, why, held)
}

/// Plans again the cheer that waited: not within the pause, and within the deadline that it had.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn bring_back_cheer(
    ledger: &mut Ledger<'_, '_>,
    customer: CustomerId,
    why: String,
    which: impl Fn(&Gesture) -> bool,
) -> Result<(), Refusal> {
    let from = ledger.now().checked_add(ledger.world.settings.recovery_pause).unwrap_or(Timestamp::MAX);
    let how = Replan { from: Some(from), within_deadline: true, reason: None, why };
    replan_pending(ledger, customer, &how, which)
}
