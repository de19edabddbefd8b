//! Where something goes.

use crate::domain::{
    consent::needed_contact_point,
    customer::{Channel, ContactAddress, Customer},
    postal::{self, Origin},
};

/// Where something goes over a channel; empty where it needs no contact point.
pub(crate) fn destination(customer: &Customer, channel: Channel) -> String {
    let point = needed_contact_point(channel).and_then(|kind| customer.contact_point(kind));
    match point.map(|point| &point.address) {
        Some(ContactAddress::Phone(text) | ContactAddress::Email(text)) => text.clone(),
        Some(ContactAddress::Post(address)) => {
            // Whoever reads this is not at any place: with its country, as if it were posted abroad.
            postal::lines(&[], address, Origin { region: "", language: "en" }).join("\n")
        }
        None => String::new(),
    }
}
