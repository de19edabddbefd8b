//! The notes of a batch as a file of lines: read page by page as fast as the caller takes them.

use super::letters::Letters;
use crate::{
    app::{App, Cursor, Letter, Page},
    domain::{
        filter::{Filter, NOTES},
        ids::NoteBatchId,
        world::Actor,
    },
    proto::v1::{self as pb, download_note_batch_request::Format},
    rpc::{Rpc, status::Failure, validate::Fields},
};
use futures_util::stream;
use std::sync::Arc;
use tonic::{Request, Response, Status, codegen::BoxStream};

/// How many notes are in memory for one download.
const PAGE: u32 = 250;

/// A file in the making.
struct Download {
    app: Arc<App>,
    actor: Actor,
    batch: NoteBatchId,
    filter: Filter,
    letters: Letters,
    next: Next,
}

/// What comes next of the file.
enum Next {
    /// A page that was read already.
    Read(Page<Letter>),
    /// The page behind this place.
    After(Cursor),
    End,
}

impl Rpc {
    /// The first page is read before the answer begins: what is refused is refused as a call, not in the middle of a
    /// file.
    pub(super) async fn stream_of_notes(
        &self,
        request: Request<pb::DownloadNoteBatchRequest>,
    ) -> Result<Response<BoxStream<pb::DownloadNoteBatchResponse>>, Failure> {
        let (actor, said) = self.call(request)?;
        if said.format() == Format::Pdf {
            return self.stream_of_paper(actor, said).await;
        }
        let mut fields = Fields::new();
        let batch = fields.name::<NoteBatchId>("name", &said.name);
        let letters = match Format::try_from(said.format) {
            Ok(Format::Ndjson) => Some(Letters::ndjson()),
            Ok(Format::Csv) => Some(Letters::csv()),
            Ok(Format::Unspecified | Format::Pdf) | Err(_) => {
                fields.refuse("format", "must be set to one of NDJSON, CSV, PDF");
                None
            }
        };
        let for_pdf = [
            ("layout", said.layout != 0),
            ("sheets_per_file", said.sheets_per_file != 0),
            ("replaces_print_run", !said.replaces_print_run.is_empty()),
            ("beside_print_run", !said.beside_print_run.is_empty()),
        ];
        for (field, _) in for_pdf.into_iter().filter(|(_, given)| *given) {
            fields.refuse(field, "is for format PDF only");
        }
        let filter = fields.filter("filter", &said.filter, &NOTES);
        let all = batch.zip(letters).zip(filter);
        let ((batch, letters), filter) = fields.finish(all)?;
        let first = self.app.download_notes(&actor, batch, &filter, None, PAGE).await?;
        let app = Arc::clone(&self.app);
        let download = Download { app, actor, batch, filter, letters, next: Next::Read(first) };
        Ok(Response::new(Box::pin(stream::try_unfold(download, Download::part))))
    }
}

impl Download {
    /// The next part of the file, and what is left of it; `None` at its end. Parts may be empty: a page may have
    /// nothing that may leave.
    async fn part(mut self) -> Result<Option<(pb::DownloadNoteBatchResponse, Self)>, Status> {
        let page = match std::mem::replace(&mut self.next, Next::End) {
            Next::Read(page) => page,
            Next::After(place) => {
                let page = self.app.download_notes(&self.actor, self.batch, &self.filter, Some(place), PAGE).await;
                page.map_err(Failure::from)?
            }
            Next::End => return Ok(None),
        };
        self.next = page.next.map_or(Next::End, Next::After);
        let data = self.letters.write(&page.items).map_err(|_| Failure::internal())?;
        Ok(Some((pb::DownloadNoteBatchResponse { data, file: 1, ..pb::DownloadNoteBatchResponse::default() }, self)))
    }
}
