//! `gratitude customers export`: all that is held about a person, as lines of JSON.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use super::find;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        contract,
        part_file::PartFile,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude customers export '020 7946 0012' --file ada.ndjson
  gratitude customers export ada@example.org | head")]
pub(super) struct Export {
    #[command(flatten)]
    client: ClientArgs,
    /// About whom: customers/…, an id, a number, an address or a card.
    customer: String,
    /// The file to write; to the screen when not said.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Where numbers without country code are from. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
}

impl Export {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = find::customer(&client, &self.customer, self.location.as_deref()).await?;
        let request = v1::ExportCustomerRequest { name };
        let parts = client.customers().export_customer(request).await;
        let mut parts = parts.map_err(|status| client.failure(&status))?.into_inner();
        let mut file = self.file.as_deref().map(PartFile::begin).transpose()?;
        while let Some(part) = parts.message().await.map_err(|status| client.failure(&status))? {
            for entry in &part.entries {
                let line = format!("{}\n", contract::json("ExportedEntry", entry)?);
                match &mut file {
                    Some(file) => file.write(line.as_bytes())?,
                    None => io::stdout().write_all(line.as_bytes())?,
                }
            }
        }
        let Some(file) = file else { return Ok(()) };
        let (place, bytes) = file.keep()?;
        Ok(writeln!(io::stdout(), "{} ({bytes} bytes)", place.display())?)
    }
}
