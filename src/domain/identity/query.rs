//! What somebody at the desk typed or scanned, without saying what it is.

use super::{
    normal::identifier,
    phone::{PhoneError, phone_number},
};
use crate::domain::customer::{IdentifierKey, IdentifierKind};

/// The identifiers that a text may be, the likeliest first; none when it can be none, such as a name.
///
/// An e-mail address or telephone number is taken for one; anything short with a digit may be a loyalty number; an id
/// in another system or a social handle is written with its system, as in `till:4711` or `instagram:@ana`. Of several,
/// or beside a name, only those count that can be nothing else.
#[must_use]
pub fn parse_query(text: &str, regions: &[&str]) -> Vec<IdentifierKey> {
    let text = &plain(text);
    if let Some((keys, _)) = beside_each_other(text, regions) {
        return keys;
    }
    let as_kind = |kind, value| key(kind, "", value, regions);
    if let Some(email) = email(text, regions) {
        return vec![email];
    }
    // Names have no digits; numbers of cards do.
    let has_digit = text.chars().any(char::is_numeric);
    let mut keys: Vec<_> = as_kind(IdentifierKind::Phone, text).into_iter().collect();
    keys.extend(in_a_system(text, regions));
    keys.extend(has_digit.then(|| as_kind(IdentifierKind::Loyalty, text)).flatten());
    keys
}

/// The name that somebody typed beside a whole identifier, as in `Rui 020 7946 1001` or `ana@example.com Ana`; empty
/// where there is none. Letters that are part of a number, as in `0800 FLOWERS`, are no name.
#[must_use]
pub fn said_beside(text: &str, regions: &[&str]) -> String {
    beside_each_other(&plain(text), regions).map(|(_, name)| name).unwrap_or_default()
}

/// As it is typed on any keyboard.
fn plain(text: &str) -> String {
    text.trim().replace('＠', "@")
}

fn key(kind: IdentifierKind, system: &str, value: &str, regions: &[&str]) -> Option<IdentifierKey> {
    identifier(kind, system, value, regions).ok().map(|found| found.key())
}

fn email(text: &str, regions: &[&str]) -> Option<IdentifierKey> {
    key(IdentifierKind::Email, "", text.strip_prefix("mailto:").unwrap_or(text), regions)
}

/// What `system:value` may be.
fn in_a_system(text: &str, regions: &[&str]) -> Vec<IdentifierKey> {
    let Some((system, value)) = text.split_once(':').filter(|(system, _)| !is_scheme(system)) else {
        return Vec::new();
    };
    let external = key(IdentifierKind::ExternalId, system, value.trim(), regions);
    external.into_iter().chain(key(IdentifierKind::Social, system, value, regions)).collect()
}

/// A word that can be nothing but an identifier: an address, an id with its system, the number of a card with letters.
fn identifier_word(word: &str, regions: &[&str]) -> Vec<IdentifierKey> {
    if let Some(email) = email(word, regions) {
        return vec![email];
    }
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    let is_card = digits >= CARD_DIGITS_MIN && word.chars().any(char::is_alphabetic) && !word.contains(':');
    match key(IdentifierKind::Loyalty, "", word, regions).filter(|_| is_card) {
        Some(card) if key(IdentifierKind::Phone, "", word, regions).is_none() => vec![card],
        _ => in_a_system(word, regions),
    }
}

/// With fewer, what has letters may be the number of a house.
const CARD_DIGITS_MIN: usize = 3;

