//! `/desk/session`: staff sign in at a desk, and out.
//!
//! Plain HTTP, because it is about cookies: a page can't keep a key, and no script may read a session.
//!
//! - `GET` → `{required, enrolled, staff, called, display_name, role, location, locations, until}`. `required`:
//!   somebody must sign in before the page can call. `enrolled`: the key need not be given. `staff` and what follows
//!   are null while nobody is signed in; `called` is what they go by in what is recorded (a pseudonym, where the
//!   operator says so); `location` is the desk's, when it has only one.
//! - `POST` with `{key, staff, pin}` → 204 and two cookies. `key` may be left out where `enrolled`.
//! - `DELETE` → 204; whoever was signed in is not any more.
//!
//! A refusal is `{reason, message, retry_after_seconds}`: `KEY` or `STAFF_OR_PIN` (401), `WAIT` (429), `NOT_NEEDED`
//! (409), `MALFORMED` (400), `UNAVAILABLE` (503).

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cookies::{self, DEVICE, SESSION};
use crate::app::{App, AppError, AtTheDesk, DESK_DEVICE_KEPT, DESK_SESSION, DeskPasses, SignIn, SignInRefused};

const PATH: &str = "/desk/session";
/// A key, a name and a PIN are shorter.
const BODY_MAX_BYTES: usize = 4 * 1024;

#[derive(Clone)]
struct Desk {
    app: App,
    /// Whether this server itself speaks TLS.
    tls: bool,
}

/// What somebody says who wants to sign in. Not for any log.
#[derive(Deserialize)]
struct Said {
    key: Option<String>,
    staff: String,
    pin: String,
}

/// The routes of a desk's session.
pub fn routes(app: App, tls: bool) -> Router {
    let methods = get(show).post(sign_in).delete(sign_out).layer(DefaultBodyLimit::max(BODY_MAX_BYTES));
    Router::new().route(PATH, methods).with_state(Desk { app, tls })
}

async fn show(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    match state(&desk.app, &headers).await {
        Ok(state) => answer(StatusCode::OK, &state),
        Err(error) => refused(&SignInRefused::App(error), None),
    }
}

async fn state(app: &App, headers: &HeaderMap) -> Result<Value, AppError> {
    let signed_in = match cookies::read(headers, SESSION) {
        Some(session) => app.at_the_desk(session).await?,
        None => None,
    };
    let enrolled = match cookies::read(headers, DEVICE) {
        Some(device) => app.knows_device(device).await?,
        None => false,
    };
    let mut state = json!({ "required": app.callers_need_keys().await?, "enrolled": enrolled });
    let who = signed_in.as_ref().map_or_else(nobody, somebody);
    if let (Value::Object(state), Value::Object(who)) = (&mut state, who) {
        state.extend(who);
    }
    Ok(state)
}

fn nobody() -> Value {
    json!({
        "staff": null,
        "called": null,
        "display_name": null,
        "role": null,
        "location": null,
        "locations": [],
        "until": null,
    })
}

fn somebody(desk: &AtTheDesk) -> Value {
    let locations: Vec<_> = desk.authority.places.named().iter().map(|it| format!("locations/{it}")).collect();
    let only = if let [only] = locations.as_slice() { Some(only) } else { None };
    json!({
        "staff": desk.staff.id,
        "called": desk.called,
        "display_name": desk.staff.settings.display_name,
        "role": desk.authority.role,
        "location": only,
        "locations": locations,
        "until": desk.until.to_string(),
    })
}

async fn sign_in(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    // No form of another page can send this kind of content unasked.
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(b"application/json"));
    let said = serde_json::from_slice::<Said>(&body).ok().filter(|_| is_json);
    let Some(Said { key, staff, pin }) = said else {
        let text = "the body must be JSON with `staff`, `pin` and, unless this browser is enrolled, `key`";
        return told(StatusCode::BAD_REQUEST, "MALFORMED", text, None);
    };
    let device = cookies::read(&headers, DEVICE).map(str::to_owned);
    let token = key.filter(|key| !key.is_empty());
    match desk.app.sign_in(SignIn { token, device, staff, pin }).await {
        Ok(passes) => signed_in(&passes, desk.is_secure(&headers)),
        Err(why) => {
            let wait = match &why {
                SignInRefused::Wait(until) => Some(until.duration_since(desk.app.now())),
                _ => None,
            };
            refused(&why, wait)
        }
    }
}

async fn sign_out(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let gone = cookies::keep(SESSION, "", "/", SignedDuration::ZERO, desk.is_secure(&headers));
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone), (header::CACHE_CONTROL, no_store())]).into_response()
}

impl Desk {
    /// Whether the page came over TLS, here or at a proxy before us: then its cookies go nowhere else.
    fn is_secure(&self, headers: &HeaderMap) -> bool {
        self.tls || headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
    }
}

fn signed_in(passes: &DeskPasses, secure: bool) -> Response {
    let mut response = (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, no_store())]).into_response();
    let kept = response.headers_mut();
    kept.append(header::SET_COOKIE, cookies::keep(SESSION, &passes.session, "/", DESK_SESSION, secure));
    kept.append(header::SET_COOKIE, cookies::keep(DEVICE, &passes.device, PATH, DESK_DEVICE_KEPT, secure));
    response
}

fn refused(why: &SignInRefused, wait: Option<SignedDuration>) -> Response {
    let (status, reason) = match why {
        SignInRefused::NotNeeded => (StatusCode::CONFLICT, "NOT_NEEDED"),
        SignInRefused::Key => (StatusCode::UNAUTHORIZED, "KEY"),
        SignInRefused::StaffOrPin => (StatusCode::UNAUTHORIZED, "STAFF_OR_PIN"),
        SignInRefused::Wait(_) => (StatusCode::TOO_MANY_REQUESTS, "WAIT"),
        SignInRefused::App(error) => {
            tracing::warn!(%error, "a sign-in could not be looked at");
            let text = "the database is busy or away; try again";
            return told(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", text, None);
        }
    };
    told(status, reason, &why.to_string(), wait)
}

fn told(status: StatusCode, reason: &str, message: &str, wait: Option<SignedDuration>) -> Response {
    // Rounded up: who comes back a moment too early waits for nothing.
    let seconds = wait.map(|wait| wait.as_secs() + 1);
    let mut response = answer(status, &json!({ "reason": reason, "message": message, "retry_after_seconds": seconds }));
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let kind = HeaderValue::from_static("application/json");
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, no_store())];
    (status, headers, body.to_string()).into_response()
}

fn no_store() -> HeaderValue {
    HeaderValue::from_static("no-store")
}
