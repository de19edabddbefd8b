//! The layers around every call, in order.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, Request, StatusCode, header},
    middleware::{from_fn_with_state, map_response},
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::{Status, service::Routes};
use tonic_web::GrpcWebLayer;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};

use super::{
    deadline,
    guard::{self, Guard},
    limit, origin, panic, refusal, streams,
    trace::{self, Methods, REQUEST_ID},
};
use crate::config;

/// How long a browser may remember the answer to a pre-flight request.
const CORS_MAX_AGE: Duration = Duration::from_secs(3_600);

/// Puts the layers around the gRPC services and merges the plain HTTP routes beside them.
///
/// The last layer added is the outermost: a call passes them from the bottom of this list to the top.
pub(super) fn assemble(
    grpc: Routes,
    http: Router,
    guard: Guard,
    methods: Methods,
    limits: &config::Server,
    stop: CancellationToken,
) -> Router {
    let permits = Arc::new(Semaphore::new(limits.max_concurrent_calls));
    let longest = Duration::from_secs(limits.max_call_seconds);
    let guard = Arc::new(guard);
    let grpc = grpc
        .prepare()
        .into_axum_router()
        // Guard: says who calls, and lets in whoever may.
        .layer(from_fn_with_state(Arc::clone(&guard), guard::admit))
        // Limit: refuses what is too much at once, so that what is in work stays fast.
        .layer(from_fn_with_state(permits, limit::shed))
        // Deadline: no call outlives what its caller or the server allows.
        .layer(from_fn_with_state(longest, deadline::enforce))
        // Panic: a bug in one call is answered as gRPC and harms no other call.
        .layer(panic::grpc())
        // Streams: whatever is still open at a stop ends with an answer.
        .layer(from_fn_with_state(stop, streams::end_at_stop))
        // Trace: names the request, times it and counts its outcome, also the ones made up by the layers above.
        .layer(from_fn_with_state(Arc::new(methods), trace::observe))
        // gRPC-Web: browsers speak HTTP/1.1 without trailers. Only here, since it answers 400 to all else.
        .layer(GrpcWebLayer::new())
        // CORS: lets the configured pages call, and read how a call ended.
        .layer(cors(limits));
    let mut http = http.layer(from_fn_with_state(guard, guard::admit)).layer(panic::http());
    if limits.tls.is_on() {
        // HSTS: who came over TLS once does not come without.
        http = http.layer(map_response(strict_transport));
    }
    let allowed = origin::Allowed { listed: limits.cors_allowed_origins.clone(), tls: limits.tls.is_on() };
    http.merge(grpc)
        // After the merge: the gRPC router brings a fallback of its own, behind gRPC-Web.
        .fallback(unknown)
        // Origin: a page that is not listed can't call, however it names this machine.
        .layer(from_fn_with_state(Arc::new(allowed), origin::guard))
}

fn cors(limits: &config::Server) -> CorsLayer {
    let origins = limits.cors_allowed_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::list([
            header::CONTENT_TYPE,
            HeaderName::from_static("x-grpc-web"),
            HeaderName::from_static("x-user-agent"),
            HeaderName::from_static("grpc-timeout"),
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("x-gratitude-staff"),
            header::AUTHORIZATION,
        ]))
        .expose_headers(ExposeHeaders::list([
            HeaderName::from_static("grpc-status"),
            HeaderName::from_static("grpc-message"),
            HeaderName::from_static("grpc-status-details-bin"),
            REQUEST_ID,
        ]))
        .max_age(CORS_MAX_AGE)
}

async fn strict_transport(mut response: Response) -> Response {
    let a_year = HeaderValue::from_static("max-age=31536000");
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    response
}

/// Answers what no route matches in the language in which it was asked.
async fn unknown<B>(request: Request<B>) -> Response {
    if refusal::is_grpc(request.headers()) {
        return Status::unimplemented("there is no such service").into_http();
    }
    (StatusCode::NOT_FOUND, "not found\n").into_response()
}
