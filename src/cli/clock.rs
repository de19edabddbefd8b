//! `gratitude clock`: show or move the clock of a service that lives by a manual one.

use std::io::Write;

use clap::{Args, Subcommand};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use tonic::{body::Body, transport::Channel};
use tower::ServiceExt;

use super::{CliError, Connection};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude clock show
  gratitude clock advance 90m
  gratitude clock advance '1d 12h'")]
pub(super) struct ClockArgs {
    #[command(flatten)]
    connection: Connection,
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

impl ClockArgs {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let (method, path, body) = match self.verb {
            Verb::Show => (Method::GET, "/clock", String::new()),
            Verb::Advance { duration } => (Method::POST, "/clock/advance", duration),
        };
        let (status, answer) = exchange(&self.connection, method, path, body).await?;
        match status {
            StatusCode::OK => Ok(std::io::stdout().write_all(answer.as_bytes())?),
            StatusCode::NOT_FOUND => Err(CliError::Refused(
                "it lives by the system's clock; start it with --manual-clock, on a database of its own".to_owned(),
            )),
            _ => Err(CliError::Refused(answer.trim_end().to_owned())),
        }
    }
}

/// One plain HTTP exchange over the gRPC port.
async fn exchange(
    connection: &Connection,
    method: Method,
    path: &str,
    body: String,
) -> Result<(StatusCode, String), CliError> {
    let unreachable = |cause: String| CliError::Unreachable { server: connection.server.clone(), cause };
    let endpoint = Channel::from_shared(connection.server.clone())
        .map_err(|error| CliError::Usage(format!("--server {}: {error}", connection.server)))?;
    let channel = endpoint.connect().await.map_err(|error| unreachable(error.to_string()))?;
    let request = Request::builder().method(method).uri(path);
    let request = request
        .body(Body::new(http_body_util::Full::from(body).map_err(|never| match never {})))
        .expect("a fixed path");
    let response = channel.oneshot(request).await.map_err(|error| unreachable(error.to_string()))?;
    let status = response.status();
    let answer = response.into_body().collect().await.map_err(|error| unreachable(error.to_string()))?;
    Ok((status, String::from_utf8_lossy(&answer.to_bytes()).into_owned()))
}
