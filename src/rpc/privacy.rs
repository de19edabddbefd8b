//! What a caller sees of what it may read, by its role and for its locations.

use super::{
    Rpc,
    convert::{case::case, customer::customer, gesture::gesture},
    status::Failure,
};
use crate::{
    app::{KnownCustomer, Made},
    domain::{
        case::Case,
        customer::{ContactAddress, IdentifierKey, IdentifierKind},
        filter::{Field, Filter},
        gesture::Gesture,
        identity::masked,
        ids::LocationId,
        queue::QueueEntry,
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

/// Locations that a caller chose, none meaning all: for a caller with locations, all of its own.
pub(super) fn places_within(actor: &Actor, chosen: Vec<LocationId>) -> Vec<LocationId> {
    if chosen.is_empty() { actor.authority.places.named().iter().cloned().collect() } else { chosen }
}

/// A customer among many: enough of numbers and addresses to recognise one, too little to take them away.
pub(super) fn listed(actor: &Actor, known: &KnownCustomer) -> pb::Customer {
    let mut shown = customer(known);
    if actor.authority.sees_contact_data_in_lists() {
        return shown;
    }
    for (shown, known) in shown.identifiers.iter_mut().zip(&known.customer.identifiers) {
        shown.value = masked(&known.key());
        shown.normalized.clear();
    }
    shown.contact_points.iter_mut().for_each(mask);
    shown.contacts.iter_mut().flat_map(|contact| &mut contact.contact_points).for_each(mask);
    shown
}

fn mask(point: &mut pb::ContactPoint) {
    match point.address.as_mut() {
        Some(Address::Phone(number)) => *number = hidden(IdentifierKind::Phone, number),
        Some(Address::Email(email)) => *email = hidden(IdentifierKind::Email, email),
        Some(Address::Post(post)) => {
            let (locality, region_code) = (post.locality.clone(), post.region_code.clone());
            *post = pb::PostalAddress { locality, region_code, ..pb::PostalAddress::default() };
        }
        None => {}
    }
}

/// Where an entry of a queue goes, in lines; as in other lists, whole only for those who see such data there.
pub(super) fn address_lines(actor: &Actor, entry: &QueueEntry) -> Vec<String> {
    let is_whole = actor.authority.sees_contact_data_in_lists();
    match entry.address.as_ref() {
        Some(ContactAddress::Email(email)) if is_whole => vec![email.clone()],
        Some(ContactAddress::Email(email)) => vec![hidden(IdentifierKind::Email, email)],
        Some(ContactAddress::Post(post)) => {
            let street = post.lines.iter().filter(|_| is_whole).cloned();
            let code = Some(post.postal_code.as_str()).filter(|_| is_whole);
            let town = code.into_iter().chain([post.locality.as_str()]).filter(|part| !part.is_empty());
            let lines = street.chain([town.collect::<Vec<_>>().join(" "), post.region.clone()]);
            lines.filter(|line| !line.trim().is_empty()).collect()
        }
        Some(ContactAddress::Phone(_)) | None => Vec::new(),
    }
}

/// An interaction without what staff wrote about it and who was there, for programs that need not know.
pub(super) fn unremarked(actor: &Actor, mut shown: pb::Interaction) -> pb::Interaction {
    if !actor.authority.sees_remarks() {
        shown.remarks.clear();
        shown.stranger.clear();
    }
    shown
}

impl Rpc {
    /// A gesture that a caller has planned.
    pub(super) async fn planned(&self, actor: &Actor, planned: &Gesture) -> Result<pb::Gesture, Failure> {
        let shown = gesture(planned);
        if self.app.hides(actor, planned.customer).await? {
            return Ok(pb::Gesture { name: shown.name, customer: shown.customer, ..pb::Gesture::default() });
        }
        Ok(shown)
    }

    /// A case that a caller has opened, now or by an earlier call: then people may have written about it since.
    pub(super) async fn opened(&self, actor: &Actor, opened: &Made<Case>) -> Result<pb::Case, Failure> {
        let shown = case(&opened.what);
        if self.app.hides(actor, opened.what.customer).await? {
            return Ok(pb::Case { name: shown.name, customer: shown.customer, ..pb::Case::default() });
        }
        if actor.authority.sees_remarks() || !opened.replayed {
            return Ok(shown);
        }
        Ok(pb::Case {
            name: shown.name,
            customer: shown.customer,
            interaction: shown.interaction,
            location: shown.location,
            severity: shown.severity,
            state: shown.state,
            origin: shown.origin,
            open_time: shown.open_time,
            resolve_time: shown.resolve_time,
            etag: shown.etag,
            ..pb::Case::default()
        })
    }
}

fn hidden(kind: IdentifierKind, text: &str) -> String {
    masked(&IdentifierKey { kind, system: String::new(), normalized: text.to_owned() })
}
