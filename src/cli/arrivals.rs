//! `gratitude arrivals`: who comes and who leaves, as it happens.

use std::{io::Write, time::Duration};

use clap::{Args, Subcommand};

use super::{
    CliError,
    client::{Client, ClientArgs, Pauses},
    location,
    output::{self, OutputFormat},
    refusal, show,
};
use crate::proto::v1::{self, watch_arrivals_response::News};

/// How long a service may be away before watching is given up.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude arrivals watch
  gratitude arrivals watch tea-house
  gratitude arrivals watch tea-house --output json")]
pub(super) struct Arrivals {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show who is here, then whoever comes and goes, until you stop it.
    Watch(Watch),
}

#[derive(Debug, Args)]
struct Watch {
    #[command(flatten)]
    client: ClientArgs,
    /// Where. Not needed while there is only one location.
    location: Option<String>,
    /// How each message is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Arrivals {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Watch(watch) => watch.run().await,
        }
    }
}

impl Watch {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let location = location::chosen(&client, self.location.clone()).await?;
        let mut request = v1::WatchArrivalsRequest { location, resume_token: String::new() };
        let mut pauses = Pauses::new(PATIENCE);
        loop {
            let before = request.resume_token.clone();
            let lost = match self.follow(&client, &mut request).await? {
                Some(status) => status,
                None => return Ok(()),
            };
            if request.resume_token != before {
                pauses = Pauses::new(PATIENCE);
            }
            let again = refusal::is_passing(lost.code()) || refusal::is_lost(&lost);
            match pauses.next(None) {
                Some(pause) if again => tokio::time::sleep(pause).await,
                _ => return Err(client.failure(&lost)),
            }
        }
    }

    /// Prints one stream, and keeps in the request where to continue it; how it was lost, unless it ended.
    async fn follow(
        &self,
        client: &Client,
        request: &mut v1::WatchArrivalsRequest,
    ) -> Result<Option<tonic::Status>, CliError> {
        let mut stream = match client.front_desk().watch_arrivals(request.clone()).await {
            Ok(reply) => reply.into_inner(),
            Err(status) => return Ok(Some(status)),
        };
        loop {
            match stream.message().await {
                Ok(Some(message)) => {
                    self.print(&message)?;
                    request.resume_token = message.resume_token;
                }
                Ok(None) => return Ok(None),
                Err(status) => return Ok(Some(status)),
            }
        }
    }

    fn print(&self, message: &v1::WatchArrivalsResponse) -> Result<(), CliError> {
        if self.output == OutputFormat::Json {
            return output::print_json("WatchArrivalsResponse", message);
        }
        let mut stdout = std::io::stdout();
        match &message.news {
            Some(News::Snapshot(snapshot)) => {
                if snapshot.start && snapshot.arrivals.is_empty() {
                    writeln!(stdout, "Nobody is here.")?;
                }
                for arrival in &snapshot.arrivals {
                    writeln!(stdout, "{}", show::arrival("here", arrival))?;
                }
            }
            Some(News::Change(change)) => {
                let arrival = change.arrival.clone().unwrap_or_default();
                writeln!(stdout, "{}", show::arrival(show::arrival_kind(change.kind()), &arrival))?;
            }
            Some(News::Heartbeat(_)) | None => {}
        }
        Ok(())
    }
}
