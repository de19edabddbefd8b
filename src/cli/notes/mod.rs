//! `gratitude notes`: the night's notes, from whom they are written to until they have left, and the words they are
//! written in.
//!
//! A batch is made ([`create`]), works by itself while people watch it ([`watch`]), is read ([`read`]) and approved
//! ([`decide`]), and leaves, or is taken to a printer ([`download`]). Templates are worked on as files ([`templates`]).

mod batch;
mod create;
mod decide;
mod download;
mod list;
mod read;
mod templates;
mod watch;

use clap::{Args, Subcommand};

use super::CliError;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes create due --watch
  gratitude notes create segment --filter 'summary.visit_days >= 2' --template thanks-for-being-our-customer --location tea-house
  gratitude notes read
  gratitude notes approve 1b6c --watch
  gratitude notes download --format csv --out letters.csv

A batch is named by its id, or by how that ends, as lists show it. None of its notes leaves before it is approved.")]
pub(super) struct Notes {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Have notes written for many customers at once.
    #[command(subcommand)]
    Create(create::Create),
    /// List the batches.
    List(list::List),
    /// Show how far a batch is, and what was held back and why.
    Show(list::Show),
    /// Read the notes themselves.
    Read(read::Read),
    /// Watch a batch at work.
    Watch(watch::Watch),
    /// Let a batch's notes leave.
    Approve(decide::Approve),
    /// End a batch; what has not left stays here.
    Cancel(decide::Cancel),
    /// Have a batch that stopped itself go on.
    Resume(decide::Resume),
    /// Take the notes of an approved batch to a file, for a printer or another system.
    Download(download::Download),
    /// Work on the words: list, show, try out and save templates.
    #[command(subcommand)]
    Templates(templates::Templates),
}

impl Notes {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Create(create) => create.run().await,
            Verb::List(list) => list.run().await,
            Verb::Show(show) => show.run().await,
            Verb::Read(read) => read.run().await,
            Verb::Watch(watch) => watch.run().await,
            Verb::Approve(approve) => approve.run().await,
            Verb::Cancel(cancel) => cancel.run().await,
            Verb::Resume(resume) => resume.run().await,
            Verb::Download(download) => download.run().await,
            Verb::Templates(templates) => templates.run().await,
        }
    }
}
