//! Health, readiness, metrics and reflection.

use std::sync::atomic::Ordering;

use tokio_stream::StreamExt;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use super::fixture::Fixture;
use crate::support::http;

const SERVICE: &str = "grpc.reflection.v1.ServerReflection";

fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

#[tokio::test]
async fn health_follows_the_database() {
    let fixture = Fixture::start().await;
    let mut health = fixture.health().await;
    for service in ["", SERVICE] {
        let status = health.check(about(service)).await.expect("known").into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service:?}");
    }
    assert_eq!(health.check(about("nobody")).await.expect_err("unknown").code(), Code::NotFound);
    assert_eq!(http::get(fixture.address, "/readyz").await.status, 200);

    let mut changes = health.watch(about(SERVICE)).await.expect("known").into_inner();
    let mut next = async || changes.message().await.expect("open").expect("a state").status();
    assert_eq!(next().await, ServingStatus::Serving);
    fixture.database_is_up.store(false, Ordering::Relaxed);
    assert_eq!(next().await, ServingStatus::NotServing);
    assert_eq!(http::get(fixture.address, "/readyz").await.status, 503);
    assert_eq!(http::get(fixture.address, "/healthz").await.status, 200);
    fixture.database_is_up.store(true, Ordering::Relaxed);
    assert_eq!(next().await, ServingStatus::Serving);
}

#[tokio::test]
async fn a_stopping_server_is_not_ready() {
    let fixture = Fixture::start().await;
    let call = tokio::spawn(super::fixture::call(fixture.channel().await, "/test.Probe/Hang"));
    fixture.hanging.notified().await;
    let mut changes = fixture.health().await.watch(about("")).await.expect("known").into_inner();
    assert_eq!(changes.message().await.expect("open").expect("a state").status(), ServingStatus::Serving);
    fixture.stop.cancel();
    // Either the last state is told, or the stream has ended first.
    if let Ok(Some(state)) = changes.message().await {
        assert_eq!(state.status(), ServingStatus::NotServing);
    }
    fixture.release.notify_one();
    call.await.expect("no panic").expect_err("a reply without message");
}

#[tokio::test]
async fn calls_are_counted_by_method_and_code() {
    let fixture = Fixture::start().await;
    fixture.health().await.check(about("")).await.expect("known");
    fixture.call("/test.Probe/Refuse").await.expect_err("refused");
    let metrics = http::get(fixture.address, "/metrics").await.text();
    for expected in [
        "rpc_server_duration_seconds_count{rpc_service=\"grpc.health.v1.Health\",rpc_method=\"Check\",rpc_grpc_status_code=\"0\"}",
        "rpc_server_duration_seconds_count{rpc_service=\"unknown\",rpc_method=\"unknown\",rpc_grpc_status_code=\"5\"}",
        "process_start_time_seconds ",
    ] {
        assert!(metrics.contains(expected), "{expected} is missing in\n{metrics}");
    }
}

#[tokio::test]
async fn reflection_lists_the_public_services_only() {
    let fixture = Fixture::start().await;
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(fixture.channel().await);
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.expect("served").into_inner();
    let answer = answers.next().await.expect("an answer").expect("no error").message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else { panic!("not a list: {answer:?}") };
    let mut names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    assert_eq!(names, ["grpc.health.v1.Health", SERVICE]);
}
