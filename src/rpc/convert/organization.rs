//! What is particular to customers that are organisations.

use super::{
    customer::{contact_point, read_contact_point},
    types::{money, read_money},
};
use crate::{
    domain::{
        customer::CustomerKind,
        limits::{CONTACTS_MAX, LIST_MAX},
        organization::{GiftLimit, OrganizationContact},
    },
    proto::v1 as pb,
    rpc::validate::Fields,
};

pub(super) fn contact(contact: &OrganizationContact) -> pb::OrganizationContact {
    pb::OrganizationContact {
        display_name: contact.display_name.clone(),
        given_name: contact.given_name.clone(),
        family_name: contact.family_name.clone(),
        honorific: contact.honorific.clone(),
        how_to_say: contact.how_to_say.clone(),
        roles: contact.roles.clone(),
        language_code: contact.language.clone(),
        contact_points: contact.contact_points.iter().map(contact_point).collect(),
    }
}

pub(super) fn gift_limit(limit: &GiftLimit) -> pb::GiftLimit {
    pb::GiftLimit { per_gift: limit.per_gift.as_ref().map(money), per_year: limit.per_year.as_ref().map(money) }
}

/// Reads the contacts of a customer of this kind.
pub(super) fn read_contacts(
    fields: &mut Fields,
    kind: CustomerKind,
    contacts: Vec<pb::OrganizationContact>,
    regions: &[&str],
) -> Vec<OrganizationContact> {
    if !contacts.is_empty() {
        only_of_organizations(fields, "contacts", kind);
    }
    fields.list("contacts", contacts, LIST_MAX, |fields, said| Some(read_contact(fields, said, regions)))
}

fn read_contact(fields: &mut Fields, said: pb::OrganizationContact, regions: &[&str]) -> OrganizationContact {
    OrganizationContact {
        display_name: fields.required_person_name("display_name", said.display_name),
        given_name: fields.person_name("given_name", said.given_name),
        family_name: fields.person_name("family_name", said.family_name),
        honorific: fields.person_name("honorific", said.honorific),
        how_to_say: fields.person_name("how_to_say", said.how_to_say),
        roles: fields.shorts("roles", said.roles, CONTACTS_MAX),
        language: fields.language("language_code", &said.language_code),
        contact_points: fields.list("contact_points", said.contact_points, CONTACTS_MAX, |fields, point| {
            read_contact_point(fields, point, regions)
        }),
    }
}

/// Reads the gift limit of a customer of this kind.
pub(super) fn read_gift_limit(
    fields: &mut Fields,
    kind: CustomerKind,
    limit: Option<pb::GiftLimit>,
) -> Option<GiftLimit> {
    if limit.is_some() {
        only_of_organizations(fields, "gift_limit", kind);
    }
    fields.optional("gift_limit", limit, |fields, said| {
        let per_gift = fields.optional("per_gift", said.per_gift, read_money);
        let per_year = fields.optional("per_year", said.per_year, read_money);
        match (&per_gift, &per_year) {
            (None, None) => fields.refuse_here("must say how much per gift or per year"),
            (Some(gift), Some(year)) if gift.currency != year.currency => {
                fields.refuse("per_year", "must be in the currency of per_gift");
            }
            _ => {}
        }
        Some(GiftLimit { per_gift, per_year })
    })
}

fn only_of_organizations(fields: &mut Fields, field: &str, kind: CustomerKind) {
    if kind != CustomerKind::Organization {
        fields.refuse(field, "goes only with kind ORGANIZATION");
    }
}
