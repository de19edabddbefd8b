//! What a caller sees of what it may read, by its role and for its locations.

use crate::{
    app::KnownCustomer,
    domain::{
        customer::{IdentifierKey, IdentifierKind},
        filter::{Field, Filter},
        identity::masked,
        world::Actor,
    },
    proto::v1 as pb,
};
use pb::contact_point::Address;

/// A filter, narrowed to the caller's locations.
pub(super) fn within(actor: &Actor, filter: Filter, location: Field) -> Filter {
    let places = &actor.authority.places;
    if places.everywhere() {
        return filter;
    }
    filter.and(Filter::one_of(location, places.named().iter().map(ToString::to_string)))
}

/// A customer among many: enough of numbers and addresses to recognise one, too little to take them away.
pub(super) fn listed(actor: &Actor, known: &KnownCustomer, mut shown: pb::Customer) -> pb::Customer {
    if actor.authority.sees_contact_data_in_lists() {
        return shown;
    }
    for (shown, known) in shown.identifiers.iter_mut().zip(&known.customer.identifiers) {
        shown.value = masked(&known.key());
        shown.normalized.clear();
    }
    for address in shown.contact_points.iter_mut().filter_map(|point| point.address.as_mut()) {
        match address {
            Address::Phone(number) => *number = hidden(IdentifierKind::Phone, number),
            Address::Email(email) => *email = hidden(IdentifierKind::Email, email),
            Address::Post(post) => {
                let (locality, region_code) = (post.locality.clone(), post.region_code.clone());
                *post = pb::PostalAddress { locality, region_code, ..pb::PostalAddress::default() };
            }
        }
    }
    shown
}

/// An interaction without what staff wrote about it, for programs that need not know.
pub(super) fn unremarked(actor: &Actor, mut shown: pb::Interaction) -> pb::Interaction {
    if !actor.authority.sees_remarks() {
        shown.remarks.clear();
    }
    shown
}

fn hidden(kind: IdentifierKind, text: &str) -> String {
    masked(&IdentifierKey { kind, system: String::new(), normalized: text.to_owned() })
}
