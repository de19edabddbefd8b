//! What a rule would have made of what was recorded, or would make of the days that come: the rule is weighed by the
//! code that decides, at the instants at which it would have been, and nothing is kept.
//!
//! What is known as it was then: the interactions, the history that follows from them, consents, and what other rules
//! made of the same day. All else is taken as it is now; [`APPROXIMATIONS`] says so to whoever asks.

use super::look_ahead::{in_whose_name, today};
use crate::domain::{
    answer::{gate, is_owed},
    customer::{Channel, Customer},
    decide::weigh,
    gesture::Reason,
    ids::{CustomerId, InteractionId, LocationId},
    interaction::{Interaction, InteractionState},
    planning::{Plan, Planned},
    refusal::Refusal,
    rulebook::{Cause, CompiledRule, Facts},
    summary::Summary,
    upcoming,
    world::{Command, Context, Miss, Needs, Subject, World},
};
use jiff::{Timestamp, civil::Date};
use std::{collections::BTreeSet, sync::Arc};

/// What is not as it was, in sentences.
pub const APPROXIMATIONS: [&str; 4] = [
    "Profiles, tags, locations, hours, touchpoints, templates and open cases are taken as they are now.",
    "The contact budget counts what was really planned and sent, and nothing of what this rule would have added.",
    "Of its group, other rules count by what they really did on that day.",
    "summary.last_contact_time, summary.open_case and summary.open_promises are those of now.",
];

/// One thing that a rule was weighed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The interaction, or the customer whose day it is.
    pub subject: Subject,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// The instant of which it is told: when it happened, or the day.
    pub at: Timestamp,
    /// What would have become of it.
    pub outcome: SimulatedOutcome,
}

/// What a rule would have made of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SimulatedOutcome {
    /// No rule is asked about it.
    Skipped(Reason, String),
    /// The rule did not match; the first thing that failed.
    Failed(String),
    /// It matched, and a gate stopped it.
    Stopped(Reason, String),
    /// It would have made a gesture.
    Gesture {
        /// By which channel.
        channel: Channel,
        /// When it would have been due.
        due_at: Timestamp,
        /// What would have held it, as things are now.
        held: Option<String>,
    },
}

/// Weighs a rule on interactions.
#[derive(Debug, Clone)]
pub struct SimulateInteractions {
    /// The rule, saved or not.
    pub rule: Arc<CompiledRule>,
    /// The interactions.
    pub ids: Vec<InteractionId>,
}

impl Command for SimulateInteractions {
    type Reply = Vec<Simulated>;

