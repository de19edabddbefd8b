//! Plain HTTP and gRPC-Web beside gRPC on one port.

use tonic::Code;

use super::fixture::Fixture;
use crate::support::http::{exchange, get};

const CHECK: &str = "/grpc.health.v1.Health/Check";
const GRPC_WEB: (&str, &str) = ("content-type", "application/grpc-web+proto");
/// An empty message: not compressed, no bytes.
const EMPTY: &[u8] = b"\0\0\0\0\0";

#[tokio::test]
async fn what_is_not_there_is_told_in_the_callers_language() {
    let fixture = Fixture::start().await;
    assert_eq!(get(fixture.address, "/favicon.ico").await.status, 404);
    let status = fixture.call("/nobody.Service/Method").await.expect_err("no such service");
    assert_eq!(status.code(), Code::Unimplemented);
    let status = fixture.call("/grpc.health.v1.Health/Nonsense").await.expect_err("no such method");
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_browser_can_call_over_http_1() {
    let fixture = Fixture::start().await;
    let answer = exchange(fixture.address, "POST", CHECK, &[GRPC_WEB], EMPTY).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/grpc-web+proto");
    assert_eq!(answer.headers["x-request-id"].len(), 32);
    // The message {status: SERVING}, then the trailers in a frame of their own.
    assert_eq!(&answer.body[..7], b"\0\0\0\0\x02\x08\x01");
    assert!(answer.text().contains("grpc-status:0"), "{answer:?}");
}

#[tokio::test]
async fn a_callers_trace_id_is_kept() {
    let fixture = Fixture::start().await;
    let traceparent = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let answer = exchange(fixture.address, "POST", CHECK, &[GRPC_WEB, traceparent], EMPTY).await;
    assert_eq!(answer.headers["x-request-id"], "4bf92f3577b34da6a3ce929d0e0e4736");
}

#[tokio::test]
async fn only_pages_that_are_listed_may_call() {
    let fixture =
        Fixture::with(|limits| limits.cors_allowed_origins = vec!["https://desk.example.com".to_owned()]).await;
    let listed = ("origin", "https://desk.example.com");
    let asked = ("access-control-request-method", "POST");

    let answer = exchange(fixture.address, "OPTIONS", CHECK, &[listed, asked], b"").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "https://desk.example.com");
    let answer = exchange(fixture.address, "POST", CHECK, &[GRPC_WEB, listed], EMPTY).await;
    let exposed = &answer.headers["access-control-expose-headers"];
    for header in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
        assert!(exposed.split(',').any(|name| name == header), "{header} is not in {exposed}");
    }

    let other = ("origin", "https://elsewhere.example.com");
    let answer = exchange(fixture.address, "OPTIONS", CHECK, &[other, asked], b"").await;
    assert_eq!(answer.status, 403);
    let answer = exchange(fixture.address, "POST", CHECK, &[GRPC_WEB, other], EMPTY).await;
    assert_eq!(answer.headers["grpc-status"], "7", "{answer:?}");
    assert!(answer.body.is_empty(), "{answer:?}");
}
