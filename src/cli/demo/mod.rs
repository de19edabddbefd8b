//! `gratitude demo`: a day and a half at a shop, played through the real port of a real service.
//!
//! *the stage* ([`stage`]) has the service and the narrator, *the cast* ([`cast`]) the sample that ships in
//! `examples/demo`; the scenes follow the day. Everything that is shown comes from replies.

mod cast;
mod monday;
mod notes;
mod stage;
mod tuesday;

use std::path::Path;

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{
    CliError,
    service::{Service, StartOptions},
};
use crate::{clock::Clock, config::Config, server};
use stage::Stage;

/// A Monday at noon in London.
const BEGIN: &str = "2026-11-23T12:00:00Z";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude demo
  gratitude demo --exit

Everything happens on a database in a temporary folder, by a clock of its own; nothing is left behind.")]
pub(super) struct Demo {
    /// End when the story is told, instead of staying up to be tried.
    #[arg(long)]
    exit: bool,
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let folder = tempfile::Builder::new().prefix("gratitude-demo-").tempdir()?;
        let mut config = Config::default();
        config.listen.set_port(0);
        config.database.url = format!("sqlite:{}", folder.path().join("demo.db").display()).into();
        let spool = folder.path().join("letters");
        config.delivery.spool.clone_from(&spool);
        let clock = Clock::manual(BEGIN.parse().expect("an instant"));
        let stop = server::stop_on_signal()?;
        let service = Service::start(StartOptions { config, clock, migrate: true, stop: stop.clone() }).await?;
        let stage = Stage::open(service.address()).await?;
        tokio::select! {
            played = play(&stage, &spool) => played?,
            () = stop.cancelled() => {}
        }
        if !self.exit {
            stay(&stage, &stop).await?;
        }
        drop(stage);
        stop.cancel();
        service.ended().await
    }
}

async fn play(stage: &Stage, spool: &Path) -> Result<(), CliError> {
    stage.prologue()?;
    let cast = cast::arrive(stage).await?;
    monday::sessions(stage, &cast).await?;
    monday::desk_and_till(stage, &cast).await?;
    monday::question_and_stranger(stage, &cast).await?;
    monday::complaint(stage, &cast).await?;
    tuesday::morning(stage, &cast).await?;
    let batch = notes::are_written(stage, &cast).await?;
    tuesday::something_comes_back(stage, &cast).await?;
    notes::leave(stage, &batch, spool).await?;
    tuesday::coverage(stage).await
}

/// Stays up until a signal, and says what to try.
async fn stay(stage: &Stage, stop: &CancellationToken) -> Result<(), CliError> {
    if stop.is_cancelled() {
        return Ok(());
    }
    let server = stage.server();
    stage.scene("Now you", "The service stays up. In another terminal, where `gratitude` is this program:")?;
    for (command, what) in [
        (format!("gratitude recognize +44 20 7946 0012 --server {server}"), "who is calling?"),
        (format!("gratitude queue --server {server}"), "what is there to do?"),
        (format!("gratitude notes read --server {server}"), "what did we write?"),
        (format!("gratitude coverage --server {server}"), "is everybody cared for alike?"),
        (format!("gratitude clock advance 1d --server {server}"), "what does tomorrow bring?"),
    ] {
        stage.line(&format!("  {command}    # {what}"))?;
    }
    stage.line("\nCtrl-C ends it, and its database goes away.")?;
    stop.cancelled().await;
    Ok(())
}