    fn needs(&self) -> Needs {
        Needs { interactions: self.ids.iter().copied().collect(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<Vec<Simulated>, Refusal> {
        self.require_histories(world)?;
        let found = self.ids.iter().filter_map(|id| world.interactions.get(id));
        found
            .map(|interaction| {
                Ok(Simulated {
                    subject: Subject::Interaction(interaction.id),
                    customer: interaction.customer,
                    at: interaction.start_at,
                    outcome: self.outcome(world, interaction)?,
                })
            })
            .collect()
    }
}

impl SimulateInteractions {
    /// History as it was is made from all interactions of a customer.
    fn require_histories(&self, world: &World) -> Result<(), Refusal> {
        if !self.rule.looks_at_history() {
            return Ok(());
        }
        let asked = self.ids.iter().filter_map(|id| world.interactions.get(id)).filter(|it| skipped(it).is_none());
        let customers: BTreeSet<_> = asked.filter_map(|it| it.customer).collect();
        let missing: Vec<_> =
            customers.into_iter().filter(|id| !world.histories.contains(id)).map(Miss::History).collect();
        if missing.is_empty() { Ok(()) } else { Err(Refusal::Miss(Miss::All(missing))) }
    }

    fn outcome(&self, world: &World, interaction: &Interaction) -> Result<SimulatedOutcome, Refusal> {
        if let Some((reason, text)) = skipped(interaction) {
            return Ok(SimulatedOutcome::Skipped(reason, text.to_owned()));
        }
        let Some(id) = interaction.customer else {
            return Ok(SimulatedOutcome::Skipped(Reason::Anonymous, "Nobody is known to thank.".to_owned()));
        };
        let then = interaction.received_at.max(interaction.end_at.unwrap_or(interaction.start_at));
        let customer = as_then(world.customer(id)?, then);
        if let Some((reason, text)) = gate(&customer, interaction.local_date) {
            return Ok(SimulatedOutcome::Skipped(reason, text.to_owned()));
        }
        let location = world.location(&interaction.location)?;
        let summary = self.summary_then(world, customer.id, then);
        let on_latest_visit_day =
            interaction.counts_as_visit_day() && summary.last_visit == Some(interaction.local_date);
        let cause = Cause::Interaction { interaction, on_latest_visit_day };
        let facts = Facts { cause, customer: &customer, summary: &summary, location: &location };
        outcome(world, &self.rule, &facts, then)
    }

    fn summary_then(&self, world: &World, customer: CustomerId, then: Timestamp) -> Summary {
        let now = world.summary(customer);
        if !self.rule.looks_at_history() {
            return now;
        }
        now.rebuilt(world.interactions_of(customer).filter(|it| it.received_at <= then))
    }
}

/// Weighs a rule that time alone sets off on the days and silences of customers.
#[derive(Debug, Clone)]
pub struct SimulateCustomers {
    /// The rule, saved or not.
    pub rule: Arc<CompiledRule>,
    /// The customers.
    pub ids: Vec<CustomerId>,
    /// In whose name one speaks to somebody who was never met anywhere.
    pub location: LocationId,
    /// From this day on.
    pub from: Date,
    /// Before this day.
    pub before: Date,
}

impl Command for SimulateCustomers {
    type Reply = Vec<Simulated>;

    fn needs(&self) -> Needs {
        Needs {
            customers: self.ids.iter().copied().collect(),
            locations: [self.location.clone()].into(),
            ..Needs::default()
        }
    }

    fn decide(&self, world: &mut World, context: &mut Context<'_>) -> Result<Vec<Simulated>, Refusal> {
        let mut simulated = Vec::new();
        for customer in self.ids.iter().filter_map(|id| world.customers.get(id)) {
            let told = |at, outcome| Simulated {
                subject: Subject::Customer(customer.id),
                customer: Some(customer.id),
                at,
                outcome,
            };
            let summary = world.summary(customer.id);
            let location = in_whose_name(world, &summary, &self.location)?;
            let day = today(world, customer, &location, context.now);
            if let Some((reason, text)) = gate(customer, day) {
                simulated.push(told(context.now, SimulatedOutcome::Skipped(reason, text.to_owned())));
                continue;
            }
            let found = upcoming::between(customer, &summary, self.from, self.before);
            let mut asked = false;
            for (what, looked_on) in found.into_iter().filter(|(what, _)| self.rule.heeds_kind(what)) {
                asked = true;
                let cause = Cause::Upcoming { what, today: looked_on };
                let facts = Facts { cause, customer, summary: &summary, location: &location };
                let at = upcoming::noon(what.day().unwrap_or(looked_on));
                let then = upcoming::noon(looked_on);
                simulated.push(told(at, outcome(world, &self.rule, &facts, then)?));
            }
            if !asked {
                simulated.push(told(
                    context.now,
                    SimulatedOutcome::Failed("trigger: nothing of it in these days".to_owned()),
                ));
            }
        }
        Ok(simulated)
    }
}

/// What a rule makes of facts at an instant.
fn outcome(
    world: &World,
    rule: &CompiledRule,
    facts: &Facts<'_>,
    then: Timestamp,
) -> Result<SimulatedOutcome, Refusal> {
    if let Some(failed) = rule.first_failed(facts) {
        return Ok(SimulatedOutcome::Failed(failed));
    }
    Ok(match weigh(world, rule, facts, then)?.planned {
        Planned::Stopped { reason, explanation } => SimulatedOutcome::Stopped(reason, explanation),
        Planned::Gesture(Plan { channel, schedule, held, unclear, no_room }) => {
            let held = held.map(|(_, why)| why).or(unclear).or(no_room);
            SimulatedOutcome::Gesture { channel, due_at: schedule.due_at, held }
        }
    })
}

/// Why no rule is asked about an interaction.
fn skipped(interaction: &Interaction) -> Option<(Reason, &'static str)> {
    if interaction.state == InteractionState::Voided {
        Some((Reason::Voided, "It was voided."))
    } else if interaction.history {
        Some((Reason::History, "It lies before the time we answer for."))
    } else if interaction.joined.is_some() {
        Some((Reason::Overtaken, "It belongs to a visit, which is answered for both."))
    } else if interaction.customer.is_none() {
        Some((Reason::Anonymous, "Nobody is known to thank."))
    } else {
        (!is_owed(interaction)).then_some((Reason::Observation, "It is not over, or was only observed."))
    }
}

/// A customer as far as it is known how they were: with what they had allowed by then.
fn as_then(customer: &Customer, then: Timestamp) -> Customer {
    let mut customer = customer.clone();
    customer.consents.retain(|consent| consent.at <= then);
    customer
}
