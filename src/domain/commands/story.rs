//! Till and desk tell one story: a purchase during a visit, or soon after it, belongs to the visit (4.2).

use crate::domain::{
    answer::note_interaction,
    gesture::Reason,
    ids::{CustomerId, InteractionId},
    interaction::{Direction, Interaction, InteractionKind, InteractionState, Outcome},
    ledger::Ledger,
    refusal::Refusal,
    settings::Settings,
    world::{EventKind, Neighbourhood},
};
use jiff::{SignedDuration, Timestamp};

/// How long before a purchase a visit is looked for that has no known end.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// Where the other half of a story may lie that happened from one instant to another.
#[must_use]
pub fn neighbourhood(
    location: &crate::domain::ids::LocationId,
    from: Timestamp,
    to: Timestamp,
    within: SignedDuration,
) -> Neighbourhood {
    Neighbourhood {
        location: location.clone(),
        from: from.checked_sub(LOOK_BACK.max(within)).unwrap_or(Timestamp::MIN),
        to: to.checked_add(within).unwrap_or(Timestamp::MAX),
    }
}

/// The visit that a purchase belongs to: the latest one of the customer at the place that had begun, and was open
/// then or had ended at most [`Settings::purchase_joins_within`] before.
#[must_use]
pub fn visit_of(ledger: &Ledger<'_, '_>, purchase: &Interaction) -> Option<InteractionId> {
    let customer = purchase.customer?;
    let within = ledger.world.settings.purchase_joins_within;
    visits(ledger, customer, purchase)
        .filter(|visit| holds(visit, purchase.start_at, within))
        .max_by_key(|visit| (visit.start_at, visit.id))
        .map(|visit| visit.id)
}

/// The purchases that belong to a visit which is recorded after them.
#[must_use]
pub fn purchases_of(ledger: &Ledger<'_, '_>, visit: &Interaction) -> Vec<InteractionId> {
    let Some(customer) = visit.customer else { return Vec::new() };
    let within = ledger.world.settings.purchase_joins_within;
    let mut found: Vec<_> = ledger
        .world
        .interactions_of(customer)
        .filter(|i| is_purchase(i) && i.joined.is_none() && i.location == visit.location && i.history == visit.history)
        .filter(|i| holds(visit, i.start_at, within))
        .map(|i| i.id)
        .collect();
    found.sort_unstable();
    found
}

fn visits<'a>(
    ledger: &'a Ledger<'_, '_>,
    customer: CustomerId,
    purchase: &'a Interaction,
) -> impl Iterator<Item = &'a Interaction> {
    ledger.world.interactions_of(customer).filter(move |i| {
        i.detail.kind == InteractionKind::Visit
            && i.detail.direction == Direction::Inbound
            && i.state != InteractionState::Voided
            && i.location == purchase.location
            && i.history == purchase.history
    })
}

/// Whether a purchase can belong to a visit at all.
#[must_use]
pub fn is_purchase(interaction: &Interaction) -> bool {
    interaction.detail.kind == InteractionKind::Purchase
        && interaction.detail.direction == Direction::Inbound
        && interaction.state == InteractionState::Closed
}

fn holds(visit: &Interaction, at: Timestamp, within: SignedDuration) -> bool {
    visit.start_at <= at && visit.end_at.is_none_or(|end| at.duration_since(end) <= within)
}

/// The instants between which another half of the story is looked for, by the settings.
#[must_use]
pub fn join_window(settings: &Settings) -> SignedDuration {
    settings.purchase_joins_within
}

/// Joins a purchase to a visit. What the purchase had planned on its own is taken back; a visit that was closed as
/// *not purchased* is corrected, and what it had planned is taken back too. The caller then asks the rules about the
/// visit again.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn join(ledger: &mut Ledger<'_, '_>, purchase: InteractionId, visit: InteractionId) -> Result<(), Refusal> {
    use crate::domain::ledger::missing_interaction as missing;
    let mut bought = ledger.world.interactions.get(&purchase).cloned().ok_or_else(|| missing(purchase))?;
    let before = ledger.world.interactions.get(&visit).cloned().ok_or_else(|| missing(visit))?;
    if ledger.world.obligations.get(&visit).is_none() {
        return Err(missing(visit));
    }
    if ledger.world.joined_to(visit).next().is_none()
        && let Some(customer) = before.customer
    {
        // From now on the till counts what was paid in this visit.
        let mut summary = ledger.world.summary(customer);
        summary.add_spend(&before.detail, -1);
        ledger.world.summaries.put(customer, summary);
    }
    bought.joined = Some(visit);
    bought.version += 1;
    ledger.world.interactions.put(purchase, bought.clone());
    ledger.cancel_gestures_for(
        purchase,
        Reason::Corrected,
        "The purchase belongs to a visit and is answered with it.",
        |_| true,
    )?;

    let mut after = before.clone();
    if after.detail.purchase.is_none() {
        after.detail.purchase = bought.detail.purchase.clone();
    }
    let wrong = before.state == InteractionState::Closed && before.detail.outcome != Some(Outcome::Purchased);
    if wrong {
        after.detail.outcome = Some(Outcome::Purchased);
        after.detail.no_purchase_reason = None;
    }
    if after != before {
        after.version += 1;
        ledger.world.interactions.put(visit, after.clone());
        let mut summary = after.customer.map(|c| ledger.world.summary(c));
        if let Some(summary) = &mut summary {
            summary.see(&after);
            ledger.world.summaries.put(summary.customer, summary.clone());
        }
    }
    if wrong {
        note_interaction(ledger, EventKind::InteractionCorrected, &after, vec!["outcome".to_owned()]);
        let text = "The visit ended with a purchase after all.";
        ledger.cancel_gestures_for(visit, Reason::Corrected, text, |g| {
            g.tone == crate::domain::gesture::Tone::Cheerful
        })?;
    }
    Ok(())
}
