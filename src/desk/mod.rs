//! The front-desk page, as it is built from `desk/` and carried in this binary.
//!
//! Files only: whatever the page shows it asks for over gRPC-Web, like any other client. Nothing of it is loaded from
//! elsewhere, nothing runs that is not in these files, and no other site may show it in a frame.

use std::io::Write;

use axum::{
    Router,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use crate::clock::Clock;

/// What the page may do: its own script and style, calls to where it came from, and nothing else. It never writes
/// markup from text, so that no name or remark can become a script.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

const PERMISSIONS_POLICY: &str =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()";

/// Every answer says how it may be used; that the page holds no personal data does not mean that its address may leak.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // A new version is seen at the next load; what has not changed costs a few bytes.
    (header::CACHE_CONTROL, "no-cache"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
];

/// A file of the page.
struct File {
    path: &'static str,
    content_type: &'static str,
    content: &'static [u8],
}

const FILES: [File; 5] = [
    File { path: "/desk", content_type: "text/html; charset=utf-8", content: include_bytes!("dist/index.html") },
    File {
        path: "/desk/app.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("dist/app.js"),
    },
    File { path: "/desk/app.css", content_type: "text/css; charset=utf-8", content: include_bytes!("dist/app.css") },
    File { path: "/desk/icon.svg", content_type: "image/svg+xml", content: include_bytes!("dist/icon.svg") },
    File {
        path: "/desk/manifest.webmanifest",
        content_type: "application/manifest+json",
        content: include_bytes!("dist/manifest.webmanifest"),
    },
];

/// The page's files, each under its path, compressed once, here; and what time it is for the service, since what is
/// tapped at a desk is told in that time, whatever the desk's own clock says.
pub fn routes(clock: Clock) -> Router {
    let pages = FILES.iter().fold(Router::new(), |routes, file| {
        let served = Served::new(file);
        routes.route(file.path, get(move |headers: HeaderMap| async move { served.answer(&headers) }))
    });
    pages.route("/desk/", get(|| async { Redirect::permanent("/desk") })).route(
        "/desk/time",
        get(move || async move { ([(header::CACHE_CONTROL, "no-store")], clock.now().to_string()) }),
    )
}

/// A file ready to be sent.
#[derive(Clone)]
struct Served {
    content_type: HeaderValue,
    plain: Bytes,
    compressed: Bytes,
    etag: HeaderValue,
}

impl Served {
    fn new(file: &File) -> Self {
        let hash = blake3::hash(file.content).to_hex();
        Self {
            content_type: HeaderValue::from_static(file.content_type),
            plain: Bytes::from_static(file.content),
            compressed: gzip(file.content),
            etag: HeaderValue::try_from(format!("W/\"{}\"", &hash[..32])).expect("hexadecimal digits in quotes"),
        }
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        let is_known = listed(asked, header::IF_NONE_MATCH, |tag| tag.as_bytes() == self.etag.as_bytes());
        let is_compressed = listed(asked, header::ACCEPT_ENCODING, accepts_gzip);
        let mut response = match (is_known, is_compressed) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, true) => self.compressed.clone().into_response(),
            (false, false) => self.plain.clone().into_response(),
        };
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::ETAG, self.etag.clone());
        if !is_known {
            headers.insert(header::CONTENT_TYPE, self.content_type.clone());
            if is_compressed {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }
}

/// Whether one of the values of a header that is a list satisfies the test.
fn listed(headers: &HeaderMap, name: HeaderName, satisfies: impl Fn(&str) -> bool) -> bool {
    let lines = headers.get_all(name);
    lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).any(|one| satisfies(one.trim()))
}

/// Whether one entry of `Accept-Encoding` is gzip and not refused with `q=0`.
fn accepts_gzip(entry: &str) -> bool {
    let mut parts = entry.split(';').map(str::trim);
    let refused = |weight: &str| weight.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
    parts.next() == Some("gzip") && !parts.any(refused)
}

fn gzip(content: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory takes what it is given");
    encoder.finish().expect("memory takes what it is given").into()
}

#[cfg(test)]
mod tests {
    use super::{CONTENT_SECURITY_POLICY, FILES, accepts_gzip};

    #[test]
    fn the_page_names_only_files_that_are_served_with_it() {
        let page = std::str::from_utf8(FILES[0].content).expect("text");
        let named: Vec<_> = page.split('"').filter(|part| part.starts_with('/') || part.contains("://")).collect();
        assert!(named.len() >= 3, "{named:?}");
        for name in named {
            assert!(FILES.iter().any(|file| file.path == name), "{name} is not served");
        }
    }

    #[test]
    fn nothing_in_the_page_is_inline_and_nothing_comes_from_elsewhere() {
        let page = std::str::from_utf8(FILES[0].content).expect("text");
        for forbidden in ["<style", "style=", "onclick", "onload", "javascript:", "http://", "https://"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert_eq!(page.matches("<script").count(), 1);
        for forbidden in ["unsafe", "http:", "https:", "*"] {
            assert!(!CONTENT_SECURITY_POLICY.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn compression_is_used_only_where_it_is_welcome() {
        assert!(accepts_gzip("gzip") && accepts_gzip("gzip;q=0.8"));
        assert!(!accepts_gzip("br") && !accepts_gzip("gzip; q=0") && !accepts_gzip("identity"));
    }
}
