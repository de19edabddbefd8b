//! `gratitude migrate`: bring the schema up to date.

use std::io::Write;

use clap::Args;

use super::{CliError, serve::ConfigArgs, service};
use crate::store;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude migrate
  gratitude migrate --database-url postgres://gratitude@localhost/gratitude")]
pub(super) struct Migrate {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let config = self.config.load(None)?;
        let applied = store::migrate(&service::connect_settings(&config.database)).await?;
        let mut stdout = std::io::stdout();
        match applied {
            0 => writeln!(stdout, "The schema is up to date.")?,
            1 => writeln!(stdout, "1 migration applied; the schema is up to date.")?,
            many => writeln!(stdout, "{many} migrations applied; the schema is up to date.")?,
        }
        Ok(())
    }
}
