//! Rules of gratitude.

use super::{
    Rpc,
    convert::rule::{read_definition, rule},
    etag,
    mask::merge,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    domain::{ids::RuleId, rule::RuleState, world::Actor},
    proto::v1::{self as pb, rule_service_server::RuleService},
};
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
        let read = fields.within("rule", |fields| {
            let revision = etag::read(fields, "etag", &new.etag);
            fields.name::<RuleId>("name", &new.name).map(|id| (id, revision))
        });
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
}

impl Rpc {
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
