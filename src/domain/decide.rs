//! What one rule that matches makes of one occurrence: a gesture, or a suppression that names the gate.

use super::{
    content,
    gesture::{Gesture, GestureKind, GestureState, Reason, Terms, Tone},
    hold_out,
    ids::{GestureId, RuleId},
    interaction::Interaction,
    ledger::Ledger,
    obligation::Decision,
    planning::{Anew, Plan, Planned, Wish, plan_gesture},
    refusal::Refusal,
    replan::missing_gesture,
    rule::Action,
    rulebook::{CompiledRule, Facts},
    world::{Subject, World},
};
use jiff::Timestamp;

/// What a rule would make of an occurrence.
#[derive(Debug, Clone)]
pub struct Weighed {
    /// What was asked for.
    pub terms: Terms,
    /// The gesture, or the gate that stops it.
    pub planned: Planned,
    /// Who makes the contact of the day for the rule's group so far, and gives way to it.
    rival: Option<Gesture>,
}

/// Takes a match through everything that may stop it. Changes nothing.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn weigh(world: &World, compiled: &CompiledRule, facts: &Facts<'_>, now: Timestamp) -> Result<Weighed, Refusal> {
    let rule = &compiled.rule;
    let action = &rule.definition.action;
    let terms = terms(action, facts, now);
    let own = (rule.id.clone(), compiled.occurrence(facts));
    let rival = rival(world, action, facts, &own)?;
    // Weighed again, it is not in its own way.
    let before = world.decisions.get(&own).and_then(|decision| decision.gesture);
    let stopped = facts
        .interaction()
        .and_then(|interaction| {
            thanked_already(action, interaction).or_else(|| thanked_before_correction(world, &rule.id, interaction))
        })
        .or_else(|| rival.as_ref().and_then(|rival| outranked(rival, action)));
    let planned = match stopped {
        Some((reason, explanation)) => Planned::Stopped { reason, explanation },
        None => {
            let instead = rival.as_ref().map(|rival| rival.id).or(before);
            plan_gesture(world, &wish(action, &terms, facts, instead), now)?
        }
    };
    // Last of all: so both shares are of those who would have got something.
    let planned = match planned {
        Planned::Gesture(_) if hold_out::holds(world, rule, facts.customer.household) => {
            Planned::Stopped { reason: Reason::HoldOut, explanation: hold_out::EXPLANATION.to_owned() }
        }
        planned => planned,
    };
    Ok(Weighed { terms, planned, rival })
}

/// Decides on a match, for ever.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn decide(
    ledger: &mut Ledger<'_, '_>,
    compiled: &CompiledRule,
    facts: &Facts<'_>,
    occurrence: String,
) -> Result<(), Refusal> {
    let rule = &compiled.rule;
    let action = &rule.definition.action;
    let Weighed { terms, planned, rival } = weigh(ledger.world, compiled, facts, ledger.now())?;
    let mut decision = Decision {
        rule: rule.id.clone(),
        version: rule.version,
        occurrence: occurrence.clone(),
        interaction: facts.interaction().map(|interaction| interaction.id),
        customer: facts.customer.id,
        gesture: None,
        reason: None,
        explanation: String::new(),
        group_day: group_day(action, facts),
        priority: action.priority,
        at: ledger.now(),
    };
    match planned {
        Planned::Stopped { reason, explanation } => {
            decision.reason = Some(reason);
            decision.explanation = explanation;
        }
        Planned::Gesture(plan) => {
            // Decided anew after an action was taken back or a day forgotten, it goes on under its name.
            let undone = undone(ledger.world, &decision)?;
            let id = undone.as_ref().map_or_else(|| GestureId(ledger.new_id()), |gesture| gesture.id);
            decision.gesture = Some(id);
            if let Some(rival) = rival {
                let text = makes_the_contact(id, action);
                ledger.move_gesture(rival, GestureState::Suppressed, Some(Reason::Group), text)?;
            }
            let (state, reason, explanation) = plan.standing(None, String::new());
            let Plan { channel, schedule, unclear, .. } = plan;
            ledger.add_gesture(Gesture {
                id,
                customer: facts.customer.id,
                household: facts.customer.household,
                interaction: decision.interaction,
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
                with_person: unclear.is_some(),
                // Its last token stays the last one.
                lease: undone.as_ref().and_then(|gesture| gesture.lease.clone()),
                perhaps_left: None,
                taken: None,
                attempts: 0,
                completed_at: None,
                version: undone.as_ref().map_or(1, |gesture| gesture.version + 1),
                created_at: undone.map_or(ledger.now(), |gesture| gesture.created_at),
            });
        }
    }
    let key = (decision.rule.clone(), decision.occurrence.clone());
    ledger.world.decisions.put(key, decision);
    Ok(())
}

