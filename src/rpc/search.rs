//! Customers are looked for.

use super::{Rpc, names::ResourceId, status::Failure, validate::Fields};
use crate::{
    app::Fit,
    domain::{
        customer::{ContactAddress, Customer, CustomerStatus, Identifier, IdentifierKind},
        identity::{masked, search::SearchQuery, why_no_number},
        ids::LocationId,
        limits::{SEARCH_DEFAULT, SEARCH_MAX},
        world::Actor,
    },
    proto::v1 as pb,
};

impl Rpc {
    /// Answers SearchCustomers.
    pub(super) async fn search(
        &self,
        actor: &Actor,
        said: pb::SearchCustomersRequest,
    ) -> Result<pb::SearchCustomersResponse, Failure> {
        let mut fields = Fields::new();
        let text = fields.short("query", said.query);
        if text.trim().is_empty() {
            fields.refuse("query", "must say whom to look for");
        }
        let location = Some(&said.location).filter(|name| !name.is_empty());
        let location = location.and_then(|name| fields.name::<LocationId>("location", name));
        let limit = match usize::try_from(said.max_results) {
            Ok(0) => SEARCH_DEFAULT,
            Ok(number) => number.min(SEARCH_MAX),
            Err(_) => {
                fields.refuse("max_results", "must not be negative");
                SEARCH_DEFAULT
            }
        };
        fields.finish(Some(()))?;
        let region = if said.location.is_empty() { String::new() } else { self.region_at(&said.location).await? };
        let regions = [region.as_str(), &self.app.settings().region];
        let query = SearchQuery::parse(&text, said.type_ahead, &regions);
        let language = self.app.language_at(location.as_ref()).await?;
        let found = self.app.search(actor, &query, limit).await?;
        Ok(pb::SearchCustomersResponse {
            candidates: found.results.iter().map(|fit| candidate(fit, &language)).collect(),
            has_more: found.has_more,
            no_number_because: why_no_number(&text, &regions).map(|why| why.to_string()).unwrap_or_default(),
        })
    }
}

/// Somebody who may be meant, named as the desk's language has it, with what tells apart those of one name.
pub(super) fn candidate(result: &Fit, language: &str) -> pb::Candidate {
    let customer = &result.customer;
    pb::Candidate {
        customer: customer.id.name(),
        display_name: customer.profile.shown_as(language),
        score: result.score.into(),
        reasons: result.reasons.clone(),
        town: town(customer),
        masked_identifiers: customer.identifiers.iter().filter(|it| reaches(it)).map(|it| masked(&it.key())).collect(),
        deceased: customer.status == CustomerStatus::Deceased,
    }
}

fn reaches(identifier: &Identifier) -> bool {
    matches!(identifier.kind, IdentifierKind::Phone | IdentifierKind::Email)
}

fn town(customer: &Customer) -> String {
    let towns = customer.profile.contact_points.iter().filter_map(|point| match &point.address {
        ContactAddress::Post(post) => Some(post.locality.clone()),
        _ => None,
    });
    towns.into_iter().find(|town| !town.is_empty()).unwrap_or_default()
}
