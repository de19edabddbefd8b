//! The two cookies of a desk's browser.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

/// Who signed in. Sent with every call.
pub(super) const SESSION: &str = "gratitude_desk";
/// That this browser has shown a key. Sent only where staff sign in.
pub(super) const DEVICE: &str = "gratitude_desk_device";

/// A cookie of a request.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// A cookie to be kept for a while; for no time at all, it is forgotten. No script reads it and no other site sends it.
pub(super) fn keep(name: &str, value: &str, path: &str, kept: SignedDuration, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let seconds = kept.as_secs();
    let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(text).expect("names, paths and base64 are visible ASCII")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use jiff::SignedDuration;

    use super::{keep, read};

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers
            .append(header::COOKIE, HeaderValue::from_static("a=1; gratitude_desk_device=no; gratitude_desk=x.y-z_"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=2"));
        assert_eq!(read(&headers, "gratitude_desk"), Some("x.y-z_"));
        assert_eq!(read(&headers, "b"), Some("2"));
        assert_eq!(read(&headers, "desk"), None);
    }

    #[test]
    fn no_script_and_no_other_site_gets_it() {
        let kept = keep("gratitude_desk", "abc", "/", SignedDuration::from_hours(12), true);
        assert_eq!(kept, "gratitude_desk=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure");
    }
}
