//! Replies that are still open when something ends them: a stop of the server, or the end of their caller's right.

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
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use super::refusal;

/// Ends streams that have nothing to say when the server stops: a graceful shutdown would wait for them for ever.
pub(super) async fn end_at_stop(State(stop): State<CancellationToken>, request: Request, next: Next) -> Response {
    let stopped = async move {
        stop.cancelled_owned().await;
        refusal::status(Code::Unavailable, "STOPPING", "the server is stopping; connect again", None)
    };
    next.run(request).await.map(|inner| Until { inner, end: Some(Box::pin(stopped)), cuts_off: false }.into_body())
}

/// A reply's body that ends with this status as soon as there is one, whatever it still has to say.
pub(super) fn cut_off_at(end: impl Future<Output = Status> + Send + 'static, inner: Body) -> Body {
    Until { inner, end: Some(Box::pin(end)), cuts_off: true }.into_body()
}

/// A reply's body that ends with a status once there is one.
struct Until {
    inner: Body,
    /// Gone when the body has ended.
    end: Option<Pin<Box<dyn Future<Output = Status> + Send>>>,
    /// Whether what is ready is not waited for.
    cuts_off: bool,
}

impl Until {
    fn into_body(self) -> Body {
        Body::new(self)
    }
}

impl HttpBody for Until {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(mut end) = self.end.take() else {
            return Poll::Ready(None);
        };
        if self.cuts_off
            && let Poll::Ready(status) = end.as_mut().poll(context)
        {
            return Poll::Ready(Some(Ok(last_words(&status))));
        }
        match Pin::new(&mut self.inner).poll_frame(context) {
            Poll::Ready(None) => Poll::Ready(None),
            ready @ Poll::Ready(_) => {
                self.end = Some(end);
                ready
            }
            // What cuts off was asked above, and wakes by itself.
            Poll::Pending if self.cuts_off => {
                self.end = Some(end);
                Poll::Pending
            }
            Poll::Pending => match end.as_mut().poll(context) {
                Poll::Ready(status) => Poll::Ready(Some(Ok(last_words(&status)))),
                Poll::Pending => {
                    self.end = Some(end);
                    Poll::Pending
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() || self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn last_words(status: &Status) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    if status.add_header(&mut trailers).is_err() {
        // Never with our constant messages; but a stream without a status would look like a broken connection.
        trailers.insert("grpc-status", HeaderValue::from(i32::from(status.code())));
    }
    Frame::trailers(trailers)
}
