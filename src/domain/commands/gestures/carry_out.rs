//! What carrying out leaves behind: the interaction that we began, and the contact.

use crate::domain::{
    answer::local_date,
    budget::Full,
    capacity,
    commands::{outreach, place},
    customer::{Channel, CustomerStatus},
    gesture::{Contact, ContactState, Gesture, GestureState, Reason},
    ids::{CustomerId, GestureId, InteractionId},
    interaction::{Detail, Direction, Interaction, InteractionChannel, InteractionKind, InteractionState, Outcome},
    ledger::Ledger,
    moment,
    obligation::unanswered,
    refusal::Refusal,
    replan::{location_of, make_room, name},
    upcoming::heed_return,
    world::{EventDetail, EventKind, Fingerprint, IdempotencyKey, KeyRecord, Subject, World},
};
use jiff::Timestamp;

/// The key under which the interaction is kept that carrying out a gesture made.
#[must_use]
pub fn contact_key(gesture: GestureId) -> IdempotencyKey {
    IdempotencyKey::contact(gesture)
}

/// The interaction that carrying out a gesture made, unless that was taken back.
pub(super) fn contact_of(world: &World, gesture: GestureId) -> Option<InteractionId> {
    let record = world.keys.get(&contact_key(gesture)).filter(|record| record.expires_at.is_none())?;
    record.resource.strip_prefix("interactions/")?.parse().ok().map(InteractionId)
}

/// What is told of a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::domain::commands) struct Told {
    /// When it reached the customer; now, when not said.
    pub(in crate::domain::commands) at: Option<Timestamp>,
    /// Who did it.
    pub(in crate::domain::commands) staff: String,
    /// What the customer said.
    pub(in crate::domain::commands) words: String,
    /// How happy they were, 1 to 5.
    pub(in crate::domain::commands) happy: Option<u8>,
}

/// Completes a gesture and records the contact.
pub(in crate::domain::commands) fn carry_out(
    ledger: &mut Ledger<'_, '_>,
    mut gesture: Gesture,
    told: Told,
    explanation: &str,
) -> Result<(Gesture, InteractionId), Refusal> {
    gesture.completed_at = told.at;
    if gesture.schedule.call_day.is_some() {
        // It took people's time on the day on which it was made, and leaves its place on any other.
        let location = location_of(ledger.world, &gesture.location)?;
        let made_at = told.at.unwrap_or_else(|| ledger.now());
        gesture.schedule.call_day = Some(capacity::day_at(&location, &ledger.world.zones, made_at));
    }
    let used_by = excess(ledger, &gesture, told.at)?;
    let (reason, explanation) = match used_by.as_slice() {
        [] => (Reason::Delivered, explanation.to_owned()),
        _ => {
            let full = Full { used_by: used_by.clone(), planned: Vec::new(), free_at: None };
            (Reason::DeliveredOverBudget, format!("{explanation} The contact budget was used up by {full}."))
        }
    };
    let gesture = ledger.move_gesture(gesture, GestureState::Completed, Some(reason), explanation)?;
    let id = record_contact(ledger, &gesture, told)?;
    tell_excess(ledger, id, gesture.customer, used_by);
    make_room(ledger, gesture.household)?;
    Ok((gesture, id))
}

/// Keeps with a contact that there was no place for it, and what had used the budget up.
fn tell_excess(ledger: &mut Ledger<'_, '_>, id: InteractionId, customer: CustomerId, used_by: Vec<String>) {
    if used_by.is_empty() {
        return;
    }
    outreach::note_excess(ledger, id, customer, &used_by);
    if let Some(mut interaction) = ledger.world.interactions.get(&id).cloned() {
        interaction.detail.over_budget_by = used_by;
        ledger.world.interactions.put(id, interaction);
    }
}

/// What had used the contact budget up before a gesture that nobody asked it for: what a worker has on its way was
/// given its place when delivery started.
fn excess(ledger: &Ledger<'_, '_>, gesture: &Gesture, at: Option<Timestamp>) -> Result<Vec<String>, Refusal> {
    let counted = ledger.world.contact_for(gesture.id).is_some_and(|place| place.state == ContactState::Used);
    if counted || !gesture.counts_as_contact() {
        return Ok(Vec::new());
    }
    outreach::used_up_by(ledger, gesture.customer, at.unwrap_or_else(|| ledger.now()))
}

