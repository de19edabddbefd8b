//! Streams that are continued where they broke.

use std::time::Duration;

use tonic::{Response, Status, Streaming};

use super::{
    CliError,
    client::{Client, Pauses},
    refusal,
};

/// How long a service may be away before watching is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Opens a stream behind a place and has each message taken, until the service ends it. `take` returns the place behind
/// its message: a stream that is lost is opened again from there.
pub(super) async fn follow<M>(
    client: &Client,
    mut place: String,
    open: impl AsyncFn(String) -> Result<Response<Streaming<M>>, Status>,
    take: impl Fn(M) -> Result<String, CliError>,
) -> Result<(), CliError> {
    let mut pauses = Pauses::new(PATIENCE);
    loop {
        let before = place.clone();
        let Some(lost) = one_stream(&mut place, &open, &take).await? else { return Ok(()) };
        if place != before {
            pauses = Pauses::new(PATIENCE);
        }
        let again = refusal::is_passing(lost.code()) || refusal::is_lost(&lost);
        match pauses.next(None) {
            Some(pause) if again => tokio::time::sleep(pause).await,
            _ => return Err(client.failure(&lost)),
        }
    }
}

/// How one stream was lost; nothing if it ended.
async fn one_stream<M>(
    place: &mut String,
    open: &impl AsyncFn(String) -> Result<Response<Streaming<M>>, Status>,
    take: &impl Fn(M) -> Result<String, CliError>,
) -> Result<Option<Status>, CliError> {
    let mut stream = match open(place.clone()).await {
        Ok(reply) => reply.into_inner(),
        Err(status) => return Ok(Some(status)),
    };
    loop {
        match stream.message().await {
            Ok(Some(message)) => *place = take(message)?,
            Ok(None) => return Ok(None),
            Err(status) => return Ok(Some(status)),
        }
    }
}
