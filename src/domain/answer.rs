//! Answers an interaction: asks every rule, makes gestures of those that match, and settles what is owed.

use super::{
    case::CaseOrigin,
    customer::{Customer, CustomerKind, CustomerStatus},
    decide::decide,
    gesture::Reason,
    ids::InteractionId,
    interaction::{FeelingAbout, Interaction, InteractionKind, InteractionState, MomentKind},
    ledger::{Ledger, NewCase, missing_interaction},
    location::Location,
    obligation::{LookedAt, ObligationState},
    recovery,
    refusal::Refusal,
    rulebook::{Cause, Facts},
    world::{EventDetail, EventKind, Subject},
};
use jiff::{Timestamp, civil::Date};
use std::sync::Arc;

/// Asks the rules about an interaction and derives its obligation. Harmless when asked again: a rule that already
/// decided on the occurrence is passed over (P4).
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn answer(ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<(), Refusal> {
    let interaction = ledger.world.interactions.get(&id).cloned().ok_or_else(|| missing_interaction(id))?;
    let mut obligation = ledger.world.obligations.get(&id).cloned().ok_or_else(|| missing_interaction(id))?;
    if obligation.state == ObligationState::Waived {
        return ledger.derive_obligation(id, obligation);
    }
    // What was found out before may have been about somebody else, or about another story.
    (obligation.reason, obligation.explanation) = (None, String::new());
    obligation.looked_at.clear();
    if is_owed(&interaction)
        && interaction.joined.is_none()
        && let Some(customer) = interaction.customer
    {
        let customer = ledger.world.customer(customer)?.clone();
        obligation.customer = Some(customer.id);
        if let Some((reason, explanation)) = gate(&customer, interaction.local_date) {
            obligation.reason = Some(reason);
            explanation.clone_into(&mut obligation.explanation);
        } else {
            let location = ledger.world.location(&interaction.location)?;
            let summary = ledger.world.summary(customer.id);
            let on_latest_visit_day =
                interaction.counts_as_visit_day() && summary.last_visit == Some(interaction.local_date);
            let cause = Cause::Interaction { interaction: &interaction, on_latest_visit_day };
            let facts = Facts { cause, customer: &customer, summary: &summary, location: &location };
            obligation.looked_at = ask_rules(ledger, &facts)?;
        }
    }
    ledger.derive_obligation(id, obligation)
}

/// Whether an interaction is over and could be owed anything.
pub(super) fn is_owed(interaction: &Interaction) -> bool {
    interaction.state == InteractionState::Closed
        && !interaction.history
        && interaction.detail.kind != InteractionKind::Observation
}

/// What keeps every rule from speaking to a customer.
#[must_use]
pub fn gate(customer: &Customer, today: Date) -> Option<(Reason, &'static str)> {
    if customer.status == CustomerStatus::Deceased {
        Some((Reason::Deceased, "The customer has died."))
    } else if customer.status != CustomerStatus::Active {
        Some((Reason::CustomerInactive, "The customer's record is not active."))
    } else if customer.kind == CustomerKind::Internal {
        Some((Reason::Internal, "An internal account is not thanked."))
    } else if customer.is_out_of_reach(today) {
        Some((
            Reason::Minor,
            match &customer.profile.guardian {
                None => "A minor is reached only through a consenting guardian, and none is known.",
                Some(known) if !known.consented => {
                    "A minor is reached only through a consenting guardian, and theirs has not consented."
                }
                Some(_) => "A minor is reached only through a consenting guardian, and theirs can't be it any more.",
            },
        ))
    } else {
        None
    }
}

/// Asks each rule that heeds the cause, strongest first; returns those that did not match, with the first clause that
/// failed.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn ask_rules(ledger: &mut Ledger<'_, '_>, facts: &Facts<'_>) -> Result<Vec<LookedAt>, Refusal> {
    let book = Arc::clone(&ledger.world.rules);
    let mut looked_at = Vec::new();
    for compiled in book.rules().iter().filter(|rule| rule.heeds(&facts.cause)) {
        let rule = &compiled.rule;
        if let Some(failed) = compiled.first_failed(facts) {
            looked_at.push(LookedAt { rule: rule.id.clone(), version: rule.version, failed });
            continue;
        }
        let occurrence = compiled.occurrence(facts);
        let about = facts.interaction().map(|interaction| interaction.id);
        let names = [Some(occurrence.clone()), former_name(facts)];
        let mut names = names.iter().flatten();
        let decided = |name: &String| ledger.world.decided(&rule.id, name, facts.customer.id);
        if names.all(|name| decided(name).all(|decision| decision.is_open_again(rule.version, about))) {
            decide(ledger, compiled, facts, occurrence)?;
        }
    }
    Ok(looked_at)
}

/// The name under which what comes up was decided on by earlier versions.
fn former_name(facts: &Facts<'_>) -> Option<String> {
    facts.upcoming()?.former_occurrence(facts.customer.id)
}

/// Opens what misery opens: a case where it is about us; a pause for cheer where it is about their own life (4.8).
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn heed_misery(ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<(), Refusal> {
    let interaction = ledger.world.interactions.get(&id).cloned().ok_or_else(|| missing_interaction(id))?;
    let Some(customer) = interaction.customer else { return Ok(()) };
    if interaction.moment.kind != MomentKind::Misery || !is_owed(&interaction) {
        return Ok(());
    }
    match interaction.moment.about {
        FeelingAbout::Us => {
            let case = ledger.open_case(NewCase {
                id: None,
                customer,
                interaction: Some(id),
                gesture: None,
                location: None,
                origin: CaseOrigin::Misery,
                summary: interaction.moment.summary(),
                severity: severity(&interaction),
                assignee: String::new(),
            })?;
            recovery::heed_misery(ledger, &case)?;
        }
        FeelingAbout::OwnLife => {
            let mut summary = ledger.world.summary(customer);
            summary.grieving_since.get_or_insert(ledger.context.now);
            ledger.world.summaries.put(customer, summary);
            let why = "Waits until a person finds the time right for cheer.";
            ledger.hold_cheer(customer, Reason::OwnLife, why)?;
        }
        FeelingAbout::Unknown => {}
    }
    Ok(())
}

/// 3, and more the stronger it was felt.
fn severity(interaction: &Interaction) -> u8 {
    match interaction.detail.emotion.as_ref() {
        Some(emotion) if emotion.satisfaction <= -2 && emotion.intensity >= 4 => 5,
        Some(emotion) if emotion.satisfaction <= -2 => 4,
        _ => 3,
    }
}

/// Notes that an interaction was recorded, opened, closed or corrected.
pub fn note_interaction(ledger: &mut Ledger<'_, '_>, kind: EventKind, interaction: &Interaction, fields: Vec<String>) {
    let detail = EventDetail {
        state: Some(interaction.state.to_string()),
        fields,
        related: interaction.joined.map(|j| Subject::Interaction(j).to_string()).into_iter().collect(),
        ..EventDetail::default()
    };
    ledger.note(kind, Subject::Interaction(interaction.id), interaction.customer, detail);
}

/// The location of an interaction's zone and the day it began on there.
///
/// # Errors
/// When the location's zone is unknown to the zone database, which saving a location prevents.
pub fn local_date(ledger: &Ledger<'_, '_>, location: &Location, at: Timestamp) -> Result<Date, Refusal> {
    let zone = ledger
        .world
        .zones
        .get(&location.settings.time_zone)
        .map_err(|unknown| Refusal::invalid("interaction.location", unknown.to_string()))?;
    Ok(super::when::local_date(&zone, at))
}
