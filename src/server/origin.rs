//! Keeps web pages out that nobody allowed.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tonic::Code;

use super::refusal;

/// Refuses requests of web pages whose origin is not listed.
///
/// CORS only hides the *answer* from a page, and not even that when the page gave its own name this machine's address
/// (DNS rebinding): to the browser they are of one origin then. Every browser sends `Origin` with what can change
/// something, and no other client does.
pub(super) async fn guard(State(allowed): State<Arc<Vec<String>>>, request: Request, next: Next) -> Response {
    let is_allowed = request
        .headers()
        .get(header::ORIGIN)
        .is_none_or(|origin| allowed.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()));
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
