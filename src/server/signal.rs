//! Signals that ask the process to stop.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first interrupt or termination signal. A second one ends the process at once, for
/// whoever can't wait for the drain.
///
/// # Errors
/// If the handlers can't be installed.
pub fn stop_on_signal() -> io::Result<CancellationToken> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        let mut received = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        received().await;
        tracing::info!("stopping: calls in work may finish");
        token.cancel();
        received().await;
        std::process::exit(130);
    });
    Ok(stop)
}
