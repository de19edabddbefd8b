//! Keeps web pages out that nobody allowed.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tonic::Code;

use super::{refusal, unsubscribe};

/// Which web pages may call.
pub(super) struct Allowed {
    /// The origins that are listed.
    pub(super) listed: Vec<String>,
    /// Whether TLS ends here, so that a name in an address was proved by our certificate.
    pub(super) tls: bool,
}

/// Refuses requests of web pages that are neither listed nor served from here.
///
/// CORS only hides the *answer* from a page, and not even that when the page gave its own name this machine's address
/// (DNS rebinding): to the browser they are of one origin then. Every browser sends `Origin` with what can change
/// something, and no other client does.
pub(super) async fn guard(State(allowed): State<Arc<Allowed>>, request: Request, next: Next) -> Response {
    // The links of e-mails hold their own right, and are the same for everybody who has one.
    let is_link = request.uri().path().starts_with(unsubscribe::PREFIX);
    let is_allowed = is_link
        || request.headers().get(header::ORIGIN).is_none_or(|origin| {
            allowed.listed.iter().any(|listed| listed.as_bytes() == origin.as_bytes())
                || origin.to_str().is_ok_and(|origin| is_ours(origin, &request, allowed.tls))
        });
    if is_allowed {
        return next.run(request).await;
    }
    let message = "this page's origin is not in server.cors_allowed_origins";
    if refusal::is_grpc(request.headers()) {
        refusal::status(Code::PermissionDenied, "ORIGIN_NOT_ALLOWED", message, None).into_http()
    } else {
        (StatusCode::FORBIDDEN, message).into_response()
    }
}

/// Whether a page's origin is the very address that is called. That is what the page's browser says: whoever owns a
/// name may have pointed it here, so it proves only that page and call have one address, not that the page was served
/// from here.
pub(super) fn is_called(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let called = uri.authority().map(Authority::as_str).or(host);
    let of_page = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    of_page.is_some() && of_page == called
}

/// Whether a page was served by this very address, as the front-desk page is. An address in numbers, or `localhost`,
/// proves that, and a name where TLS ends here: a browser that somebody led here by their own name is shown a
/// certificate of another. Other names must be listed.
fn is_ours(origin: &str, request: &Request, tls: bool) -> bool {
    let (_, authority) = origin.split_once("://").unwrap_or_default();
    let is_proved = (tls && origin.starts_with("https://"))
        || authority.parse::<Authority>().is_ok_and(|authority| is_numeric_or_local(authority.host()));
    is_proved && is_called(origin, request.uri(), request.headers())
}

fn is_numeric_or_local(host: &str) -> bool {
    let numbers = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    numbers.parse::<IpAddr>().is_ok() || host == "localhost"
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::is_ours;

    fn called(host: &str) -> Request {
        Request::builder().uri("/").header("host", host).body(Body::empty()).expect("a request")
    }

    #[test]
    fn a_page_of_the_very_address_that_is_called_is_ours() {
        for host in ["127.0.0.1:50051", "[::1]:50051", "localhost:50051", "192.0.2.7"] {
            assert!(is_ours(&format!("http://{host}"), &called(host), false), "{host}");
            assert!(is_ours(&format!("https://{host}"), &called(host), false), "{host}");
        }
    }

    #[test]
    fn a_page_of_another_address_or_of_a_name_that_anybody_may_own_is_not() {
        for (origin, host) in [
            ("http://127.0.0.1:8080", "127.0.0.1:50051"),
            ("http://localhost:50051", "127.0.0.1:50051"),
            ("http://rebound.example:50051", "rebound.example:50051"),
            ("http://localhost.example", "localhost.example"),
            ("null", "127.0.0.1:50051"),
            ("file://127.0.0.1:50051", "127.0.0.1:50051"),
        ] {
            assert!(!is_ours(origin, &called(host), false), "{origin} {host}");
        }
    }

    #[test]
    fn over_http_2_the_authority_stands_for_the_host() {
        let request = Request::builder().uri("http://127.0.0.1:50051/x").body(Body::empty()).expect("a request");
        assert!(is_ours("http://127.0.0.1:50051", &request, false));
        assert!(!is_ours("http://127.0.0.1:50052", &request, false));
    }

    #[test]
    fn a_name_is_ours_where_our_certificate_bears_it() {
        assert!(is_ours("https://desk.example", &called("desk.example"), true));
        for (origin, tls) in [
            ("https://desk.example", false),
            ("http://desk.example", true),
            ("https://desk.example:8443", true),
            ("https://evil.example", true),
        ] {
            assert!(!is_ours(origin, &called("desk.example"), tls), "{origin} {tls}");
        }
    }
}
