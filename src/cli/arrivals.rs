//! `gratitude arrivals`: who comes and who leaves, as it happens.

use std::io::Write;

use clap::{Args, Subcommand};

use super::{
    CliError,
    client::{Client, ClientArgs},
    follow::follow,
    location,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1::{self, watch_arrivals_response::News};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude arrivals watch
  gratitude arrivals watch --location tea-house
  gratitude arrivals watch --location tea-house --output json")]
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
    #[arg(long, value_name = "LOCATION")]
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
        let open = async |resume_token| {
            let request = v1::WatchArrivalsRequest { location: location.clone(), resume_token };
            client.front_desk().watch_arrivals(request).await
        };
        let take = |message: v1::WatchArrivalsResponse| {
            self.print(&message)?;
            Ok(message.resume_token)
        };
        follow(&client, String::new(), open, take).await
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
