//! `gratitude journeys`: the map of the customers' journeys, worked on as files.

mod file;
mod import;
mod map;
mod plan;

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use self::file::JourneyFile;
use super::{
    CliError,
    client::{Client, ClientArgs},
    contract,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude journeys import examples/journeys/*.toml --dry-run
  gratitude journeys import examples/journeys/*.toml
  gratitude journeys list
  gratitude journeys show order
  gratitude journeys export order > order.toml")]
pub(super) struct Journeys {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the journeys.
    List(List),
    /// Show a journey: its stages, touchpoints and standards.
    Show(Show),
    /// Write a journey as a file that can be imported.
    Export(Export),
    /// Make and change journeys as files say.
    Import(import::Import),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// Retired ones too.
    #[arg(long)]
    retired: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    client: ClientArgs,
    /// Which journey.
    journey: String,
    /// Its retired touchpoints too.
    #[arg(long)]
    retired: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct Export {
    #[command(flatten)]
    client: ClientArgs,
    /// Which journey.
    journey: String,
    /// Where to; a file that is there is written over. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Journeys {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Show(show) => show.run().await,
            Verb::Export(export) => export.run().await,
            Verb::Import(import) => import.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let journeys = map::journeys(&client, self.retired).await?;
        match self.output {
            OutputFormat::Json => {
                let reply = v1::ListJourneysResponse { journeys, ..Default::default() };
                output::print_json("ListJourneysResponse", &reply)
            }
            OutputFormat::Table if journeys.is_empty() => {
                let hint = "There is no journey yet; try `gratitude journeys import examples/journeys/order.toml`.";
                Ok(writeln!(std::io::stdout(), "{hint}")?)
            }
            OutputFormat::Table => {
                let touchpoints = map::touchpoints(&client, "", self.retired).await?;
                Ok(writeln!(std::io::stdout(), "{}", show::journeys(&journeys, &touchpoints))?)
            }
        }
    }
}

impl Show {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let journey = map::journey(&client, &self.journey).await?;
        let touchpoints = map::touchpoints(&client, &journey.name, self.retired).await?;
        match self.output {
            OutputFormat::Json => {
                let shown = touchpoints.iter().map(|touchpoint| contract::json("Touchpoint", touchpoint));
                let shown = shown.collect::<Result<Vec<_>, _>>()?;
                let both = json!({ "journey": contract::json("Journey", &journey)?, "touchpoints": shown });
                Ok(writeln!(std::io::stdout(), "{both:#}")?)
            }
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::journey(&journey, &touchpoints))?),
        }
    }
}

impl Export {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let journey = map::journey(&client, &self.journey).await?;
        let touchpoints = map::touchpoints(&client, &journey.name, false).await?;
        let text = JourneyFile::of(&journey, &touchpoints).written()?;
        match self.out {
            Some(path) => std::fs::write(&path, text)
                .map_err(|error| CliError::Usage(format!("--out {}: {error}", path.display()))),
            None => Ok(write!(std::io::stdout(), "{text}")?),
        }
    }
}
