//! A letter as other systems read it.

use crate::domain::{consent::needed_contact_point, customer::ContactAddress, note::Letter, world::Subject};
use serde_json::{Value, json};

/// A note with whom it goes to, over what, and what it says.
pub(super) fn as_json(letter: &Letter) -> Value {
    let Letter { note, customer, .. } = letter;
    let address = match address(letter) {
        None => Value::Null,
        Some(ContactAddress::Phone(number)) => json!(number),
        Some(ContactAddress::Email(address)) => json!(address),
        Some(ContactAddress::Post(address)) => json!(address),
    };
    json!({
        "note": Subject::Note(note.batch, note.id).to_string(),
        "message_id": note.message_id(),
        "customer": Subject::Customer(note.customer).to_string(),
        "gestures": note.gestures.iter().map(|id| Subject::Gesture(*id).to_string()).collect::<Vec<_>>(),
        "channel": note.channel,
        "to": { "name": customer.addressee().profile.shown_as(&note.words.language), "address": address },
        "language_code": note.words.language,
        "subject": note.words.subject,
        "text": note.words.text,
    })
}

/// Where a letter goes; nowhere, if it is handed over.
pub(super) fn address(letter: &Letter) -> Option<&ContactAddress> {
    let needed = letter.note.channel.and_then(needed_contact_point);
    needed.and_then(|kind| letter.customer.contact_point(kind)).map(|point| &point.address)
}
