//! What of a customer is compared with others.

use super::super::{
    script::in_latin,
    sound::consonants,
    terms::is_searchable,
    words::{joined, words},
};
use crate::domain::customer::{
    BirthDate, ContactAddress, Customer, CustomerStatus, IdentifierKind, PostalAddress, Profile,
};
use std::collections::BTreeSet;

/// A customer as far as records of one person agree: names, birthday, addresses, in the form in which they are
/// compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Face {
    /// The words of the given name.
    pub(super) given: Vec<String>,
    /// The words of the family name.
    pub(super) family: Vec<String>,
    /// The birthday.
    pub(super) birth: Option<BirthDate>,
    /// Postal addresses.
    pub(super) places: Vec<Place>,
    /// E-mail addresses: what stands before and after the `@`.
    pub(super) emails: BTreeSet<(String, String)>,
    /// Phone numbers in E.164.
    pub(super) phones: BTreeSet<String>,
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The postal code, in one piece.
    pub(super) postal_code: String,
    /// The town, in one piece.
    pub(super) town: String,
    /// The house number; empty where none is told.
    pub(super) number: String,
    /// The street without the number, in one piece.
    pub(super) street: String,
    /// What else stands in the address.
    pub(super) rest: String,
}

impl Face {
    /// What of a customer is compared; `None` for those who take no part: erased and discreet ones, and records that
    /// became part of another.
    #[must_use]
    pub fn of(customer: &Customer) -> Option<Self> {
        if !is_searchable(customer) || customer.status == CustomerStatus::Merged {
            return None;
        }
        let (given, family) = names(&customer.profile);
        let mut face = Self { given, family, birth: customer.profile.birth_date, ..Self::default() };
        for point in &customer.profile.contact_points {
            match &point.address {
                ContactAddress::Post(post) => face.places.push(place(post)),
                ContactAddress::Email(address) => face.emails.extend(email(address)),
                ContactAddress::Phone(number) => {
                    face.phones.insert(number.clone());
                }
            }
        }
        for identifier in &customer.identifiers {
            match identifier.kind {
                IdentifierKind::Email => face.emails.extend(email(&identifier.normalized)),
                IdentifierKind::Phone => {
                    face.phones.insert(identifier.normalized.clone());
                }
                IdentifierKind::Loyalty | IdentifierKind::ExternalId | IdentifierKind::Social => {}
            }
        }
        Some(face)
    }
}

/// Given and family name. Where only the whole name is known, its last word is taken for the family name; that it may
/// be the other way round is thought of when names are compared.
fn names(profile: &Profile) -> (Vec<String>, Vec<String>) {
    let (given, mut family) = (without_titles(&profile.given_name), without_titles(&profile.family_name));
    if !given.is_empty() || !family.is_empty() {
        return (given, family);
    }
    let mut given = without_titles(&profile.display_name);
    family.extend(given.pop());
    (given, family)
}

/// The words of a name but for titles and numbers ("Sir", "3rd"): these are shared by people who have nothing else in
/// common.
fn without_titles(name: &str) -> Vec<String> {
    let mut words = words(name);
    words.retain(|word| !TITLES.contains(&word.as_str()) && !word.starts_with(|c: char| c.is_ascii_digit()));
    words
}

/// Titles and forms of address as they stand in names, in the languages of the card.
const TITLES: &[&str] = &[
    "baron",
    "baronet",
    "bt",
    "count",
    "dame",
    "dhr",
    "doctor",
    "don",
    "dona",
    "dott",
    "dr",
    "dra",
    "earl",
    "esq",
    "frau",
    "herr",
    "hon",
    "jr",
    "lady",
    "lord",
    "madame",
    "me",
    "miss",
    "mme",
    "monsieur",
    "mr",
    "mrs",
    "ms",
    "mevr",
    "mx",
    "phd",
    "prof",
    "professor",
    "rev",
    "reverend",
    "sir",
    "sr",
    "sra",
    "signor",
    "signora",
    "senor",
    "senora",
];

fn place(post: &PostalAddress) -> Place {
    let mut lines = post.lines.iter().map(|line| words(line));
    let mut street = lines.next().unwrap_or_default();
    let number = street.iter().position(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    Place {
        postal_code: joined(&post.postal_code),
        town: joined(&post.locality),
        number: number.map(|at| street.remove(at)).unwrap_or_default(),
        street: street.concat(),
        rest: lines.flatten().collect(),
    }
}

fn email(address: &str) -> Option<(String, String)> {
    let address = address.trim().to_lowercase();
    address.split_once('@').map(|(local, domain)| (local.to_owned(), domain.to_owned()))
}

/// What a word sounds like; the word itself where nothing is known of its sound.
pub(super) fn heard(word: &str) -> String {
    let latin = in_latin(word);
    consonants(latin.as_deref().unwrap_or(word)).unwrap_or_else(|| word.to_owned())
}
