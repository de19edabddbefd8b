//! Panics, deadlines, limits, stops: each is answered as gRPC.

use gratitude::{
    config::Config,
    server::{self, Ended, ServerError},
};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_types::StatusExt;

use super::fixture::{Fixture, call};
use crate::support::http;

#[tokio::test]
async fn a_panic_is_internal_and_harms_no_other_call() {
    let fixture = Fixture::start().await;
    let channel = fixture.channel().await;
    let status = call(channel.clone(), "/test.Probe/Panic").await.expect_err("it panics");
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.get_details_error_info().expect("details").reason, "INTERNAL");
    assert!(!status.message().contains("bug"), "{status}");
    let status = call(channel, "/test.Probe/Refuse").await.expect_err("the same connection answers");
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn a_panic_of_a_page_is_500() {
    let fixture = Fixture::start().await;
    assert_eq!(http::exchange(fixture.address, "POST", "/panic", &[], b"").await.status, 500);
}

#[tokio::test]
async fn a_callers_deadline_ends_the_call() {
    let fixture = Fixture::start().await;
    // Over HTTP/1.1, because the gRPC client has a timer of its own for the same header.
    let headers = [("content-type", "application/grpc-web+proto"), ("grpc-timeout", "20m")];
    let answer = http::exchange(fixture.address, "POST", "/test.Probe/Hang", &headers, b"\0\0\0\0\0").await;
    assert_eq!(answer.headers["grpc-status"], "4", "{answer:?}");
}

#[tokio::test]
async fn the_servers_own_deadline_ends_the_call() {
    let fixture = Fixture::with(|limits| limits.max_call_seconds = 1).await;
    let status = fixture.call("/test.Probe/Hang").await.expect_err("nobody releases it");
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(status.get_details_error_info().expect("details").reason, "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn one_call_too_many_is_refused_at_once_with_a_time_to_come_back() {
    let fixture = Fixture::with(|limits| limits.max_concurrent_calls = 1).await;
    let channel = fixture.channel().await;
    let first = tokio::spawn(call(channel.clone(), "/test.Probe/Hang"));
    fixture.hanging.notified().await;
    let status = call(channel.clone(), "/test.Probe/Refuse").await.expect_err("the only place is taken");
    assert_eq!(status.code(), Code::ResourceExhausted);
    let details = status.get_error_details();
    assert_eq!(details.error_info().expect("details").reason, "OVERLOADED");
    assert!(details.retry_info().expect("details").retry_delay.is_some());
    fixture.release.notify_one();
    first.await.expect("no panic").expect_err("a reply without message");
    let status = call(channel, "/test.Probe/Refuse").await.expect_err("the place is free");
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn an_open_stream_does_not_block_a_stop() {
    let fixture = Fixture::start().await;
    let mut stream =
        fixture.health().await.watch(HealthCheckRequest::default()).await.expect("health is served").into_inner();
    stream.message().await.expect("open").expect("the first state");
    let stop = fixture.stop.clone();
    let ended = tokio::spawn(fixture.stopped());
    stop.cancelled().await;
    let status = loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the stream ended as if it were complete"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.get_details_error_info().expect("details").reason, "STOPPING");
    assert_eq!(ended.await.expect("no panic"), Ended::Drained);
}

#[tokio::test]
async fn a_call_in_work_may_finish_after_the_signal() {
    let fixture = Fixture::start().await;
    let call = tokio::spawn(call(fixture.channel().await, "/test.Probe/Hang"));
    fixture.hanging.notified().await;
    let release = fixture.release.clone();
    fixture.stop.cancel();
    release.notify_one();
    let status = call.await.expect("no panic").expect_err("a reply without message");
    assert_ne!(status.code(), Code::Unavailable, "{status}");
    assert_eq!(fixture.stopped().await, Ended::Drained);
}

#[tokio::test]
async fn a_call_that_never_ends_is_cut_off() {
    let fixture = Fixture::with(|limits| limits.drain_seconds = 0).await;
    let call = tokio::spawn(call(fixture.channel().await, "/test.Probe/Hang"));
    fixture.hanging.notified().await;
    assert_eq!(fixture.stopped().await, Ended::CutOff);
    call.abort();
}

#[test]
fn only_loopback_is_served_while_nobody_needs_a_key() {
    for address in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"] {
        let address = address.parse().unwrap();
        let refused = server::check_exposure(address, false, false).expect_err("callers are not authenticated");
        assert!(matches!(refused, ServerError::NotLoopback(_)), "{refused}");
        assert!(refused.to_string().contains("gratitude keys create"), "{refused}");
        server::check_exposure(address, false, true).expect("callers need keys");
        let refused = server::check_exposure(address, true, true).expect_err("nobody else moves the clock");
        assert!(matches!(refused, ServerError::ManualClock(_)), "{refused}");
    }
    server::check_exposure("[::1]:1".parse().unwrap(), true, false).expect("loopback");
    assert!(Config::default().listen.ip().is_loopback());
}
