//! Answers that no service gives: errors made up by the layers around them.

use std::{collections::HashMap, time::Duration};

use axum::http::{HeaderMap, header};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of every `ErrorInfo`.
const DOMAIN: &str = "gratitude";

/// An error of a layer, before it is put in the language of who asked.
#[derive(Debug)]
pub(super) struct Denial {
    pub(super) code: Code,
    pub(super) reason: &'static str,
    pub(super) message: String,
    retry_after: Option<Duration>,
    /// The variable parts of the message.
    metadata: HashMap<String, String>,
}

impl Denial {
    pub(super) fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), retry_after: None, metadata: HashMap::new() }
    }

    /// Adds a variable part of the message.
    pub(super) fn with(mut self, key: &str, value: &str) -> Self {
        self.metadata.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Says when trying again makes sense.
    pub(super) fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// In gRPC.
    pub(super) fn into_status(self) -> Status {
        let mut details = ErrorDetails::with_error_info(self.reason, DOMAIN, self.metadata);
        if self.retry_after.is_some() {
            details.set_retry_info(self.retry_after);
        }
        Status::with_error_details(self.code, self.message, details)
    }
}

/// Whether a request speaks gRPC or gRPC-Web.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// An error with its reason, and a time after which trying again makes sense.
pub(super) fn status(code: Code, reason: &'static str, message: &str, retry_after: Option<Duration>) -> Status {
    Denial { retry_after, ..Denial::new(code, reason, message) }.into_status()
}
