//! `/u/{token}`: the link by which the reader of an e-mail says "no more" (RFC 8058).
//!
//! - `POST` withdraws the consent that the link was made for: 200, whatever the body says, without a redirect, a cookie
//!   or a sign-in. Mail programs do that by themselves when their user presses "unsubscribe".
//! - `GET` shows a page with one button, which posts. It changes nothing, since scanners of mail open every link.
//!
//! A token that is none of ours gets 404. Nothing is shown of whoever it is about.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::app::{
    App,
    link_words::{self, TEST_TOKEN, Words},
};

/// Nothing is loaded, nobody frames it, and its one form goes back to where it came from.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
                      base-uri 'none'";

/// The paths of such links begin with it.
pub(super) const PREFIX: &str = "/u/";

/// The routes of these links.
pub fn routes(app: App) -> Router {
    Router::new().route("/u/{token}", get(ask).post(withdraw)).with_state(app)
}

async fn ask(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let words = spoken(&headers);
    if token != TEST_TOKEN && app.links().open(&token).is_none() {
        return page(StatusCode::NOT_FOUND, words, words.unknown, false);
    }
    page(StatusCode::OK, words, words.question, true)
}

async fn withdraw(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let words = spoken(&headers);
    if token == TEST_TOKEN {
        return page(StatusCode::OK, words, words.done, false);
    }
    match app.withdraw_by_link(&token).await {
        Ok(true) => page(StatusCode::OK, words, words.done, false),
        Ok(false) => page(StatusCode::NOT_FOUND, words, words.unknown, false),
        Err(error) => {
            tracing::warn!(%error, "a consent could not be withdrawn by a link");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")], "try again in a minute\n").into_response()
        }
    }
}

fn spoken(headers: &HeaderMap) -> &'static Words {
    link_words::of(headers.get(header::ACCEPT_LANGUAGE).and_then(|tags| tags.to_str().ok()).unwrap_or_default())
}

/// A page that says one thing. All of it is our own words.
fn page(status: StatusCode, words: &Words, text: &str, asks: bool) -> Response {
    let button =
        if asks { format!("<form method=\"post\"><button>{}</button></form>", words.button) } else { String::new() };
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{text}</title>\
         <style>body{{font:18px/1.5 system-ui,sans-serif;max-width:30em;margin:4em auto;padding:0 1em;color:#222}}\
         button{{font:inherit;padding:.5em 1em}}</style></head><body><p>{text}</p>{button}</body></html>\n",
        words.language
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // The token is a right: no other site is told of it.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    (status, headers, html).into_response()
}