/// Whole identifiers with something beside them: another identifier, or a name.
fn beside_each_other(text: &str, regions: &[&str]) -> Option<(Vec<IdentifierKey>, String)> {
    let is_number = |piece: &str| piece.contains(|c: char| c.is_numeric() || "+＋()".contains(c));
    let (mut keys, mut number, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for piece in text.split_whitespace() {
        let found = identifier_word(piece, regions);
        match found.is_empty() {
            false => keys.extend(found),
            true if is_number(piece) => number.push(piece),
            true => words.push(piece),
        }
    }
    let is_one = number.is_empty() && words.is_empty() && !text.contains(char::is_whitespace);
    if is_one || (keys.is_empty() && words.is_empty()) {
        return None;
    }
    keys.extend(key(IdentifierKind::Phone, "", &number.join(" "), regions));
    let names = words.into_iter().filter(|word| !BESIDE.contains(&word.to_lowercase().as_str()));
    (!keys.is_empty()).then(|| (keys, names.collect::<Vec<_>>().join(" ")))
}

/// What stands beside numbers and names nobody.
const BESIDE: [&str; 12] = ["tel", "tel:", "tel.", "phone", "phone:", "mobile", "mob", "fax", "ext", "ext.", "x", "-"];

/// Why a text that looks like a whole telephone number is none; `None` for one that is, and for what looks like
/// something else.
#[must_use]
pub fn why_no_number(text: &str, regions: &[&str]) -> Option<PhoneError> {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let looks_so = text.chars().all(|c| c.is_numeric() || c.is_whitespace() || "+＋-‐‑–./()".contains(c));
    if !looks_so || (digits < NUMBER_MIN && !text.trim_start().starts_with(['+', '＋'])) {
        return None;
    }
    phone_number(text, regions).err()
}

/// Fewer digits are the end of a number.
const NUMBER_MIN: usize = 7;

/// What stands before the colon of a link, which is no system.
fn is_scheme(text: &str) -> bool {
    ["tel", "mailto", "http", "https"].contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentifierKind::{Email, ExternalId, Loyalty, Phone, Social};

    fn guesses(text: &str) -> Vec<(IdentifierKind, String, String)> {
        let keys = parse_query(text, &["DE"]);
        keys.into_iter().map(|key| (key.kind, key.system, key.normalized)).collect()
    }

    fn guess(kind: IdentifierKind, system: &str, normalized: &str) -> (IdentifierKind, String, String) {
        (kind, system.to_owned(), normalized.to_owned())
    }

    #[test]
    fn each_kind_is_recognised() {
        assert_eq!(guesses(" Ana@Example.com "), [guess(Email, "", "ana@example.com")]);
        assert_eq!(guesses("mailto:ana@example.com"), [guess(Email, "", "ana@example.com")]);
        assert_eq!(
            guesses("030 123456"),
            [guess(Phone, "", "+4930123456"), guess(Loyalty, "", "030123456")],
            "a number may be either"
        );
        assert_eq!(guesses("tel:+49-30-123456")[0], guess(Phone, "", "+4930123456"));
        assert_eq!(guesses("AB 12-3"), [guess(Loyalty, "", "ab123")]);
        assert_eq!(guesses("till:A-7")[0], guess(ExternalId, "till", "A-7"));
        assert!(guesses("instagram:@Ana").contains(&guess(Social, "instagram", "ana")));
    }

    #[test]
    fn a_name_beside_a_number_is_told_from_letters_in_it() {
        for (text, name) in [
            ("Rui 030 123456", "Rui"),
            ("030 123456 Rui Costa", "Rui Costa"),
            ("Ana +49 30 123456 Costa", "Ana Costa"),
            ("王小明 +49 30 123456", "王小明"),
            ("Tel 030 123456", ""),
            ("030 123456", ""),
            ("0800 FLOWERS", ""),
            ("Rui 12", ""),
            ("Rui", ""),
        ] {
            assert_eq!(said_beside(text, &["DE"]), name, "{text}");
        }
        assert_eq!(guesses("030 123456 Rui")[0], guess(Phone, "", "+4930123456"), "the letters are no digits");
    }

    #[test]
    fn identifiers_are_known_beside_a_name_and_each_other() {
        let ana = guess(Email, "", "ana@example.com");
        for (text, found, name) in [
            ("ana@example.com Ana", vec![ana.clone()], "Ana"),
            ("Ana Lima ana＠example.com", vec![ana.clone()], "Ana Lima"),
            ("TC-00417 Lola", vec![guess(Loyalty, "", "tc00417")], "Lola"),
            ("ana@example.com 030 123456", vec![ana.clone(), guess(Phone, "", "+4930123456")], ""),
            ("ana@example.com 030 123456 Ana", vec![ana.clone(), guess(Phone, "", "+4930123456")], "Ana"),
            ("ana@example.com", vec![ana], ""),
            ("Lola 12a", vec![guess(Loyalty, "", "lola12a")], ""),
        ] {
            assert_eq!(guesses(text), found, "{text}");
            assert_eq!(said_beside(text, &["DE"]), name, "{text}");
        }
        assert_eq!(guesses("Ana till:A-7")[0], guess(ExternalId, "till", "A-7"));
        assert_eq!(said_beside("Ana till:A-7", &["DE"]), "Ana");
    }

    #[test]
    fn what_can_be_nothing_finds_nothing() {
        for text in ["", "  ", "Ana Lima", "@ana", "😀", ":", "https://example.com/", &"x1".repeat(500)] {
            let found = guesses(text);
            assert!(found.iter().all(|(kind, ..)| *kind == Loyalty), "{text}: {found:?}");
        }
        assert_eq!(guesses("Ana Lima"), []);
    }
}
