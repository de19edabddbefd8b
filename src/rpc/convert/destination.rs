//! Where something goes.

use crate::domain::{
    consent::needed_contact_point,
    customer::{Channel, ContactAddress, Customer},
};

/// Where something goes over a channel; empty where it needs no contact point.
pub(crate) fn destination(customer: &Customer, channel: Channel) -> String {
    let point = needed_contact_point(channel).and_then(|kind| customer.contact_point(kind));
    match point.map(|point| &point.address) {
        Some(ContactAddress::Phone(text) | ContactAddress::Email(text)) => text.clone(),
        Some(ContactAddress::Post(address)) => {
            let town = format!("{} {}", address.postal_code, address.locality);
            let parts = [town.trim(), &address.administrative_area, &address.region];
            let lines = address.lines.iter().map(String::as_str).chain(parts);
            lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        }
        None => String::new(),
    }
}
