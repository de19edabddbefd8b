//! Puts right what was recorded wrongly: takes an interaction back, or says whose it is.

use super::{
    cases::close_unfounded,
    outreach,
    record::{Recorded, respond},
    story::{self, Left},
};
use crate::domain::{
    answer::{heed_misery, note_interaction},
    customer::CustomerStatus,
    gesture::Reason,
    ids::{CustomerId, InteractionId},
    interaction::{Interaction, InteractionState},
    ledger::{Ledger, missing_interaction},
    refusal::{Precondition, Refusal},
    world::{Actor, Command, Context, EventDetail, EventKind, Needs, Subject, World},
};

/// Takes an interaction back. Doing so again changes nothing.
#[derive(Debug, Clone)]
pub struct Void {
    /// Who takes it back.
    pub actor: Actor,
    /// The interaction.
    pub id: InteractionId,
    /// Why.
    pub reason: String,
}

impl Command for Void {
    type Reply = Recorded;

    fn needs(&self) -> Needs {
        Needs { interactions: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Recorded, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let mut interaction = existing(&ledger, self.id)?;
        if interaction.state == InteractionState::Voided {
            return Recorded::read(ledger.world, self.id, true);
        }
        interaction.void_reason = Some(self.reason.clone()).filter(|reason| !reason.is_empty());
        let text = "The interaction was voided.";
        let customer = interaction.customer;
        let left = take_back(&mut ledger, interaction, Reason::Voided, text)?;
        customer.map_or(Ok(()), |customer| close_unfounded(&mut ledger, self.id, customer, text))?;
        story::settle(&mut ledger, left, Reason::Voided, text)?;
        Recorded::read(ledger.world, self.id, false)
    }
}

/// Voids an interaction: cancels what it had planned and has not begun, takes it out of its story, and sets the
/// customer's figures right. What it leaves behind must be [settled](story::settle) afterwards.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn take_back(
    ledger: &mut Ledger<'_, '_>,
    mut interaction: Interaction,
    reason: Reason,
    explanation: &str,
) -> Result<Left, Refusal> {
    if interaction.state == InteractionState::Voided {
        return Ok(Left::default());
    }
    let id = interaction.id;
    ledger.world.obligations.get(&id).ok_or_else(|| missing_interaction(id))?;
    interaction.state = InteractionState::Voided;
    interaction.void_reason.get_or_insert_with(|| explanation.to_owned());
    interaction.version += 1;
    let customer = interaction.customer;
    note_interaction(ledger, EventKind::InteractionVoided, &interaction, vec!["state".to_owned()]);
    ledger.world.interactions.put(id, interaction);
    ledger.cancel_gestures_for(id, reason, explanation, |_| true)?;
    outreach::discount(ledger, id);
    let left = story::leave(ledger, id)?;
    customer.map_or(Ok(()), |customer| ledger.rebuild_summary(customer))?;
    ledger.refresh_obligation(id)?;
    Ok(left)
}

/// Says whose an interaction is; with no customer, that it is not this person's.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Who says so.
    pub actor: Actor,
    /// The interaction.
    pub id: InteractionId,
    /// Whose it is.
    pub customer: Option<CustomerId>,
}

impl Command for Attribute {
    type Reply = Recorded;

    fn needs(&self) -> Needs {
        Needs { interactions: [self.id].into(), customers: self.customer.into_iter().collect(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Recorded, Refusal> {
        let mut ledger = Ledger { world, context, actor: &self.actor };
        let before = existing(&ledger, self.id)?;
        if before.state == InteractionState::Voided {
            return Err(Refusal::Precondition {
                kind: Precondition::InteractionVoided,
                resource: Subject::Interaction(self.id).to_string(),
                message: "a voided interaction is nobody's; record it anew".to_owned(),
            });
        }
        let customer = self.customer.map(|id| living(ledger.world, id)).transpose()?;
        if before.customer == customer && before.candidates.is_empty() {
            return Recorded::read(ledger.world, self.id, true);
        }
        if let Some(customer) = customer {
            ledger.require(story::surroundings(&ledger, &before, customer))?;
        }
        let mut after = before.clone();
        after.customer = customer;
        after.origin = self.customer.filter(|named| Some(*named) != customer);
        after.candidates.clear();
        after.version += 1;
        ledger.world.interactions.put(self.id, after);
        let text = "The interaction turned out to be somebody else's.";
        ledger.cancel_gestures_for(self.id, Reason::Reattributed, text, |g| Some(g.customer) != customer)?;
        let left = story::leave(&mut ledger, self.id)?;
        let after = existing(&ledger, self.id)?;
        match (before.customer, customer) {
            (None, Some(_)) => ledger.count_interaction(&after)?,
            (before, after) => before.into_iter().chain(after).try_for_each(|c| ledger.rebuild_summary(c))?,
        }
        let detail = EventDetail {
            fields: vec!["customer".to_owned()],
            related: before.customer.map(|c| Subject::Customer(c).to_string()).into_iter().collect(),
            ..EventDetail::default()
        };
        ledger.note(EventKind::InteractionAttributed, Subject::Interaction(self.id), customer, detail);
        before.customer.map_or(Ok(()), |customer| close_unfounded(&mut ledger, self.id, customer, text))?;
        if before.customer.is_none() || ledger.world.contacts.get(&self.id.0).is_some() {
            outreach::discount(&mut ledger, self.id);
            outreach::count(&mut ledger, self.id)?;
        }
        heed_misery(&mut ledger, self.id)?;
        story::settle(&mut ledger, left, Reason::Reattributed, text)?;
        story::unite_with_open(&mut ledger, self.id, "They were on a visit there already, which is the same.")?;
        respond(&mut ledger, self.id)?;
        Recorded::read(ledger.world, self.id, false)
    }
}

fn existing(ledger: &Ledger<'_, '_>, id: InteractionId) -> Result<Interaction, Refusal> {
    ledger.world.interactions.get(&id).cloned().ok_or_else(|| Refusal::not_found("interaction", &id))
}

/// The customer an id stands for, unless they asked to be forgotten.
fn living(world: &World, id: CustomerId) -> Result<CustomerId, Refusal> {
    let customer = world.customer(id)?;
    match customer.status {
        CustomerStatus::Erased => Err(Refusal::Erased { resource: Subject::Customer(customer.id).to_string() }),
        _ => Ok(customer.id),
    }
}
