//! Batches as people name them on the command line.

use crate::{
    cli::{
        CliError,
        client::Client,
        named::{self, Given},
    },
    proto::v1,
};

const COLLECTION: &str = "noteBatches/";
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
    match named::read(COLLECTION, given)? {
        Given::Name(name) => Ok(name),
        Given::Ending(ending) => {
            let batches = newest(client, LOOKED_AT).await?;
            named::ending_so(&ending, batches.iter().map(|batch| batch.name.as_str()))
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
