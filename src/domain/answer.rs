//! Answers an interaction: asks every rule, makes gestures of those that match, and settles what is owed.

use super::{
    content,
    customer::{Customer, CustomerKind, CustomerStatus},
    gesture::{Gesture, GestureState, Reason, Terms, Tone},
    ids::{GestureId, InteractionId, RuleId},
    interaction::{Interaction, InteractionKind, InteractionState},
    ledger::{Ledger, missing_interaction},
    location::Location,
    obligation::{Decision, LookedAt},
    planning::{Anew, Planned, Wish, plan_gesture},
    refusal::Refusal,
    rule::Action,
    rulebook::{CompiledRule, Facts},
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
            let facts = Facts {
                interaction: &interaction,
                customer: &customer,
                summary: &summary,
                location: &location,
                on_latest_visit_day: interaction.counts_as_visit_day()
                    && summary.last_visit == Some(interaction.local_date),
            };
            obligation.looked_at = ask_rules(ledger, &facts)?;
        }
    }
    ledger.derive_obligation(id, obligation)
}

/// Whether an interaction is over and could be owed anything.
fn is_owed(interaction: &Interaction) -> bool {
    interaction.state == InteractionState::Closed
        && !interaction.history
        && interaction.detail.kind != InteractionKind::Observation
}

/// What keeps every rule from speaking to a customer.
pub(super) fn gate(customer: &Customer, today: Date) -> Option<(Reason, &'static str)> {
    if customer.status != CustomerStatus::Active {
        Some((Reason::CustomerInactive, "The customer's record is not active."))
    } else if customer.kind == CustomerKind::Internal {
        Some((Reason::Internal, "An internal account is not thanked."))
    } else if customer.profile.is_minor(today) {
        Some((Reason::Minor, "A minor is reached only through a consenting guardian, and none is known."))
    } else {
        None
    }
}

/// Asks each rule, strongest first; returns those that did not match, with the first clause that failed.
fn ask_rules(ledger: &mut Ledger<'_, '_>, facts: &Facts<'_>) -> Result<Vec<LookedAt>, Refusal> {
    let book = Arc::clone(&ledger.world.rules);
    let mut looked_at = Vec::new();
    for compiled in book.rules() {
        let rule = &compiled.rule;
        if let Some(failed) = compiled.first_failed(facts) {
            looked_at.push(LookedAt { rule: rule.id.clone(), version: rule.version, failed });
            continue;
        }
        let occurrence = compiled.occurrence(facts);
        if ledger.world.decisions.get(&(rule.id.clone(), occurrence.clone())).is_none() {
            decide(ledger, compiled, facts, occurrence)?;
        }
    }
    Ok(looked_at)
}

/// What one matching rule makes of one occurrence.
fn decide(
    ledger: &mut Ledger<'_, '_>,
    compiled: &CompiledRule,
    facts: &Facts<'_>,
    occurrence: String,
) -> Result<(), Refusal> {
    let rule = &compiled.rule;
    let action = &rule.definition.action;
    let terms = terms(action, facts.interaction.over_at(ledger.now()));
    let rival = rival(ledger, action, facts)?;
    let stopped = thanked_already(action, facts.interaction)
        .or_else(|| thanked_before_correction(ledger, &rule.id, facts.interaction))
        .or_else(|| rival.as_ref().and_then(|rival| outranked(rival, action)));
    let planned = match stopped {
        Some((reason, explanation)) => Planned::Stopped { reason, explanation },
        None => plan_gesture(ledger.world, &wish(action, &terms, facts, rival.as_ref()), ledger.now()),
    };
    let mut decision = Decision {
        rule: rule.id.clone(),
        version: rule.version,
        occurrence: occurrence.clone(),
        interaction: facts.interaction.id,
        customer: facts.customer.id,
        gesture: None,
        reason: None,
        explanation: String::new(),
        group_day: group_day(action, facts.interaction),
        priority: action.priority,
        at: ledger.now(),
    };
    match planned {
        Planned::Stopped { reason, explanation } => {
            decision.reason = Some(reason);
            decision.explanation = explanation;
        }
        Planned::Gesture { channel, schedule, held } => {
            let id = GestureId(ledger.new_id());
            decision.gesture = Some(id);
            if let Some(rival) = rival {
                let text = makes_the_contact(id, action);
                ledger.move_gesture(rival, GestureState::Suppressed, Some(Reason::Group), text)?;
            }
            let (state, reason, explanation) = match held {
                Some((reason, why)) => (GestureState::Held, Some(reason), why),
                None => (GestureState::Scheduled, None, String::new()),
            };
            ledger.add_gesture(Gesture {
                id,
                customer: facts.customer.id,
                household: facts.customer.household,
                interaction: Some(facts.interaction.id),
                case: None,
                location: facts.location.id.clone(),
                rule: Some((rule.id.clone(), rule.version)),
                occurrence,
                kind: action.gesture,
                channel,
                purpose: action.purpose,
                tone: action.tone,
                priority: action.priority,
                role: action.role.clone(),
                group: action.group.clone(),
                promised: action.promised,
                state,
                reason,
                explanation,
                schedule,
                content: content::of_rule(ledger.world, rule, facts, channel),
                terms,
                written: None,
                with_person: false,
                lease: None,
                attempts: 0,
                completed_at: None,
                version: 1,
                created_at: ledger.now(),
            });
        }
    }
    let key = (decision.rule.clone(), decision.occurrence.clone());
    ledger.world.decisions.put(key, decision);
    Ok(())
}

