//! Templates, and what they would say.

use super::{enums::WireEnum, note::problem, obligation::version, types::timestamp};
use crate::{
    app::{Preview, PreviewWords, Previewed, Trial, Tried},
    domain::{
        customer::Channel,
        limits::{TEMPLATE_SAMPLE_DEFAULT, TEMPLATE_SAMPLE_MAX, TEMPLATE_TEXTS_MAX},
        template::{self, Template, TemplateDefinition, TemplateFault, TemplateText, UsedFact},
    },
    proto::v1 as pb,
    rpc::{
        etag,
        names::{ResourceId, optional_name},
        validate::Fields,
    },
};
use pb::preview_note_request::Words;

pub(crate) fn template(template: &Template) -> pb::Template {
    let definition = &template.definition;
    pb::Template {
        name: template.id.name(),
        display_name: definition.display_name.clone(),
        occasion: definition.occasion.to_wire(),
        texts: definition.texts.iter().map(text).collect(),
        state: template.state.to_wire(),
        version: version(template.version),
        create_time: Some(timestamp(template.created_at)),
        update_time: Some(timestamp(template.updated_at)),
        etag: etag::of(template.revision),
    }
}

fn text(text: &TemplateText) -> pb::TemplateText {
    pb::TemplateText {
        language_code: text.language.clone(),
        channels: text.channels.iter().map(|channel| channel.to_wire()).collect(),
        subject: text.subject.clone(),
        opening: text.opening.clone(),
        body: text.body.clone(),
        closing: text.closing.clone(),
    }
}

/// Reads what a template says: everything but what is output only.
pub(crate) fn read_definition(fields: &mut Fields, said: pb::Template) -> Option<TemplateDefinition> {
    let display_name = fields.required_short("display_name", said.display_name);
    read_words(fields, display_name, said.occasion, said.texts)
}

/// Reads what a template says that nobody saves, and that needs no name therefore.
fn read_draft(fields: &mut Fields, said: pb::Template) -> Option<TemplateDefinition> {
    read_words(fields, "A draft".to_owned(), said.occasion, said.texts)
}

fn read_words(
    fields: &mut Fields,
    display_name: String,
    occasion: i32,
    texts: Vec<pb::TemplateText>,
) -> Option<TemplateDefinition> {
    let occasion = fields.required_enum("occasion", occasion);
    if texts.is_empty() {
        fields.refuse("texts", "must have at least one text");
    }
    let texts = fields.list("texts", texts, TEMPLATE_TEXTS_MAX, |fields, text| Some(read_text(fields, text)));
    let definition = TemplateDefinition { display_name, occasion: occasion?, texts };
    for fault in template::check(&definition) {
        note(fields, &fault);
    }
    Some(definition)
}

fn read_text(fields: &mut Fields, said: pb::TemplateText) -> TemplateText {
    fields.given("language_code", &said.language_code);
    TemplateText {
        language: fields.language("language_code", &said.language_code),
        channels: fields.enums("channels", said.channels),
        subject: fields.subject("subject", said.subject),
        opening: fields.text("opening", said.opening),
        body: fields.required_text("body", said.body),
        closing: fields.text("closing", said.closing),
    }
}

/// Notes a fault of the words, unless something plainer is wrong with the same field.
fn note(fields: &mut Fields, fault: &TemplateFault) {
    let field = match fault.field.strip_suffix(".language") {
        Some(text) => format!("{text}.language_code"),
        None => fault.field.clone(),
    };
    if !fields.is_refused(&field) {
        fields.refuse(&field, fault.description());
    }
}

pub(crate) fn read_preview(fields: &mut Fields, said: pb::PreviewNoteRequest) -> Option<Preview> {
    let customer = fields.name("customer", &said.customer);
    let words = read_preview_words(fields, said.words, said.template_version);
    let language = fields.language("language_code", &said.language_code);
    Some(Preview {
        interaction: fields.optional_name("interaction", &said.interaction),
        location: fields.optional_name("location", &said.location),
        channel: fields.optional_enum("channel", said.channel).unwrap_or(Channel::Email),
        language: Some(language).filter(|language| !language.is_empty()),
        customer: customer?,
        words: words?,
    })
}

pub(crate) fn read_trial(fields: &mut Fields, said: pb::LintTemplateRequest) -> Option<Trial> {
    use pb::lint_template_request::Words as Asked;
    let words = said.words.map(|words| match words {
        Asked::Template(name) => Words::Template(name),
        Asked::Draft(draft) => Words::Draft(draft),
    });
    let words = read_preview_words(fields, words, said.template_version);
    let size = match u32::try_from(said.sample_size) {
        Ok(0) => TEMPLATE_SAMPLE_DEFAULT,
        Ok(size) => size.min(TEMPLATE_SAMPLE_MAX),
        Err(_) => {
            fields.refuse("sample_size", format!("must be 0 to {TEMPLATE_SAMPLE_MAX}"));
            TEMPLATE_SAMPLE_DEFAULT
        }
    };
    Some(Trial {
        filter: said.filter,
        size: size as usize,
        location: fields.optional_name("location", &said.location),
        channel: fields.optional_enum("channel", said.channel).unwrap_or(Channel::Email),
        words: words?,
    })
}

pub(crate) fn tried(tried: &Tried) -> pb::LintTemplateResponse {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let drafts = tried.notes.iter().map(|note| pb::LintedDraft {
        customer: note.customer.name(),
        interaction: optional_name(note.interaction.as_ref()),
        language_code: note.language.clone(),
        variant: version(note.variant),
        problems: note.problems.iter().map(problem).collect(),
    });
    pb::LintTemplateResponse {
        template_version: tried.version.map_or(0, version),
        good_count: count(tried.notes.iter().filter(|note| note.problems.is_empty()).count()),
        left_out_count: count(tried.left_out),
        problem_counts: tried
            .totals()
            .into_iter()
            .map(|(reason, total)| pb::NoteProblemCount { reason: reason.to_wire(), count: count(total) })
            .collect(),
        drafts: drafts.collect(),
    }
}

fn read_preview_words(fields: &mut Fields, words: Option<Words>, version: i32) -> Option<PreviewWords> {
    let version = read_version(fields, "template_version", version);
    match words {
        Some(Words::Template(name)) => fields.name("template", &name).map(|id| PreviewWords::Saved(id, version)),
        Some(Words::Draft(draft)) => {
            if version.is_some() {
                fields.refuse("template_version", "must be 0, since a draft has no version");
            }
            fields.within("draft", |fields| read_draft(fields, draft)).map(PreviewWords::Draft)
        }
        None => {
            fields.refuse("words", "must be one of template and draft");
            None
        }
    }
}

/// The number of a version; `None` for the newest.
pub(crate) fn read_version(fields: &mut Fields, field: &str, version: i32) -> Option<u32> {
    fields.ranged(field, version, 0..=i32::MAX).filter(|version| *version > 0)
}

pub(crate) fn previewed(previewed: &Previewed) -> pb::PreviewNoteResponse {
    let draft = &previewed.draft;
    pb::PreviewNoteResponse {
        subject: draft.subject.clone(),
        text: draft.text.clone(),
        language_code: draft.language.clone(),
        variant: version(draft.variant),
        template_version: previewed.version.map_or(0, version),
        facts: draft.facts.iter().map(fact).collect(),
        problems: previewed.problems.iter().map(problem).collect(),
    }
}

pub(crate) fn fact(fact: &UsedFact) -> pb::NoteFact {
    pb::NoteFact {
        path: fact.path.clone(),
        text: fact.text.clone(),
        origin: fact.known.to_wire(),
        particular: fact.particular,
    }
}
