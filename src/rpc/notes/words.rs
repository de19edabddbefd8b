//! The words of single notes: looked at, changed, written anew.

use crate::{
    app::{Made, NewWords, OwnWords},
    domain::{
        customer::Channel,
        gesture::GestureKind,
        note::{Note, WRITTEN_KINDS},
        note_problem::ProblemReason,
        paper::Problem,
        world::Actor,
    },
    proto::v1 as pb,
    rpc::{
        Rpc,
        convert::{
            enums::place_of,
            note::{note, problem},
            template::fact,
        },
        etag,
        names::NoteName,
        status::Failure,
        validate::Fields,
    },
};
use tonic::{Request, Response};

/// Of a file that nobody keeps.
const TITLE: &str = "Note";

impl Rpc {
    pub(super) async fn look_at_words(
        &self,
        request: Request<pb::LintNoteRequest>,
    ) -> Result<Response<pb::LintNoteResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let words = read_words(&mut fields, said);
        let mut found = self.app.lint_note(&actor, fields.finish(words)?).await?;
        if let Some((format, sheet)) = found.paper.take() {
            let printed = self.set(format, TITLE, vec![sheet]).await?;
            printed.left_out.iter().for_each(|(_, unset)| Problem::add_to(&mut found.problems, unset));
        }
        Ok(Response::new(pb::LintNoteResponse {
            problems: found.problems.iter().map(problem).collect(),
            facts: found.facts.iter().map(fact).collect(),
        }))
    }

    pub(super) async fn change_note(
        &self,
        request: Request<pb::EditNoteRequest>,
    ) -> Result<Response<pb::EditNoteResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let name = NoteName::read(&mut fields, "name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let language = fields.language("language_code", &said.language_code);
        let new = NewWords {
            subject: said.subject.map(|subject| read_subject(&mut fields, subject)),
            text: said.text.map(|text| fields.required_text("text", text)),
            language: Some(language).filter(|language| !language.is_empty()),
            accepted: read_accepted(&mut fields, said.accepted_problems),
        };
        let name = fields.finish(name)?;
        let made = self.app.edit_note(actor.clone(), (name.batch, name.note), version, new).await?;
        let made = self.proofed(&actor, made).await?;
        Ok(Response::new(pb::EditNoteResponse { note: Some(note(&made.what)), replayed: made.replayed }))
    }

    pub(super) async fn compose_note_anew(
        &self,
        request: Request<pb::RegenerateNoteRequest>,
    ) -> Result<Response<pb::RegenerateNoteResponse>, Failure> {
        let (mut actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        actor.request_id = fields.request_id(&said.request_id);
        let name = NoteName::read(&mut fields, "name", &said.name);
        let version = etag::read(&mut fields, "etag", &said.etag);
        let name = fields.finish(name)?;
        let made = self.app.regenerate_note(actor.clone(), (name.batch, name.note), version).await?;
        let made = self.proofed(&actor, made).await?;
        Ok(Response::new(pb::RegenerateNoteResponse { note: Some(note(&made.what)), replayed: made.replayed }))
    }
}

impl Rpc {
    /// Has the press look at a note that was just written for paper: what it can't set is a person's to finish, as when
    /// it was composed.
    async fn proofed(&self, actor: &Actor, made: Made<Note>) -> Result<Made<Note>, Failure> {
        let Some(paper) = self.app.sheet_to_print(&made.what).await? else { return Ok(made) };
        let printed = self.set(paper.format, TITLE, vec![paper.sheet]).await?;
        let problems: Vec<_> = printed.left_out.iter().flat_map(|(_, found)| found).map(Problem::of_note).collect();
        if problems.is_empty() {
            return Ok(made);
        }
        let (batch, id) = (made.what.batch, made.what.id);
        self.app.give_back(actor, batch, vec![(id, problems)]).await?;
        Ok(Made { what: self.app.note(actor, batch, id).await?, ..made })
    }
}

fn read_words(fields: &mut Fields, said: pb::LintNoteRequest) -> Option<OwnWords> {
    let customer = fields.name("customer", &said.customer);
    let language = fields.language("language_code", &said.language_code);
    let kind = fields.optional_enum("kind", said.kind).unwrap_or(GestureKind::Note);
    if !WRITTEN_KINDS.contains(&kind) {
        fields.refuse("kind", format!("{kind} is not written; use NOTE or APOLOGY"));
    }
    Some(OwnWords {
        subject: read_subject(fields, said.subject),
        text: fields.required_text("text", said.text),
        language: Some(language).filter(|language| !language.is_empty()),
        channel: fields.optional_enum("channel", said.channel).unwrap_or(Channel::Email),
        kind,
        interaction: fields.optional_name("interaction", &said.interaction),
        location: fields.optional_name("location", &said.location),
        customer: customer?,
    })
}

/// A subject line stands on one line.
fn read_subject(fields: &mut Fields, subject: String) -> String {
    if subject.contains(char::is_control) {
        fields.refuse("subject", "must be on one line, without control characters");
    }
    fields.short("subject", subject)
}

fn read_accepted(fields: &mut Fields, said: Vec<i32>) -> Vec<ProblemReason> {
    let accepted = fields.enums::<ProblemReason>("accepted_problems", said.clone());
    for reason in accepted.iter().filter(|reason| !reason.may_be_accepted()) {
        let text = format!("{} can't be accepted; put it right in the text", reason.as_str().to_uppercase());
        fields.refuse(&place_of("accepted_problems", &said, *reason), text);
    }
    accepted
}
