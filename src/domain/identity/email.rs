//! E-mail addresses.

use unicode_normalization::UnicodeNormalization;

/// The longest address that mail can carry (RFC 5321 4.5.3.1.3, without its brackets), in bytes.
const ADDRESS_MAX_BYTES: usize = 254;
const LOCAL_MAX_BYTES: usize = 64;
const LABEL_MAX_BYTES: usize = 63;

/// Why a text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Not one `@` with something on both sides.
    #[error("is no e-mail address: write it like `name@example.com`")]
    NoAddress,
    /// Longer than mail allows.
    #[error("is too long for an e-mail address: at most 64 bytes before the `@` and 254 in all")]
    TooLong,
    /// Something before the `@` that addresses don't have.
    #[error("has a space, bracket, quote, or a dot at the wrong place before the `@`")]
    BadLocalPart,
    /// A domain that can't exist.
    #[error("has no domain like `example.com` after the `@`")]
    BadDomain,
}

/// The form in which addresses are compared: NFKC, in lower case. Most mail systems ignore case though the standard
/// lets them not; dots and `+tags` are left, since some tell people apart by them.
///
/// Only the syntax in use is taken: no quoted local part, no comments, no address literals, a domain with a dot.
/// Letters of all scripts are (RFC 6531).
///
/// # Errors
/// When the text is no address; see [`EmailError`].
pub(super) fn comparable(typed: &str) -> Result<String, EmailError> {
    let address = typed.trim();
    if address.len() > ADDRESS_MAX_BYTES {
        return Err(EmailError::TooLong);
    }
    let (local, domain) = address.split_once('@').ok_or(EmailError::NoAddress)?;
    if local.is_empty() || domain.is_empty() || domain.contains('@') {
        return Err(EmailError::NoAddress);
    }
    if local.len() > LOCAL_MAX_BYTES {
        return Err(EmailError::TooLong);
    }
    if !local.split('.').all(is_atom) {
        return Err(EmailError::BadLocalPart);
    }
    if !domain.contains('.') || !domain.split('.').all(is_label) {
        return Err(EmailError::BadDomain);
    }
    Ok(address.nfkc().flat_map(char::to_lowercase).collect())
}

/// RFC 5322 3.2.3, with RFC 6531 3.3.
fn is_atom(text: &str) -> bool {
    let allowed = |c: char| match c {
        c if c.is_ascii() => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
        c => !c.is_control() && !c.is_whitespace(),
    };
    !text.is_empty() && text.chars().all(allowed)
}

/// A label of a domain: letters, digits and inner hyphens.
fn is_label(text: &str) -> bool {
    let inner = |c: char| c == '-' || c.is_alphanumeric() || is_mark(c);
    !text.is_empty()
        && text.len() <= LABEL_MAX_BYTES
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.chars().all(inner)
}

/// Vowel signs and accents that stand on their own in many scripts.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case() {
        for (typed, expected) in [
            (" Ana.Lima@Example.COM ", "ana.lima@example.com"),
            ("ana+shop@example.com", "ana+shop@example.com"),
            ("o'neil_1=x@mail.example-site.co.uk", "o'neil_1=x@mail.example-site.co.uk"),
            ("JOSÉ@EXAMPLE.ES", "josé@example.es"),
            ("jose\u{301}@example.es", "josé@example.es"),
            ("Ａna@example.com", "ana@example.com"),
            ("संपर्क@डाटामेल.भारत", "संपर्क@डाटामेल.भारत"),
        ] {
            assert_eq!(comparable(typed).as_deref(), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", "b.".repeat(150));
        let long_label = format!("a@{}.com", "b".repeat(64));
        for (typed, error) in [
            ("", EmailError::NoAddress),
            ("ana", EmailError::NoAddress),
            ("@example.com", EmailError::NoAddress),
            ("ana@", EmailError::NoAddress),
            ("a@b@example.com", EmailError::NoAddress),
            (&long_local, EmailError::TooLong),
            (&long, EmailError::TooLong),
            ("ana lima@example.com", EmailError::BadLocalPart),
            ("Ana <ana@example.com>", EmailError::BadLocalPart),
            (".ana@example.com", EmailError::BadLocalPart),
            ("ana..lima@example.com", EmailError::BadLocalPart),
            ("\"ana\"@example.com", EmailError::BadLocalPart),
            ("ana\u{7}@example.com", EmailError::BadLocalPart),
            ("ana@localhost", EmailError::BadDomain),
            ("ana@example..com", EmailError::BadDomain),
            ("ana@-example.com", EmailError::BadDomain),
            ("ana@exam_ple.com", EmailError::BadDomain),
            ("ana@[127.0.0.1]", EmailError::BadDomain),
            ("ana@example.com\r\nBcc: x", EmailError::BadDomain),
            (&long_label, EmailError::BadDomain),
        ] {
            assert_eq!(comparable(typed), Err(error), "{typed}");
        }
    }
}
