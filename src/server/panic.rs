//! Panics: one call's bug, answered in that call.

use std::any::Any;

use axum::{
    body::Body,
    http::{Response, StatusCode},
    response::IntoResponse,
};
use metrics::counter;
use tonic::Code;
use tower_http::catch_panic::CatchPanicLayer;

use super::refusal;
use crate::telemetry::{self, metric};

type Payload = Box<dyn Any + Send + 'static>;
type Answer = fn(Payload) -> Response<Body>;

/// Answers `INTERNAL` as a gRPC reply. (The stock answer is a page of text, at which gRPC clients choke.)
pub(super) fn grpc() -> CatchPanicLayer<Answer> {
    CatchPanicLayer::custom(|payload| {
        report(&payload);
        refusal::status(Code::Internal, "INTERNAL", "something went wrong inside the service", None).into_http()
    })
}

/// Answers 500.
pub(super) fn http() -> CatchPanicLayer<Answer> {
    CatchPanicLayer::custom(|payload| {
        report(&payload);
        (StatusCode::INTERNAL_SERVER_ERROR, "something went wrong inside the service\n").into_response()
    })
}

fn report(payload: &Payload) {
    counter!(metric::PANICS).increment(1);
    tracing::error!(said = telemetry::said_in_panic(payload.as_ref()), "a handler panicked");
}
