//! To whom, and from whom.

use super::clean;
use std::{fmt, str::FromStr};

/// RFC 5321, 4.5.3.1.3: a path has 256 characters at most, two of which are its brackets.
const ADDRESS_MAX_BYTES: usize = 254;

/// Something to which no e-mail can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// It has not the form of an address.
    #[error("must be an e-mail address such as ana@example.com, of at most 254 characters")]
    Malformed,
    /// What stands before the `@` is not ASCII, which hardly any relay takes.
    #[error("must have nothing but ASCII before the @")]
    NotAscii,
}

/// An e-mail address that can be written on an envelope: ASCII, its domain in the form that the network knows.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(lettre::Address);

impl EmailAddress {
    /// The address itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// What stands before the `@`.
    pub(super) fn local_part(&self) -> &str {
        self.0.user()
    }

    /// What stands behind the `@`.
    pub(super) fn domain(&self) -> &str {
        self.0.domain()
    }
}

/// An address is personal: it is not shown in logs by accident.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl FromStr for EmailAddress {
    type Err = NotAnAddress;

    /// Reads an address; a domain with letters beyond ASCII is taken in its ASCII form (`müller.example` is
    /// `xn--mller-kva.example`).
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let (local_part, domain) = text.trim().rsplit_once('@').ok_or(NotAnAddress::Malformed)?;
        if !local_part.is_ascii() {
            return Err(NotAnAddress::NotAscii);
        }
        let domain = if domain.is_ascii() { Ok(domain.to_owned()) } else { idna::domain_to_ascii(domain) };
        let domain = domain.map_err(|_| NotAnAddress::Malformed)?;
        // A local part in quotes may hold anything that is printed; what isn't could end a command.
        let printed = |text: &str| text.bytes().all(|b| (0x20..0x7f).contains(&b));
        if !printed(local_part) || !printed(&domain) || local_part.len() + domain.len() >= ADDRESS_MAX_BYTES {
            return Err(NotAnAddress::Malformed);
        }
        lettre::Address::new(local_part, domain).map(Self).map_err(|_| NotAnAddress::Malformed)
    }
}

/// Somebody with their address. The name is made harmless: whatever it holds, it stays a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: String,
    address: EmailAddress,
}

impl Mailbox {
    /// Somebody of this name, which may be empty; of a very long one, 250 characters are shown.
    #[must_use]
    pub fn new(name: &str, address: EmailAddress) -> Self {
        Self { name: clean::line(name), address }
    }

    /// Their address.
    #[must_use]
    pub const fn address(&self) -> &EmailAddress {
        &self.address
    }

    pub(super) fn to_header(&self) -> lettre::message::Mailbox {
        let name = Some(self.name.clone()).filter(|name| !name.is_empty());
        lettre::message::Mailbox::new(name, self.address.0.clone())
    }

    /// The whole header for a name such as `J.R.`: lettre leaves its dots bare, which RFC 5322 calls obsolete (4.1) and
    /// allows nowhere at the beginning.
    pub(super) fn in_quotes(&self) -> Option<String> {
        let left_bare = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let needs_quotes = self.name.contains('.') && self.name.chars().all(left_bare);
        needs_quotes.then(|| format!("\"{}\" <{}>", self.name, self.address.as_str()))
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, NotAnAddress> {
        text.parse::<EmailAddress>().map(|address| address.as_str().to_owned())
    }

    #[test]
    fn addresses_are_read() {
        assert_eq!(read("Ana.Meier+x@Example.com").as_deref(), Ok("Ana.Meier+x@Example.com"));
        assert_eq!(read(" ana@müller.example ").as_deref(), Ok("ana@xn--mller-kva.example"));
    }

    #[test]
    fn what_could_end_a_command_is_no_address() {
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "ana",
            "ana@",
            "@example.com",
            "a@b@c d",
            "ana@example.com>\r\nDATA",
            "ana\r\n@example.com",
            "\"a\r\nb\"@example.com",
            "a b@example.com",
            "ana@exam ple.com",
            "ana@example.com\0",
            "<ana@example.com>",
            &long,
        ] {
            assert_eq!(read(bad), Err(NotAnAddress::Malformed), "{bad:?}");
        }
        assert_eq!(read("zoë@example.com"), Err(NotAnAddress::NotAscii));
    }

    #[test]
    fn nobody_is_logged() {
        let address: EmailAddress = "ana@example.com".parse().expect("well formed");
        let shown = format!("{:?} {address:?}", Mailbox::new("Ana Meier", address.clone()));
        assert!(!shown.contains("ana") && !shown.contains("Ana"), "{shown}");
    }
}
