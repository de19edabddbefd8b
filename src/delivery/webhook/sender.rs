//! Sending webhooks.

use super::{
    endpoint::{Endpoint, Hook},
    outcome::{Outcome, Trouble},
    reach::{Connector, Reach, Unreached},
};
use crate::delivery::Trust;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use jiff::{SignedDuration, Timestamp};
use std::{error::Error, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// How much of an answer is read; more than that ends the connection.
const ANSWER_MAX_BYTES: usize = 16 * 1024;
/// How long what follows the head of an answer may take: it decides nothing any more.
const REST_OF_ANSWER: Duration = Duration::from_secs(1);
/// How long a connection is kept for the next webhook.
const KEPT: Duration = Duration::from_secs(30);
/// At most so long a far side may ask to be left alone.
const ASKED_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// How webhooks are sent.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Which addresses they may go to.
    pub reach: Reach,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Webhooks on their way at once, 1 to 100; 0 counts as 1.
    pub at_once: usize,
    /// How long the far side may take.
    pub limits: WebhookLimits,
}

/// How long the far side may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookLimits {
    /// To be looked up and called.
    pub connect: Duration,
    /// For all until the head of its answer.
    pub answer: Duration,
}

impl Default for WebhookLimits {
    /// Standard Webhooks asks for 15 to 30 seconds.
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), answer: Duration::from_secs(20) }
    }
}

/// Sends webhooks. Cheap to clone; the clones share their connections.
#[derive(Clone)]
pub struct Webhooks {
    client: Client<HttpsConnector<Connector>, Full<Bytes>>,
    places: Arc<Semaphore>,
    limits: WebhookLimits,
}

impl Webhooks {
    /// Whether the far side recognises what it gets twice: by the webhook's id, as Standard Webhooks asks of it.
    pub const DEDUPLICATES: bool = true;

    /// With these settings. Nothing is opened before the first webhook.
    #[must_use]
    pub fn new(settings: &WebhookSettings) -> Self {
        let limits = settings.limits;
        let at_once = settings.at_once.clamp(1, 100);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config((*settings.trust.config()).clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector { reach: settings.reach, limit: limits.connect });
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT)
            .pool_max_idle_per_host(at_once)
            .http1_max_buf_size(ANSWER_MAX_BYTES)
            .build(connector);
        Self { client, places: Arc::new(Semaphore::new(at_once)), limits }
    }

    /// Sends a webhook once, and says what became of it. Waits until few enough are on their way.
    pub async fn send(&self, endpoint: &Endpoint, hook: &Hook) -> Outcome {
        let _place = self.places.acquire().await.expect("never closed");
        match timeout(self.limits.answer, self.client.request(request(endpoint, hook))).await {
            Ok(Ok(response)) => {
                let outcome = answered(response.status(), response.headers(), hook.at);
                read_rest(response).await;
                outcome
            }
            Ok(Err(error)) if error.is_connect() => unreached(&error),
            Ok(Err(_)) => Outcome::Uncertain { asked: None, trouble: Trouble::Broken },
            Err(_) => Outcome::Uncertain { asked: None, trouble: Trouble::TimedOut },
        }
    }
}

fn request(endpoint: &Endpoint, hook: &Hook) -> Request<Full<Bytes>> {
    let mut request = Request::post(endpoint.url.clone()).body(Full::new(hook.bytes())).expect("its parts are checked");
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("gratitude/", env!("CARGO_PKG_VERSION"))));
    headers.insert("webhook-id", hook.id.clone());
    headers.insert("webhook-timestamp", HeaderValue::from(hook.at.as_second()));
    headers.insert("webhook-signature", hook.signature(&endpoint.secrets));
    request
}

