//! `gratitude notes download`: the notes of an approved batch as a file.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::batch;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes download --format csv --out letters.csv --filter 'note.channel = POST'
  gratitude notes download 1b6c --format ndjson --out - | head

Only an approved batch can be taken away. Downloading marks nothing as delivered.")]
pub(super) struct Download {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends. Default: the newest.
    batch: Option<String>,
    /// How the file is written.
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,
    /// Where to; `-` is standard output. A file that is there is replaced once the whole has come.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Only these; over note fields, such as 'note.channel = POST'.
    #[arg(long, value_name = "FILTER", default_value = "")]
    filter: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Ndjson,
    Csv,
}

impl Download {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, self.batch.as_deref()).await?;
        let format = match self.format {
            Format::Ndjson => v1::download_note_batch_request::Format::Ndjson,
            Format::Csv => v1::download_note_batch_request::Format::Csv,
        };
        let request = v1::DownloadNoteBatchRequest { name, format: format.into(), filter: self.filter.clone() };
        if self.out == Path::new("-") {
            return receive(&client, request, &mut io::stdout().lock()).await.map(|_bytes| ());
        }
        // Beside its place first: half a file is never taken for the whole.
        let mut part = self.out.as_os_str().to_owned();
        part.push(".part");
        let mut file = fs::File::create(&part).map_err(|error| self.unwritable(&error))?;
        match receive(&client, request, &mut file).await {
            Ok(bytes) => {
                fs::rename(&part, &self.out).map_err(|error| self.unwritable(&error))?;
                Ok(writeln!(io::stdout(), "{} ({bytes} bytes)", self.out.display())?)
            }
            Err(error) => {
                fs::remove_file(&part)?;
                Err(error)
            }
        }
    }

    fn unwritable(&self, error: &io::Error) -> CliError {
        CliError::Usage(format!("--out {}: {error}", self.out.display()))
    }
}

/// Writes the parts as they come; returns how many bytes they were.
async fn receive(
    client: &Client,
    request: v1::DownloadNoteBatchRequest,
    to: &mut impl Write,
) -> Result<usize, CliError> {
    let parts = client.notes().download_note_batch(request).await;
    let mut parts = parts.map_err(|status| client.failure(&status))?.into_inner();
    let mut bytes = 0;
    while let Some(part) = parts.message().await.map_err(|status| client.failure(&status))? {
        to.write_all(&part.data)?;
        bytes += part.data.len();
    }
    to.flush()?;
    Ok(bytes)
}
