//! A limit on calls in work.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use metrics::counter;
use tokio::sync::Semaphore;
use tonic::Code;

use super::refusal;
use crate::telemetry::metric;

/// When a refused caller should come back: long enough for most calls in work to have ended.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Refuses a call at once when as many as allowed are in work; waiting would only make all of them late.
///
/// A call counts until its answer begins. Open streams are limited per connection instead.
pub(super) async fn shed(State(permits): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_permit) = permits.try_acquire() else {
        counter!(metric::RPC_SERVER_SHED).increment(1);
        let message = "as many calls as this server takes at once are in work";
        return refusal::status(Code::ResourceExhausted, "OVERLOADED", message, Some(RETRY_AFTER)).into_http();
    };
    next.run(request).await
}
