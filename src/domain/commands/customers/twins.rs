//! Nobody is thanked twice for what two of their records were to be thanked for (P4).

use super::merge::is_pending;
use crate::domain::{
    gesture::{Gesture, GestureState, Reason},
    ids::{CustomerId, GestureId, RuleId},
    ledger::Ledger,
    obligation::Decision,
    refusal::Refusal,
    world::{Needs, Subject, World},
};
use std::{cmp::Reverse, collections::BTreeSet};

/// What only one gesture may be made for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Matter {
    /// The contact of a local day for a group of rules.
    Group(String),
    /// What comes once to a customer: the n-th visit, a birthday of a year.
    Once(RuleId, String),
}

/// Stops the gestures of a customer that another one of theirs makes too, by whatever record it was planned: the one
/// that reached them or is on its way already stands, else the stronger, else the earlier; of two on their way the
/// other is not tried again. `other` is the record that became part of theirs.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn fold(ledger: &mut Ledger<'_, '_>, customer: CustomerId, other: CustomerId) -> Result<(), Refusal> {
    let pending: Vec<_> = pending(ledger.world, customer).cloned().collect();
    require_rivals(ledger, [customer, other], &pending)?;
    for id in pending.iter().map(|gesture| gesture.id) {
        // The end of one may have moved another.
        let still = ledger.world.gestures.get(&id).filter(|gesture| !gesture.state.is_final()).cloned();
        let Some(gesture) = still else { continue };
        let stronger = rivals(ledger.world, &gesture).into_iter().find(|id| {
            ledger.world.gestures.get(id).is_some_and(|rival| stands(rival) && strength(rival) > strength(&gesture))
        });
        if let Some(stronger) = stronger {
            let text = format!("{} is for the same, by another record of theirs.", Subject::Gesture(stronger));
            ledger.end_or_try_no_more(gesture, GestureState::Suppressed, Reason::Merged, &text)?;
        }
    }
    Ok(())
}

/// Asks for all that was decided on for the same as these, for either of the two customers, and what came of it.
///
/// # Errors
/// [`Refusal::Miss`] until that is there.
pub(super) fn require_rivals(
    ledger: &Ledger<'_, '_>,
    customers: [CustomerId; 2],
    gestures: &[Gesture],
) -> Result<(), Refusal> {
    // With what was decided on their days; who has none of their own, such as a birthday, has the day of its group.
    let interactions: BTreeSet<_> = gestures.iter().filter_map(|gesture| gesture.interaction).collect();
    let days: BTreeSet<_> = gestures
        .iter()
        .flat_map(|gesture| made_by(ledger.world, gesture))
        .filter_map(|decision| decision.local_day()?.parse().ok())
        .collect();
    if !interactions.is_empty() || !days.is_empty() {
        ledger.require(Needs { customers: customers.into(), interactions, days, ..Needs::default() })?;
    }
    let others = gestures.iter().flat_map(|gesture| rivals(ledger.world, gesture));
    let unknown: BTreeSet<_> = others.filter(|id| ledger.world.gestures.get(id).is_none()).collect();
    if unknown.is_empty() { Ok(()) } else { ledger.require(Needs { gestures: unknown, ..Needs::default() }) }
}

/// Whether another gesture of the customer is for the same, and reached them or may.
pub(super) fn is_made_by_another(world: &World, gesture: &Gesture) -> bool {
    rivals(world, gesture).iter().any(|id| world.gestures.get(id).is_some_and(stands))
}

fn pending(world: &World, customer: CustomerId) -> impl Iterator<Item = &Gesture> {
    world.gestures_of(customer).filter(|gesture| gesture.rule.is_some() && !gesture.state.is_final())
}

/// The other gestures that were decided on for the same.
fn rivals(world: &World, gesture: &Gesture) -> Vec<GestureId> {
    let matters: Vec<_> = made_by(world, gesture).flat_map(matters_of).collect();
    let others = world.decisions_of(gesture.customer).filter(|it| it.gesture != Some(gesture.id));
    others.filter(|it| matters_of(it).any(|matter| matters.contains(&matter))).filter_map(|it| it.gesture).collect()
}

/// The decisions that made a gesture.
fn made_by<'w>(world: &'w World, gesture: &Gesture) -> impl Iterator<Item = &'w Decision> {
    let id = gesture.id;
    world.decisions_of(gesture.customer).filter(move |it| it.gesture == Some(id))
}

fn matters_of(decision: &Decision) -> impl Iterator<Item = Matter> {
    let group = decision.group_day.clone().map(Matter::Group);
    // What an interaction set off names that first, and nothing else of the customer's.
    let once = decision.occurrence.split_once('/').filter(|(_, what)| what.contains('/'));
    let once = once.map(|(_, what)| Matter::Once(decision.rule.clone(), what.to_owned()));
    group.into_iter().chain(once)
}

/// Whether it reached the customer, or may.
const fn stands(gesture: &Gesture) -> bool {
    !gesture.state.is_final() || matches!(gesture.state, GestureState::Completed)
}

fn strength(gesture: &Gesture) -> impl Ord + use<> {
    let begun = gesture.perhaps_left.is_some() || !is_pending(gesture.state);
    (
        gesture.state == GestureState::Completed,
        begun,
        gesture.priority,
        Reverse(gesture.schedule.due_at),
        Reverse(gesture.id),
    )
}
