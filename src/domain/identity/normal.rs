//! From a typed identifier to the form that is compared.

use super::{
    email::{self, EmailError},
    phone::{PhoneError, phone_number},
};
use crate::domain::{
    customer::{Identifier, IdentifierKind},
    limits::SHORT_TEXT_MAX_BYTES,
};
use unicode_normalization::UnicodeNormalization;

/// Why an identifier was refused. The sentence continues after the name of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Nothing but blanks.
    #[error("is empty")]
    Empty,
    /// Longer than an identifier may be.
    #[error("is longer than {SHORT_TEXT_MAX_BYTES} bytes")]
    TooLong,
    /// Line breaks and the like.
    #[error("has a control character in it")]
    ControlCharacter,
    /// A loyalty number of ornament only.
    #[error("has no letter and no digit")]
    NoLetterOrDigit,
    /// A handle with a space.
    #[error("has a space in it, which no handle has")]
    SpaceInHandle,
    /// The kind needs a system.
    #[error("is needed: it says whose id or which network it is")]
    SystemMissing,
    /// The kind has no system.
    #[error("belongs to external ids, social handles and loyalty numbers only")]
    SystemNotAllowed,
    /// A system that is too long or holds a control character.
    #[error("is no name of a system: at most {SHORT_TEXT_MAX_BYTES} bytes without control characters")]
    BadSystem,
    /// No telephone number.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// No e-mail address.
    #[error(transparent)]
    Email(#[from] EmailError),
}

impl IdentifierError {
    /// Whether the system is what is wrong, rather than the value.
    #[must_use]
    pub const fn is_about_system(self) -> bool {
        matches!(self, Self::SystemMissing | Self::SystemNotAllowed | Self::BadSystem)
    }
}

/// An identifier from what was typed.
///
/// | kind | compared as |
/// | --- | --- |
/// | phone | E.164, read by the first known of `regions` where it has no country code |
/// | e-mail | NFKC, lower case |
/// | loyalty | NFKC, lower case, without spaces and dashes |
/// | external id | exactly as it is, in a system whose name is exactly as it is |
/// | social | NFKC, lower case, without a leading `@`; the network in lower case |
///
/// # Errors
/// When it can't be one of its kind, or the system is missing or out of place; see [`IdentifierError`].
pub fn identifier(
    kind: IdentifierKind,
    system: &str,
    typed: &str,
    regions: &[&str],
) -> Result<Identifier, IdentifierError> {
    let system = checked_system(kind, system)?;
    if typed.trim().is_empty() {
        return Err(IdentifierError::Empty);
    }
    if typed.len() > SHORT_TEXT_MAX_BYTES {
        return Err(IdentifierError::TooLong);
    }
    let normalized = match kind {
        IdentifierKind::Phone => phone_number(typed, regions)?,
        IdentifierKind::Email => email::comparable(typed)?,
        _ if typed.chars().any(char::is_control) => return Err(IdentifierError::ControlCharacter),
        IdentifierKind::Loyalty => loyalty_number(typed)?,
        IdentifierKind::ExternalId => typed.to_owned(),
        IdentifierKind::Social => handle(typed)?,
    };
    Ok(Identifier { kind, system, typed: typed.to_owned(), normalized, origin: None })
}

fn checked_system(kind: IdentifierKind, system: &str) -> Result<String, IdentifierError> {
    let needed = matches!(kind, IdentifierKind::ExternalId | IdentifierKind::Social);
    let allowed = needed || kind == IdentifierKind::Loyalty;
    if system.is_empty() {
        return if needed { Err(IdentifierError::SystemMissing) } else { Ok(String::new()) };
    }
    if !allowed {
        return Err(IdentifierError::SystemNotAllowed);
    }
    if system.len() > SHORT_TEXT_MAX_BYTES || system.trim().is_empty() || system.chars().any(char::is_control) {
        return Err(IdentifierError::BadSystem);
    }
    Ok(if kind == IdentifierKind::Social { folded(system.trim()) } else { system.to_owned() })
}

