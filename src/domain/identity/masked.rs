//! Identifiers as they may be shown to people who need not know them.

use crate::domain::customer::{IdentifierKey, IdentifierKind};

const HIDDEN: &str = "•••";

/// Enough of an identifier to recognise one that is known, too little to learn one: `+49•••56`, `a•••@e•••.com`,
/// `•••78`. Of what is short nothing is shown.
#[must_use]
pub fn masked(key: &IdentifierKey) -> String {
    match key.kind {
        IdentifierKind::Phone => number(&key.normalized),
        IdentifierKind::Email => address(&key.normalized),
        IdentifierKind::Loyalty | IdentifierKind::ExternalId => {
            format!("{HIDDEN}{}", ending(&key.normalized))
        }
        IdentifierKind::Social => beginning(&key.normalized),
    }
}

fn number(e164: &str) -> String {
    let start: String = e164.chars().take(3).collect();
    format!("{start}{HIDDEN}{}", ending(e164))
}

fn address(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let (name, suffix) = domain.rsplit_once('.').unwrap_or((domain, ""));
    format!("{}@{}.{suffix}", beginning(local), beginning(name))
}

/// The first letter, unless there are hardly more.
fn beginning(text: &str) -> String {
    match text.chars().next() {
        Some(first) if text.chars().count() > 3 => format!("{first}{HIDDEN}"),
        _ => HIDDEN.to_owned(),
    }
}

/// The last two letters, unless there are hardly more.
fn ending(text: &str) -> &str {
    match text.char_indices().rev().nth(1) {
        Some((at, _)) if text.chars().count() > 6 => &text[at..],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_shown() {
        for (kind, normalized, expected) in [
            (IdentifierKind::Phone, "+4930123456", "+49•••56"),
            (IdentifierKind::Email, "ana.lima@example.com", "a•••@e•••.com"),
            (IdentifierKind::Email, "ana@ex.co.uk", "•••@e•••.uk"),
            (IdentifierKind::Loyalty, "ab12345678", "•••78"),
            (IdentifierKind::Loyalty, "1234", "•••"),
            (IdentifierKind::ExternalId, "日本語日本語日本", "•••日本"),
            (IdentifierKind::Social, "ana.lima", "a•••"),
            (IdentifierKind::Social, "", "•••"),
        ] {
            let key = IdentifierKey { kind, system: String::new(), normalized: normalized.to_owned() };
            assert_eq!(masked(&key), expected);
        }
    }
}
