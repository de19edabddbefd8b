//! Batches of notes: made, decided about and watched; and the notes in them.

use crate::{
    app::App,
    domain::{
        filter::NOTES,
        ids::NoteBatchId,
        note::{BatchState, NoteBatch},
    },
    proto::v1 as pb,
    rpc::{
        Rpc,
        convert::note::{note, note_batch, open_print_runs, read_note_batch},
        etag,
        names::{ALL, NoteName},
        status::Failure,
        validate::{Fields, page_size},
    },
};
use futures_util::stream;
use std::{sync::Arc, time::Duration};
use tonic::{Request, Response, Status, codegen::BoxStream};

/// A watcher is shown a batch so often at most, however fast it works.
const SHOWN_EVERY: Duration = Duration::from_millis(500);

impl Rpc {
    pub(super) async fn make_note_batch(
        &self,
        request: Request<pb::CreateNoteBatchRequest>,
    ) -> Result<Response<pb::CreateNoteBatchResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let now = self.app.now();
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let new = fields.required("note_batch", said.note_batch, |fields, said| read_note_batch(fields, said, now));
        let made = self.app.create_note_batch(actor, fields.finish(new)?).await?;
        let note_batch = Some(note_batch(&made.what, now));
        Ok(Response::new(pb::CreateNoteBatchResponse { note_batch, replayed: made.replayed }))
    }

    pub(super) async fn read_batch(
        &self,
        request: Request<pb::GetNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Failure> {
        let (_, said) = self.call(request)?;
        let found = self.app.note_batch(read_name(&said.name)?).await?;
        let open_print_runs = open_print_runs(&self.app.open_print_runs(&found).await?);
        Ok(Response::new(pb::NoteBatch { open_print_runs, ..note_batch(&found, self.app.now()) }))
    }

    pub(super) async fn page_of_batches(
        &self,
        request: Request<pb::ListNoteBatchesRequest>,
    ) -> Result<Response<pb::ListNoteBatchesResponse>, Failure> {
        let (_, said) = self.call(request)?;
        let chosen = format!("{:?}", said.states);
        let binding = ["ListNoteBatches", &chosen];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let states = fields.enums::<BatchState>("states", said.states);
        let states = fields.finish(Some(states))?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.note_batches(&states, after, size).await?;
        Ok(Response::new(pb::ListNoteBatchesResponse {
            note_batches: page.items.iter().map(|batch| note_batch(batch, self.app.now())).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    pub(super) async fn let_batch_leave(
        &self,
        request: Request<pb::ApproveNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        Ok(Response::new(note_batch(&self.app.approve_note_batch(actor, id, version).await?, self.app.now())))
    }

    pub(super) async fn end_batch(
        &self,
        request: Request<pb::CancelNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name("name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let reason = fields.required_short("reason", said.reason);
        let id = fields.finish(id)?;
        Ok(Response::new(note_batch(&self.app.cancel_note_batch(actor, id, version, reason).await?, self.app.now())))
    }

    pub(super) async fn go_on_with_batch(
        &self,
        request: Request<pb::ResumeNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Failure> {
        let (actor, said) = self.call(request)?;
        let id = read_name(&said.name)?;
        Ok(Response::new(note_batch(&self.app.resume_note_batch(actor, id).await?, self.app.now())))
    }

    /// The stream asks only when its reader takes: who reads slowly holds one batch, and is shown the newest next.
    pub(super) async fn follow_batch(
        &self,
        request: Request<pb::WatchNoteBatchRequest>,
    ) -> Result<Response<BoxStream<pb::NoteBatch>>, Failure> {
        let (_, said) = self.call(request)?;
        let first = self.app.note_batch(read_name(&said.name)?).await?;
        let app = Arc::clone(&self.app);
        let changes = stream::try_unfold(Watching::New(first), move |watching| next_change(Arc::clone(&app), watching));
        Ok(Response::new(Box::pin(changes)))
    }

    pub(super) async fn read_note(&self, request: Request<pb::GetNoteRequest>) -> Result<Response<pb::Note>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let name = NoteName::read(&mut fields, "name", &said.name);
        let name = fields.finish(name)?;
        Ok(Response::new(note(&self.app.note(&actor, name.batch, name.note).await?)))
    }

    pub(super) async fn page_of_notes(
        &self,
        request: Request<pb::ListNotesRequest>,
    ) -> Result<Response<pb::ListNotesResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let binding = ["ListNotes", &said.parent, &said.filter];
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        let batch = if said.parent.strip_suffix(ALL) == Some("noteBatches/") {
            None
        } else {
            fields.name::<NoteBatchId>("parent", &said.parent)
        };
        let filter = fields.filter("filter", &said.filter, &NOTES);
        let filter = fields.finish(filter)?;
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.notes(&actor, batch, &filter, after, size).await?;
        Ok(Response::new(pb::ListNotesResponse {
            notes: page.items.iter().map(note).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }
}

/// The one field of a request that only names a batch.
fn read_name(name: &str) -> Result<NoteBatchId, Failure> {
    let mut fields = Fields::new();
    let id = fields.name("name", name);
    fields.finish(id)
}

/// What a watcher is shown next.
enum Watching {
    /// A batch that was not shown yet.
    New(NoteBatch),
    /// What differs from the batch that was shown last.
    After(NoteBatch),
}

async fn next_change(app: Arc<App>, watching: Watching) -> Result<Option<(pb::NoteBatch, Watching)>, Status> {
    let batch = match watching {
        Watching::New(batch) => batch,
        Watching::After(shown) if shown.state.is_over() => return Ok(None),
        Watching::After(shown) => {
            tokio::time::sleep(SHOWN_EVERY).await;
            app.note_batch_after(&shown).await.map_err(Failure::from)?
        }
    };
    Ok(Some((note_batch(&batch, app.now()), Watching::After(batch))))
}
