//! Who may call: API keys and staff.

use super::{
    Rpc,
    convert::{
        access::{api_key, read_key, read_staff, staff_member},
        retention::{read_periods, retention_line},
    },
    etag,
    mask::merge,
    names::read_updated,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{Made, NewSecret},
    domain::{
        access::{ApiToken, Pin},
        ids::{ApiKeyId, StaffId},
        limits::{KEY_OVERLAP_DEFAULT, KEY_OVERLAP_MAX},
    },
    proto::v1::{self as pb, admin_service_server::AdminService},
};
use jiff::SignedDuration;
use tonic::{Request, Response, Status};

/// How much of a kind ApplyRetention forgets at a time.
const RETENTION_PAGE: u32 = 500;

#[tonic::async_trait]
impl AdminService for Rpc {
    async fn get_api_key(&self, request: Request<pb::GetApiKeyRequest>) -> Result<Response<pb::ApiKey>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<ApiKeyId>("name", &said.name);
        let found = self.app.api_key(fields.finish(id)?).await.map_err(Failure::from)?;
        Ok(Response::new(api_key(&found, self.app.now())))
    }

    async fn list_api_keys(
        &self,
        request: Request<pb::ListApiKeysRequest>,
    ) -> Result<Response<pb::ListApiKeysResponse>, Status> {
        let (_, said) = self.call(request)?;
        let binding = ["ListApiKeys", if said.show_revoked { "all" } else { "holding" }];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        fields.finish(Some(()))?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.api_keys(said.show_revoked, after, size).await.map_err(Failure::from)?;
        let now = self.app.now();
        Ok(Response::new(pb::ListApiKeysResponse {
            api_keys: page.items.iter().map(|key| api_key(key, now)).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn create_api_key(
        &self,
        request: Request<pb::CreateApiKeyRequest>,
    ) -> Result<Response<pb::CreateApiKeyResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let settings = fields.required("api_key", said.api_key, read_key);
        let made = self.app.create_api_key(actor, fields.finish(settings)?).await.map_err(Failure::from)?;
        let (api_key, token) = self.shown(&made);
        Ok(Response::new(pb::CreateApiKeyResponse { api_key, token, replayed: made.replayed }))
    }

    async fn rotate_api_key(
        &self,
        request: Request<pb::RotateApiKeyRequest>,
    ) -> Result<Response<pb::RotateApiKeyResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.name::<ApiKeyId>("name", &said.name);
        let range = SignedDuration::ZERO..=KEY_OVERLAP_MAX;
        let overlap = fields.duration("overlap_duration", said.overlap_duration, range);
        let id = fields.finish(id)?;
        let overlap = overlap.unwrap_or(KEY_OVERLAP_DEFAULT);
        let made = self.app.rotate_api_key(actor, id, overlap).await.map_err(Failure::from)?;
        let (api_key, token) = self.shown(&made);
        Ok(Response::new(pb::RotateApiKeyResponse { api_key, token, replayed: made.replayed }))
    }

    async fn revoke_api_key(&self, request: Request<pb::RevokeApiKeyRequest>) -> Result<Response<pb::ApiKey>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<ApiKeyId>("name", &said.name);
        let revoked = self.app.revoke_api_key(actor, fields.finish(id)?).await.map_err(Failure::from)?;
        Ok(Response::new(api_key(&revoked, self.app.now())))
    }

    async fn get_staff_member(
        &self,
        request: Request<pb::GetStaffMemberRequest>,
    ) -> Result<Response<pb::StaffMember>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<StaffId>("name", &said.name);
        let found = self.app.staff_member(&fields.finish(id)?).await.map_err(Failure::from)?;
        Ok(Response::new(staff_member(&found, self.app.now())))
    }

    async fn list_staff_members(
        &self,
        request: Request<pb::ListStaffMembersRequest>,
    ) -> Result<Response<pb::ListStaffMembersResponse>, Status> {
        let (_, said) = self.call(request)?;
        let binding = ["ListStaffMembers", if said.show_ended { "all" } else { "present" }];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        fields.finish(Some(()))?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.staff(said.show_ended, after, size).await.map_err(Failure::from)?;
        let now = self.app.now();
        Ok(Response::new(pb::ListStaffMembersResponse {
            staff_members: page.items.iter().map(|member| staff_member(member, now)).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    async fn create_staff_member(
        &self,
        request: Request<pb::CreateStaffMemberRequest>,
    ) -> Result<Response<pb::CreateStaffMemberResponse>, Status> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.new_id("staff_member_id", &said.staff_member_id);
        let settings = fields.required("staff_member", said.staff_member, read_staff);
        let (id, settings) = fields.finish(id.zip(settings))?;
        let made = self.app.create_staff_member(actor, id, settings).await.map_err(Failure::from)?;
        Ok(Response::new(pb::CreateStaffMemberResponse {
            staff_member: Some(staff_member(&made.what, self.app.now())),
            replayed: made.replayed,
        }))
    }

    async fn update_staff_member(
        &self,
        request: Request<pb::UpdateStaffMemberRequest>,
    ) -> Result<Response<pb::StaffMember>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.staff_member.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<StaffId>(&mut fields, "staff_member", &new.name, &new.etag);
        let (id, version) = fields.finish(read)?;
        let before = self.app.staff_member(&id).await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let shown = staff_member(&before, self.app.now());
        let merged = merge(&mut fields, shown, &new, said.update_mask.as_ref());
        let settings = fields.within("staff_member", |fields| read_staff(fields, merged));
        let settings = fields.finish(settings)?;
        // What the mask left out was read at this version; the caller may insist on another.
        let version = Some(version.unwrap_or(before.version));
        let after = self.app.update_staff_member(actor, id, version, settings).await.map_err(Failure::from)?;
        Ok(Response::new(staff_member(&after, self.app.now())))
    }

    async fn set_staff_pin(
        &self,
        request: Request<pb::SetStaffPinRequest>,
    ) -> Result<Response<pb::StaffMember>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<StaffId>("name", &said.name);
        let pin = Pin::chosen(&said.pin).map_err(|problem| fields.refuse("pin", problem)).ok();
        let (id, pin) = fields.finish(id.zip(pin))?;
        let after = self.app.set_staff_pin(actor, id, pin).await.map_err(Failure::from)?;
        Ok(Response::new(staff_member(&after, self.app.now())))
    }

    async fn end_staff_member(
        &self,
        request: Request<pb::EndStaffMemberRequest>,
    ) -> Result<Response<pb::StaffMember>, Status> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<StaffId>("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let after = self.app.end_staff_member(actor, fields.finish(id)?, version).await.map_err(Failure::from)?;
        Ok(Response::new(staff_member(&after, self.app.now())))
    }

    async fn apply_retention(
        &self,
        request: Request<pb::ApplyRetentionRequest>,
    ) -> Result<Response<pb::ApplyRetentionResponse>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let periods = read_periods(&mut fields, said.periods);
        if periods.is_some() && !said.dry_run {
            fields.refuse("periods", "can be tried in a dry run only; what is forgotten is configured");
        }
        fields.finish(Some(()))?;
        let done = if said.dry_run {
            self.app.preview_retention(periods).await
        } else {
            self.app.apply_retention(RETENTION_PAGE).await
        };
        let done = done.map_err(Failure::from)?;
        let more = done.iter().any(|it| it.has_more);
        Ok(Response::new(pb::ApplyRetentionResponse { lines: done.iter().map(retention_line).collect(), more }))
    }
}

impl Rpc {
    /// A key with its token, which is empty when it was shown before.
    fn shown(&self, made: &Made<NewSecret>) -> (Option<pb::ApiKey>, String) {
        let token = made.what.token.as_ref().map(ApiToken::reveal).unwrap_or_default();
        (Some(api_key(&made.what.key, self.app.now())), token)
    }
}
