//! `gratitude cases`: what went wrong, and putting it right.

mod change;
mod find;
mod list;
mod settle;

use clap::{Args, Subcommand};

use super::CliError;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude cases list
  gratitude cases open --customer '020 7946 0012' --summary 'The cup was chipped.'
  gratitude cases grant 1b6c --kind voucher --amount 20 --currency EUR --by mina
  gratitude cases resolve 1b6c --cause 'Cups were packed without a sleeve.' --remedy 'A new cup.'
  gratitude cases reopen 1b6c --reason 'The new cup is chipped too.'

A case is named by its id, or by how that ends, as lists show it.")]
pub(super) struct Cases {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the cases, the newest first.
    List(list::List),
    /// Show one case.
    Show(list::Show),
    /// Open a case: cheerful gestures to the customer wait.
    Open(change::Open),
    /// Say who takes care of a case, or what is known of it by now.
    Update(change::Update),
    /// Grant a remedy, within what the desk may grant.
    Grant(change::Grant),
    /// Resolve a case: the recovery contact comes first, then what waited.
    Resolve(settle::Resolve),
    /// Open a resolved case again.
    Reopen(settle::Reopen),
}

impl Cases {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Show(show) => show.run().await,
            Verb::Open(open) => open.run().await,
            Verb::Update(update) => update.run().await,
            Verb::Grant(grant) => grant.run().await,
            Verb::Resolve(resolve) => resolve.run().await,
            Verb::Reopen(reopen) => reopen.run().await,
        }
    }
}
