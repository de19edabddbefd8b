//! Tells what would have to change for an interaction to be answered otherwise. Changes nothing.

use crate::domain::{
    advice::{self, Advice, Asked},
    gesture::Reason,
    ids::{GestureId, InteractionId, RuleId},
    ledger::missing_interaction,
    refusal::Refusal,
    rulebook::{Cause, Facts},
    world::{Command, Context, Needs, World},
};
use std::collections::BTreeMap;

/// Asks what would have to change.
#[derive(Debug, Clone)]
pub struct AdviseInteraction {
    /// The interaction; what a visit answers for both is the visit's.
    pub id: InteractionId,
}

/// What would have to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InteractionAdvice {
    /// For what it is owed to be settled otherwise.
    pub obligation: String,
    /// For the rules that did not match, in the order in which they were looked at.
    pub looked_at: Vec<Advice>,
    /// For those that matched and were stopped, then or later.
    pub decisions: BTreeMap<RuleId, String>,
}

impl Command for AdviseInteraction {
    type Reply = InteractionAdvice;

    fn needs(&self) -> Needs {
        Needs { interactions: [self.id].into(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<InteractionAdvice, Refusal> {
        let interaction = world.interactions.get(&self.id).ok_or_else(|| missing_interaction(self.id))?;
        let obligation = world.obligations.get(&self.id).ok_or_else(|| missing_interaction(self.id))?;
        let Some(customer) = interaction.customer else {
            let reason = obligation.reason.unwrap_or(Reason::Anonymous);
            return Ok(InteractionAdvice {
                obligation: advice::plainly(reason).to_owned(),
                ..InteractionAdvice::default()
            });
        };
        let customer = world.customer(customer)?;
        let location = world.location(&interaction.location)?;
        let summary = world.summary(customer.id);
        let on_latest_visit_day =
            interaction.counts_as_visit_day() && summary.last_visit == Some(interaction.local_date);
        let cause = Cause::Interaction { interaction, on_latest_visit_day };
        let facts = Facts { cause, customer, summary: &summary, location: &location };
        let definition = |rule: &RuleId, version: u32| {
            world.rules.get(rule).filter(|it| it.rule.version == version).map(|it| &it.rule.definition)
        };
        let looked_at = obligation
            .looked_at
            .iter()
            .map(|it| advice::on_failure(&it.failed, definition(&it.rule, it.version), &facts))
            .collect();
        let ended = |id: GestureId| world.gestures.get(&id).filter(|gesture| gesture.state.is_final());
        let mut advice = InteractionAdvice { looked_at, ..InteractionAdvice::default() };
        for decision in world.decisions_for(interaction.joined.unwrap_or(self.id)) {
            let gesture = decision.gesture.and_then(ended);
            let Some(reason) = decision.reason.or_else(|| gesture.and_then(|it| it.reason)) else { continue };
            let definition = definition(&decision.rule, decision.version);
            let asked = match (gesture, definition) {
                (Some(gesture), _) => Asked::by(gesture, customer, &location),
                (None, Some(definition)) => {
                    let action = &definition.action;
                    let (channels, purpose) = (action.channels.as_slice(), action.purpose);
                    let recipient = action.recipient.as_str();
                    Asked { customer, location: &location, channels, purpose, recipient, gesture: None }
                }
                (None, None) => continue,
            };
            let text = advice::on_reason(world, reason, &asked, context.now);
            advice.decisions.insert(decision.rule.clone(), text);
        }
        if let Some(reason) = obligation.reason {
            let of_decision = world.decisions_for(self.id).find(|it| it.reason == Some(reason));
            let told = of_decision.and_then(|it| advice.decisions.get(&it.rule)).cloned();
            advice.obligation = told.unwrap_or_else(|| advice::plainly(reason).to_owned());
        }
        Ok(advice)
    }
}
