//! Names every call, times it and counts how it ended.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use metrics::{gauge, histogram};
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::{Code, Status};
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::{
    clock::Stopwatch,
    telemetry::{field, metric},
};

/// The header that tells a caller under which id its call stands in the log.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The label of a method that the descriptors don't have: paths are a caller's choice, label values must not be.
const UNKNOWN: &str = "unknown";

/// The W3C trace id of a call: the caller's, or a new one. Found in a request's extensions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TraceId(Uuid);

impl TraceId {
    /// From `traceparent`, version 00: `00-<trace>-<parent>-<flags>`; if that is missing or malformed, a new one.
    fn of(headers: &HeaderMap) -> Self {
        headers.get("traceparent").and_then(|header| Self::parse(header.to_str().ok()?)).unwrap_or_else(Self::generate)
    }

    fn generate() -> Self {
        Self(Uuid::new_v4())
    }

    fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        if version != "00" || !is_hex(trace, 32) || !is_hex(parent, 16) {
            return None;
        }
        Uuid::try_parse(trace).ok().filter(|id| !id.is_nil()).map(Self)
    }
}

impl std::fmt::Display for TraceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

/// The service and method of each path that is served.
pub(super) struct Methods(HashMap<String, Labels>);

/// The labels of one method.
#[derive(Clone)]
struct Labels {
    service: Arc<str>,
    method: Arc<str>,
}

impl Methods {
    /// Reads the methods from encoded descriptor sets.
    pub(super) fn decode(descriptor_sets: &[&[u8]]) -> Result<Self, prost::DecodeError> {
        let mut methods = HashMap::new();
        for set in descriptor_sets {
            for file in FileDescriptorSet::decode(*set)?.file {
                for service in &file.service {
                    let name = format!("{}.{}", file.package(), service.name());
                    let labels = |method: &str| Labels { service: name.as_str().into(), method: method.into() };
                    let paths = service.method.iter().map(|m| (format!("/{name}/{}", m.name()), labels(m.name())));
                    methods.extend(paths);
                }
            }
        }
        Ok(Self(methods))
    }

    fn labels(&self, path: &str) -> Labels {
        self.0.get(path).cloned().unwrap_or_else(|| Labels { service: UNKNOWN.into(), method: UNKNOWN.into() })
    }
}

/// Gives the call its trace id and a span, and watches it to its end.
pub(super) async fn observe(State(methods): State<Arc<Methods>>, mut request: Request, next: Next) -> Response {
    let trace_id = TraceId::of(request.headers());
    let labels = methods.labels(request.uri().path());
    request.extensions_mut().insert(trace_id);
    let span = tracing::info_span!(
        "call",
        { field::TRACE_ID } = %trace_id,
        { field::RPC_SERVICE } = &*labels.service,
        { field::RPC_METHOD } = &*labels.method,
    );
    let call = Call::start(labels, span.clone());
    let mut response = next.run(request).instrument(span).await;
    if let Ok(id) = HeaderValue::try_from(trace_id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let call = call.note(response.headers());
    response.map(|inner| Body::new(Observed { inner, call }))
}

/// A call in work. What it came to is recorded when it is dropped, so that a call nobody waits for is counted, too.
struct Call {
    labels: Labels,
    span: Span,
    watch: Stopwatch,
    code: Option<Code>,
}

impl Call {
    fn start(labels: Labels, span: Span) -> Self {
        let call = Self { labels, span, watch: Stopwatch::start(), code: None };
        call.active().increment(1);
        call
    }

    fn active(&self) -> metrics::Gauge {
        let Labels { service, method } = self.labels.clone();
        gauge!(metric::RPC_SERVER_ACTIVE, "rpc_service" => service, "rpc_method" => method)
    }

    /// Keeps the code if these headers or trailers end the call.
    fn note(mut self, headers: &HeaderMap) -> Self {
        self.note_mut(headers);
        self
    }

    fn note_mut(&mut self, headers: &HeaderMap) {
        if let Some(status) = Status::from_header_map(headers) {
            self.code = Some(status.code());
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.active().decrement(1);
        let code = i32::from(self.code.unwrap_or(Code::Cancelled));
        let elapsed = self.watch.elapsed();
        let Labels { service, method } = self.labels.clone();
        histogram!(
            metric::RPC_SERVER_DURATION,
            "rpc_service" => service,
            "rpc_method" => method,
            "rpc_grpc_status_code" => code.to_string(),
        )
        .record(elapsed);
        let duration_ms = elapsed.as_secs_f64() * 1_000.0;
        self.span.in_scope(|| {
            tracing::debug!({ field::RPC_GRPC_STATUS_CODE } = code, { field::DURATION_MS } = duration_ms, "call ended");
        });
    }
}

/// A reply's body on whose trailers the call ends.
struct Observed {
    inner: Body,
    call: Call,
}

impl HttpBody for Observed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            self.call.note_mut(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::{Methods, TraceId};

    #[test]
    fn a_well_formed_traceparent_is_kept() {
        let id = TraceId::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").expect("well formed");
        assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn a_malformed_traceparent_is_replaced() {
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn paths_that_are_not_served_share_one_label() {
        let methods = Methods::decode(&[tonic_health::pb::FILE_DESCRIPTOR_SET]).expect("a valid set");
        assert_eq!(&*methods.labels("/grpc.health.v1.Health/Check").method, "Check");
        assert_eq!(&*methods.labels("/grpc.health.v1.Health/Nonsense").method, "unknown");
    }
}
