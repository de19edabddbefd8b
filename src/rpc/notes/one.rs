//! One note as PDF.

use crate::{
    app::OneSheet,
    domain::{
        paper::{Format, Problem},
        refusal::{Precondition, Refusal},
    },
    proto::v1::{self as pb, print_note_request::Subject},
    rpc::{Rpc, names::NoteName, status::Failure, validate::Fields},
};
use tonic::{Request, Response};

/// The window in which it is seen shows this; it names nobody.
const TITLE: &str = "A note";

impl Rpc {
    pub(super) async fn print_one(
        &self,
        request: Request<pb::PrintNoteRequest>,
    ) -> Result<Response<pb::PrintNoteResponse>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let subject = read_subject(&mut fields, said.subject.as_ref());
        let layout = fields.optional_enum::<Format>("layout", said.layout);
        let subject = fields.finish(subject)?;
        let (sheet, usual) = self.app.one_sheet(&actor, subject).await?;
        let printed = self.set(layout.unwrap_or(usual), TITLE, vec![sheet]).await?;
        match printed.left_out.first() {
            Some((_, problems)) => Err(unprintable(&said.subject, problems).into()),
            None => Ok(Response::new(pb::PrintNoteResponse { pdf: printed.pdf })),
        }
    }
}

fn read_subject(fields: &mut Fields, subject: Option<&Subject>) -> Option<OneSheet> {
    match subject {
        Some(Subject::Note(name)) => {
            NoteName::read(fields, "note", name).map(|name| OneSheet::Note(name.batch, name.note))
        }
        Some(Subject::Gesture(name)) => fields.name("gesture", name).map(OneSheet::Gesture),
        None => {
            fields.refuse("subject", "must be set: `note`, or `gesture`");
            None
        }
    }
}

fn unprintable(subject: &Option<Subject>, problems: &[Problem]) -> Refusal {
    let resource = match subject {
        Some(Subject::Note(name) | Subject::Gesture(name)) => name.clone(),
        None => String::new(),
    };
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let message = format!("{resource} can't be printed: {}", problems.join("; "));
    Refusal::Precondition { kind: Precondition::Unprintable, resource, message }
}
