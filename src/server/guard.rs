//! Who is let in: callers are recognised by a key or by who signed in at a desk, and may do what their role may.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics::counter;
use tonic::Code;

use super::{
    cookies,
    origin::is_called,
    rate::RateLimits,
    refusal::{self, Denial},
    streams::cut_off_at,
};
use crate::{
    app::{Actor, App, AppError},
    config,
    rpc::access::{Door, Rule, door, is_stream},
    telemetry::metric,
};

/// When a database that is busy or away is worth another try.
const RETRY_STORAGE_AFTER: Duration = Duration::from_secs(1);
/// How often the right of whoever reads a stream is looked at again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Recognises callers and knows what they may.
pub struct Guard {
    /// Who knows the keys; `None` lets everybody in.
    app: Option<App>,
    rates: RateLimits,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("open", &self.app.is_none()).finish_non_exhaustive()
    }
}

impl Guard {
    /// A guard who lets in those whom the service knows, as often as their role may call.
    #[must_use]
    pub fn of(app: App, rates: &config::RateLimits) -> Self {
        Self { app: Some(app), rates: RateLimits::new(rates) }
    }

    /// A guard who lets everybody in, for a server without use cases.
    #[must_use]
    pub fn open() -> Self {
        Self { app: None, rates: RateLimits::new(&config::RateLimits::default()) }
    }

    /// Who calls, if they may.
    async fn admit(&self, request: &Parts) -> Result<Actor, Denial> {
        let caller = self.identify(request).await?;
        if caller.authority.role.is_some() {
            self.rates.check(&caller).map_err(|wait| {
                let message = "this caller calls more often than it may";
                Denial::new(Code::ResourceExhausted, "RATE_LIMITED", message).after(wait)
            })?;
        }
        Ok(caller)
    }

    /// Who calls, if they may, however often.
    async fn identify(&self, request: &Parts) -> Result<Actor, Denial> {
        let Some(app) = &self.app else { return Ok(App::local()) };
        let path = request.uri.path();
        let rule = match door(path) {
            Door::Open => return Ok(App::local()),
            Door::Guarded(rule) => Some(rule),
            Door::Closed => None,
        };
        let caller = self.recognise(app, request).await?;
        if caller.authority.role.is_some() {
            check(rule, &caller, path)?;
        }
        Ok(caller)
    }

    /// Waits until a call that was let in would not be any more, or with another right: then why it ends. Who can't be
    /// recognised because the database is away stays; nothing is read then either.
    async fn let_out(&self, request: &Parts, admitted: &Actor) -> Denial {
        loop {
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            match self.identify(request).await {
                Ok(caller) if caller.authority == admitted.authority => {}
                Ok(_) => {
                    return Denial::new(Code::Unauthenticated, "UNAUTHENTICATED", "this caller's right has changed");
                }
                Err(denial) if denial.code == Code::Unavailable => {}
                Err(denial) => return denial,
            }
        }
    }

    async fn recognise(&self, app: &App, request: &Parts) -> Result<Actor, Denial> {
        let headers = &request.headers;
        let found = if let Some(credentials) = headers.get(header::AUTHORIZATION) {
            match bearer(credentials) {
                Some(token) => app.caller_by_token(token).await,
                None => Ok(None),
            }
        } else if let Some(session) = session(request) {
            app.caller_by_session(session).await
        } else if app.callers_need_keys().await.map_err(away)? {
            Ok(None)
        } else {
            Ok(Some(App::local()))
        };
        found.map_err(away)?.ok_or_else(|| {
            counter!(metric::CALLERS_REFUSED).increment(1);
            let message = "this call needs an API key that is accepted, as `authorization: Bearer grat_…`, or a member of \
                           staff who signed in at the desk";
            Denial::new(Code::Unauthenticated, "UNAUTHENTICATED", message)
        })
    }
}