/// Who was thanked face to face need not be thanked for the same again; care is still taken.
fn thanked_already(action: &Action, interaction: &Interaction) -> Option<(Reason, String)> {
    (interaction.detail.thanked_in_person && action.tone == Tone::Cheerful)
        .then(|| (Reason::ThankedInPerson, "Thanked face to face.".to_owned()))
}

fn terms(action: &Action, moment_at: Timestamp) -> Terms {
    Terms {
        channels: action.channels.clone(),
        moment_at,
        wait: action.wait,
        window: action.window.clone(),
        business_days: action.business_days,
        deadline: action.deadline,
        occasion: None,
        over_budget: action.over_budget,
    }
}

/// The wish of a rule. A weaker rival gives way to it, with its place in the budget.
fn wish<'a>(action: &Action, terms: &'a Terms, facts: &Facts<'a>, rival: Option<&Gesture>) -> Wish<'a> {
    Wish {
        customer: facts.customer,
        location: facts.location,
        kind: action.gesture,
        purpose: action.purpose,
        tone: action.tone,
        promised: action.promised,
        terms,
        visiting: false,
        anew: rival.map(|rival| Anew { gesture: rival.id, stale_from: None }),
    }
}

/// One acts per group, customer and local day: the key under which they meet.
fn group_day(action: &Action, interaction: &Interaction) -> Option<String> {
    (!action.group.is_empty()).then(|| format!("{}/{}", action.group, interaction.local_date))
}

/// The gesture that makes the contact of the day for the rule's group so far; there is at most one.
fn rival(ledger: &Ledger<'_, '_>, action: &Action, facts: &Facts<'_>) -> Result<Option<Gesture>, Refusal> {
    let Some(day) = group_day(action, facts.interaction) else { return Ok(None) };
    let of_day = ledger.world.decisions_of(facts.customer.id).filter(|d| d.group_day.as_deref() == Some(&day));
    for id in of_day.filter_map(|d| d.gesture) {
        let gesture = ledger.world.gestures.get(&id).ok_or_else(|| missing_gesture(id))?;
        if !gesture.state.is_final() || gesture.state == GestureState::Completed {
            return Ok(Some(gesture.clone()));
        }
    }
    Ok(None)
}

/// Whether the rival stands: one that is weaker and has not begun gives way to a stronger rule, once that has a plan.
fn outranked(rival: &Gesture, action: &Action) -> Option<(Reason, String)> {
    let gives_way = rival.priority < action.priority && rival.state.may_become(GestureState::Suppressed);
    (!gives_way).then(|| (Reason::Group, makes_the_contact(rival.id, action)))
}

fn makes_the_contact(id: GestureId, action: &Action) -> String {
    format!("{} makes the contact of that day for the group {}.", Subject::Gesture(id), action.group)
}

/// Who was thanked for what was recorded before is not thanked again for its correction.
fn thanked_before_correction(
    ledger: &Ledger<'_, '_>,
    rule: &RuleId,
    interaction: &Interaction,
) -> Option<(Reason, String)> {
    use GestureState::{Completed, Delivering, Uncertain};
    let replaced = interaction.detail.replaces?;
    let reached = |id| {
        let gesture = ledger.world.gestures.get(&id)?;
        matches!(gesture.state, Completed | Delivering | Uncertain).then(|| Subject::Gesture(id).to_string())
    };
    ledger.world.decisions_for(replaced).filter(|d| d.rule == *rule).find_map(|decision| {
        let before = (decision.reason == Some(Reason::AlreadyThanked)).then(|| decision.explanation.clone());
        let text = || decision.gesture.and_then(reached).map(|name| format!("{name} answered what this corrects."));
        before.or_else(text).map(|text| (Reason::AlreadyThanked, text))
    })
}

fn missing_gesture(id: GestureId) -> Refusal {
    use super::world::{Miss, Needs};
    let needs = Needs { gestures: [id].into(), ..Needs::default() };
    Refusal::Miss(Miss::More(Box::new(needs)))
}

/// Opens what misery opens: a case where it is about us; a pause for cheer where it is about their own life (4.8).
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn heed_misery(ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<(), Refusal> {
    use super::{
        case::CaseOrigin,
        interaction::{FeelingAbout, MomentKind},
        ledger::NewCase,
    };
    let interaction = ledger.world.interactions.get(&id).cloned().ok_or_else(|| missing_interaction(id))?;
    let Some(customer) = interaction.customer else { return Ok(()) };
    if interaction.moment.kind != MomentKind::Misery || !is_owed(&interaction) {
        return Ok(());
    }
    match interaction.moment.about {
        FeelingAbout::Us => {
            ledger.open_case(NewCase {
                id: None,
                customer,
                interaction: Some(id),
                gesture: None,
                location: None,
                origin: CaseOrigin::Misery,
                summary: interaction.moment.reasons.join(", "),
                severity: severity(&interaction),
                assignee: String::new(),
            })?;
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
