//! Rules of gratitude.

use super::{
    Rpc,
    convert::{
        rule::{read_definition, read_trigger, rule},
        simulation::{rule_faults, simulation},
    },
    etag,
    mask::merge,
    names::read_updated,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{SimulatedRule, Simulation, selects},
    domain::{
        filter::RULE_CONDITIONS,
        ids::{RuleId, TemplateId},
        rule::{RuleState, Trigger},
        rulebook::conditions,
        world::Actor,
    },
    proto::v1::{self as pb, rule_service_server::RuleService},
};
use jiff::{SignedDuration, Timestamp};
use prost::Message;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl RuleService for Rpc {
    async fn get_rule(&self, request: Request<pb::GetRuleRequest>) -> Result<Response<pb::Rule>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<RuleId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.rule(&id).await.map_err(Failure::from)?;
        Ok(Response::new(rule(&found)))
    }

    async fn list_rules(
        &self,
        request: Request<pb::ListRulesRequest>,
    ) -> Result<Response<pb::ListRulesResponse>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        fields.finish(Some(()))?;
        let binding = ["ListRules", if said.show_retired { "all" } else { "" }];
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.rules(said.show_retired, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListRulesResponse {
            rules: page.items.iter().map(rule).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn create_rule(
        &self,
        request: Request<pb::CreateRuleRequest>,
    ) -> Result<Response<pb::CreateRuleResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.new_id("rule_id", &said.rule_id);
        let definition = fields.required("rule", said.rule, read_definition);
        let (id, definition) = fields.finish(id.zip(definition))?;
        let made = self.app.create_rule(actor, id, definition, !said.disabled).await.map_err(Failure::from)?;
        Ok(Response::new(pb::CreateRuleResponse { rule: Some(rule(&made.what)), replayed: made.replayed }))
    }

    async fn update_rule(&self, request: Request<pb::UpdateRuleRequest>) -> Result<Response<pb::Rule>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.rule.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<RuleId>(&mut fields, "rule", &new.name, &new.etag);
        let (id, revision) = fields.finish(read)?;
        let before = self.app.rule(&id).await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, rule(&before), &new, said.update_mask.as_ref());
        let definition = fields.within("rule", |fields| read_definition(fields, merged));
        let definition = fields.finish(definition)?;
        // What the mask left out was read at this revision; the caller may insist on another.
        let revision = revision.unwrap_or(before.revision);
        let change = move |it: &mut _| definition.clone_into(it);
        let after = self.app.update_rule(actor, id, Some(revision), change).await.map_err(Failure::from)?;
        Ok(Response::new(rule(&after)))
    }

    async fn retire_rule(&self, request: Request<pb::RetireRuleRequest>) -> Result<Response<pb::Rule>, Status> {
        let (actor, said) = self.call(request)?;
        self.set_rule_state(actor, &said.name, &said.etag, RuleState::Retired).await
    }

    async fn enable_rule(&self, request: Request<pb::EnableRuleRequest>) -> Result<Response<pb::Rule>, Status> {
        let (actor, said) = self.call(request)?;
        self.set_rule_state(actor, &said.name, &said.etag, RuleState::Enabled).await
    }

    async fn disable_rule(&self, request: Request<pb::DisableRuleRequest>) -> Result<Response<pb::Rule>, Status> {
        let (actor, said) = self.call(request)?;
        self.set_rule_state(actor, &said.name, &said.etag, RuleState::Disabled).await
    }

    async fn validate_rule(
        &self,
        request: Request<pb::ValidateRuleRequest>,
    ) -> Result<Response<pb::ValidateRuleResponse>, Status> {
        let (_, said) = self.call(request)?;
        let Some(new) = said.rule else { return Err(Failure::invalid_field("rule", "must be set").into()) };
        let trigger = read_trigger(&mut Fields::new(), new.trigger.clone());
        let template = new.action.as_ref().map(|action| action.template.clone()).unwrap_or_default();
        let template = Fields::new().optional_name::<TemplateId>("template", &template);
        let schema = trigger.as_ref().map_or(&RULE_CONDITIONS, conditions);
        let condition = new.condition.clone();
        let mut fields = Fields::new();
        fields.within("rule", |fields| read_definition(fields, new));
        let mut violations = fields.into_violations();
        if let Some((trigger, template)) = trigger.zip(template) {
            violations.extend(self.app.faults_of_words(&trigger, &template).await.map_err(Failure::from)?);
        }
        let faults = rule_faults(&condition, schema, violations);
        Ok(Response::new(pb::ValidateRuleResponse { faults }))
    }

    async fn simulate_rule(
        &self,
        request: Request<pb::SimulateRuleRequest>,
    ) -> Result<Response<pb::SimulateRuleResponse>, Status> {
        Ok(self.simulate(request).await?)
    }
}

