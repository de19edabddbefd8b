//! Where webhooks go, and what goes there.

use super::{reach::Reach, signature::Secrets};
use bytes::Bytes;
use http::{HeaderValue, Uri, uri::Scheme};
use jiff::Timestamp;
use std::fmt;

const URL_MAX_BYTES: usize = 2048;
const ID_MAX_BYTES: usize = 256;

/// A far side that takes webhooks.
#[derive(Clone)]
pub struct Endpoint {
    pub(super) url: Uri,
    pub(super) secrets: Secrets,
}

/// An endpoint that can't be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    /// It is no address on the web.
    #[error("url: must be an address such as https://example.com/notes, of at most 2048 bytes")]
    Malformed,
    /// Everybody on the way would read the notes.
    #[error("url: must be https, unless private addresses are allowed")]
    NotEncrypted,
    /// It would end in logs, and belongs into the signature's secret.
    #[error("url: must not hold a user name or password")]
    WithPassword,
}

impl Endpoint {
    /// The endpoint at this address. Whether it may be reached is found out anew for each webhook, since names change.
    ///
    /// # Errors
    /// [`BadEndpoint`] when the address can't be one.
    pub fn new(url: &str, secrets: Secrets, reach: Reach) -> Result<Self, BadEndpoint> {
        if url.len() > URL_MAX_BYTES || url.contains('#') {
            return Err(BadEndpoint::Malformed);
        }
        let url: Uri = url.parse().map_err(|_| BadEndpoint::Malformed)?;
        let authority = url.authority().filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or(BadEndpoint::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(BadEndpoint::WithPassword);
        }
        match url.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => Ok(Self { url, secrets }),
            Some(scheme) if *scheme == Scheme::HTTP && reach == Reach::Anywhere => Ok(Self { url, secrets }),
            Some(scheme) if *scheme == Scheme::HTTP => Err(BadEndpoint::NotEncrypted),
            _ => Err(BadEndpoint::Malformed),
        }
    }
}

/// One webhook, at one attempt.
#[derive(Clone)]
pub struct Hook {
    pub(super) id: HeaderValue,
    pub(super) at: Timestamp,
    pub(super) body: String,
}

/// Many addresses of webhooks have a secret in their path.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.url.host().unwrap_or_default())
    }
}

/// What it says is personal.
impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hook({:?})", self.id)
    }
}

/// A webhook that can't be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("id: must be 1 to 256 characters of printed ASCII other than a full stop")]
pub struct BadHook;

impl Hook {
    /// The webhook of this id, which is the same at each attempt and by which the far side recognises it; signed as of
    /// this instant, the attempt's; with a body in JSON, the same at each attempt.
    ///
    /// # Errors
    /// [`BadHook`] when the id would blur what is signed.
    pub fn new(id: &str, at: Timestamp, body: String) -> Result<Self, BadHook> {
        let fits = (1..=ID_MAX_BYTES).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
        let id = HeaderValue::from_str(id).ok().filter(|_| fits).ok_or(BadHook)?;
        Ok(Self { id, at, body })
    }

    pub(super) fn signature(&self, secrets: &Secrets) -> HeaderValue {
        let id = self.id.to_str().expect("checked to be printed ASCII");
        let signature = secrets.sign(id, self.at.as_second(), &self.body);
        HeaderValue::try_from(signature).expect("base64 is printed ASCII")
    }

    pub(super) fn bytes(&self) -> Bytes {
        Bytes::copy_from_slice(self.body.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::delivery::webhook::SigningSecret;

    fn endpoint(url: &str, reach: Reach) -> Result<Endpoint, BadEndpoint> {
        Endpoint::new(url, Secrets { current: SigningSecret::from_random([1; 32]), previous: None }, reach)
    }

    #[test]
    fn endpoints_are_encrypted_addresses() {
        for good in ["https://example.com", "https://example.com:8443/a/b?c=d", "https://[2001:db8::1]/"] {
            assert!(endpoint(good, Reach::Public).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "/notes",
            "https://",
            "ftp://example.com/",
            "https://exa mple.com",
            "https://example.com/#a",
            "javascript:alert(1)",
            "file:///etc/passwd",
            &format!("https://example.com/{}", "a".repeat(3000)),
        ] {
            assert_eq!(endpoint(bad, Reach::Public).err(), Some(BadEndpoint::Malformed), "{bad}");
        }
        assert_eq!(endpoint("http://example.com/", Reach::Public).err(), Some(BadEndpoint::NotEncrypted));
        assert!(endpoint("http://printer.local/", Reach::Anywhere).is_ok());
        assert_eq!(endpoint("https://a:b@example.com/", Reach::Public).err(), Some(BadEndpoint::WithPassword));
    }

    #[test]
    fn an_id_blurs_nothing_that_is_signed() {
        let hook = |id: &str| Hook::new(id, Timestamp::UNIX_EPOCH, "{}".into()).map(drop);
        assert_eq!(hook("note_0192"), Ok(()));
        for bad in ["", "a.b", "a b", "a\r\nx: y", "ä", &"a".repeat(257)] {
            assert_eq!(hook(bad), Err(BadHook), "{bad}");
        }
    }
}