fn answered(status: StatusCode, headers: &HeaderMap, at: Timestamp) -> Outcome {
    let (asked, trouble) = (asked(headers, at), Trouble::Status(status.as_u16()));
    match status {
        status if status.is_success() => Outcome::Delivered { status: status.as_u16() },
        StatusCode::GONE => Outcome::Gone,
        status if may_have_taken(status, asked.is_some()) => Outcome::Uncertain { asked, trouble },
        _ => Outcome::Later { asked, trouble },
    }
}

/// Whether the far side may have taken what it answered so. It may have failed behind that; and a gateway before it
/// that lost the connection, or its patience, answers 408, 502, 503, 504 or a number of its own without knowing. Who
/// says when to come back was asked, and refused.
fn may_have_taken(status: StatusCode, says_when: bool) -> bool {
    match status {
        StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED => false,
        StatusCode::SERVICE_UNAVAILABLE => !says_when,
        StatusCode::REQUEST_TIMEOUT => true,
        other => other.is_server_error(),
    }
}

/// How long the far side asks to be left alone: seconds, or until a date (RFC 9110, 10.2.3).
fn asked(headers: &HeaderMap, at: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match text.parse::<u32>() {
        Ok(seconds) => Duration::from_secs(seconds.into()),
        Err(_) => {
            let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            until.duration_since(at).max(SignedDuration::ZERO).unsigned_abs()
        }
    };
    Some(asked.min(ASKED_MAX))
}

fn unreached(error: &(dyn Error + 'static)) -> Outcome {
    let chain = std::iter::successors(Some(error), |error| (*error).source());
    let later = |trouble| Outcome::Later { asked: None, trouble };
    match chain.filter_map(|error| error.downcast_ref::<Unreached>()).next() {
        Some(Unreached::Forbidden) => Outcome::Forbidden,
        Some(Unreached::Unknown) => later(Trouble::Unknown),
        Some(Unreached::TimedOut) => later(Trouble::TimedOut),
        Some(Unreached::Network(kind)) => later(Trouble::Network(*kind)),
        // The connection stood, so it was the encryption.
        None => later(Trouble::NotTrusted),
    }
}

/// Reads what is left of an answer, so that its connection can be used again. Nothing of it is kept.
async fn read_rest<B: http_body::Body<Error: Into<Box<dyn Error + Send + Sync>>>>(response: Response<B>) {
    let rest = Limited::new(response.into_body(), ANSWER_MAX_BYTES);
    // Too long, too slow or broken: then the connection is not used again, and that is all.
    drop(timeout(REST_OF_ANSWER, rest.collect()).await);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn p4_who_answers_for_another_may_not_know_that_it_was_taken() {
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let (silent, asking) =
            (HeaderMap::new(), HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static("7"))]));
        let perhaps = |status: u16, headers: &HeaderMap| {
            matches!(answered(StatusCode::from_u16(status).unwrap(), headers, at), Outcome::Uncertain { .. })
        };
        for status in [408, 500, 502, 503, 504, 524] {
            assert!(perhaps(status, &silent), "{status}");
        }
        for status in [307, 400, 401, 404, 413, 429, 501, 505] {
            assert!(!perhaps(status, &silent), "{status}");
        }
        assert!(!perhaps(503, &asking), "who says when to come back has not taken it");
        let asked = Some(Duration::from_secs(7));
        let trouble = Trouble::Status(502);
        assert_eq!(answered(StatusCode::BAD_GATEWAY, &asking, at), Outcome::Uncertain { asked, trouble });
    }

    #[test]
    fn a_far_side_may_ask_to_be_left_alone_for_a_day_at_most() {
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let asked = |value: &str| {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().unwrap())]);
            asked(&headers, at).map(|asked| asked.as_secs())
        };
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("Sun, 22 Nov 2026 10:05:00 GMT"), Some(300));
        assert_eq!(asked("Sun, 22 Nov 2020 10:05:00 GMT"), Some(0), "already over");
        assert_eq!(asked("4000000000"), Some(86_400));
        for bad in ["", "-1", "soon", "99999999999999999999"] {
            assert_eq!(asked(bad), None, "{bad}");
        }
    }
}
