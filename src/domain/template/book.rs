//! Compiled templates by id.

use super::{Template, TemplateDefinition, TemplateFault, TemplateText};
use crate::domain::{gesture::GestureKind, ids::TemplateId};
use std::{collections::HashMap, sync::Arc};

/// A template whose texts were compiled.
#[derive(Debug)]
pub struct CompiledTemplate {
    /// The template.
    pub template: Template,
    texts: Vec<TemplateText>,
}

impl CompiledTemplate {
    /// Compiles the texts of a template.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn new(template: Template) -> Result<Self, Vec<TemplateFault>> {
        let texts = Self::compile_texts(&template.definition)?;
        Ok(Self { template, texts })
    }

    pub(super) fn compile_texts(definition: &TemplateDefinition) -> Result<Vec<TemplateText>, Vec<TemplateFault>> {
        Ok(definition.texts.clone())
    }

    pub(super) fn texts(&self) -> &[TemplateText] {
        &self.texts
    }
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

    /// The starter template that speaks for a gesture which nobody gave words; it needs no interaction.
    #[must_use]
    pub fn unasked(&self, kind: GestureKind) -> Option<&Arc<CompiledTemplate>> {
        let id = match kind {
            GestureKind::Note => "a-note",
            GestureKind::Call => "a-call",
            GestureKind::Recognition => "a-welcome",
            GestureKind::Gift => "a-gift",
            GestureKind::Apology => "an-apology",
        };
        id.parse().ok().and_then(|id| self.get(&id))
    }
}
