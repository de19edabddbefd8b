//! Answers that no service gives: errors made up by the layers around them.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of every `ErrorInfo`.
const DOMAIN: &str = "gratitude";

/// Whether a request speaks gRPC or gRPC-Web.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// An error with its reason, and a time after which trying again makes sense.
pub(super) fn status(code: Code, reason: &str, message: &str, retry_after: Option<Duration>) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, []);
    if retry_after.is_some() {
        details.set_retry_info(retry_after);
    }
    Status::with_error_details(code, message, details)
}
