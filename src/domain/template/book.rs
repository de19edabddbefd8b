//! Compiled templates by id.

use super::{
    Template, TemplateDefinition, TemplateFault, TemplateState, TemplateText, compile::compile, occasion::Occasion,
    program::Program, starter,
};
use crate::domain::{
    codes,
    gesture::GestureKind,
    ids::TemplateId,
    limits::{SHORT_TEXT_MAX_BYTES, TEMPLATE_MAX_BYTES, TEMPLATE_TEXTS_MAX},
};
use std::{collections::HashMap, sync::Arc};

/// A template whose texts were compiled.
#[derive(Debug)]
pub struct CompiledTemplate {
    /// The template.
    pub template: Template,
    pub(super) texts: Vec<CompiledText>,
}

/// The parts of a text, in the order of the template's texts.
#[derive(Debug)]
pub(super) struct CompiledText {
    pub(super) subject: Program,
    pub(super) opening: Program,
    pub(super) body: Program,
    pub(super) closing: Program,
}

impl CompiledTemplate {
    /// Compiles the texts of a template.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn new(template: Template) -> Result<Self, Vec<TemplateFault>> {
        let texts = compile_texts(&template.definition)?;
        Ok(Self { template, texts })
    }
}

/// Compiles all texts of a definition.
pub(super) fn compile_texts(definition: &TemplateDefinition) -> Result<Vec<CompiledText>, Vec<TemplateFault>> {
    let mut faults = Vec::new();
    let name = &definition.display_name;
    if name.trim().is_empty() || name.len() > SHORT_TEXT_MAX_BYTES {
        faults.push(whole("display_name", format!("needs a name of at most {SHORT_TEXT_MAX_BYTES} bytes")));
    }
    if !(1..=TEMPLATE_TEXTS_MAX).contains(&definition.texts.len()) {
        faults.push(whole("texts", format!("a template has 1 to {TEMPLATE_TEXTS_MAX} texts")));
        return Err(faults);
    }
    let length = definition.texts.iter().map(TemplateText::length).sum::<usize>();
    if length > TEMPLATE_MAX_BYTES {
        let message = format!("are {length} bytes long together; at most {TEMPLATE_MAX_BYTES} are allowed");
        faults.push(whole("texts", message));
        return Err(faults);
    }
    let texts = definition.texts.iter().enumerate();
    let texts = texts.filter_map(|(n, text)| compile_text(n, text, definition.occasion, &mut faults)).collect();
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

fn compile_text(
    n: usize,
    text: &TemplateText,
    occasion: Occasion,
    faults: &mut Vec<TemplateFault>,
) -> Option<CompiledText> {
    match codes::language(&text.language) {
        Ok(canonical) if canonical == text.language => {}
        Ok(canonical) => {
            faults.push(whole(&format!("texts[{n}].language"), format!("is written `{canonical}`")));
        }
        Err(error) => faults.push(whole(&format!("texts[{n}].language"), error.to_string())),
    }
    if text.body.trim().is_empty() {
        faults.push(whole(&format!("texts[{n}].body"), "says nothing".to_owned()));
    }
    if text.subject.contains('\n') {
        faults.push(whole(&format!("texts[{n}].subject"), "has to be one line".to_owned()));
    }
    let mut part = |name: &str, source: &str| match compile(source, occasion) {
        Ok(program) => Some(program),
        Err(found) => {
            let field = format!("texts[{n}].{name}");
            faults.extend(found.into_iter().map(|fault| TemplateFault {
                field: field.clone(),
                line: fault.place.line,
                column: fault.place.column,
                message: fault.message,
                nearest: fault.nearest,
            }));
            None
        }
    };
    let subject = part("subject", &text.subject);
    let opening = part("opening", &text.opening);
    let body = part("body", &text.body);
    let closing = part("closing", &text.closing);
    Some(CompiledText { subject: subject?, opening: opening?, body: body?, closing: closing? })
}

/// A fault of a field as a whole.
fn whole(field: &str, message: String) -> TemplateFault {
    TemplateFault { field: field.to_owned(), line: 1, column: 1, message, nearest: None }
}

/// Compiled templates, retired ones too: pending gestures may still use them.
#[derive(Debug, Default)]
pub struct TemplateBook {
    templates: HashMap<TemplateId, Arc<CompiledTemplate>>,
}

impl TemplateBook {
    /// A book of these templates.
    #[must_use]
    pub fn new(templates: impl IntoIterator<Item = impl Into<Arc<CompiledTemplate>>>) -> Self {
        let templates = templates.into_iter().map(Into::into).map(|it| (it.template.id.clone(), it)).collect();
        Self { templates }
    }

    /// A template by its id.
    #[must_use]
    pub fn get(&self, id: &TemplateId) -> Option<&Arc<CompiledTemplate>> {
        self.templates.get(id)
    }

    /// What speaks for a gesture which nobody gave words: the starter template of its kind as it is now or, where that
    /// is not there or can't be used any more, as it came. It needs no interaction.
    #[must_use]
    pub fn unasked(&self, kind: GestureKind) -> &Arc<CompiledTemplate> {
        self.starter(starter::unasked(kind)).expect("tested: every kind has one")
    }

    /// What is written to somebody who has lost somebody; `None` where the business has retired it.
    #[must_use]
    pub fn condolence(&self) -> Option<&Arc<CompiledTemplate>> {
        self.starter(starter::CONDOLENCE).filter(|it| it.template.state == TemplateState::Active)
    }

    fn starter(&self, slug: &str) -> Option<&Arc<CompiledTemplate>> {
        let id = slug.parse().expect("tested: every name is a slug");
        self.get(&id).or_else(|| starter::book().get(&id))
    }
}
