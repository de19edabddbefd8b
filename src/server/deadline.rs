//! Deadlines: the caller's, and the server's own.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue},
    middleware::Next,
    response::Response,
};
use tonic::Code;

use super::refusal;

/// Answered so much before the caller's deadline: the transport has a timer of its own for the same header, and would
/// answer `CANCELLED`.
const MARGIN: Duration = Duration::from_millis(5);

/// Ends a call whose answer has not begun when its caller's deadline, or the server's, is over. What it was writing may
/// still be committed.
pub(super) async fn enforce(State(longest): State<Duration>, request: Request, next: Next) -> Response {
    let allowed = match requested(request.headers()) {
        Some(requested) => requested.saturating_sub(MARGIN).min(longest),
        None => longest,
    };
    tokio::time::timeout(allowed, next.run(request)).await.unwrap_or_else(|_| {
        let message = "the call took longer than its deadline allows";
        refusal::status(Code::DeadlineExceeded, "DEADLINE_EXCEEDED", message, None).into_http()
    })
}

/// The `grpc-timeout` header: one to eight digits and a unit. What is malformed is no deadline, as the transport sees
/// it.
fn requested(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout").map(HeaderValue::to_str)?.ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3_600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::{HeaderMap, HeaderValue};

    use super::requested;

    #[test]
    fn timeouts_are_read_as_the_protocol_says() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", HeaderValue::from_static(text));
            requested(&headers)
        };
        assert_eq!(read("2S"), Some(Duration::from_secs(2)));
        assert_eq!(read("99999999H"), Some(Duration::from_secs(99_999_999 * 3_600)));
        assert_eq!(read("1500m"), Some(Duration::from_millis(1_500)));
        assert_eq!(read("7u"), Some(Duration::from_micros(7)));
        for malformed in ["", "S", "5", "+5S", "5 S", "123456789S", "5s"] {
            assert_eq!(read(malformed), None, "{malformed}");
        }
        assert_eq!(requested(&HeaderMap::new()), None);
    }
}
