//! The words under which a customer is found, each with what it is a word of.
//!
//! A term is a word behind the mark of its class; names have none. All terms of a customer, with a space between, are
//! what the store indexes and what candidates are scored by, so that a search reads nothing else of a customer.

use super::{
    script::in_latin,
    words::{is_ideographic, joined, without_umlaut_vowels, words},
};
use crate::domain::customer::{BirthDate, ContactAddress, ContactPoint, Customer, CustomerStatus, IdentifierKind};
use std::collections::BTreeSet;

/// Grows whenever the same customer gets other terms or blocks than before: the store then makes all anew.
pub const VERSION: i32 = 4;

/// What a word is a word of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A name.
    Name,
    /// A town or a postal code.
    Town,
    /// The part of an e-mail address before the `@`.
    Email,
    /// A loyalty number, an id in another system, a handle.
    Number,
    /// The digits of a phone number from its end.
    PhoneEnd,
    /// The digits of a phone number from its country code on.
    PhoneStart,
    /// A birthday: year, month and day, four, two and two digits.
    Birthday,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Name, Self::Town, Self::Email, Self::Number, Self::PhoneEnd, Self::PhoneStart, Self::Birthday];

    /// The character before each word of the class. They are for private use in Unicode, so no name has them.
    const fn mark(self) -> Option<char> {
        match self {
            Self::Name => None,
            Self::Town => Some('\u{e000}'),
            Self::Email => Some('\u{e001}'),
            Self::Number => Some('\u{e002}'),
            Self::PhoneEnd => Some('\u{e003}'),
            Self::PhoneStart => Some('\u{e004}'),
            Self::Birthday => Some('\u{e005}'),
        }
    }

    /// From how many characters to how many the beginning of a word is looked up; a longer beginning is compared after
    /// it was found by its first. `None` where only whole words count.
    #[must_use]
    pub const fn beginnings(self) -> Option<(usize, usize)> {
        match self {
            Self::Name => Some((1, 8)),
            Self::Town | Self::Email | Self::Number | Self::PhoneEnd => Some((3, 8)),
            Self::PhoneStart => Some((5, 10)),
            Self::Birthday => None,
        }
    }

    /// The term of a word.
    #[must_use]
    pub fn term(self, word: &str) -> String {
        self.mark().into_iter().chain(word.chars()).collect()
    }

    /// The class and the word of a term.
    #[must_use]
    pub fn split(term: &str) -> (Self, &str) {
        let marked = |class: &Self| class.mark().is_some_and(|mark| term.starts_with(mark));
        match Self::ALL.into_iter().find(marked) {
            Some(class) => (class, &term[class.mark().map_or(0, char::len_utf8)..]),
            None => (Self::Name, term),
        }
    }
}

/// The longest ideographic name whose parts are all terms.
const IDEOGRAPHS_MAX: usize = 8;
/// The longest word that is a term, in characters. What is longer is no name that anybody types to its end.
const WORD_MAX: usize = 40;
/// Most terms of one customer: a record of a hundred addresses must not fill the index. An organisation of a hundred
/// people is found by the names of all of them.
const TERMS_MAX: usize = 400;

/// Everything under which a customer is found but by an exact identifier, in order, with a space between; nothing for
/// those who are found by nothing else: erased and discreet ones.
#[must_use]
pub fn terms(customer: &Customer) -> String {
    if !is_searchable(customer) {
        return String::new();
    }
    let profile = &customer.profile;
    let mut terms = BTreeSet::new();
    // What is theirs comes first: where there is too much, the rest is what is left out.
    whole_name_terms(&profile.display_name, &profile.given_name, &profile.family_name, &mut terms);
    identifier_terms(customer, &mut terms);
    if let Some(day) = profile.birth_date.and_then(birthday) {
        add(Class::Birthday, &day, &mut terms);
    }
    address_terms(&profile.contact_points, &mut terms);
    // Who calls for a company says their own name.
    for contact in &profile.contacts {
        whole_name_terms(&contact.display_name, &contact.given_name, &contact.family_name, &mut terms);
    }
    for contact in &profile.contacts {
        address_terms(&contact.contact_points, &mut terms);
    }
    terms.into_iter().collect::<Vec<_>>().join(" ")
}

/// Whether anybody finds them by anything but an exact identifier.
#[must_use]
pub fn is_searchable(customer: &Customer) -> bool {
    customer.status != CustomerStatus::Erased && !customer.profile.discreet
}

/// The words of a name as it is shown and in its parts.
fn whole_name_terms(shown: &str, given: &str, family: &str, terms: &mut BTreeSet<String>) {
    for name in [shown, given, family] {
        name_terms(name, terms);
    }
    for name in [shown, &format!("{family} {given}")] {
        run_together(name, terms);
    }
}

