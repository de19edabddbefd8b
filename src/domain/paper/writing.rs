//! What stands where on the paper of a note.

use super::Sheet;
use crate::domain::{
    consent::needed_contact_point,
    customer::{Channel, ContactAddress, Customer, PostalAddress},
    direction::closed,
    identity::phone_in_words,
    location::{Location, LocationSettings},
    note::Words,
    person_name::{Formality, PersonName, Usage, format},
    postal::{self, Origin},
    template::long_date,
};
use jiff::civil::Date;

/// The sheet of a note that leaves over a channel on a day. `customer` is as the note finds them
/// ([`Customer::facing`]); what is not posted has no address.
///
/// At a sensitive place nothing that an envelope shows says who writes, but the address to which it comes back, and no
/// subject says why.
#[must_use]
pub fn write(customer: &Customer, location: &Location, words: &Words, channel: Channel, day: Date) -> Sheet {
    let place = &location.settings;
    let to = posted_to(customer, channel);
    let name = closed(&sender_name(place)).into_owned();
    let address = place.postal_address.as_ref().map_or_else(Vec::new, |own| {
        // What comes back from abroad has to find the country.
        let region = to.map_or(own.region.as_str(), |to| if to.region.is_empty() { &own.region } else { &to.region });
        postal::lines(&[], own, Origin { region, language: &place.language })
    });
    let shown = (!place.sensitive).then_some(&name);
    let return_line = shown.into_iter().chain(&address).map(String::as_str).collect::<Vec<_>>().join(" · ");
    let reader = to.map_or("", |address| address.region.as_str());
    let ways = ways_to_answer(place, reader);
    let sender = std::iter::once(name).chain(address).chain(ways.iter().cloned()).collect();
    Sheet {
        language: words.language.clone(),
        sender,
        return_line,
        recipient: recipient(customer, location, words, channel),
        date: long_date(day, &words.language, &place.region),
        subject: if place.sensitive { String::new() } else { words.subject.clone() },
        text: words.text.clone(),
        reply: reply(place, &ways, &words.text),
        small_print: String::new(),
    }
}

/// The address of [`write()`]: whom the envelope names, and where the post brings it; empty for what goes another way.
#[must_use]
pub fn recipient(customer: &Customer, location: &Location, words: &Words, channel: Channel) -> Vec<String> {
    let home = Origin { region: &location.settings.region, language: &location.settings.language };
    posted_to(customer, channel).map_or_else(Vec::new, |address| {
        let addressee = addressee(customer, &words.language);
        postal::lines(&addressee.iter().map(String::as_str).collect::<Vec<_>>(), address, home)
    })
}

/// Where it is posted to; `None` for what goes another way.
fn posted_to(customer: &Customer, channel: Channel) -> Option<&PostalAddress> {
    if channel != Channel::Post {
        return None;
    }
    match &customer.contact_point(needed_contact_point(channel)?)?.address {
        ContactAddress::Post(address) => Some(address),
        ContactAddress::Phone(_) | ContactAddress::Email(_) => None,
    }
}

/// Whom the envelope names: a person by their whole name, in an organisation below its own.
fn addressee(customer: &Customer, language: &str) -> Vec<String> {
    let profile = &customer.addressee().profile;
    let name = PersonName::of(profile);
    let whole = if profile.family_name.trim().is_empty() {
        profile.shown_as(language)
    } else {
        format(&name, language, &profile.language, Usage::Referring, Formality::Formal)
    };
    let organization = customer.is_represented().then(|| customer.profile.shown_as(language));
    organization.into_iter().chain([whole]).filter(|line| !line.trim().is_empty()).collect()
}

/// The name of a location with its brand, as customers know them.
fn sender_name(place: &LocationSettings) -> String {
    match &place.brand {
        Some(brand) if !place.display_name.contains(brand.as_str()) => format!("{brand}, {}", place.display_name),
        _ => place.display_name.clone(),
    }
}

/// Who is behind the note and how to answer, as far as the text does not say it.
fn reply(place: &LocationSettings, ways: &[String], text: &str) -> String {
    if ways.iter().any(|way| says(text, way)) {
        return String::new();
    }
    let name = place.reply_contact.name.as_deref().filter(|name| !text.contains(name));
    name.into_iter().chain(ways.iter().map(String::as_str)).collect::<Vec<_>>().join(" · ")
}

/// By phone, as it is written where the reader is (the place's own region, where nobody knows), and by e-mail.
fn ways_to_answer(place: &LocationSettings, reader: &str) -> Vec<String> {
    let contact = &place.reply_contact;
    let region = if reader.is_empty() { place.region.as_str() } else { reader };
    let phone = contact.phone.as_deref().map(|number| phone_in_words(number, region));
    phone.into_iter().chain(contact.email.clone()).collect()
}

