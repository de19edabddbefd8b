//! `gratitude serve`: run the service until a signal.

use std::{io::Write, path::PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::{
    CliError,
    service::{Service, StartOptions},
};
use crate::{
    clock::Clock,
    config::{Config, Overrides},
    server, telemetry,
};

/// Which configuration a verb uses.
#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// A configuration file; the defaults hold for what it leaves out.
    #[arg(long, env = "GRATITUDE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where data is kept: sqlite:<path> or postgres://user@host/database.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

impl ConfigArgs {
    pub(super) fn load(self, listen: Option<String>) -> Result<Config, CliError> {
        let overrides = Overrides { file: self.config, listen, database_url: self.database_url };
        Ok(Config::load(&overrides)?)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude serve --migrate
  gratitude serve --config gratitude.toml --listen 127.0.0.1:8080
  gratitude serve --migrate --database-url sqlite:story.db --manual-clock 2026-11-23T09:00:00Z")]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigArgs,
    /// Address and port to listen on; loopback only, as long as no API key was made.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Bring the database's schema up to date first. Without it, another schema is refused.
    #[arg(long)]
    migrate: bool,
    /// Live by a clock that stands at this instant until `gratitude clock advance` moves it. Only for a database that
    /// was made so; one that was used before goes on where its clock stood.
    #[arg(long, value_name = "INSTANT")]
    manual_clock: Option<Timestamp>,
    /// Print the configuration in force, without secrets, and end.
    #[arg(long)]
    print_config: bool,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let config = self.config.load(self.listen)?;
        let mut stdout = std::io::stdout();
        if self.print_config {
            let printed = config.to_toml().map_err(|error| CliError::Unexpected(error.to_string()))?;
            return Ok(stdout.write_all(printed.as_bytes())?);
        }
        telemetry::init_logs(&config.log)?;
        let clock = self.manual_clock.map_or_else(Clock::system, Clock::manual);
        let stop = server::stop_on_signal()?;
        let service = Service::start(StartOptions { config, clock, migrate: self.migrate, stop: stop.clone() }).await?;
        writeln!(stdout, "gratitude listens on {}", service.address())?;
        service.ended().await
    }
}