/// A contact that happened although its gesture was not completed by it: it counts in the budget all the same, and in
/// the place that an expired one still has there.
pub(super) fn count_apart(
    ledger: &mut Ledger<'_, '_>,
    gesture: &Gesture,
    interaction: InteractionId,
) -> Result<(), Refusal> {
    if !gesture.counts_as_contact() {
        return Ok(());
    }
    let kept = ledger.world.contact_for(gesture.id).filter(|place| place.state == ContactState::Reserved).cloned();
    if let Some(place) = kept {
        ledger.world.contacts.put(place.id, Contact { state: ContactState::Released, ..place });
    }
    let used_by = outreach::used_up_by(ledger, gesture.customer, ledger.now())?;
    tell_excess(ledger, interaction, gesture.customer, used_by);
    let contact = Contact {
        id: interaction.0,
        household: gesture.household,
        customer: gesture.customer,
        channel: gesture.channel,
        kind: gesture.kind,
        at: ledger.now(),
        state: ContactState::Used,
        gesture: None,
        priority: gesture.priority,
    };
    ledger.world.contacts.put(contact.id, contact);
    make_room(ledger, gesture.household)
}

/// Records the interaction that we began. It owes nothing.
pub(super) fn record_contact(
    ledger: &mut Ledger<'_, '_>,
    gesture: &Gesture,
    told: Told,
) -> Result<InteractionId, Refusal> {
    let id = InteractionId(ledger.new_id());
    let now = ledger.now();
    let at = told.at.unwrap_or(now);
    let location = location_of(ledger.world, &gesture.location)?;
    let mut detail = detail(ledger.world, gesture, told);
    if ledger.world.customer(gesture.customer).is_ok_and(|customer| customer.status == CustomerStatus::Erased) {
        // It was on its way when they asked to be forgotten.
        detail.forget();
    }
    let answered = gesture.interaction.and_then(|id| ledger.world.interactions.get(&id));
    // What answers a merged record stays with what it answers.
    let origin =
        answered.and_then(|it| it.origin).filter(|_| answered.and_then(|it| it.customer) == Some(gesture.customer));
    let interaction = Interaction {
        id,
        customer: Some(gesture.customer),
        recorded_customer: Some(origin.unwrap_or(gesture.customer)),
        origin,
        candidates: Vec::new(),
        state: InteractionState::Closed,
        location: location.id.clone(),
        moment: moment::judge(&detail, &[]),
        detail,
        start_at: at,
        end_at: Some(at),
        received_at: now,
        local_date: local_date(ledger, &location, at)?,
        journey: answered.and_then(place::of_answer),
        joined: None,
        history: false,
        void_reason: None,
        version: 1,
    };
    ledger.world.interactions.put(id, interaction.clone());
    ledger.count_interaction(&interaction)?;
    note(ledger, gesture, id);
    ledger.derive_obligation(id, unanswered(&interaction, now))?;
    heed_return(ledger, gesture.customer)?;
    if gesture.channel != Channel::InPerson {
        let mut summary = ledger.world.summary(gesture.customer);
        summary.last_contact_at = summary.last_contact_at.max(Some(at));
        ledger.world.summaries.put(gesture.customer, summary);
    }
    let key = contact_key(gesture.id);
    let record = KeyRecord {
        key: key.clone(),
        resource: Subject::Interaction(id).to_string(),
        fingerprint: Fingerprint::default(),
        expires_at: None,
        erased: false,
    };
    ledger.world.keys.put(key, record);
    Ok(id)
}

fn note(ledger: &mut Ledger<'_, '_>, gesture: &Gesture, id: InteractionId) {
    let detail = EventDetail { related: vec![name(gesture.id)], ..EventDetail::default() };
    ledger.note(EventKind::InteractionRecorded, Subject::Interaction(id), Some(gesture.customer), detail);
}

/// It belongs to the same order or stay as what it answers.
fn detail(world: &World, gesture: &Gesture, told: Told) -> Detail {
    let channel = match gesture.channel {
        Channel::InPerson | Channel::HandOver => InteractionChannel::InStore,
        Channel::Phone => InteractionChannel::Phone,
        Channel::Email => InteractionChannel::Email,
        Channel::Message => InteractionChannel::Chat,
        Channel::Post => InteractionChannel::Post,
    };
    let answered = gesture.interaction.and_then(|id| world.interactions.get(&id));
    let mut detail = Detail::new(InteractionKind::OutboundContact, channel, Direction::Outbound);
    detail.subject = answered.and_then(|i| i.detail.subject.clone());
    detail.touchpoint = answered.and_then(|i| i.detail.touchpoint.clone());
    detail.outcome = Some(Outcome::Informed);
    detail.staff = told.staff;
    detail.remarks = told.words;
    detail.satisfaction = told.happy;
    detail
}
