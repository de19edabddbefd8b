//! How well are people found, and their records told apart? Runs the real service over data sets whose answer is known,
//! and prints precision and recall.
//!
//! `cargo run --release --example identity_quality -- <folder>`, where the folder has the sets that `docs/identity.md`
//! names. Nothing of a set but what a business would know of a customer is told to the service: neither whose record it
//! is nor a social-security number.

mod measure;
mod numbers;
mod sets;

use clap::Parser;
use gratitude::{
    cli::service::{Service, StartOptions},
    clock::Clock,
    config::{Config, SqliteSynchronous},
};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Debug, Parser)]
struct Arguments {
    /// The folder of the sets.
    folder: PathBuf,
    /// Only this set: febrl_1, febrl_2, people_fake_1000, people_historical or phone_numbers.
    #[arg(long)]
    only: Option<String>,
    /// At most so many records of each are looked for by Search.
    #[arg(long, default_value = "5000")]
    queries: usize,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments = Arguments::parse();
    let wanted = |name: &str| arguments.only.as_deref().is_none_or(|only| only == name);
    for set in sets::ALL {
        if wanted(set.name) {
            let people = set.read(&arguments.folder)?;
            let (running, channel) = Running::start().await?;
            measure::people(set.name, &people, arguments.queries, channel).await?;
            running.stop().await?;
        }
    }
    if wanted("phone_numbers") {
        let (running, channel) = Running::start().await?;
        numbers::measure(&arguments.folder.join("phone_numbers"), channel).await?;
        running.stop().await?;
    }
    Ok(())
}

/// The service on a database of its own.
struct Running {
    service: Service,
    stop: CancellationToken,
    _files: tempfile::TempDir,
}

impl Running {
    async fn start() -> Outcome<(Self, Channel)> {
        let files = tempfile::tempdir()?;
        let service = service(files.path()).await?;
        let channel = Channel::from_shared(format!("http://{}", service.0.address()))?.connect().await?;
        Ok((Self { service: service.0, stop: service.1, _files: files }, channel))
    }

    async fn stop(self) -> Outcome<()> {
        self.stop.cancel();
        self.service.ended().await?;
        Ok(())
    }
}

async fn service(folder: &Path) -> Outcome<(Service, CancellationToken)> {
    let mut config = Config { listen: "127.0.0.1:0".parse()?, ..Config::default() };
    config.database.url = format!("sqlite:{}", folder.join("people.db").display()).into();
    // The database is thrown away.
    config.database.sqlite_synchronous = SqliteSynchronous::Normal;
    config.delivery.spool = folder.join("spool");
    let stop = CancellationToken::new();
    let options = StartOptions { config, clock: Clock::system(), migrate: true, stop: stop.clone() };
    Ok((Service::start(options).await?, stop))
}
