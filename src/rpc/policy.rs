//! How customers may be contacted.

use super::{
    Rpc,
    convert::policy::{contact_policy, read_policy},
    etag,
    mask::merge,
    status::Failure,
    validate::Fields,
};
use crate::proto::v1::{self as pb, policy_service_server::PolicyService};
use tonic::{Request, Response, Status};

/// The name of the one policy.
pub(crate) const NAME: &str = "contactPolicy";

#[tonic::async_trait]
impl PolicyService for Rpc {
    async fn get_contact_policy(
        &self,
        request: Request<pb::GetContactPolicyRequest>,
    ) -> Result<Response<pb::ContactPolicy>, Status> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        check_name(&mut fields, &said.name);
        fields.finish(Some(()))?;
        let found = self.app.contact_policy().await.map_err(Failure::from)?;
        Ok(Response::new(contact_policy(&found)))
    }

    async fn update_contact_policy(
        &self,
        request: Request<pb::UpdateContactPolicyRequest>,
    ) -> Result<Response<pb::ContactPolicy>, Status> {
        let (actor, said) = self.call(request)?;
        let new = said.contact_policy.unwrap_or_default();
        let mut fields = Fields::new();
        let version = fields.within("contact_policy", |fields| {
            check_name(fields, &new.name);
            etag::read(fields, "etag", &new.etag)
        });
        fields.finish(Some(()))?;
        let before = self.app.contact_policy().await.map_err(Failure::from)?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, contact_policy(&before), &new, said.update_mask.as_ref());
        let policy = fields.within("contact_policy", |fields| read_policy(fields, merged));
        let policy = fields.finish(policy)?;
        // What the mask left out was read at this version; the caller may insist on another.
        let version = version.unwrap_or(before.version);
        let after = self.app.update_contact_policy(actor, Some(version), policy).await.map_err(Failure::from)?;
        Ok(Response::new(contact_policy(&after)))
    }
}

fn check_name(fields: &mut Fields, name: &str) {
    if name != NAME {
        fields.refuse("name", format!("must be `{NAME}`; there is one"));
    }
}
