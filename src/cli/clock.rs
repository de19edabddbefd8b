//! `gratitude clock`: show or move the clock of a service that lives by a manual one.

use std::io::Write;

use clap::{Args, Subcommand};
use http::{Method, Request, StatusCode, header::AUTHORIZATION};
use http_body_util::BodyExt;
use tonic::body::Body;
use tower::ServiceExt;

use super::{
    CliError,
    connection::{Connection, KeyArgs},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude clock show
  gratitude clock advance 90m
  gratitude clock advance '1d 12h'")]
pub(super) struct ClockArgs {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    key: KeyArgs,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print the instant at which the clock stands.
    Show,
    /// Move the clock forward, and return when all that became due has been done.
    Advance {
        /// How far, such as 90m, 2h or '1d 12h'; a day is 24 hours.
        duration: String,
    },
}

/// What is asked of the clock.
#[derive(Debug)]
pub(super) enum Move {
    Show,
    /// By a duration in words.
    Advance(String),
}

impl ClockArgs {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let wanted = match self.verb {
            Verb::Show => Move::Show,
            Verb::Advance { duration } => Move::Advance(duration),
        };
        let answer = exchange(&self.connection, &self.key, wanted).await?;
        Ok(std::io::stdout().write_all(answer.as_bytes())?)
    }
}

/// Asks the clock of a service, and returns where it stands then, with a line end.
///
/// # Errors
/// If the service can't be reached, lives by the system's clock, or refuses to move it so.
pub(super) async fn exchange(connection: &Connection, key: &KeyArgs, wanted: Move) -> Result<String, CliError> {
    let (method, path, body) = match wanted {
        Move::Show => (Method::GET, "/clock", String::new()),
        Move::Advance(duration) => (Method::POST, "/clock/advance", duration),
    };
    match http(connection, key, method, path, body).await? {
        (StatusCode::OK, answer) => Ok(answer),
        (StatusCode::NOT_FOUND, _) => Err(CliError::Refused(
            "it lives by the system's clock; start it with --manual-clock, on a database of its own".to_owned(),
        )),
        (_, answer) => Err(CliError::Refused(answer.trim_end().to_owned())),
    }
}

/// One plain HTTP exchange over the gRPC port.
async fn http(
    connection: &Connection,
    key: &KeyArgs,
    method: Method,
    path: &str,
    body: String,
) -> Result<(StatusCode, String), CliError> {
    let unreachable = |cause: String| CliError::Unreachable { server: connection.server.clone(), cause };
    let channel = connection.endpoint()?.connect().await.map_err(|error| unreachable(error.to_string()))?;
    let mut request = Request::builder().method(method).uri(path);
    if let Some(credentials) = key.credentials()? {
        request = request.header(AUTHORIZATION, credentials.as_encoded_bytes());
    }
    let request = request
        .body(Body::new(http_body_util::Full::from(body).map_err(|never| match never {})))
        .expect("a fixed path, and a header that was read");
    let response = channel.oneshot(request).await.map_err(|error| unreachable(error.to_string()))?;
    let status = response.status();
    let answer = response.into_body().collect().await.map_err(|error| unreachable(error.to_string()))?;
    Ok((status, String::from_utf8_lossy(&answer.to_bytes()).into_owned()))
}
