//! What went wrong, and putting it right.

use super::{
    Rpc,
    convert::case::case,
    etag,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{OpenCase, ResolveCase},
    domain::{filter::CASES, ids::CaseId},
    proto::v1::{self as pb, case_service_server::CaseService},
};
use tonic::{Request, Response, Status};

/// How grave a case is when nobody says.
const MIDDLING: i32 = 3;

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
        let filter = fields.finish(filter)?;
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
        let call = fields.required("case", said.case, |fields, said| {
            let customer = fields.name("customer", &said.customer);
            let interaction = fields.optional_name("interaction", &said.interaction);
            let summary = fields.required_text("summary", said.summary);
            let severity = if said.severity == 0 { MIDDLING } else { said.severity };
            let severity = fields.ranged("severity", severity, 1..=5);
            Some(OpenCase { actor, customer: customer?, interaction, summary, severity: severity? })
        });
        let opened = self.app.open_case(fields.finish(call)?).await.map_err(Failure::from)?;
        Ok(Response::new(pb::OpenCaseResponse { case: Some(case(&opened.what)), replayed: opened.replayed }))
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
        let call = id.map(|id| ResolveCase { actor, id, version, root_cause, remedy });
        let resolved = self.app.resolve_case(fields.finish(call)?).await.map_err(Failure::from)?;
        Ok(Response::new(pb::ResolveCaseResponse { case: Some(case(&resolved.what)), replayed: resolved.replayed }))
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
