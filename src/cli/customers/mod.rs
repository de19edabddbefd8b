//! `gratitude customers`: what becomes of people's records.

mod erase;
mod export;
mod find;
mod household;
mod merge;

use clap::{Args, Subcommand};

use super::CliError;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude customers merge '020 7946 0012' ada@example.org --dry-run
  gratitude customers merge '020 7946 0012' ada@example.org
  gratitude customers unmerge customers/0193c5a4-7f1e-7c52-9d3b-0a4f2f1f6a10
  gratitude customers set-household '020 7946 0012' --with ada@example.org
  gratitude customers export '020 7946 0012' --file ada.ndjson
  gratitude customers erase customers/0193c5a4-7f1e-7c52-9d3b-0a4f2f1f6a10 --yes

A customer is named by customers/…, by its id, or by a number, an address or a card.")]
pub(super) struct Customers {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write down all that is held about a person, as lines of JSON.
    Export(export::Export),
    /// Forget a person at their wish. It can't be taken back.
    Erase(erase::Erase),
    /// Make two records of one person one.
    Merge(merge::Merge),
    /// Take a record out of the one of which it is part.
    Unmerge(merge::Unmerge),
    /// Move a customer to another household, or to one of their own.
    SetHousehold(household::SetHousehold),
}

impl Customers {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Export(export) => export.run().await,
            Verb::Erase(erase) => erase.run().await,
            Verb::Merge(merge) => merge.run().await,
            Verb::Unmerge(unmerge) => unmerge.run().await,
            Verb::SetHousehold(set_household) => set_household.run().await,
        }
    }
}
