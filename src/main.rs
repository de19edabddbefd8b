//! The `gratitude` command.

use std::{io::ErrorKind, process::ExitCode};

use gratitude::cli::{Cli, CliError};

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