/// What the same decision had made before the action that led to it was taken back, or the day forgotten.
fn undone(world: &World, anew: &Decision) -> Result<Option<Gesture>, Refusal> {
    let before = world.decisions.get(&(anew.rule.clone(), anew.occurrence.clone()));
    let Some(id) = before.and_then(|decision| decision.gesture) else { return Ok(None) };
    world.gestures.get(&id).cloned().map(Some).ok_or_else(|| missing_gesture(id))
}

/// Who was thanked face to face need not be thanked for the same again; care is still taken.
fn thanked_already(action: &Action, interaction: &Interaction) -> Option<(Reason, String)> {
    (interaction.detail.thanked_in_person && action.tone == Tone::Cheerful)
        .then(|| (Reason::ThankedInPerson, "Thanked face to face.".to_owned()))
}

/// What is for a day is planned so that it arrives then; all else counts from when it happened, or was noticed.
fn terms(action: &Action, facts: &Facts<'_>, now: Timestamp) -> Terms {
    Terms {
        channels: action.channels.clone(),
        moment_at: facts.interaction().map_or(now, |interaction| interaction.over_at(now)),
        wait: action.wait,
        window: action.window.clone(),
        business_days: action.business_days,
        deadline: action.deadline,
        fresh_until: None,
        occasion: facts.upcoming().and_then(|what| what.day()),
        fact: facts.upcoming().and_then(|what| what.fact()),
        over_budget: action.over_budget,
        at_their_time: false,
        recipient: action.recipient.clone(),
        gift_value: action.gift_value.clone(),
    }
}

/// The wish of a rule. What it stands instead of leaves it its place in the budget.
fn wish<'a>(action: &'a Action, terms: &'a Terms, facts: &Facts<'a>, instead: Option<GestureId>) -> Wish<'a> {
    Wish {
        customer: facts.customer,
        location: facts.location,
        kind: action.gesture,
        purpose: action.purpose,
        tone: action.tone,
        promised: action.promised,
        terms,
        role: &action.role,
        anew: instead.map(|gesture| Anew { gesture, stale_from: None }),
    }
}

/// One acts per group, customer and local day: the key under which they meet.
fn group_day(action: &Action, facts: &Facts<'_>) -> Option<String> {
    (!action.group.is_empty()).then(|| format!("{}/{}", action.group, facts.day()))
}

/// The gesture that makes the contact of the day for the rule's group so far; there is at most one.
fn rival(
    world: &World,
    action: &Action,
    facts: &Facts<'_>,
    own: &(RuleId, String),
) -> Result<Option<Gesture>, Refusal> {
    let Some(day) = group_day(action, facts) else { return Ok(None) };
    let of_day = world.decisions_of(facts.customer.id).filter(|d| d.group_day.as_deref() == Some(&day));
    let of_day = of_day.filter(|d| (&d.rule, &d.occurrence) != (&own.0, &own.1));
    // Nobody has said sorry for what was yet to go wrong.
    let since = facts.interaction().map(|it| it.start_at).filter(|_| action.gesture == GestureKind::Apology);
    for id in of_day.filter_map(|d| d.gesture) {
        let gesture = world.gestures.get(&id).ok_or_else(|| missing_gesture(id))?;
        let answers = gesture.completed_at.zip(since).is_none_or(|(said, since)| since <= said);
        if !gesture.state.is_final() || gesture.state == GestureState::Completed && answers {
            return Ok(Some(gesture.clone()));
        }
    }
    Ok(None)
}

/// Whether the rival stands: one that is weaker and has not begun gives way to a stronger rule, once that has a plan.
fn outranked(rival: &Gesture, action: &Action) -> Option<(Reason, String)> {
    let has_begun = rival.perhaps_left.is_some() || !rival.state.may_become(GestureState::Suppressed);
    let gives_way = rival.priority < action.priority && !has_begun;
    (!gives_way).then(|| (Reason::Group, makes_the_contact(rival.id, action)))
}

fn makes_the_contact(id: GestureId, action: &Action) -> String {
    format!("{} makes the contact of that day for the group {}.", Subject::Gesture(id), action.group)
}

/// Who was thanked for what was recorded before is not thanked again for its correction.
fn thanked_before_correction(world: &World, rule: &RuleId, interaction: &Interaction) -> Option<(Reason, String)> {
    use GestureState::{Completed, Delivering, Uncertain};
    let replaced = interaction.detail.replaces?;
    let reached = |id| {
        let gesture = world.gestures.get(&id)?;
        let may_have = gesture.perhaps_left.is_some() || matches!(gesture.state, Completed | Delivering | Uncertain);
        may_have.then(|| Subject::Gesture(id).to_string())
    };
    world.decisions_for(replaced).filter(|d| d.rule == *rule).find_map(|decision| {
        let before = (decision.reason == Some(Reason::AlreadyThanked)).then(|| decision.explanation.clone());
        let text = || decision.gesture.and_then(reached).map(|name| format!("{name} answered what this corrects."));
        before.or_else(text).map(|text| (Reason::AlreadyThanked, text))
    })
}
