//! Templates, and the notes that are written in their words.

mod batches;
mod confirm;
mod download;
mod letters;
mod one;
mod paper;
mod settle;
mod templates;
mod words;

use super::{Press, Rpc, status::Failure};
use crate::{
    domain::paper::{Format, Printed, Sheet},
    proto::v1::{self as pb, note_service_server::NoteService},
};
use std::sync::Arc;
use tonic::{Request, Response, Status, codegen::BoxStream};

impl Rpc {
    /// Has the press set sheets under a title: work for the processor alone.
    async fn set(&self, format: Format, title: &'static str, sheets: Vec<Sheet>) -> Result<Printed, Failure> {
        set(&self.press, format, title.to_owned(), sheets).await
    }
}

/// Has a press set sheets, on a thread of its own.
async fn set(press: &Press, format: Format, title: String, sheets: Vec<Sheet>) -> Result<Printed, Failure> {
    let press = Arc::clone(press);
    let set = tokio::task::spawn_blocking(move || press(format, &title, &sheets)).await;
    set.map_err(|_| Failure::internal())?.map_err(|why| {
        tracing::error!(error = %why, "the press could not set what it was given");
        Failure::internal()
    })
}

#[tonic::async_trait]
impl NoteService for Rpc {
    async fn get_template(&self, request: Request<pb::GetTemplateRequest>) -> Result<Response<pb::Template>, Status> {
        Ok(self.read_template(request).await?)
    }

    async fn list_templates(
        &self,
        request: Request<pb::ListTemplatesRequest>,
    ) -> Result<Response<pb::ListTemplatesResponse>, Status> {
        Ok(self.page_of_templates(request).await?)
    }

    async fn create_template(
        &self,
        request: Request<pb::CreateTemplateRequest>,
    ) -> Result<Response<pb::CreateTemplateResponse>, Status> {
        Ok(self.make_template(request).await?)
    }

    async fn update_template(
        &self,
        request: Request<pb::UpdateTemplateRequest>,
    ) -> Result<Response<pb::Template>, Status> {
        Ok(self.change_template(request).await?)
    }

    async fn retire_template(
        &self,
        request: Request<pb::RetireTemplateRequest>,
    ) -> Result<Response<pb::Template>, Status> {
        Ok(self.end_template(request).await?)
    }

    async fn preview_note(
        &self,
        request: Request<pb::PreviewNoteRequest>,
    ) -> Result<Response<pb::PreviewNoteResponse>, Status> {
        Ok(self.show_note(request).await?)
    }

    async fn create_note_batch(
        &self,
        request: Request<pb::CreateNoteBatchRequest>,
    ) -> Result<Response<pb::CreateNoteBatchResponse>, Status> {
        Ok(self.make_note_batch(request).await?)
    }

    async fn get_note_batch(
        &self,
        request: Request<pb::GetNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Status> {
        Ok(self.read_batch(request).await?)
    }

    async fn list_note_batches(
        &self,
        request: Request<pb::ListNoteBatchesRequest>,
    ) -> Result<Response<pb::ListNoteBatchesResponse>, Status> {
        Ok(self.page_of_batches(request).await?)
    }

    async fn approve_note_batch(
        &self,
        request: Request<pb::ApproveNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Status> {
        Ok(self.let_batch_leave(request).await?)
    }

    async fn cancel_note_batch(
        &self,
        request: Request<pb::CancelNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Status> {
        Ok(self.end_batch(request).await?)
    }

    async fn resume_note_batch(
        &self,
        request: Request<pb::ResumeNoteBatchRequest>,
    ) -> Result<Response<pb::NoteBatch>, Status> {
        Ok(self.go_on_with_batch(request).await?)
    }

    async fn replay_notes(
        &self,
        request: Request<pb::ReplayNotesRequest>,
    ) -> Result<Response<pb::ReplayNotesResponse>, Status> {
        Ok(self.have_notes_leave_again(request).await?)
    }

    async fn resolve_note(
        &self,
        request: Request<pb::ResolveNoteRequest>,
    ) -> Result<Response<pb::ResolveNoteResponse>, Status> {
        Ok(self.settle_note(request).await?)
    }

    type WatchNoteBatchStream = BoxStream<pb::NoteBatch>;

    async fn watch_note_batch(
        &self,
        request: Request<pb::WatchNoteBatchRequest>,
    ) -> Result<Response<Self::WatchNoteBatchStream>, Status> {
        Ok(self.follow_batch(request).await?)
    }

    async fn get_note(&self, request: Request<pb::GetNoteRequest>) -> Result<Response<pb::Note>, Status> {
        Ok(self.read_note(request).await?)
    }

    async fn list_notes(
        &self,
        request: Request<pb::ListNotesRequest>,
    ) -> Result<Response<pb::ListNotesResponse>, Status> {
        Ok(self.page_of_notes(request).await?)
    }

    async fn lint_note(&self, request: Request<pb::LintNoteRequest>) -> Result<Response<pb::LintNoteResponse>, Status> {
        Ok(self.look_at_words(request).await?)
    }

    async fn lint_template(
        &self,
        request: Request<pb::LintTemplateRequest>,
    ) -> Result<Response<pb::LintTemplateResponse>, Status> {
        Ok(self.try_template(request).await?)
    }

    async fn edit_note(&self, request: Request<pb::EditNoteRequest>) -> Result<Response<pb::EditNoteResponse>, Status> {
        Ok(self.change_note(request).await?)
    }

    async fn regenerate_note(
        &self,
        request: Request<pb::RegenerateNoteRequest>,
    ) -> Result<Response<pb::RegenerateNoteResponse>, Status> {
        Ok(self.compose_note_anew(request).await?)
    }

    type DownloadNoteBatchStream = BoxStream<pb::DownloadNoteBatchResponse>;

    async fn download_note_batch(
        &self,
        request: Request<pb::DownloadNoteBatchRequest>,
    ) -> Result<Response<Self::DownloadNoteBatchStream>, Status> {
        Ok(self.stream_of_notes(request).await?)
    }

    type ConfirmPrintedStream = BoxStream<pb::ConfirmPrintedResponse>;

    async fn confirm_printed(
        &self,
        request: Request<pb::ConfirmPrintedRequest>,
    ) -> Result<Response<Self::ConfirmPrintedStream>, Status> {
        Ok(self.stream_of_confirmed(request).await?)
    }

    async fn print_note(
        &self,
        request: Request<pb::PrintNoteRequest>,
    ) -> Result<Response<pb::PrintNoteResponse>, Status> {
        Ok(self.print_one(request).await?)
    }
}
