//! Templates: the words of gestures.
//!
//! A template holds texts in MiniJinja's notation, by language and channel. Saving one compiles it: its texts are
//! parsed, every name is looked up among the fields that its [`Occasion`] gives, every expression gets a type, and
//! what may be absent must have something to fall back on. What can't be proved harmless then is refused with line
//! and column ([`TemplateFault`]), so that nothing is left to go wrong while the notes of a night are written.

mod book;
mod compile;
mod compose;
mod draft;
mod facts;
mod fault;
mod fields;
mod filters;
mod lint;
mod occasion;
mod problems;
mod program;
mod render;
pub mod starter;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
mod value;
mod variants;
mod words;

pub use book::{CompiledTemplate, TemplateBook};
pub use compose::{Begin, Part, Wish, compose, wanted_language};
pub use draft::{Draft, UsedFact};
pub use facts::NoteFacts;
pub use fault::TemplateFault;
pub use fields::{FIELDS, Field, Known};
pub use filters::{FILTERS, FilterDoc};
pub use lint::{Lint, is_so, told_in};
pub use occasion::Occasion;
pub use problems::{LAST_NOTES, problems};
pub use value::Kind;
pub use words::long_date;

use super::{customer::Channel, ids::TemplateId, text_enum::text_enum};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Whether a template can be used.
    pub enum TemplateState {
        /// It can.
        Active = "active",
        /// No new rule or batch may use it; kept because gestures and notes point to it.
        Retired = "retired",
    }
}

/// A template with its newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its slug.
    pub id: TemplateId,
    /// Active or retired.
    pub state: TemplateState,
    /// The number of the newest version, from 1.
    pub version: u32,
    /// What that version says.
    pub definition: TemplateDefinition,
    /// Grows by one with every change of state or version; the etag is made of it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// One version of a template; never changed once saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateDefinition {
    /// What staff call it.
    pub display_name: String,
    /// What it can speak of.
    pub occasion: Occasion,
    /// The words. Several of one language and channel are variants.
    pub texts: Vec<TemplateText>,
}

/// The words of one language, for some channels or for all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TemplateText {
    /// BCP 47 language.
    pub language: String,
    /// The channels it is meant for; none: all that have no text of their own.
    pub channels: Vec<Channel>,
    /// Subject line, for e-mail.
    pub subject: String,
    /// Salutation. Of several gestures in one note only the strongest one's is used.
    pub opening: String,
    /// What is said. Of several gestures in one note each one's is.
    pub body: String,
    /// Who writes and how to answer. Of several gestures in one note only the strongest one's is used.
    pub closing: String,
}

impl TemplateText {
    /// Its parts together, in bytes of UTF-8.
    fn length(&self) -> usize {
        [&self.subject, &self.opening, &self.body, &self.closing].into_iter().map(String::len).sum()
    }
}

/// What is wrong with a template; nothing when it can be saved.
///
/// Looks at languages, channels and lengths as well as at the words.
#[must_use]
pub fn check(definition: &TemplateDefinition) -> Vec<TemplateFault> {
    book::compile_texts(definition).err().unwrap_or_default()
}
