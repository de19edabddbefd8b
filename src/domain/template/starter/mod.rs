//! The templates a new database starts with, in English and German: one for each starter rule, one for a batch without
//! an occasion, one for a bereavement, and one for each kind of gesture that a person may schedule without words.
//!
//! Written texts have four variants, one more than the notes that are not to be repeated ([`super::LAST_NOTES`]): who
//! comes back often still reads something new.

#[cfg(test)]
mod tests;

use super::{CompiledTemplate, Occasion, Template, TemplateBook, TemplateDefinition, TemplateState, TemplateText};
use crate::domain::{customer::Channel, gesture::GestureKind};
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::{Arc, LazyLock};

/// One starter template: its slug and what it says. The template of a starter rule bears the rule's slug.
pub type StarterTemplate = (&'static str, TemplateDefinition);

macro_rules! files {
    ($($slug:literal),+ $(,)?) => { [$(($slug, include_str!(concat!($slug, ".toml")))),+] };
}

const FILES: [(&str, &str); 17] = files![
    "thanks-after-purchase",
    "thanks-for-stopping-by",
    "did-that-answer-it",
    "call-after-delivery",
    "apology",
    "congratulation-at-a-peak",
    "sign-off",
    "milestone",
    "birthday",
    "call-to-a-silent-leaver",
    "call-to-a-regular",
    "thanks-for-being-our-customer",
    "a-call",
    "a-welcome",
    "a-gift",
    "an-apology",
    "condolence",
];

/// The starter templates.
#[must_use]
pub fn templates() -> &'static [StarterTemplate] {
    static TEMPLATES: LazyLock<Vec<StarterTemplate>> = LazyLock::new(|| {
        let frames: Frames = toml::from_str(include_str!("frames.toml")).expect("tested: the frames can be read");
        let read = |(slug, text): (&'static str, &str)| {
            let file: File = toml::from_str(text).expect("tested: every starter template can be read");
            (slug, file.definition(&frames))
        };
        FILES.into_iter().map(read).collect()
    });
    &TEMPLATES
}

/// The slug of the starter template that speaks to somebody who has lost somebody.
pub const CONDOLENCE: &str = "condolence";

/// The slug of the starter template that speaks for a gesture which nobody gave words. It needs no interaction.
#[must_use]
pub const fn unasked(kind: GestureKind) -> &'static str {
    match kind {
        GestureKind::Note => "thanks-for-being-our-customer",
        GestureKind::Call => "a-call",
        GestureKind::Recognition => "a-welcome",
        GestureKind::Gift => "a-gift",
        GestureKind::Apology => "an-apology",
    }
}

/// The starter templates as they came, compiled: what speaks where what staff made of them can't.
#[must_use]
pub fn book() -> &'static Arc<TemplateBook> {
    static BOOK: LazyLock<Arc<TemplateBook>> = LazyLock::new(|| {
        let compiled = templates().iter().map(|(slug, definition)| {
            let template = Template {
                id: slug.parse().expect("tested: every name is a slug"),
                state: TemplateState::Active,
                version: 1,
                definition: definition.clone(),
                revision: 1,
                created_at: Timestamp::UNIX_EPOCH,
                updated_at: Timestamp::UNIX_EPOCH,
            };
            CompiledTemplate::new(template).expect("tested: every starter template compiles")
        });
        Arc::new(TemplateBook::new(compiled))
    });
    &BOOK
}

/// A file of this folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    display_name: String,
    occasion: Occasion,
    /// Whether its bodies come in every frame of their language, beside being said as they are.
    #[serde(default)]
    framed: bool,
    texts: Vec<TemplateText>,
}

/// How written texts begin and end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frames {
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    language: String,
    channels: Vec<Channel>,
    opening: String,
    closing: String,
}

impl File {
    fn definition(mut self, frames: &Frames) -> TemplateDefinition {
        for text in &mut self.texts {
            text.body = on_one_line(&text.body);
        }
        let texts =
            if self.framed { self.texts.iter().flat_map(|text| frames.around(text)).collect() } else { self.texts };
        TemplateDefinition { display_name: self.display_name, occasion: self.occasion, texts }
    }
}

impl Frames {
    fn around(&self, text: &TemplateText) -> Vec<TemplateText> {
        let same = self.frames.iter().filter(|frame| frame.language == text.language);
        let framed = same.map(|frame| TemplateText {
            channels: frame.channels.clone(),
            opening: frame.opening.clone(),
            closing: frame.closing.clone(),
            ..text.clone()
        });
        // What is said aloud begins and ends as people do.
        let spoken = TemplateText { channels: vec![Channel::Phone, Channel::InPerson], ..text.clone() };
        framed.chain([spoken]).collect()
    }
}

/// The lines of these files are broken to be read here; what is said is one paragraph.
fn on_one_line(body: &str) -> String {
    body.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
