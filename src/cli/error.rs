//! Why a command failed, told to a person.

use std::io;

use crate::{
    app::AppError, config::ConfigError, scheduler::BadFarSide, server::ServerError, store::StoreError,
    telemetry::TelemetryError,
};

/// Why a command failed. Its text says what to do next where we know it.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A way out can't be used as it is configured.
    #[error("the configuration can't be used:\n  {0}")]
    FarSide(#[from] BadFarSide),
    /// An argument doesn't fit.
    #[error("{0}")]
    Usage(String),
    /// The database can't be used.
    #[error("the database can't be used: {0}")]
    Store(#[from] StoreError),
    /// The service could not be made ready.
    #[error(transparent)]
    App(#[from] AppError),
    /// The service can't be served.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Logs or metrics can't be set up.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// Nothing answers where the service should be.
    #[error("the service at {server} can't be reached ({cause}): is `gratitude serve` running there?")]
    Unreachable {
        /// The address that was tried.
        server: String,
        /// What the transport said.
        cause: String,
    },
    /// The service answered with an error.
    #[error("the service refused: {0}")]
    Refused(String),
    /// It was done, and came to nothing.
    #[error("{0}")]
    Failed(String),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something that should not happen.
    #[error("{0}")]
    Unexpected(String),
}

impl CliError {
    /// What the process exits with; `gratitude --help` lists them.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::FarSide(_)
            | Self::Usage(_)
            | Self::Server(ServerError::NotLoopback(_) | ServerError::ManualClock(_)) => 2,
            Self::Unreachable { .. }
            | Self::Store(StoreError::Unavailable { .. })
            | Self::App(AppError::Store(StoreError::Unavailable { .. })) => 3,
            Self::Refused(_) => 4,
            Self::App(_)
            | Self::Store(_)
            | Self::Server(_)
            | Self::Telemetry(_)
            | Self::Failed(_)
            | Self::Io(_)
            | Self::Unexpected(_) => 1,
        }
    }
}
