//! What went wrong, and putting it right.

use super::{
    Rpc,
    convert::case::{NewRemedy, case, read_change, read_remedy},
    etag,
    hints::hints,
    mask::merge,
    names::read_updated,
    privacy::within,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{CaseChange, GrantRemedy, OpenCase, ResolveCase},
    domain::{
        filter::{CASES, Field},
        ids::CaseId,
    },
    proto::v1::{self as pb, case_service_server::CaseService},
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl CaseService for Rpc {
    async fn get_case(&self, request: Request<pb::GetCaseRequest>) -> Result<Response<pb::Case>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<CaseId>("name", &said.name);
        let id = fields.finish(id)?;
        let found = self.app.case(&actor, id).await.map_err(Failure::from)?;
        Ok(Response::new(case(&found)))
    }

    async fn list_cases(
        &self,
        request: Request<pb::ListCasesRequest>,
    ) -> Result<Response<pb::ListCasesResponse>, Status> {
        let (actor, said) = self.call(request)?;
        let binding = ["ListCases", &said.filter];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let filter = fields.filter("filter", &said.filter, &CASES);
        let filter = within(&actor, fields.finish(filter)?, Field::CaseLocation);
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.cases(&actor, &filter, after, size).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ListCasesResponse {
            cases: page.items.iter().map(case).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn open_case(&self, request: Request<pb::OpenCaseRequest>) -> Result<Response<pb::OpenCaseResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let by = actor.clone();
        let call = fields.required("case", said.case, |fields, said| {
            let customer = fields.name("customer", &said.customer);
            let interaction = fields.optional_name("interaction", &said.interaction);
            let CaseChange { summary, severity, assignee, location } = read_change(fields, said)?;
            Some(OpenCase { actor, customer: customer?, interaction, location, summary, severity, assignee })
        });
        let call = fields.finish(call)?;
        let hints = hints([("case.summary", &*call.summary)]);
        let opened = self.app.open_case(call).await.map_err(Failure::from)?;
        let case = Some(self.opened(&by, &opened).await?);
        Ok(Response::new(pb::OpenCaseResponse { case, replayed: opened.replayed, hints }))
    }

    async fn resolve_case(
        &self,
        request: Request<pb::ResolveCaseRequest>,
    ) -> Result<Response<pb::ResolveCaseResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let root_cause = read_cause(&mut fields, said.cause);
        let remedy = fields.text("remedy", said.remedy);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let call = id.map(|id| ResolveCase { actor, id, version, root_cause, remedy, recovered: said.recovery_made });
        let resolved = self.app.resolve_case(fields.finish(call)?).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ResolveCaseResponse { case: Some(case(&resolved.what)), replayed: resolved.replayed }))
    }

    async fn update_case(&self, request: Request<pb::UpdateCaseRequest>) -> Result<Response<pb::Case>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.case.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<CaseId>(&mut fields, "case", &new.name, &new.etag);
        let (id, version) = fields.finish(read)?;
        let before = self.app.case(&actor, id).await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, case(&before), &new, said.update_mask.as_ref());
        let change = fields.within("case", |fields| read_change(fields, merged));
        let change = fields.finish(change)?;
        // What the mask left out was read at this version; the caller may insist on another.
        let version = version.unwrap_or(before.version);
        let after = self.app.update_case(actor, id, version, change).await.map_err(Failure::from)?;
        Ok(Response::new(case(&after)))
    }

    async fn grant_remedy(
        &self,
        request: Request<pb::GrantRemedyRequest>,
    ) -> Result<Response<pb::GrantRemedyResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let remedy = fields.required("remedy", said.remedy, read_remedy);
        let call = id.zip(remedy).map(|(id, NewRemedy { kind, amount, words, granted_by })| GrantRemedy {
            actor,
            id,
            version,
            kind,
            amount,
            words,
            granted_by,
        });
        let granted = self.app.grant_remedy(fields.finish(call)?).await.map_err(Failure::from)?;
        Ok(Response::new(pb::GrantRemedyResponse { case: Some(case(&granted.what)), replayed: granted.replayed }))
    }

    async fn reopen_case(
        &self,
        request: Request<pb::ReopenCaseRequest>,
    ) -> Result<Response<pb::ReopenCaseResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let reason = fields.required_text("reason", said.reason);
        let id = fields.finish(id)?;
        let reopened = self.app.reopen_case(actor, id, version, reason).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ReopenCaseResponse { case: Some(case(&reopened.what)), replayed: reopened.replayed }))
    }
}

/// The root cause; `None` if it was looked for in vain.
fn read_cause(fields: &mut Fields, cause: Option<pb::resolve_case_request::Cause>) -> Option<String> {
    use pb::resolve_case_request::Cause;
    match cause {
        Some(Cause::RootCause(text)) => Some(fields.required_text("root_cause", text)),
        Some(Cause::NoCauseFound(true)) => None,
        Some(Cause::NoCauseFound(false)) => {
            fields.refuse("no_cause_found", "must be true, or give the root_cause");
            None
        }
        None => {
            fields.refuse("cause", "must be a root_cause, or no_cause_found");
            None
        }
    }
}
