//! What somebody at the desk typed or scanned, without saying what it is.

use super::{
    normal::identifier,
    phone::{PhoneError, phone_number},
};
use crate::domain::customer::{IdentifierKey, IdentifierKind};

/// The identifiers that a text may be, the likeliest first; none when it can be none, such as a name.
///
/// An e-mail address or telephone number is taken for one; anything short with a digit may be a loyalty number; an id
/// in another system or a social handle is written with its system, as in `till:4711` or `instagram:@ana`.
#[must_use]
pub fn parse_query(text: &str, regions: &[&str]) -> Vec<IdentifierKey> {
    let text = text.trim();
    let as_kind = |kind, system, value| identifier(kind, system, value, regions).ok().map(|found| found.key());
    let address = text.strip_prefix("mailto:").unwrap_or(text);
    if let Some(email) = as_kind(IdentifierKind::Email, "", address) {
        return vec![email];
    }
    let phone = as_kind(IdentifierKind::Phone, "", text);
    let (external, social) = match text.split_once(':') {
        Some((system, value)) if !is_scheme(system) => {
            let external = as_kind(IdentifierKind::ExternalId, system, value.trim());
            (external, as_kind(IdentifierKind::Social, system, value))
        }
        _ => (None, None),
    };
    // Names have no digits; numbers of cards do.
    let has_digit = text.chars().any(char::is_numeric);
    let loyalty = has_digit.then(|| as_kind(IdentifierKind::Loyalty, "", text)).flatten();
    [phone, external, social, loyalty].into_iter().flatten().collect()
}

/// Why a text that looks like a whole telephone number is none; `None` for one that is, and for what looks like something
/// else.
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
    fn what_can_be_nothing_finds_nothing() {
        for text in ["", "  ", "Ana Lima", "@ana", "😀", ":", "https://example.com/", &"x1".repeat(500)] {
            let found = guesses(text);
            assert!(found.iter().all(|(kind, ..)| *kind == Loyalty), "{text}: {found:?}");
        }
        assert_eq!(guesses("Ana Lima"), []);
    }
}
