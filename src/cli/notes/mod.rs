//! `gratitude notes`: the night's notes, from whom they are written to until they have left, and the words they are
//! written in.
//!
//! A batch is made ([`create`]), works by itself while people watch it ([`watch`]), is read ([`read`]), put right
//! ([`words`]) and approved ([`decide`]), and leaves, or is taken to a printer ([`download`], [`confirm`]; one note
//! alone: [`print`]). Templates are worked on as files ([`templates`]).

mod batch;
mod confirm;
mod create;
mod decide;
mod download;
mod layout;
mod list;
mod print;
mod read;
mod settle;
mod templates;
mod watch;
mod words;

use clap::{Args, Subcommand};

use super::CliError;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude notes create due --watch
  gratitude notes create segment --filter 'summary.visit_days >= 2' --template thanks-for-being-our-customer --location tea-house
  gratitude notes read
  gratitude notes edit 4f2a --text-file better.txt
  gratitude notes approve 1b6c --watch
  gratitude notes download --format pdf --layout letter-a4 --out letters.pdf
  gratitude notes confirm --run 0191d2c4-9f4e-7c3a-8b8e-2f1f5f0b7a10

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
    /// Say what speaks against words that you would write to somebody.
    Lint(words::Lint),
    /// Give a note of a batch other words.
    Edit(words::Edit),
    /// Have a note of a batch written anew, in another variant.
    Regenerate(words::Regenerate),
    /// Watch a batch at work.
    Watch(watch::Watch),
    /// Let a batch's notes leave.
    Approve(decide::Approve),
    /// End a batch; what has not left stays here.
    Cancel(decide::Cancel),
    /// Have a batch that stopped itself go on.
    Resume(decide::Resume),
    /// Have notes leave again that the delivery gave up.
    Replay(settle::Replay),
    /// Settle a note of which nobody knew whether it left.
    Resolve(settle::Resolve),
    /// Take the notes of an approved batch to a file, for a printer or another system.
    Download(download::Download),
    /// Say that a print run is on paper, and learn which sheets must not go.
    Confirm(confirm::Confirm),
    /// Set one note as PDF.
    Print(print::Print),
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
            Verb::Lint(lint) => lint.run().await,
            Verb::Edit(edit) => edit.run().await,
            Verb::Regenerate(regenerate) => regenerate.run().await,
            Verb::Watch(watch) => watch.run().await,
            Verb::Approve(approve) => approve.run().await,
            Verb::Cancel(cancel) => cancel.run().await,
            Verb::Resume(resume) => resume.run().await,
            Verb::Replay(replay) => replay.run().await,
            Verb::Resolve(resolve) => resolve.run().await,
            Verb::Download(download) => download.run().await,
            Verb::Confirm(confirm) => confirm.run().await,
            Verb::Print(print) => print.run().await,
            Verb::Templates(templates) => templates.run().await,
        }
    }
}
