//! What a person decides about notes that the delivery gave up, or of which nobody knows.

use crate::{
    app::{Finding, NoteFinding},
    domain::ids::NoteBatchId,
    proto::v1 as pb,
    rpc::{
        Rpc,
        convert::note::{note, note_batch},
        names::NoteName,
        status::Failure,
        validate::Fields,
    },
};
use tonic::{Request, Response};

impl Rpc {
    pub(super) async fn have_notes_leave_again(
        &self,
        request: Request<pb::ReplayNotesRequest>,
    ) -> Result<Response<pb::ReplayNotesResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<NoteBatchId>("name", &said.name);
        let again = self.app.replay_notes(actor, fields.finish(id)?).await?;
        Ok(Response::new(pb::ReplayNotesResponse {
            note_batch: Some(note_batch(&again.batch, self.app.now())),
            replayed_count: i64::try_from(again.count).unwrap_or(i64::MAX),
            has_more: again.has_more,
        }))
    }

    pub(super) async fn settle_note(
        &self,
        request: Request<pb::ResolveNoteRequest>,
    ) -> Result<Response<pb::ResolveNoteResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let finding = read_finding(&mut fields, said);
        let done = self.app.resolve_note(actor, fields.finish(finding)?).await?;
        Ok(Response::new(pb::ResolveNoteResponse { note: Some(note(&done.note)), replayed: done.replayed }))
    }
}

fn read_finding(fields: &mut Fields, said: pb::ResolveNoteRequest) -> Option<NoteFinding> {
    let name = NoteName::read(fields, "name", &said.name);
    let finding = fields.required_enum::<Finding>("finding", said.finding);
    let how = fields.required_short("reason", said.reason);
    let name = name?;
    Some(NoteFinding { batch: name.batch, note: name.note, finding: finding?, how })
}
