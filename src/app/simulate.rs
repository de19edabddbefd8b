//! What a rule would have made of the past, or would make of the days that come; and what is wrong with one.

use super::{App, AppError, background::oldest, rules::words_fault};
use crate::{
    domain::{
        commands::simulate::{SimulateCustomers, SimulateInteractions, Simulated, SimulatedOutcome},
        filter::{CUSTOMERS, Filter, INTERACTIONS, Schema},
        gesture::Reason,
        ids::{RuleId, TemplateId},
        refusal::{Refusal, Violation},
        rule::{Rule, RuleDefinition, RuleState, Trigger},
        rulebook::CompiledRule,
        world::Actor,
    },
    store::{Cursor, PageRequest},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::{collections::BTreeMap, sync::Arc};

/// What is weighed at a time: each comes with all that belongs to it.
const PAGE: u32 = 250;

/// Examples that are kept of each kind of outcome.
const EXAMPLES_OF_A_KIND: usize = 5;

/// The rule that is simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SimulatedRule {
    /// A rule that is kept, in its newest version, enabled or not.
    Saved(RuleId),
    /// One that is not saved.
    Draft(Box<RuleDefinition>),
}

/// What is to be simulated.
#[derive(Debug)]
pub struct Simulation {
    /// Which rule.
    pub rule: CompiledRule,
    /// On which interactions, or customers, where time alone sets the rule off; see [`selects`].
    pub filter: Filter,
    /// From this instant on.
    pub from: Timestamp,
    /// Before this instant.
    pub before: Timestamp,
    /// How many at most.
    pub size: u32,
    /// Behind which; the beginning when absent.
    pub after: Option<Cursor>,
}

/// What came of it, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulationPage {
    /// How many interactions, or customers, were looked at.
    pub looked_at: u64,
    /// Of which no rule is asked, and why.
    pub skipped: BTreeMap<Reason, u64>,
    /// What the rule did not match by, the first thing each.
    pub failed: BTreeMap<String, u64>,
    /// What a gate would have stopped.
    pub stopped: BTreeMap<Reason, u64>,
    /// What would have become a gesture.
    pub gestures: u64,
    /// Some of each kind.
    pub examples: Vec<Simulated>,
    /// How far it came: the beginning of the interaction that was looked at last.
    pub reached: Option<Timestamp>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Cursor>,
}

/// The fields by which one chooses what a rule is simulated on.
#[must_use]
pub const fn selects(trigger: &Trigger) -> &'static Schema {
    if trigger.is_of_time() { &CUSTOMERS } else { &INTERACTIONS }
}

impl App {
    /// The rule that is to be simulated.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none of that name, [`Refusal::Invalid`] for a condition that can't be read.
    pub async fn rule_to_simulate(&self, rule: SimulatedRule) -> Result<CompiledRule, AppError> {
        let rule = match rule {
            SimulatedRule::Saved(id) => self.rule(&id).await?,
            SimulatedRule::Draft(definition) => unsaved(*definition)?,
        };
        CompiledRule::new(rule).map_err(|wrong| Refusal::invalid("rule.condition", wrong.to_string()).into())
    }