/// Lets a request in with who makes it, or answers it. A stream ends when its caller would not be let in any more.
pub(super) async fn admit(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    match guard.admit(&head).await {
        Ok(caller) if is_stream(head.uri.path()) => {
            let (request, admitted) = (head.clone(), caller.clone());
            head.extensions.insert(caller);
            let reply = next.run(Request::from_parts(head, body)).await;
            let let_out = async move { guard.let_out(&request, &admitted).await.into_status() };
            reply.map(|body| cut_off_at(let_out, body))
        }
        Ok(caller) => {
            head.extensions.insert(caller);
            next.run(Request::from_parts(head, body)).await
        }
        Err(denial) if refusal::is_grpc(&head.headers) => denial.into_status().into_http(),
        Err(denial) => denial.into_page(),
    }
}

fn check(rule: Option<Rule>, caller: &Actor, path: &str) -> Result<(), Denial> {
    let role = caller.authority.role.map_or("local", |role| role.as_str());
    if rule.is_some_and(|rule| rule.admits(&caller.authority)) {
        return Ok(());
    }
    let method = path.rsplit('/').next().unwrap_or_default();
    let message = match rule {
        Some(rule) if caller.authority.role.is_some_and(|role| rule.allows(role)) => {
            format!("{method} concerns the whole business; this caller is there for some locations only")
        }
        _ => format!("the role {role} may not call {method}"),
    };
    let denial = Denial::new(Code::PermissionDenied, "ROLE_NOT_ALLOWED", message);
    // A path that nobody knows is no label.
    let method = if rule.is_some() { method } else { "unknown" };
    Err(denial.with("role", role).with("method", method))
}

/// The token of an `authorization` header.
fn bearer(credentials: &HeaderValue) -> Option<&str> {
    let (scheme, token) = credentials.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session of somebody who signed in, in calls of the very page that was served from here. A browser adds cookies
/// to whatever is asked of this address; only what this page asks is meant.
fn session(request: &Parts) -> Option<&str> {
    is_same_origin(request).then(|| cookies::read(&request.headers, cookies::SESSION)).flatten()
}

/// Whether a browser says that a page of this very address asks.
fn is_same_origin(request: &Parts) -> bool {
    let headers = &request.headers;
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    text(headers, header::ORIGIN).is_some_and(|origin| is_called(origin, &request.uri, headers))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn away(error: AppError) -> Denial {
    tracing::warn!(%error, "a caller could not be recognised");
    let message = "the database is busy or away, so nobody can be recognised; try again";
    Denial::new(Code::Unavailable, "STORAGE_UNAVAILABLE", message).after(RETRY_STORAGE_AFTER)
}

impl Denial {
    fn into_page(self) -> Response {
        let status = match self.code {
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::FORBIDDEN,
        };
        let mut response = (status, format!("{}\n", self.message)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, request::Parts};

    use super::{bearer, is_same_origin};

    fn asked(headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::builder().uri("/x"), |it, (name, value)| it.header(*name, *value));
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn only_what_the_page_served_from_here_asks_is_of_one_origin() {
        for ours in [
            &[("host", "desk.example"), ("origin", "https://desk.example")][..],
            &[("host", "127.0.0.1:1"), ("origin", "http://127.0.0.1:1")],
            &[("host", "desk.example"), ("sec-fetch-site", "same-origin")],
        ] {
            assert!(is_same_origin(&asked(ours)), "{ours:?}");
        }
        for foreign in [
            &[("host", "desk.example")][..],
            &[("host", "desk.example"), ("origin", "null")],
            &[("host", "desk.example"), ("origin", "https://evil.example")],
            &[("host", "desk.example"), ("origin", "https://desk.example:8443")],
            &[("host", "desk.example"), ("origin", "https://desk.example"), ("sec-fetch-site", "same-site")],
        ] {
            assert!(!is_same_origin(&asked(foreign)), "{foreign:?}");
        }
    }

    #[test]
    fn the_scheme_of_credentials_has_no_case() {
        let read = |text: &'static str| bearer(&text.parse().expect("a header")).map(str::to_owned);
        assert_eq!(read("bearer grat_1_2"), Some("grat_1_2".to_owned()));
        assert_eq!(read("Basic abc"), None);
        assert_eq!(read("grat_1_2"), None);
    }
}
