//! `gratitude notes print`: one note as PDF.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use super::layout::Layout;
use crate::{
    cli::{
        CliError, call,
        client::{Client, ClientArgs},
        part_file::PartFile,
    },
    proto::v1::{self, print_note_request::Subject},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes print 1b6c --out card.pdf
  gratitude notes print noteBatches/0191d2c4-…/notes/0191d2c5-… --layout hand-a4 --out note.pdf

Nothing counts as done by it: say so once it is, with `gratitude queue done` or at the desk.")]
pub(super) struct Print {
    #[command(flatten)]
    client: ClientArgs,
    /// A note, as `gratitude notes read --output json` names it, or what is to be written: its id in `gratitude queue`,
    /// or how that ends.
    subject: String,
    /// In whose queue an ending is looked for. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// On what. Default: what is configured for its channel.
    #[arg(long, value_enum)]
    layout: Option<Layout>,
    /// Where to; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Print {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let subject = match self.subject.contains("/notes/") {
            true => Subject::Note(self.subject),
            false => Subject::Gesture(call::gesture(&client, &self.subject, self.location).await?),
        };
        let layout = self.layout.map_or(0, |layout| layout.of_contract().into());
        let request = v1::PrintNoteRequest { subject: Some(subject), layout };
        let printed = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.print_note(request).await }
        });
        let pdf = printed.await?.pdf;
        if self.out == Path::new("-") {
            return Ok(io::stdout().lock().write_all(&pdf)?);
        }
        let mut file = PartFile::begin(&self.out)?;
        file.write(&pdf)?;
        let (place, bytes) = file.keep()?;
        Ok(writeln!(io::stdout(), "{} ({bytes} bytes)", place.display())?)
    }
}
