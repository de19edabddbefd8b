//! Templates, and the notes that are written in their words.

mod batches;
mod download;
mod letters;
mod templates;

use super::Rpc;
use crate::proto::v1::{self as pb, note_service_server::NoteService};
use tonic::{Request, Response, Status, codegen::BoxStream};

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

    type DownloadNoteBatchStream = BoxStream<pb::DownloadNoteBatchResponse>;

    async fn download_note_batch(
        &self,
        request: Request<pb::DownloadNoteBatchRequest>,
    ) -> Result<Response<Self::DownloadNoteBatchStream>, Status> {
        Ok(self.stream_of_notes(request).await?)
    }
}
