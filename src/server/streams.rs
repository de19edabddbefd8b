//! Open streams at a stop.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Code;

use super::refusal;

/// Ends streams that have nothing to say when the server stops: a graceful shutdown would wait for them for ever.
pub(super) async fn end_at_stop(State(stop): State<CancellationToken>, request: Request, next: Next) -> Response {
    next.run(request).await.map(|inner| Body::new(UntilStop { inner, stop: Some(Box::pin(stop.cancelled_owned())) }))
}

/// A reply's body that ends with `UNAVAILABLE` once the server stops and the reply has no frame ready.
struct UntilStop {
    inner: Body,
    /// Gone when the body has ended.
    stop: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl HttpBody for UntilStop {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(mut stop) = self.stop.take() else {
            return Poll::Ready(None);
        };
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(None) => Poll::Ready(None),
            ready @ Poll::Ready(_) => {
                self.stop = Some(stop);
                ready
            }
            Poll::Pending if stop.as_mut().poll(context).is_ready() => {
                Poll::Ready(Some(Ok(Frame::trailers(goodbye()))))
            }
            Poll::Pending => {
                self.stop = Some(stop);
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.stop.is_none() || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn goodbye() -> HeaderMap {
    let status = refusal::status(Code::Unavailable, "STOPPING", "the server is stopping; connect again", None);
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        // Never with this constant message; but a stream without a status would look like a broken connection.
        trailers.insert("grpc-status", HeaderValue::from(i32::from(Code::Unavailable)));
    }
    trailers
}
