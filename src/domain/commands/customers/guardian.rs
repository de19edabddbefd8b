//! Somebody stands for a customer, until that comes of age; what changes about them changes how their charge is reached.

use super::keep;
use crate::domain::{
    customer::{Customer, Guardian},
    ids::CustomerId,
    ledger::Ledger,
    refusal::Refusal,
    replan::{Replan, replan_pending},
    when::local_date,
    world::{EventDetail, EventKind, Miss, Needs},
};
use jiff::{civil::Date, tz::TimeZone};

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
    let stands_for = |it: &&Customer| it.profile.guardian.as_ref().is_some_and(|named| named.customer == id);
    let wards: Vec<_> = ledger.world.customers.values().filter(stands_for).cloned().collect();
    for mut ward in wards {
        ward.reach_through(Some(&guardian));
        ledger.world.customers.put(ward.id, ward.clone());
        let how = Replan::since("How and when their guardian may be contacted was changed.");
        replan_pending(ledger, ward.id, &how, |_| true)?;
    }
    Ok(())
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
    if guardian.id == customer.id || guardian.profile.guardian.is_some() {
        let why = "must be another customer, whose record is in use and who has no guardian";
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