/// What is kept as two names and written without a space between: 王 and 小明 are typed as 王小明, by some the other way
/// round.
fn run_together(name: &str, terms: &mut BTreeSet<String>) {
    let words = words(name);
    if let [first, second] = words.as_slice()
        && is_ideographic(first)
        && is_ideographic(second)
        && first.chars().count() + second.chars().count() <= IDEOGRAPHS_MAX
    {
        add(Class::Name, &format!("{first}{second}"), terms);
        add(Class::Name, &format!("{second}{first}"), terms);
    }
}

/// The words of a name, and how else they may be typed.
fn name_terms(name: &str, terms: &mut BTreeSet<String>) {
    let words = words(name);
    // "van der Berg" is also typed as "vanderberg".
    if words.len() > 1 && !words.iter().any(|word| is_ideographic(word)) {
        add(Class::Name, &words.concat(), terms);
    }
    for word in words {
        if is_ideographic(&word) && word.chars().count() <= IDEOGRAPHS_MAX {
            // Family and given name stand without a space between.
            for (at, _) in word.char_indices() {
                add(Class::Name, &word[at..], terms);
            }
        }
        let others = [in_latin(&word), without_umlaut_vowels(&word)];
        for other in others.into_iter().flatten() {
            add(Class::Name, &other, terms);
        }
        add(Class::Name, &word, terms);
    }
}

fn address_terms(contact_points: &[ContactPoint], terms: &mut BTreeSet<String>) {
    for point in contact_points {
        match &point.address {
            ContactAddress::Post(post) => {
                for word in words(&post.locality) {
                    add(Class::Town, &word, terms);
                }
                // Some are written in two parts, and typed so.
                for word in words(&post.postal_code) {
                    add(Class::Town, &word, terms);
                }
                add(Class::Town, &joined(&post.postal_code), terms);
            }
            ContactAddress::Phone(number) => phone_terms(number, terms),
            ContactAddress::Email(address) => email_terms(address, terms),
        }
    }
}

fn identifier_terms(customer: &Customer, terms: &mut BTreeSet<String>) {
    for identifier in &customer.identifiers {
        match identifier.kind {
            IdentifierKind::Phone => phone_terms(&identifier.normalized, terms),
            IdentifierKind::Email => email_terms(&identifier.normalized, terms),
            IdentifierKind::Loyalty | IdentifierKind::ExternalId | IdentifierKind::Social => {
                add(Class::Number, &joined(&identifier.normalized), terms);
            }
        }
    }
}

fn phone_terms(number: &str, terms: &mut BTreeSet<String>) {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    add(Class::PhoneStart, &digits, terms);
    add(Class::PhoneEnd, &digits.chars().rev().collect::<String>(), terms);
}

fn email_terms(address: &str, terms: &mut BTreeSet<String>) {
    let local = address.split('@').next().unwrap_or_default();
    for word in words(local) {
        add(Class::Email, &word, terms);
    }
}

/// Year, month and day in eight digits, where the year is known.
pub(super) fn birthday(date: BirthDate) -> Option<String> {
    Some(format!("{:04}{:02}{:02}", date.year?, date.month, date.day))
}

fn add(class: Class, word: &str, terms: &mut BTreeSet<String>) {
    if !word.is_empty() && word.chars().count() <= WORD_MAX && terms.len() < TERMS_MAX {
        terms.insert(class.term(word));
    }
}

