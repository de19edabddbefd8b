//! Puts back what an action changed.
//!
//! Rows that were there get their content of before, under a new version. Rows that the action made stay as records of
//! it: interactions are voided, gestures cancelled, cases closed, decisions left to be taken anew. A customer whom it
//! made known stays known.

use super::name;
use crate::domain::{
    action::{Action, Changed},
    case::{Case, CaseState},
    customer::{Channel, Consent, Customer, Purpose},
    gesture::{Contact, ContactState, Gesture, GestureState, Reason},
    interaction::{Interaction, InteractionState},
    ledger::Ledger,
    obligation::{Decision, Obligation},
    refusal::{Precondition, Refusal},
    summary::Summary,
    world::{EventDetail, EventKind, Needs, Subject, World},
};

const UNDONE: &str = "The action at the desk that did this was taken back.";

/// Everything that the action changed, with all that belongs to it.
pub(super) fn needs(action: &Action) -> Needs {
    let changes = &action.changes;
    let mut needs = Needs { keys: changes.carried_out.iter().cloned().collect(), ..Needs::default() };
    needs.interactions.extend(changes.interactions.iter().map(|it| it.after.id));
    needs.interactions.extend(changes.obligations.iter().map(|it| it.after.interaction));
    needs.interactions.extend(changes.decisions.iter().filter_map(|it| it.after.interaction));
    needs.gestures.extend(changes.gestures.iter().map(|it| it.after.id));
    needs.gestures.extend(changes.contacts.iter().filter_map(|it| it.after.gesture));
    needs.cases.extend(changes.cases.iter().map(|it| it.after.id));
    needs.customers.extend(changes.customers.iter().map(|it| it.after.id));
    needs.customers.extend(changes.summaries.iter().map(|it| it.after.customer));
    needs.customers.extend(changes.contacts.iter().map(|it| it.after.customer));
    needs
}

/// Whether everything is as the action left it.
///
/// # Errors
/// A [`Precondition::ChangedSince`] that names the first that is not.
pub(super) fn check(world: &World, action: &Action) -> Result<(), Refusal> {
    let same = |is_same: bool, subject: Subject| if is_same { Ok(()) } else { Err(changed_since(&subject, action)) };
    let changes = &action.changes;
    for Changed { after, .. } in &changes.interactions {
        let now = world.interactions.get(&after.id);
        same(now.is_some_and(|now| now.version == after.version), Subject::Interaction(after.id))?;
    }
    for Changed { after, .. } in &changes.gestures {
        let now = world.gestures.get(&after.id);
        same(now.is_some_and(|now| now.version == after.version), Subject::Gesture(after.id))?;
    }
    for Changed { after, .. } in &changes.cases {
        let now = world.cases.get(&after.id);
        same(now.is_some_and(|now| now.version == after.version), Subject::Case(after.id))?;
    }
    for Changed { after, .. } in &changes.customers {
        let now = world.customers.get(&after.id);
        same(now.is_some_and(|now| now.version == after.version), Subject::Customer(after.id))?;
    }
    for Changed { after, .. } in &changes.decisions {
        let now = world.decisions.get(&(after.rule.clone(), after.occurrence.clone()));
        same(now == Some(after), Subject::Customer(after.customer))?;
    }
    for Changed { after, .. } in &changes.obligations {
        let now = world.obligations.get(&after.interaction);
        same(now.is_some_and(|now| is_same_debt(now, after)), Subject::Interaction(after.interaction))?;
    }
    for Changed { after, .. } in &changes.contacts {
        let now = world.contacts.get(&after.id);
        same(now == Some(after), Subject::Customer(after.customer))?;
    }
    for Changed { after, .. } in &changes.summaries {
        let now = world.summary(after.customer);
        same(is_same_history(&now, after), Subject::Customer(after.customer))?;
    }
    Ok(())
}

