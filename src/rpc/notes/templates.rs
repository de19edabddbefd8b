//! Templates, and what they would say.

use crate::{
    app::Tried,
    domain::ids::TemplateId,
    proto::v1 as pb,
    rpc::{
        Rpc,
        convert::template::{previewed, read_definition, read_preview, read_trial, read_version, template, tried},
        etag,
        mask::merge,
        names::read_updated,
        status::Failure,
        validate::{Fields, page_size},
    },
};
use tonic::{Request, Response};

impl Rpc {
    pub(super) async fn read_template(
        &self,
        request: Request<pb::GetTemplateRequest>,
    ) -> Result<Response<pb::Template>, Failure> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<TemplateId>("name", &said.name);
        let version = read_version(&mut fields, "version", said.version);
        let id = fields.finish(id)?;
        Ok(Response::new(template(&self.app.template(&id, version).await?)))
    }

    pub(super) async fn page_of_templates(
        &self,
        request: Request<pb::ListTemplatesRequest>,
    ) -> Result<Response<pb::ListTemplatesResponse>, Failure> {
        let (_, said) = self.call(request)?;
        let mut fields = Fields::new();
        let size = page_size(&mut fields, said.page_size);
        fields.finish(Some(()))?;
        let binding = ["ListTemplates", if said.show_retired { "all" } else { "" }];
        let after = self.tokens.open(&binding, &said.page_token)?;
        let page = self.app.templates(said.show_retired, after, size).await?;
        Ok(Response::new(pb::ListTemplatesResponse {
            templates: page.items.iter().map(template).collect(),
            next_page_token: self.next_page(&binding, page.next.as_ref())?,
        }))
    }

    pub(super) async fn make_template(
        &self,
        request: Request<pb::CreateTemplateRequest>,
    ) -> Result<Response<pb::CreateTemplateResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let id = fields.new_id("template_id", &said.template_id);
        let definition = fields.required("template", said.template, read_definition);
        let (id, definition) = fields.finish(id.zip(definition))?;
        let made = self.app.create_template(actor, id, definition).await?;
        let template = Some(template(&made.what));
        Ok(Response::new(pb::CreateTemplateResponse { template, replayed: made.replayed }))
    }

    pub(super) async fn change_template(
        &self,
        request: Request<pb::UpdateTemplateRequest>,
    ) -> Result<Response<pb::Template>, Failure> {
        let (actor, said) = self.call(request)?;
        let new = said.template.unwrap_or_default();
        let mut fields = Fields::new();
        let read = read_updated::<TemplateId>(&mut fields, "template", &new.name, &new.etag);
        let (id, revision) = fields.finish(read)?;
        let before = self.app.template(&id, None).await?;

        let mut fields = Fields::new();
        let merged = merge(&mut fields, template(&before), &new, said.update_mask.as_ref());
        let definition = fields.within("template", |fields| read_definition(fields, merged));
        let definition = fields.finish(definition)?;
        // What the mask left out was read at this revision; the caller may insist on another.
        let revision = revision.unwrap_or(before.revision);
        let after = self.app.update_template(actor, id, Some(revision), definition).await?;
        Ok(Response::new(template(&after)))
    }

    pub(super) async fn end_template(
        &self,
        request: Request<pb::RetireTemplateRequest>,
    ) -> Result<Response<pb::Template>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let id = fields.name::<TemplateId>("name", &said.name);
        let revision = etag::read(&mut fields, "etag", &said.etag);
        let id = fields.finish(id)?;
        Ok(Response::new(template(&self.app.retire_template(actor, id, revision).await?)))
    }

    pub(super) async fn show_note(
        &self,
        request: Request<pb::PreviewNoteRequest>,
    ) -> Result<Response<pb::PreviewNoteResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let asked = read_preview(&mut fields, said);
        let asked = fields.finish(asked)?;
        Ok(Response::new(previewed(&self.app.preview(&actor, asked).await?)))
    }

    pub(super) async fn try_template(
        &self,
        request: Request<pb::LintTemplateRequest>,
    ) -> Result<Response<pb::LintTemplateResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let trial = read_trial(&mut fields, said);
        let trial = fields.finish(trial)?;
        let mut found = self.app.lint_template(&actor, trial).await?;
        self.ask_press(&mut found).await?;
        Ok(Response::new(tried(&found)))
    }

    /// Adds what the press can't set, where what was tried is printed.
    async fn ask_press(&self, tried: &mut Tried) -> Result<(), Failure> {
        let Some(format) = tried.format else { return Ok(()) };
        let sheets = tried.take_sheets();
        if sheets.is_empty() {
            return Ok(());
        }
        let printed = self.set(format, "", sheets).await?;
        for (note, problems) in &printed.left_out {
            tried.add_unset(*note, problems);
        }
        Ok(())
    }
}
