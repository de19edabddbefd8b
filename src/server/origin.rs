//! Keeps web pages out that nobody allowed.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tonic::Code;

use super::refusal;

/// Refuses requests of web pages that are neither listed nor served from here.
///
/// CORS only hides the *answer* from a page, and not even that when the page gave its own name this machine's address
/// (DNS rebinding): to the browser they are of one origin then. Every browser sends `Origin` with what can change
/// something, and no other client does.
pub(super) async fn guard(State(allowed): State<Arc<Vec<String>>>, request: Request, next: Next) -> Response {
    let is_allowed = request.headers().get(header::ORIGIN).is_none_or(|origin| {
        allowed.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
            || origin.to_str().is_ok_and(|origin| is_ours(origin, &request))
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

/// Whether a page was served by this very address, as the front-desk page is. Only an address in numbers, or
/// `localhost`, proves that: a name may have been pointed here by whoever owns it, so names must be listed.
fn is_ours(origin: &str, request: &Request) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(called) = request.uri().authority().map(Authority::as_str).or(host) else { return false };
    let of_page = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    of_page == Some(called) && called.parse::<Authority>().is_ok_and(|called| is_numeric_or_local(called.host()))
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
            assert!(is_ours(&format!("http://{host}"), &called(host)), "{host}");
            assert!(is_ours(&format!("https://{host}"), &called(host)), "{host}");
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
            assert!(!is_ours(origin, &called(host)), "{origin} {host}");
        }
    }

    #[test]
    fn over_http_2_the_authority_stands_for_the_host() {
        let request = Request::builder().uri("http://127.0.0.1:50051/x").body(Body::empty()).expect("a request");
        assert!(is_ours("http://127.0.0.1:50051", &request));
        assert!(!is_ours("http://127.0.0.1:50052", &request));
    }
}
