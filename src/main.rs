//! The `gratitude` command.

use std::process::ExitCode;

use clap::Parser;
use gratitude::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gratitude: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