fn is_same_debt(now: &Obligation, then: &Obligation) -> bool {
    (now.state, now.open_reason, now.reason, now.gesture) == (then.state, then.open_reason, then.reason, then.gesture)
}

/// When somebody must be looked at is no part of what happened with them.
fn is_same_history(now: &Summary, then: &Summary) -> bool {
    Summary { look_at: then.look_at, ..now.clone() } == *then
}

fn changed_since(subject: &Subject, action: &Action) -> Refusal {
    let resource = subject.to_string();
    let message = format!("{resource} was changed by something else since {}; put it right by hand", name(action.id));
    Refusal::Precondition { kind: Precondition::ChangedSince, resource, message }
}

/// Puts everything back. What is derived comes last.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub(super) fn restore(ledger: &mut Ledger<'_, '_>, action: &Action) -> Result<(), Refusal> {
    let changes = &action.changes;
    changes.customers.iter().for_each(|changed| customer(ledger, changed, action));
    changes.cases.iter().for_each(|changed| case(ledger, changed, action));
    changes.interactions.iter().for_each(|changed| interaction(ledger, changed, action));
    changes.decisions.iter().for_each(|changed| decision(ledger, changed));
    changes.gestures.iter().for_each(|changed| gesture(ledger, changed, action));
    changes.contacts.iter().for_each(|changed| contact(ledger, changed));
    changes.summaries.iter().for_each(|changed| summary(ledger, changed));
    for key in &changes.carried_out {
        if let Some(mut record) = ledger.world.keys.get(key).cloned() {
            record.expires_at = Some(ledger.now());
            ledger.world.keys.put(key.clone(), record);
        }
    }
    changes.obligations.iter().try_for_each(|changed| obligation(ledger, changed))
}

fn note(ledger: &mut Ledger<'_, '_>, kind: EventKind, subject: Subject, state: Option<String>, action: &Action) {
    let customer = match subject {
        Subject::Customer(id) => Some(id),
        Subject::Interaction(id) => ledger.world.interactions.get(&id).and_then(|it| it.customer),
        Subject::Gesture(id) => ledger.world.gestures.get(&id).map(|it| it.customer),
        Subject::Case(id) => ledger.world.cases.get(&id).map(|it| it.customer),
        _ => None,
    };
    let detail = EventDetail {
        state,
        reason: Some(Reason::Undone.to_string()),
        related: vec![name(action.id)],
        ..EventDetail::default()
    };
    ledger.note(kind, subject, customer, detail);
}

/// Consents are never unsaid: what held before is said again.
fn customer(ledger: &mut Ledger<'_, '_>, changed: &Changed<Customer>, action: &Action) {
    let id = changed.after.id;
    let Some((before, now)) = changed.before.as_ref().zip(ledger.world.customers.get(&id).cloned()) else { return };
    let mut back = Customer { version: now.version + 1, updated_at: ledger.now(), ..before.clone() };
    back.consents.clone_from(&now.consents);
    back.through = now.through;
    for (channel, purpose) in Channel::ALL.iter().flat_map(|c| Purpose::ALL.iter().map(move |p| (*c, *p))) {
        let state = before.consent(channel, purpose);
        if back.consent(channel, purpose) != state {
            back.consents.push(Consent {
                channel,
                purpose,
                state,
                source: "undo at the desk".to_owned(),
                text_version: String::new(),
                at: ledger.now(),
            });
        }
    }
    ledger.world.customers.put(id, back);
    note(ledger, EventKind::CustomerUpdated, Subject::Customer(id), None, action);
}

fn case(ledger: &mut Ledger<'_, '_>, changed: &Changed<Case>, action: &Action) {
    let id = changed.after.id;
    let version = changed.after.version + 1;
    let (kind, back) = match &changed.before {
        Some(before) => (EventKind::CaseUpdated, Case { version, ..before.clone() }),
        None => {
            let closed = Case {
                state: CaseState::Resolved,
                root_cause: UNDONE.to_owned(),
                resolved_at: Some(ledger.now()),
                version,
                ..changed.after.clone()
            };
            (EventKind::CaseResolved, closed)
        }
    };
    let state = Some(back.state.to_string());
    ledger.world.cases.put(id, back);
    note(ledger, kind, Subject::Case(id), state, action);
}

