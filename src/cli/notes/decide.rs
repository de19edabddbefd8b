//! `gratitude notes approve`, `cancel` and `resume`: what only a person decides.

use clap::Args;

use super::{batch, list, watch};
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        output::OutputFormat,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes approve 1b6c
  gratitude notes approve 1b6c --watch --staff mina

Read it first: gratitude notes read 1b6c")]
pub(super) struct Approve {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends.
    batch: String,
    /// Watch until all that may leave has left.
    #[arg(long)]
    watch: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes cancel 1b6c --reason 'The offer ended yesterday.'")]
pub(super) struct Cancel {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends.
    batch: String,
    /// Why; without personal data.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes resume 1b6c --watch")]
pub(super) struct Resume {
    #[command(flatten)]
    client: ClientArgs,
    /// Which batch: its id, or how that ends.
    batch: String,
    /// Watch until it rests again.
    #[arg(long)]
    watch: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Approve {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, Some(&self.batch)).await?;
        let request = v1::ApproveNoteBatchRequest { name, etag: String::new() };
        let approved = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.approve_note_batch(request).await }
        });
        show(&client, approved.await?, self.watch, self.output).await
    }
}

impl Cancel {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, Some(&self.batch)).await?;
        let request = v1::CancelNoteBatchRequest { name, reason: self.reason, etag: String::new() };
        let cancelled = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.cancel_note_batch(request).await }
        });
        show(&client, cancelled.await?, false, self.output).await
    }
}

impl Resume {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = batch::chosen(&client, Some(&self.batch)).await?;
        let request = v1::ResumeNoteBatchRequest { name };
        let resumed = client.call(|| {
            let (mut notes, request) = (client.notes(), request.clone());
            async move { notes.resume_note_batch(request).await }
        });
        show(&client, resumed.await?, self.watch, self.output).await
    }
}

async fn show(client: &Client, batch: v1::NoteBatch, watch: bool, output: OutputFormat) -> Result<(), CliError> {
    if watch { watch::to_rest(client, &batch.name, output).await } else { list::print(&batch, output) }
}
