//! The `gratitude` command.

use std::{io::ErrorKind, process::ExitCode};

use gratitude::cli::{Cli, CliError};

/// Every statement and message takes and gives back many small pieces of memory, which this allocator does faster than
/// the system's: `docs/performance.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::read().run().await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has read enough (`gratitude queue | head`).
        Err(CliError::Io(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gratitude: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