fn interaction(ledger: &mut Ledger<'_, '_>, changed: &Changed<Interaction>, action: &Action) {
    let id = changed.after.id;
    let version = changed.after.version + 1;
    let (kind, back) = match &changed.before {
        Some(before) => (EventKind::InteractionCorrected, Interaction { version, ..before.clone() }),
        None => {
            let voided = Interaction {
                state: InteractionState::Voided,
                void_reason: Some(UNDONE.to_owned()),
                joined: None,
                version,
                ..changed.after.clone()
            };
            (EventKind::InteractionVoided, voided)
        }
    };
    let state = Some(back.state.to_string());
    keep_visit_days(ledger, &changed.after, &back);
    ledger.world.interactions.put(id, back);
    note(ledger, kind, Subject::Interaction(id), state, action);
}

/// Commands that share the transaction may have asked for the visit days; then they are kept true.
fn keep_visit_days(ledger: &mut Ledger<'_, '_>, now: &Interaction, back: &Interaction) {
    for (interaction, by) in [(now, -1), (back, 1)] {
        let Some(customer) = interaction.customer.filter(|_| interaction.counts_as_visit_day()) else { continue };
        let Some(mut days) = ledger.world.visit_days.get(&customer).cloned() else { continue };
        let count = days.entry(interaction.local_date).or_default();
        *count = count.saturating_add_signed(by);
        days.retain(|_, count| *count > 0);
        ledger.world.visit_days.put(customer, days);
    }
}

/// What the action decided is decided anew when its occasion comes again.
fn decision(ledger: &mut Ledger<'_, '_>, changed: &Changed<Decision>) {
    let back = changed.before.clone().unwrap_or_else(|| Decision {
        reason: Some(Reason::Undone),
        explanation: UNDONE.to_owned(),
        group_day: None,
        ..changed.after.clone()
    });
    ledger.world.decisions.put((back.rule.clone(), back.occurrence.clone()), back);
}

fn gesture(ledger: &mut Ledger<'_, '_>, changed: &Changed<Gesture>, action: &Action) {
    let version = changed.after.version + 1;
    let (kind, back) = match &changed.before {
        Some(before) => (EventKind::GestureRestored, Gesture { version, ..before.clone() }),
        None => {
            let cancelled = Gesture {
                state: GestureState::Cancelled,
                reason: Some(Reason::Undone),
                explanation: UNDONE.to_owned(),
                taken: None,
                version,
                ..changed.after.clone()
            };
            (EventKind::GestureCancelled, cancelled)
        }
    };
    let (id, state) = (back.id, Some(back.state.to_string()));
    ledger.put_back(back);
    note(ledger, kind, Subject::Gesture(id), state, action);
}

fn contact(ledger: &mut Ledger<'_, '_>, changed: &Changed<Contact>) {
    let back =
        changed.before.clone().unwrap_or_else(|| Contact { state: ContactState::Released, ..changed.after.clone() });
    ledger.world.contacts.put(back.id, back);
}

fn summary(ledger: &mut Ledger<'_, '_>, changed: &Changed<Summary>) {
    let customer = changed.after.customer;
    let empty = || Summary { look_at: changed.after.look_at, ..Summary::new(customer) };
    ledger.world.summaries.put(customer, changed.before.clone().unwrap_or_else(empty));
}

fn obligation(ledger: &mut Ledger<'_, '_>, changed: &Changed<Obligation>) -> Result<(), Refusal> {
    match &changed.before {
        Some(before) => {
            ledger.world.obligations.put(before.interaction, before.clone());
            Ok(())
        }
        None => ledger.derive_obligation(changed.after.interaction, changed.after.clone()),
    }
}
