//! Whether what stands in the place of a name is one by which somebody can be greeted.

use crate::domain::customer::{Customer, CustomerKind};
use std::borrow::Cow;

/// What people and programs enter where a name is asked for and nobody knows it, in lower case.
const NOBODY: &[&str] = &[
    "unbekannt",
    "unknown",
    "n/a",
    "n.a.",
    "n. a.",
    "k.a.",
    "k. a.",
    "keine angabe",
    "nicht angegeben",
    "kein name",
    "no name",
    "noname",
    "none",
    "null",
    "undefined",
    "name",
    "anonym",
    "anonymous",
    "anonyme",
    "anónimo",
    "anonimo",
    "anoniem",
    "inconnu",
    "inconnue",
    "desconocido",
    "desconocida",
    "sconosciuto",
    "onbekend",
    "desconhecido",
    "ukendt",
    "ukjent",
    "okänd",
    "nieznany",
    "неизвестно",
    "不明",
    "未知",
    "test",
    "tester",
    "test test",
    "test user",
    "testuser",
    "test customer",
    "test kunde",
    "testkunde",
    "gast",
    "guest",
    "kunde",
    "kundin",
    "customer",
    "client",
    "cliente",
    "klant",
    "laufkunde",
    "laufkundschaft",
    "walk-in",
    "walk-in customer",
    "cash sale",
    "barverkauf",
];

/// What stands before a name and is none by itself, nor is a number behind it, in lower case.
const BEFORE_NAMES: &[&str] = &[
    "herr", "herrn", "frau", "fam.", "familie", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "mister", "sir",
    "madam", "m.", "mme", "monsieur", "madame", "señor", "señora", "sr.", "sra.", "signor", "signora", "sig.",
    "meneer", "mevrouw", "senhor", "senhora", "dr", "dr.", "prof", "prof.", "nr", "nr.", "no.", "#",
];

/// What stands behind a comma and belongs to the name before it, in lower case.
const SUFFIXES: &[&str] =
    &["jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "phd", "ph.d.", "md", "m.d.", "dds", "esq", "esq."];

/// Whether a text may be the name of somebody: neither an address of mail or the web nor a number, nor what is entered
/// where no name is known (nor that with a number: "Customer 4711"), nor a form of address without a name, and more
/// than one letter.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let text = text.trim();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    // One letter is an initial, or a slip; one Chinese character may be a whole name.
    let is_enough = letters > 1 || text.chars().any(|c| c.is_alphabetic() && c >= '\u{2e80}');
    let is_address = text.contains('@') || text.contains("://");
    let small = text.to_lowercase();
    let is_anybody = NOBODY.contains(&small.as_str()) || small.split_whitespace().all(is_anybodys);
    is_enough && digits <= letters && !is_address && !is_anybody
}

/// Whether a word, in lower case, may stand with anybody: a stopgap, a form of address, a number.
fn is_anybodys(word: &str) -> bool {
    let is_number = word.contains(char::is_numeric) && !word.contains(char::is_alphabetic);
    is_number || NOBODY.contains(&word) || BEFORE_NAMES.contains(&word)
}

impl Customer {
    /// The name by which they like to be called, as it is said: `None` where what stands there is none ([`is_name`]).
    /// "Family, Given" is turned where the parts are known to be these; else nobody can tell it from two given names,
    /// and it is none either. Organisations may have commas.
    #[must_use]
    pub fn greetable_name(&self) -> Option<Cow<'_, str>> {
        let name = self.profile.display_name.trim();
        if !is_name(name) {
            return None;
        }
        let Some((family, given)) = name.split_once(',').filter(|_| self.kind != CustomerKind::Organization) else {
            return Some(name.into());
        };
        let (family, given) = (family.trim(), given.trim());
        if SUFFIXES.contains(&given.to_lowercase().as_str()) {
            return Some(name.into());
        }
        let is =
            |known: &str, part: &str| !known.trim().is_empty() && known.trim().to_lowercase() == part.to_lowercase();
        let is_known = is(&self.profile.family_name, family) || is(&self.profile.given_name, given);
        (is_known && is_name(given) && !given.contains(',')).then(|| format!("{given} {family}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::is_name;
    use crate::domain::{customer::CustomerKind, testkit::customer};

    #[test]
    fn p8_addresses_numbers_and_stopgaps_are_no_names() {
        for none in ["test@example.com", "+49 170 1234567", "Unbekannt", "UNKNOWN", "n/a", " test ", "x", "-", "12 A"] {
            assert!(!is_name(none), "{none}");
        }
        for none in ["Herr", "Frau Dr.", "Mrs.", "Kunde 4711", "Kunde Nr. 4711", "Gast #12", "Test 3", "Monsieur"] {
            assert!(!is_name(none), "{none}");
        }
        for name in [
            "Ana",
            "Jo",
            "李",
            "Na",
            "Ana 1",
            "Testa Rossa",
            "Zoë & Max",
            "Bülent \"B\"",
            "Elizabeth II",
            "Anna Herr",
            "Dr. Guest-House",
            "Herr Meier",
        ] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn p8_family_and_given_name_are_turned_where_they_are_known_to_be_these() {
        let mut ana = customer(1);
        let mut called = |name: &str, family: &str, kind| {
            name.clone_into(&mut ana.profile.display_name);
            family.clone_into(&mut ana.profile.family_name);
            ana.profile.given_name.clear();
            ana.kind = kind;
            ana.greetable_name().map(std::borrow::Cow::into_owned)
        };
        let person = CustomerKind::Person;
        assert_eq!(called("Meier, Hans", "Meier", person).as_deref(), Some("Hans Meier"));
        assert_eq!(called("Meier, Hans", "", person), None);
        assert_eq!(called("Anna, Peter", "Meier", person), None);
        assert_eq!(called("King, Jr.", "", person).as_deref(), Some("King, Jr."));
        let firm = "Meier, Huber & Co";
        assert_eq!(called(firm, "", CustomerKind::Organization).as_deref(), Some(firm));
    }
}
