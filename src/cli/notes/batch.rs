//! Batches as people name them on the command line.

use crate::{
    cli::{CliError, client::Client, show},
    proto::v1,
};

const COLLECTION: &str = "noteBatches/";
/// An ending of an id that is shorter fits too many.
const ENDING_MIN: usize = 3;
/// Among so many of the newest batches an ending is looked for.
const LOOKED_AT: i32 = 500;

/// The batch that was named by its resource name, its id, or the end of its id; the newest if none was.
///
/// # Errors
/// If there is none, or an ending fits several.
pub(super) async fn chosen(client: &Client, given: Option<&str>) -> Result<String, CliError> {
    let Some(given) = given else {
        let newest = newest(client, 1).await?.into_iter().next();
        return newest.map(|batch| batch.name).ok_or_else(|| {
            CliError::Usage("there is no batch yet; make one with `gratitude notes create due`".to_owned())
        });
    };
    let id = given.strip_prefix(COLLECTION).unwrap_or(given);
    if uuid::Uuid::try_parse(id).is_ok() {
        return Ok(format!("{COLLECTION}{id}"));
    }
    let ending = id.trim_start_matches('…').to_lowercase();
    if ending.len() < ENDING_MIN {
        let wanted = format!("{given}: say at least the last {ENDING_MIN} characters of a batch's id");
        return Err(CliError::Usage(wanted));
    }
    let batches = newest(client, LOOKED_AT).await?;
    let mut fitting = batches.iter().filter(|batch| batch.name.ends_with(&ending));
    match (fitting.next(), fitting.next()) {
        (Some(batch), None) => Ok(batch.name.clone()),
        (Some(_), Some(_)) => Err(CliError::Usage(format!("{given}: fits several batches; say more of the id"))),
        (None, _) => {
            let known: Vec<_> = batches.iter().take(5).map(|batch| show::short_ids(&batch.name)).collect();
            let known = if known.is_empty() { "there are none yet".to_owned() } else { known.join(", ") };
            Err(CliError::Usage(format!("{given}: no batch ends so; the newest: {known}")))
        }
    }
}

async fn newest(client: &Client, page_size: i32) -> Result<Vec<v1::NoteBatch>, CliError> {
    let request = v1::ListNoteBatchesRequest { page_size, ..Default::default() };
    let page = client.call(|| {
        let (mut notes, request) = (client.notes(), request.clone());
        async move { notes.list_note_batches(request).await }
    });
    Ok(page.await?.note_batches)
}

/// Reads one batch.
pub(super) async fn read(client: &Client, name: &str) -> Result<v1::NoteBatch, CliError> {
    let request = v1::GetNoteBatchRequest { name: name.to_owned() };
    let batch = client.call(|| {
        let (mut notes, request) = (client.notes(), request.clone());
        async move { notes.get_note_batch(request).await }
    });
    batch.await
}

/// The end of a batch's id, by which the next command can name it.
pub(super) fn ending(name: &str) -> &str {
    name.get(name.len().saturating_sub(4)..).unwrap_or(name)
}