    /// Weighs a rule on a page of what was recorded, or of the customers. Sends nothing and keeps nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn simulate_rule(&self, actor: &Actor, asked: Simulation) -> Result<SimulationPage, AppError> {
        let Simulation { rule, filter, from, before, size, mut after } = asked;
        let rule = Arc::new(rule);
        let of_time = rule.rule.definition.trigger.is_of_time();
        let filter = if of_time { filter } else { filter.and(within(from, before)?) };
        let mut page = SimulationPage::default();
        let mut left = size;
        while left > 0 {
            let request = PageRequest { size: left.min(PAGE), after };
            let (simulated, next) = if of_time {
                self.simulate_customers(&rule, &filter, &request, from, before).await?
            } else {
                self.simulate_interactions(&rule, &filter, &request, from).await?
            };
            page.add(simulated.0, simulated.1);
            left = left.saturating_sub(request.size);
            after = next;
            if after.is_none() {
                break;
            }
        }
        page.next = after;
        for customer in page.examples.iter().filter_map(|example| example.customer) {
            self.note_read(actor, "SimulateRule", customer).await;
        }
        Ok(page)
    }

    async fn simulate_interactions(
        &self,
        rule: &Arc<CompiledRule>,
        filter: &Filter,
        request: &PageRequest,
        from: Timestamp,
    ) -> Result<((u64, Vec<Simulated>), Option<Cursor>), AppError> {
        let found = self.store.list_interactions(filter, true, request).await?;
        let ids: Vec<_> = found.items.iter().map(|interaction| interaction.id).collect();
        let count = ids.len() as u64;
        let command = SimulateInteractions { rule: Arc::clone(rule), ids };
        let period = self.policy_period().await?;
        let simulated = self.store.consider(&command, from.checked_sub(period).ok()).await?;
        Ok(((count, simulated), found.next))
    }

    async fn simulate_customers(
        &self,
        rule: &Arc<CompiledRule>,
        filter: &Filter,
        request: &PageRequest,
        from: Timestamp,
        before: Timestamp,
    ) -> Result<((u64, Vec<Simulated>), Option<Cursor>), AppError> {
        let catalog = self.store.catalog().await?;
        let Some(location) = oldest(&catalog).cloned() else { return Ok(((0, Vec::new()), None)) };
        let found = self.store.list_customers(filter, true, request).await?;
        let ids: Vec<_> = found.items.iter().map(|customer| customer.id).collect();
        let count = ids.len() as u64;
        let day = |at| TimeZone::UTC.to_datetime(at).date();
        let (from, before) = (day(from), day(before));
        let command = SimulateCustomers { rule: Arc::clone(rule), ids, location, from, before };
        Ok(((count, self.store.consider(&command, None).await?), found.next))
    }

    async fn policy_period(&self) -> Result<SignedDuration, AppError> {
        Ok(self.store.catalog().await?.settings.policy.budget_period)
    }

    /// What speaks against a rule with this trigger speaking in the words of a template.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn faults_of_words(&self, trigger: &Trigger, id: &TemplateId) -> Result<Option<Violation>, AppError> {
        let fault = match self.store.template(id).await? {
            None => Some(Refusal::not_found("template", id)),
            Some(template) => words_fault(&template, trigger),
        };
        Ok(fault.map(|refusal| match refusal {
            Refusal::Invalid(violations) if violations.len() == 1 => {
                Violation::new("rule.action.template", violations[0].description.clone())
            }
            refusal => Violation::new("rule.action.template", refusal.to_string()),
        }))
    }
}

impl SimulationPage {
    /// Adds what came of one page.
    fn add(&mut self, looked_at: u64, simulated: Vec<Simulated>) {
        self.looked_at += looked_at;
        for one in simulated {
            self.reached = Some(one.at);
            match &one.outcome {
                SimulatedOutcome::Skipped(reason, _) => *self.skipped.entry(*reason).or_default() += 1,
                SimulatedOutcome::Failed(clause) => *self.failed.entry(clause.clone()).or_default() += 1,
                SimulatedOutcome::Stopped(reason, _) => *self.stopped.entry(*reason).or_default() += 1,
                SimulatedOutcome::Gesture { .. } => self.gestures += 1,
            }
            let alike =
                |other: &&Simulated| std::mem::discriminant(&other.outcome) == std::mem::discriminant(&one.outcome);
            if self.examples.iter().filter(alike).count() < EXAMPLES_OF_A_KIND {
                self.examples.push(one);
            }
        }
    }

    /// How many the rule matched.
    #[must_use]
    pub fn matched(&self) -> u64 {
        self.gestures + self.stopped.values().sum::<u64>()
    }
}

/// Interactions that began between two instants.
fn within(from: Timestamp, before: Timestamp) -> Result<Filter, Refusal> {
    let source = format!("interaction.start_time >= \"{from}\" AND interaction.start_time < \"{before}\"");
    Filter::parse(&source, &INTERACTIONS).map_err(|wrong| Refusal::invalid("start_time", wrong.to_string()))
}

/// What a rule that is not saved would be.
fn unsaved(definition: RuleDefinition) -> Result<Rule, Refusal> {
    let id = "draft".parse().map_err(|wrong| Refusal::invalid("draft", format!("{wrong}")))?;
    let (created_at, updated_at) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    Ok(Rule { id, state: RuleState::Disabled, version: 1, definition, revision: 1, created_at, updated_at })
}
