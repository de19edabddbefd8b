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
/// that is on its way already stands, else the stronger, else the earlier.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn fold(ledger: &mut Ledger<'_, '_>, customer: CustomerId) -> Result<(), Refusal> {
    let pending: Vec<_> = pending(ledger.world, customer).cloned().collect();
    let interactions: BTreeSet<_> = pending.iter().filter_map(|gesture| gesture.interaction).collect();
    if !interactions.is_empty() {
        // With what was decided on their days.
        ledger.require(Needs { interactions, ..Needs::default() })?;
    }
    let others: BTreeSet<_> = pending.iter().flat_map(|gesture| rivals(ledger.world, gesture)).collect();
    let unknown: BTreeSet<_> = others.into_iter().filter(|id| ledger.world.gestures.get(id).is_none()).collect();
    if !unknown.is_empty() {
        ledger.require(Needs { gestures: unknown, ..Needs::default() })?;
    }
    for gesture in pending {
        let stronger = rivals(ledger.world, &gesture).into_iter().find(|id| {
            ledger.world.gestures.get(id).is_some_and(|rival| stands(rival) && strength(rival) > strength(&gesture))
        });
        if let Some(stronger) = stronger {
            let text = format!("{} is for the same, by another record of theirs.", Subject::Gesture(stronger));
            ledger.move_gesture(gesture, GestureState::Suppressed, Some(Reason::Merged), text)?;
        }
    }
    Ok(())
}

fn pending(world: &World, customer: CustomerId) -> impl Iterator<Item = &Gesture> {
    world.gestures_of(customer).filter(|gesture| gesture.rule.is_some() && is_pending(gesture.state))
}

/// The other gestures that were decided on for the same.
fn rivals(world: &World, gesture: &Gesture) -> Vec<GestureId> {
    let made = |it: &&Decision| it.gesture == Some(gesture.id);
    let matters: Vec<_> = world.decisions_of(gesture.customer).filter(made).flat_map(matters).collect();
    let others = world.decisions_of(gesture.customer).filter(|it| it.gesture != Some(gesture.id));
    others.filter(|it| matters_of(it).any(|matter| matters.contains(&matter))).filter_map(|it| it.gesture).collect()
}

fn matters(decision: &Decision) -> Vec<Matter> {
    matters_of(decision).collect()
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
    let begun = !is_pending(gesture.state);
    (begun, gesture.priority, Reverse(gesture.schedule.due_at), Reverse(gesture.id))
}