/// The words of names and towns among terms, for the vocabulary that finds what was typed wrongly.
pub fn spelled(terms: &str) -> impl Iterator<Item = &str> {
    terms.split(' ').map(Class::split).filter_map(|(class, word)| {
        let spelled = matches!(class, Class::Name | Class::Town) && word.chars().any(char::is_alphabetic);
        spelled.then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        customer::{Identifier, PostalAddress, Profile},
        ids::{CustomerId, HouseholdId},
        organization::OrganizationContact,
    };
    use jiff::Timestamp;
    use uuid::Uuid;

    fn somebody(profile: Profile, identifiers: Vec<Identifier>) -> Customer {
        let (id, household) = (CustomerId(Uuid::from_u128(1)), HouseholdId(Uuid::from_u128(2)));
        Customer::new(id, household, profile, identifiers, Timestamp::UNIX_EPOCH)
    }

    fn named(name: &str) -> Profile {
        Profile { display_name: name.to_owned(), ..Profile::default() }
    }

    fn split(terms: &str) -> Vec<(Class, &str)> {
        terms.split(' ').map(Class::split).collect()
    }

    #[test]
    fn somebody_is_found_under_all_that_people_ask_by() {
        let post = PostalAddress {
            postal_code: "10115".to_owned(),
            locality: "Bad Tölz".to_owned(),
            ..PostalAddress::default()
        };
        let profile = Profile {
            given_name: "Jürgen".to_owned(),
            family_name: "van Mueller".to_owned(),
            birth_date: Some(BirthDate { year: Some(1980), month: 5, day: 12 }),
            contact_points: vec![ContactPoint {
                address: ContactAddress::Post(post),
                label: String::new(),
                bad: false,
            }],
            ..Profile::default()
        };
        let phone = Identifier {
            kind: IdentifierKind::Phone,
            system: String::new(),
            typed: "030 123456".to_owned(),
            normalized: "+4930123456".to_owned(),
            origin: None,
        };
        let found = terms(&somebody(profile, vec![phone]));
        assert_eq!(
            split(&found),
            [
                (Class::Name, "jurgen"),
                (Class::Name, "mueller"),
                (Class::Name, "muller"),
                (Class::Name, "van"),
                (Class::Name, "vanmueller"),
                (Class::Town, "10115"),
                (Class::Town, "bad"),
                (Class::Town, "tolz"),
                (Class::PhoneEnd, "6543210394"),
                (Class::PhoneStart, "4930123456"),
                (Class::Birthday, "19800512"),
            ]
        );
        assert_eq!(
            spelled(&found).collect::<Vec<_>>(),
            ["jurgen", "mueller", "muller", "van", "vanmueller", "bad", "tolz"]
        );
    }

    #[test]
    fn other_scripts_are_found_as_typed_and_by_their_parts() {
        assert_eq!(terms(&somebody(named("王小明"), Vec::new())), "小明 明 王小明");
        let apart = |given: &str, family: &str| Profile {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            ..Profile::default()
        };
        assert_eq!(terms(&somebody(apart("小明", "王"), Vec::new())), "小明 小明王 明 王 王小明");
        assert_eq!(terms(&somebody(named("김 민수"), Vec::new())), "김 김민수 민수 민수김 수");
        assert_eq!(terms(&somebody(apart("Anna", "王"), Vec::new())), "anna 王");
        assert_eq!(terms(&somebody(named("Иванов"), Vec::new())), "ivanov иванов");
        assert_eq!(terms(&somebody(named("आलिया"), Vec::new())), "आलिया");
    }

    #[test]
    fn an_organisation_is_found_by_its_people() {
        let phone = ContactAddress::Phone("+4930123456".to_owned());
        let buyer = OrganizationContact {
            display_name: "Ana Ruiz".to_owned(),
            contact_points: vec![ContactPoint { address: phone, label: String::new(), bad: false }],
            ..OrganizationContact::default()
        };
        let found = terms(&somebody(Profile { contacts: vec![buyer], ..named("Mill") }, Vec::new()));
        let names = [(Class::Name, "ana"), (Class::Name, "anaruiz"), (Class::Name, "mill"), (Class::Name, "ruiz")];
        let numbers = [(Class::PhoneEnd, "6543210394"), (Class::PhoneStart, "4930123456")];
        assert_eq!(split(&found), [names.as_slice(), &numbers].concat());
    }

    #[test]
    fn an_organisation_of_a_hundred_people_is_found_by_itself_and_by_each_of_them() {
        let person = |n: u32| OrganizationContact {
            given_name: format!("anna{n}"),
            family_name: format!("aalto{n}"),
            contact_points: (0..10)
                .map(|at| ContactPoint {
                    address: ContactAddress::Phone(format!("+4930{n:04}{at}")),
                    label: String::new(),
                    bad: false,
                })
                .collect(),
            ..OrganizationContact::default()
        };
        let profile = Profile { contacts: (0..100).map(person).collect(), ..named("Zwirnerei Zett") };
        let number = |normalized: &str| Identifier {
            kind: IdentifierKind::Phone,
            system: String::new(),
            typed: normalized.to_owned(),
            normalized: normalized.to_owned(),
            origin: None,
        };
        let found = terms(&somebody(profile, vec![number("+49309999999")]));
        let found: BTreeSet<_> = split(&found).into_iter().collect();
        assert_eq!(found.len(), TERMS_MAX, "the rest is left out");
        for term in [(Class::Name, "zwirnerei"), (Class::Name, "zett"), (Class::PhoneEnd, "99999990394")] {
            assert!(found.contains(&term), "{term:?}");
        }
        for n in 0..100 {
            assert!(found.contains(&(Class::Name, format!("aalto{n}").as_str())), "{n}");
        }
    }

    #[test]
    fn nobody_comes_across_a_discreet_customer() {
        let discreet = Profile { discreet: true, ..named("Ada") };
        assert_eq!(terms(&somebody(discreet, Vec::new())), "");
        let mut erased = somebody(named("Ada"), Vec::new());
        erased.status = CustomerStatus::Erased;
        assert_eq!(terms(&erased), "");
    }
}
