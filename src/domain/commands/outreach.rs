//! Contacts that no gesture planned: somebody calls or writes to a customer, and records it. What happened counts in
//! the contact budget, also above its limit (4.5); then that is kept with it, and what was planned gives way.

use crate::domain::{
    budget::Budget,
    customer::Channel,
    gesture::{Contact, ContactState, GestureKind},
    ids::{CustomerId, InteractionId},
    interaction::{Direction, Interaction, InteractionChannel, InteractionKind, InteractionState},
    ledger::{Ledger, missing_interaction},
    refusal::Refusal,
    replan::make_room,
    world::{EventDetail, EventKind, Subject},
};
use jiff::Timestamp;

/// Counts an interaction that was recorded, if it is such a contact.
///
/// # Errors
/// [`Refusal::Miss`] when what has to give way is not loaded.
pub(super) fn count(ledger: &mut Ledger<'_, '_>, id: InteractionId) -> Result<(), Refusal> {
    let mut interaction = ledger.world.interactions.get(&id).cloned().ok_or_else(|| missing_interaction(id))?;
    let Some((customer, channel)) = interaction.customer.zip(contact_channel(&interaction)) else { return Ok(()) };
    let household = ledger.world.customer(customer)?.household;
    let at = interaction.start_at.min(ledger.now());
    let used_by = used_up_by(ledger, customer, at)?;
    let kind = if channel == Channel::Phone { GestureKind::Call } else { GestureKind::Note };
    let contact = Contact {
        id: id.0,
        household,
        customer,
        channel,
        kind,
        at,
        state: ContactState::Used,
        gesture: None,
        priority: 0,
    };
    ledger.world.contacts.put(contact.id, contact);
    let mut summary = ledger.world.summary(customer);
    summary.last_contact_at = summary.last_contact_at.max(Some(at));
    ledger.world.summaries.put(customer, summary);
    if !used_by.is_empty() {
        note_excess(ledger, id, customer, &used_by);
        interaction.detail.over_budget_by = used_by;
        ledger.world.interactions.put(id, interaction);
    }
    make_room(ledger, household)
}

/// Gives the place back of an interaction that did not happen, or not with this customer.
pub(super) fn discount(ledger: &mut Ledger<'_, '_>, id: InteractionId) {
    if let Some(contact) = ledger.world.contacts.get(&id.0).cloned() {
        ledger.world.contacts.put(id.0, Contact { state: ContactState::Released, ..contact });
    }
}

/// What had used the contact budget up when a customer was contacted; empty while there was a place.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such customer.
pub(super) fn used_up_by(ledger: &Ledger<'_, '_>, customer: CustomerId, at: Timestamp) -> Result<Vec<String>, Refusal> {
    let household = ledger.world.customer(customer)?.household;
    let budget = Budget::new(ledger.world.contacts_of(household), &ledger.world.settings, None);
    Ok(budget.had_place_at(at).err().map(|full| full.used_by).unwrap_or_default())
}

/// Notes that a contact was made which the budget had no place for.
pub(super) fn note_excess(
    ledger: &mut Ledger<'_, '_>,
    interaction: InteractionId,
    customer: CustomerId,
    used_by: &[String],
) {
    let detail = EventDetail { related: used_by.to_vec(), ..EventDetail::default() };
    ledger.note(EventKind::ContactOverBudget, Subject::Interaction(interaction), Some(customer), detail);
}

/// By what we reached out, if we did: what is said at a visit is no contact, and what is history was budgeted long ago.
fn contact_channel(interaction: &Interaction) -> Option<Channel> {
    let detail = &interaction.detail;
    let reached_out = detail.kind == InteractionKind::OutboundContact
        && detail.direction == Direction::Outbound
        && interaction.state == InteractionState::Closed
        && !interaction.history;
    match detail.channel {
        _ if !reached_out => None,
        InteractionChannel::Phone => Some(Channel::Phone),
        InteractionChannel::Email => Some(Channel::Email),
        InteractionChannel::Chat | InteractionChannel::App | InteractionChannel::Social => Some(Channel::Message),
        InteractionChannel::Post => Some(Channel::Post),
        InteractionChannel::InStore | InteractionChannel::Web => None,
    }
}
