//! After somebody was erased: their notes are taken out of the files that wait to be fetched, and the journal is cut
//! off.

use super::Done;
use crate::{
    app::{App, AppError},
    delivery::Spool,
};
use jiff::Timestamp;

/// Ends one erasure. What fails is tried again at the next turn, and so is what a file may yet come of that is being
/// written: until then it stands as unfinished.
pub(super) async fn run_once(app: &App, spool: &Spool, now: Timestamp) -> Result<Done, AppError> {
    let Some(erased) = app.unfinished_erasure(now).await? else { return Ok(Done::default()) };
    if erased.being_written {
        return Ok(Done::default());
    }
    for ((batch, chunk), notes) in &erased.notes {
        if let Err(why) = spool.take_out(*batch, *chunk, notes).await {
            tracing::warn!(error = %why, "notes to somebody who was erased could not be taken out of the spool folder");
            return Ok(Done::default());
        }
    }
    app.finish_erasure(erased.customer, now).await.map(Done::from)
}
