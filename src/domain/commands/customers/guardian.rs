//! Somebody stands for a customer, until that comes of age; what changes about them changes how their charge is
//! reached.

use super::keep;
use crate::domain::{
    content,
    customer::{Customer, Guardian},
    gesture::{Gesture, Reason},
    ids::CustomerId,
    ledger::Ledger,
    refusal::Refusal,
    replan::{Replan, barred, replan_pending},
    when::local_date,
    world::{EventDetail, EventKind, Miss, Needs, World},
};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::BTreeSet;

/// Ends the guardianship of somebody who has come of age since it began, by their birth date. What is planned goes to
/// themselves from then on.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(in crate::domain::commands) fn end_when_of_age(
    ledger: &mut Ledger<'_, '_>,
    customer: &Customer,
    today: Date,
) -> Result<(), Refusal> {
    let Some(guardian) = customer.profile.guardian.as_ref().filter(|_| !customer.profile.minor) else { return Ok(()) };
    let is_over = |day: Date| day <= today && guardian.since.is_none_or(|since| since < day);
    if !customer.profile.full_age_on().is_some_and(is_over) {
        return Ok(());
    }
    let mut grown = customer.clone();
    grown.profile.guardian = None;
    grown.through = None;
    let now = ledger.now();
    let is_young_there =
        |it: &Gesture| barred(ledger.world, it, &grown, now).is_some_and(|(reason, _)| reason == Reason::Minor);
    if ledger.world.gestures_of(grown.id).any(|it| !it.state.is_final() && is_young_there(it)) {
        // By the clock of what is planned it is still the day before: they are looked at again tomorrow.
        return Ok(());
    }
    let detail = EventDetail { fields: vec!["guardian".to_owned()], ..EventDetail::default() };
    let grown = keep(ledger, grown, EventKind::CustomerUpdated, detail);
    replan_pending(ledger, grown.id, &Replan::since("The customer has come of age."), |_| true)
}

/// After something about a customer changed by which gestures are planned: plans again what goes through them to those
/// for whom they stand.
///
/// # Errors
/// [`Refusal::Miss`] when these must be loaded first.
pub(in crate::domain::commands) fn heed_guardian(ledger: &mut Ledger<'_, '_>, id: CustomerId) -> Result<(), Refusal> {
    if !ledger.world.wards_known.contains(&id) && !ledger.world.customers.is_new(&id) {
        return Err(Refusal::Miss(Miss::Wards(id)));
    }
    let guardian = ledger.world.customer(id)?.clone();
    let wards: Vec<_> = wards_of(ledger.world, id).cloned().collect();
    ledger.require_pending(wards.iter().map(|ward| ward.id))?;
    for mut ward in wards {
        ward.reach_through(Some(&guardian));
        ledger.world.customers.put(ward.id, ward.clone());
        let how = Replan::since("How and when their guardian may be contacted was changed.");
        replan_pending(ledger, ward.id, &how, |_| true)?;
    }
    Ok(())
}

/// After somebody was forgotten: plans again what went through them to those for whom they stood, whose words name
/// them. Returns these.
///
/// # Errors
/// [`Refusal::Miss`] when these must be loaded first.
pub(super) fn forget_guardian(ledger: &mut Ledger<'_, '_>, id: CustomerId) -> Result<BTreeSet<CustomerId>, Refusal> {
    heed_guardian(ledger, id)?;
    let wards: BTreeSet<_> = wards_of(ledger.world, id).map(|ward| ward.id).collect();
    let pending = wards.iter().flat_map(|ward| ledger.world.gestures_of(*ward)).filter(|it| !it.state.is_final());
    for mut gesture in pending.cloned().collect::<Vec<_>>() {
        gesture.content = content::anew(ledger.world, &gesture, gesture.channel)?;
        ledger.keep_quietly(gesture)?;
    }
    Ok(wards)
}

fn wards_of(world: &World, id: CustomerId) -> impl Iterator<Item = &Customer> {
    let stands_for = move |it: &&Customer| it.profile.guardian.as_ref().is_some_and(|named| named.customer == id);
    world.customers.values().filter(stands_for)
}

/// Lets the guardian that the profile names stand for the customer, from now on.
///
/// # Errors
/// [`Refusal::NotFound`] for one who is not there, [`Refusal::Invalid`] for one who can't be it, and [`Refusal::Miss`]
/// when they must be loaded first.
pub(super) fn appoint(
    ledger: &Ledger<'_, '_>,
    before: Option<&Guardian>,
    customer: &mut Customer,
) -> Result<(), Refusal> {
    customer.through = None;
    let today = local_date(&TimeZone::UTC, ledger.now());
    let Some(named) = &mut customer.profile.guardian else { return Ok(()) };
    let known = before.filter(|before| before.customer == named.customer);
    named.since = known.map_or(Some(today), |known| known.since);
    let named = named.clone();
    if ledger.world.customers.get(&named.customer).is_none() {
        ledger.require(Needs { customers: [named.customer].into(), ..Needs::default() })?;
    }
    let guardian = ledger.world.customer(named.customer)?;
    let can_be_it = guardian.id != customer.id && guardian.can_stand_for_others(today);
    // Who was named before and can't be it any more is no way to them; that stands in nobody's way to change the rest.
    if !can_be_it && (known.is_none() || guardian.id == customer.id) {
        let why = "must be another customer: a person of age whose record is in use and who has no guardian";
        return Err(Refusal::invalid("customer.guardian.customer", why));
    }
    customer.reach_through(Some(guardian));
    Ok(())
}

/// The same for a guardian who was appointed before: one who can't be it any more does not stand for them.
///
/// # Errors
/// [`Refusal::Miss`] when they must be loaded first.
pub(super) fn reappoint(ledger: &Ledger<'_, '_>, customer: &mut Customer) -> Result<(), Refusal> {
    let before = customer.profile.guardian.clone();
    match appoint(ledger, before.as_ref(), customer) {
        Err(Refusal::Miss(miss)) => Err(Refusal::Miss(miss)),
        _ => Ok(()),
    }
}