/// Cards are printed in groups, and read out with or without them.
fn loyalty_number(typed: &str) -> Result<String, IdentifierError> {
    let number: String = folded(typed).chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).collect();
    if number.chars().any(char::is_alphanumeric) { Ok(number) } else { Err(IdentifierError::NoLetterOrDigit) }
}

fn handle(typed: &str) -> Result<String, IdentifierError> {
    let typed = typed.trim();
    let handle = folded(typed.strip_prefix('@').unwrap_or(typed));
    if handle.is_empty() {
        Err(IdentifierError::Empty)
    } else if handle.chars().any(char::is_whitespace) {
        Err(IdentifierError::SpaceInHandle)
    } else {
        Ok(handle)
    }
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// The hyphen of the keyboard, and the dashes that word processors make of it.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentifierKind::{Email, ExternalId, Loyalty, Phone, Social};

    fn normal(kind: IdentifierKind, system: &str, typed: &str) -> Result<String, IdentifierError> {
        identifier(kind, system, typed, &["DE"]).map(|identifier| identifier.normalized)
    }

    #[test]
    fn what_means_the_same_is_equal() {
        for (kind, system, spellings) in [
            (Phone, "", &["030 123456", "+49 30 123456", "0049-30-123456"][..]),
            (Email, "", &["Ana@Example.com", " ana@example.com"]),
            (Loyalty, "", &["AB 1234-5678", "ab12345678", " AB–1234 5678 ", "ＡＢ１２３４５６７８"]),
            (Social, "instagram", &["@Ana.Lima", "ana.lima", " ANA.LIMA "]),
        ] {
            let first = normal(kind, system, spellings[0]).expect("an identifier");
            for typed in spellings {
                assert_eq!(normal(kind, system, typed).as_ref(), Ok(&first), "{typed}");
            }
        }
    }

    #[test]
    fn external_ids_are_exact_and_kept_as_typed() {
        let id = identifier(ExternalId, "Till", "A-7 b", &[]).expect("an identifier");
        assert_eq!((id.system.as_str(), id.typed.as_str(), id.normalized.as_str()), ("Till", "A-7 b", "A-7 b"));
        assert_ne!(normal(ExternalId, "Till", "a-7 b"), normal(ExternalId, "Till", "A-7 b"));
        let social = identifier(Social, " Instagram ", "@Ana", &[]).expect("an identifier");
        assert_eq!((social.system.as_str(), social.typed.as_str()), ("instagram", "@Ana"));
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        let long = "1".repeat(257);
        for (kind, system, typed, error) in [
            (Loyalty, "", "", IdentifierError::Empty),
            (ExternalId, "till", " ", IdentifierError::Empty),
            (Social, "x", "@", IdentifierError::Empty),
            (Loyalty, "", long.as_str(), IdentifierError::TooLong),
            (ExternalId, "till", "4\n7", IdentifierError::ControlCharacter),
            (Loyalty, "", "- -", IdentifierError::NoLetterOrDigit),
            (Social, "x", "ana lima", IdentifierError::SpaceInHandle),
            (Social, "", "ana", IdentifierError::SystemMissing),
            (ExternalId, "", "4711", IdentifierError::SystemMissing),
            (Phone, "till", "030 123456", IdentifierError::SystemNotAllowed),
            (ExternalId, " ", "4711", IdentifierError::BadSystem),
            (ExternalId, "a\tb", "4711", IdentifierError::BadSystem),
            (Phone, "", "12", IdentifierError::Phone(PhoneError::AreaCodeMissing)),
            (Email, "", "ana", IdentifierError::Email(EmailError::NoAddress)),
        ] {
            assert_eq!(normal(kind, system, typed), Err(error), "{kind} {system} {typed}");
        }
        assert!(IdentifierError::BadSystem.is_about_system() && !IdentifierError::Empty.is_about_system());
    }

    #[test]
    fn no_refusal_repeats_what_was_typed() {
        for kind in IdentifierKind::ALL {
            for typed in ["secretive name\u{7}", "+49 secretive", "secretive@", "@secretive x"] {
                if let Err(error) = identifier(*kind, "", typed, &["DE"]) {
                    assert!(!error.to_string().contains("secretive"), "{error}");
                }
            }
        }
    }
}