/// Whether a text gives an address, or a number in whatever way it is written there.
fn says(text: &str, way: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let number = digits(way);
    let last = &number[number.len().saturating_sub(NATIONAL_DIGITS)..];
    text.contains(way) || (!way.contains('@') && last.len() == NATIONAL_DIGITS && digits(text).contains(last))
}

/// By so many of its last digits a number is known again without its country and area code.
const NATIONAL_DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        customer::ContactPoint,
        location::ReplyContact,
        testkit::{customer, shop},
    };

    fn letter() -> Words {
        Words {
            language: "en-GB".to_owned(),
            subject: "Thank you".to_owned(),
            text: "Dear Ana, thank you.\n\nElif".to_owned(),
            ..Words::default()
        }
    }

    fn address(region: &str, line: &str, town: &str) -> PostalAddress {
        PostalAddress {
            region: region.to_owned(),
            locality: town.to_owned(),
            lines: vec![line.to_owned()],
            ..PostalAddress::default()
        }
    }

    fn place() -> Location {
        let mut place = shop();
        place.settings.display_name = "Mill Lane".to_owned();
        place.settings.region = "GB".to_owned();
        place.settings.language = "en-GB".to_owned();
        place.settings.postal_address = Some(address("GB", "1 Mill Lane", "Leeds"));
        place.settings.reply_contact =
            ReplyContact { name: Some("Elif".to_owned()), email: None, phone: Some("+441134960018".to_owned()) };
        place
    }

    fn ana() -> Customer {
        let mut ana = customer(1);
        ana.profile.display_name = "Ana".to_owned();
        ana.profile.given_name = "Ana".to_owned();
        ana.profile.family_name = "Ruiz".to_owned();
        let post = ContactAddress::Post(address("ES", "Calle Mayor 1", "Madrid"));
        ana.profile.contact_points.push(ContactPoint { address: post, label: String::new(), bad: false });
        ana
    }

    const DAY: Date = jiff::civil::date(2026, 11, 22);

    #[test]
    fn a_letter_bears_the_whole_name_the_address_and_what_the_text_does_not_say() {
        let sheet = write(&ana(), &place(), &letter(), Channel::Post, DAY);
        assert_eq!(sheet.recipient, ["Ana Ruiz", "Calle Mayor 1", "MADRID", "SPAIN"]);
        assert_eq!(sheet.sender, ["Mill Lane", "1 Mill Lane", "LEEDS", "UNITED KINGDOM", "+44 113 496 0018"]);
        assert_eq!(sheet.return_line, "Mill Lane · 1 Mill Lane · LEEDS · UNITED KINGDOM");
        assert_eq!((sheet.date.as_str(), sheet.subject.as_str()), ("22 November 2026", "Thank you"));
        assert_eq!(sheet.reply, "+44 113 496 0018", "Elif signs in the text");
        let handed_over = write(&ana(), &place(), &letter(), Channel::HandOver, DAY);
        assert_eq!(handed_over.reply, "0113 496 0018", "as it is dialled at the place");
        let told = Words { text: "Call Elif on 0113 496 0018.".to_owned(), ..letter() };
        assert_eq!(write(&ana(), &place(), &told, Channel::Post, DAY).reply, "");
    }

    #[test]
    fn what_is_handed_over_has_no_address() {
        assert_eq!(write(&ana(), &place(), &letter(), Channel::HandOver, DAY).recipient, Vec::<String>::new());
    }

    #[test]
    fn the_envelope_of_a_sensitive_place_says_only_where_it_comes_back_to() {
        let mut clinic = place();
        clinic.settings.sensitive = true;
        let sheet = write(&ana(), &clinic, &letter(), Channel::Post, DAY);
        assert_eq!(sheet.return_line, "1 Mill Lane · LEEDS · UNITED KINGDOM");
        assert_eq!(sheet.subject, "");
    }

    #[test]
    fn no_name_and_no_address_turns_what_stands_behind_it() {
        let mut ana = ana();
        ana.profile.family_name = "\u{202e}Ruiz".to_owned();
        let mut shop = place();
        shop.settings.display_name = "Mill \u{2067}Lane".to_owned();
        let sheet = write(&ana, &shop, &letter(), Channel::Post, DAY);
        assert_eq!(sheet.recipient[0], "Ana \u{202e}Ruiz\u{202c}");
        assert_eq!(sheet.return_line, "Mill \u{2067}Lane\u{2069} · 1 Mill Lane · LEEDS · UNITED KINGDOM");
    }
}
