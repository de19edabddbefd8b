//! Puts right what was recorded wrongly: takes an interaction back, or says whose it is.

use super::record::{Recorded, respond, settle_outcome};
use crate::domain::{
    answer::note_interaction,
    gesture::{Reason, Tone},
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
        take_back(&mut ledger, interaction, Reason::Voided, "The interaction was voided.")?;
        Recorded::read(ledger.world, self.id, false)
    }
}

/// Voids an interaction: cancels what it had planned and has not begun, sets the customer's figures right, and lets
/// purchases that were part of its story stand for themselves.
///
/// # Errors
/// [`Refusal::Miss`] when something must be loaded first.
pub fn take_back(
    ledger: &mut Ledger<'_, '_>,
    mut interaction: Interaction,
    reason: Reason,
    explanation: &str,
) -> Result<(), Refusal> {
    if interaction.state == InteractionState::Voided {
        return Ok(());
    }
    let id = interaction.id;
    ledger.world.obligations.get(&id).ok_or_else(|| missing_interaction(id))?;
    interaction.state = InteractionState::Voided;
    interaction.void_reason.get_or_insert_with(|| explanation.to_owned());
    interaction.version += 1;
    let customer = interaction.customer;
    ledger.world.interactions.put(id, interaction.clone());
    note_interaction(ledger, EventKind::InteractionVoided, &interaction, vec!["state".to_owned()]);
    ledger.cancel_gestures_for(id, reason, explanation, |_| true)?;
    let mut left_alone = unjoin(ledger, id);
    if let Some(visit) = interaction.joined {
        left_alone.extend(leave_visit(ledger, visit, reason, explanation)?);
    }
    if let Some(customer) = customer {
        ledger.rebuild_summary(customer)?;
    }
    ledger.refresh_obligation(id)?;
    left_alone.into_iter().try_for_each(|purchase| respond(ledger, purchase))
}

/// Tells a visit that a purchase of its story was taken back. Without another one it ended without a purchase, and
/// what it had planned in thanks is taken back; the visit is returned to be answered anew.
fn leave_visit(
    ledger: &mut Ledger<'_, '_>,
    visit: InteractionId,
    reason: Reason,
    explanation: &str,
) -> Result<Option<InteractionId>, Refusal> {
    if ledger.world.joined_to(visit).any(|other| other.state != InteractionState::Voided) {
        return Ok(None);
    }
    let mut alone = ledger.world.interactions.get(&visit).cloned().ok_or_else(|| missing_interaction(visit))?;
    alone.detail.purchase = None;
    alone.detail.outcome = None;
    settle_outcome(&mut alone.detail, alone.end_at.is_some());
    alone.version += 1;
    note_interaction(ledger, EventKind::InteractionCorrected, &alone, vec!["outcome".to_owned()]);
    ledger.world.interactions.put(visit, alone);
    ledger.cancel_gestures_for(visit, reason, explanation, |g| g.tone == Tone::Cheerful)?;
    Ok(Some(visit))
}

/// Frees the purchases that had joined a visit.
fn unjoin(ledger: &mut Ledger<'_, '_>, visit: InteractionId) -> Vec<InteractionId> {
    let joined: Vec<_> = ledger.world.joined_to(visit).cloned().collect();
    let ids = joined.iter().map(|purchase| purchase.id).collect();
    for mut purchase in joined {
        purchase.joined = None;
        purchase.version += 1;
        ledger.world.interactions.put(purchase.id, purchase);
    }
    ids
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
        let customer = self.customer.map(|id| ledger.world.customer(id).map(|c| c.id)).transpose()?;
        if before.customer == customer && before.candidates.is_empty() {
            return Recorded::read(ledger.world, self.id, true);
        }
        let mut after = before.clone();
        after.customer = customer;
        after.candidates.clear();
        after.joined = None;
        after.version += 1;
        ledger.world.interactions.put(self.id, after.clone());
        let text = "The interaction turned out to be somebody else's.";
        ledger.cancel_gestures_for(self.id, Reason::Reattributed, text, |g| Some(g.customer) != customer)?;
        let left_alone = unjoin(&mut ledger, self.id);
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
        respond(&mut ledger, self.id)?;
        for purchase in left_alone {
            respond(&mut ledger, purchase)?;
        }
        Recorded::read(ledger.world, self.id, false)
    }
}

fn existing(ledger: &Ledger<'_, '_>, id: InteractionId) -> Result<Interaction, Refusal> {
    ledger.world.interactions.get(&id).cloned().ok_or_else(|| Refusal::not_found("interaction", &id))
}
