//! Customers, with what is kept beside them.

use super::Source;
use crate::{
    domain::{
        customer::{Consent, Customer, Identifier, Profile},
        ids::{CustomerId, HouseholdId},
    },
    store::{
        entity::{consent, customer, customer_identifier, customer_tag, household},
        error::StoreError,
    },
};

const CUSTOMERS: Source = Source("customers");
const IDENTIFIERS: Source = Source("customer_identifiers");
const CONSENTS: Source = Source("consents");

/// A customer in its rows.
#[derive(Debug)]
pub(in crate::store) struct CustomerRows {
    pub(in crate::store) customer: customer::Model,
    pub(in crate::store) identifiers: Vec<customer_identifier::Model>,
    pub(in crate::store) tags: Vec<customer_tag::Model>,
    pub(in crate::store) consents: Vec<consent::Model>,
}

/// The row of a household that begins with this customer.
pub(in crate::store) fn household_to_row(customer: &Customer) -> household::Model {
    household::Model { id: customer.household.0, created_at: customer.created_at.as_microsecond() }
}

pub(in crate::store) fn to_rows(customer: &Customer) -> Result<CustomerRows, StoreError> {
    let positions = 0..;
    Ok(CustomerRows {
        customer: customer_to_row(customer)?,
        identifiers: positions
            .clone()
            .zip(&customer.identifiers)
            .map(|(at, i)| identifier_to_row(customer.id, at, i))
            .collect(),
        tags: customer
            .tags
            .iter()
            .map(|tag| customer_tag::Model { customer_id: customer.id.0, tag: tag.clone() })
            .collect(),
        consents: positions.zip(&customer.consents).map(|(at, c)| consent_to_row(customer.id, at, c)).collect(),
    })
}

pub(in crate::store) fn customer_to_row(customer: &Customer) -> Result<customer::Model, StoreError> {
    let profile = &customer.profile;
    Ok(customer::Model {
        id: customer.id.0,
        household_id: customer.household.0,
        kind: customer.kind.as_str().to_owned(),
        status: customer.status.as_str().to_owned(),
        merged_into: customer.merged_into.map(|id| id.0),
        display_name: profile.display_name.clone(),
        language: profile.language.clone(),
        region: profile.region.clone(),
        time_zone: profile.time_zone.clone(),
        profile: CUSTOMERS.to_json("profile", profile)?,
        discreet: profile.discreet,
        version: customer.version,
        created_at: customer.created_at.as_microsecond(),
        updated_at: customer.updated_at.as_microsecond(),
        guardian_id: profile.guardian.as_ref().map(|guardian| guardian.customer.0),
    })
}

fn identifier_to_row(customer: CustomerId, position: i32, identifier: &Identifier) -> customer_identifier::Model {
    customer_identifier::Model {
        customer_id: customer.0,
        origin_customer_id: identifier.origin.unwrap_or(customer).0,
        kind: identifier.kind.as_str().to_owned(),
        system: identifier.system.clone(),
        normalized: identifier.normalized.clone(),
        typed: identifier.typed.clone(),
        position,
    }
}

fn consent_to_row(customer: CustomerId, position: i32, consent: &Consent) -> consent::Model {
    consent::Model {
        customer_id: customer.0,
        position,
        channel: consent.channel.as_str().to_owned(),
        purpose: consent.purpose.as_str().to_owned(),
        state: consent.state.as_str().to_owned(),
        source: consent.source.clone(),
        text_version: consent.text_version.clone(),
        at: consent.at.as_microsecond(),
    }
}

/// What is known of a customer, from its column.
pub(in crate::store) fn profile(text: &str) -> Result<Profile, StoreError> {
    CUSTOMERS.json("profile", text)
}

/// A customer from its rows, in whatever order they come.
pub(in crate::store) fn from_rows(rows: CustomerRows) -> Result<Customer, StoreError> {
    let CustomerRows { customer: row, mut identifiers, tags, mut consents } = rows;
    let profile = profile(&row.profile)?;
    identifiers.sort_by_key(|i| i.position);
    consents.sort_by_key(|c| c.position);
    let mut tags: Vec<_> = tags.into_iter().map(|t| t.tag).collect();
    tags.sort_unstable();
    Ok(Customer {
        id: CustomerId(row.id),
        household: HouseholdId(row.household_id),
        kind: CUSTOMERS.named("kind", &row.kind)?,
        status: CUSTOMERS.named("status", &row.status)?,
        merged_into: row.merged_into.map(CustomerId),
        profile,
        tags,
        identifiers: identifiers.into_iter().map(identifier_from_row).collect::<Result<_, _>>()?,
        consents: consents.into_iter().map(consent_from_row).collect::<Result<_, _>>()?,
        through: None,
        version: row.version,
        created_at: CUSTOMERS.instant("created_at", row.created_at)?,
        updated_at: CUSTOMERS.instant("updated_at", row.updated_at)?,
    })
}

fn identifier_from_row(row: customer_identifier::Model) -> Result<Identifier, StoreError> {
    let origin = Some(row.origin_customer_id).filter(|origin| *origin != row.customer_id);
    Ok(Identifier {
        origin: origin.map(CustomerId),
        kind: IDENTIFIERS.named("kind", &row.kind)?,
        system: row.system,
        typed: row.typed,
        normalized: row.normalized,
    })
}

pub(in crate::store) fn consent_from_row(row: consent::Model) -> Result<Consent, StoreError> {
    Ok(Consent {
        channel: CONSENTS.named("channel", &row.channel)?,
        purpose: CONSENTS.named("purpose", &row.purpose)?,
        state: CONSENTS.named("state", &row.state)?,
        source: row.source,
        text_version: row.text_version,
        at: CONSENTS.instant("at", row.at)?,
    })
}
