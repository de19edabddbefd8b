//! From facts to a draft.

use super::{CompiledTemplate, Draft, NoteFacts};
use crate::domain::{
    customer::{Channel, Customer},
    location::Location,
};

/// What one gesture adds to a note.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Its words.
    pub template: &'a CompiledTemplate,
    /// What they may speak of.
    pub facts: NoteFacts<'a>,
}

/// How a draft is wished for.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The channel that carries it.
    pub channel: Channel,
    /// BCP 47 language, see [`wanted_language`].
    pub language: &'a str,
    /// What the customer was last written, newest first: its words are not repeated.
    pub last_notes: &'a [&'a str],
}

/// The language that a customer is spoken to in: theirs, else the place's.
#[must_use]
pub fn wanted_language<'a>(customer: &'a Customer, location: &'a Location) -> &'a str {
    let own = customer.profile.language.as_str();
    if own.is_empty() { &location.settings.language } else { own }
}

/// Composes the words of one gesture, or of several that fold into one note: opening and closing of the strongest,
/// what each says in order of priority, all in one language.
///
/// Of the variants, the first one is taken against which nothing speaks ([`super::objections`]), beginning with one
/// that customer and occasion determine; where something speaks against all, the one with the least. The same facts
/// and wish always give the same draft.
#[must_use]
pub fn compose(strongest: Part<'_>, others: &[Part<'_>], wish: &Wish<'_>) -> Draft {
    let text = strongest.template.texts().first().cloned().unwrap_or_default();
    let bodies = others.iter().filter_map(|part| part.template.texts().first().map(|text| text.body.as_str()));
    let said: Vec<_> = std::iter::once(text.body.as_str()).chain(bodies).collect();
    let said = format!("{}\n\n{}\n\n{}", text.opening, said.join("\n\n"), text.closing);
    Draft {
        language: wish.language.to_owned(),
        subject: text.subject,
        body: 0..said.len(),
        text: said,
        template: (strongest.template.template.id.clone(), strongest.template.template.version),
        variant: 0,
        facts: Vec::new(),
        told: Vec::new(),
        is_cut: false,
    }
}
