//! Records that may be of one person.

use super::{
    Rpc,
    names::ResourceId,
    status::Failure,
    validate::{Fields, page_size},
};
use crate::{
    app::{Duplicate, LookAt},
    domain::{identity::duplicates::Rule, ids::CustomerId, limits::DUPLICATES_PAGE_MAX, world::Actor},
    proto::v1::{self as pb, find_duplicates_request as request},
};

impl Rpc {
    /// Answers FindDuplicates.
    pub(super) async fn duplicates(
        &self,
        actor: &Actor,
        said: pb::FindDuplicatesRequest,
    ) -> Result<pb::FindDuplicatesResponse, Failure> {
        let rule = said.rule.to_string();
        let binding = ["FindDuplicates", &said.customer, &rule];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size).min(DUPLICATES_PAGE_MAX);
        let rule = match request::Rule::try_from(said.rule) {
            Ok(request::Rule::Narrow) => Rule::Narrow,
            Ok(request::Rule::Broad | request::Rule::Unspecified) => Rule::Broad,
            Err(_) => {
                fields.refuse("rule", format!("{} is no value; use one of NARROW, BROAD", said.rule));
                Rule::Broad
            }
        };
        let look_at = match said.customer.as_str() {
            "" => Some(LookAt::All),
            customer => fields.name::<CustomerId>("customer", customer).map(LookAt::One),
        };
        let look_at = fields.finish(look_at)?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.find_duplicates(actor, look_at, rule, after, size).await?;
        Ok(pb::FindDuplicatesResponse {
            pairs: page.items.iter().map(|found| pair(found, &self.app.settings().language)).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        })
    }

    /// Answers MarkNotSame.
    pub(super) async fn mark(
        &self,
        actor: &Actor,
        said: pb::MarkNotSameRequest,
    ) -> Result<pb::MarkNotSameResponse, Failure> {
        let mut fields = Fields::new();
        let customer = fields.name::<CustomerId>("name", &said.name);
        let other = fields.name::<CustomerId>("other", &said.other);
        let (customer, other) = fields.finish(customer.zip(other))?;
        let changed = self.app.mark_not_same(actor, customer, other, said.take_back).await?;
        Ok(pb::MarkNotSameResponse { changed })
    }
}

fn pair(duplicate: &Duplicate, language: &str) -> pb::DuplicatePair {
    let evidence = duplicate.comparison.evidence.iter();
    pb::DuplicatePair {
        customer: duplicate.customer.id.name(),
        other: duplicate.other.id.name(),
        display_name: duplicate.customer.profile.shown_as(language),
        other_display_name: duplicate.other.profile.shown_as(language),
        bits: duplicate.comparison.bits,
        needed_bits: duplicate.needed,
        evidence: evidence.map(|it| pb::DuplicateEvidence { reason: it.reason.to_owned(), bits: it.bits }).collect(),
    }
}