/// How many one call of SimulateRule looks at, when nobody says; and at most.
const SIMULATED: u32 = 1_000;
const SIMULATED_MAX: u32 = 5_000;

/// The longest time on whose days a rule is simulated.
const DAYS_MAX: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The time on which a rule is simulated when nobody says.
const DEFAULT_SPAN: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Rpc {
    async fn simulate(
        &self,
        request: Request<pb::SimulateRuleRequest>,
    ) -> Result<Response<pb::SimulateRuleResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let which = {
            let chosen = pb::SimulateRuleRequest { page_size: 0, page_token: String::new(), ..said.clone() };
            blake3::hash(&chosen.encode_to_vec()).to_string()
        };
        let mut fields = Fields::new();
        let rule = match said.rule {
            Some(pb::simulate_rule_request::Rule::Name(name)) => {
                fields.name::<RuleId>("name", &name).map(SimulatedRule::Saved)
            }
            Some(pb::simulate_rule_request::Rule::Draft(draft)) => {
                let draft = fields.within("draft", |fields| read_definition(fields, draft));
                draft.map(|definition| SimulatedRule::Draft(Box::new(definition)))
            }
            None => {
                fields.refuse("rule", "must be one of name and draft");
                None
            }
        };
        let size = match u32::try_from(said.page_size) {
            Ok(0) => SIMULATED,
            Ok(size) => size.min(SIMULATED_MAX),
            Err(_) => {
                fields.refuse("page_size", "must not be negative");
                SIMULATED
            }
        };
        let (start, end) = (fields.time("start_time", said.start_time), fields.time("end_time", said.end_time));
        let rule = fields.finish(rule)?;
        let rule = self.app.rule_to_simulate(rule).await?;

        let trigger = &rule.rule.definition.trigger;
        let mut fields = Fields::new();
        let filter = fields.filter("filter", &said.filter, selects(trigger));
        let (from, before) = self.span(&mut fields, trigger, start, end);
        let filter = fields.finish(filter)?;
        let binding = ["SimulateRule", which.as_str()];
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.simulate_rule(&actor, Simulation { rule, filter, from, before, size, after }).await?;
        let next_page_token = self.next_page(&binding, page.next.as_ref())?;
        Ok(Response::new(pb::SimulateRuleResponse { next_page_token, ..simulation(&page) }))
    }

    /// The time on which a rule is simulated: the last month, or for rules of time the next.
    fn span(
        &self,
        fields: &mut Fields,
        trigger: &Trigger,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    ) -> (Timestamp, Timestamp) {
        let now = self.app.now();
        let ahead = trigger.is_of_time();
        let later = |at: Timestamp| at.saturating_add(DEFAULT_SPAN).unwrap_or(Timestamp::MAX);
        let earlier = |at: Timestamp| at.saturating_sub(DEFAULT_SPAN).unwrap_or(Timestamp::MIN);
        let (from, before) = if ahead {
            let from = start.unwrap_or(now);
            (from, end.unwrap_or(later(from)))
        } else {
            let before = end.unwrap_or(now);
            (start.unwrap_or(earlier(before)), before)
        };
        if before <= from {
            fields.refuse("end_time", "must be later than start_time");
        } else if ahead && before.duration_since(from) > DAYS_MAX {
            fields.refuse("end_time", "must be at most 400 days after start_time");
        }
        (from, before)
    }

    async fn set_rule_state(
        &self,
        actor: Actor,
        name: &str,
        etag: &str,
        state: RuleState,
    ) -> Result<Response<pb::Rule>, Status> {
        let mut fields = Fields::new();
        let id = fields.name::<RuleId>("name", name);
        let revision = etag::read(&mut fields, "etag", etag);
        let id = fields.finish(id)?;
        let after = self.app.set_rule_state(actor, id, revision, state).await.map_err(Failure::from)?;
        Ok(Response::new(rule(&after)))
    }
}
