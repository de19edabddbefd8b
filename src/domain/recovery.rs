//! The recovery contact: once a case is settled, the customer hears of it before anything cheerful comes again (P7).

use super::{
    answer::gate,
    case::Case,
    content,
    customer::{Channel, Customer, Purpose},
    gesture::{Gesture, GestureKind, GestureState, Reason, Terms, Tone},
    ids::{CustomerId, GestureId, LocationId},
    ledger::Ledger,
    planning::{Plan, Planned, Wish, plan_gesture},
    refusal::Refusal,
    replan::{Replan, location_of, replan_pending},
    rule::OverBudget,
    when::{Wait, local_date},
    world::{Subject, World},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

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
        occasion: None,
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
            channel,
        ),
        terms,
        written: None,
        with_person: false,
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
