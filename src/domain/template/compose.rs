//! From facts to a draft.

use super::{
    CompiledTemplate, Draft, NoteFacts, TemplateText,
    problems::problems,
    program::Gap,
    render::{Page, Renderer},
    variants::{Variants, primary},
    words::Words,
};
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

impl<'a> Part<'a> {
    fn texts(&self) -> &'a [TemplateText] {
        &self.template.template.definition.texts
    }
}

/// How a draft is wished for.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The channel that carries it.
    pub channel: Channel,
    /// BCP 47 language, see [`wanted_language`].
    pub language: &'a str,
    /// What the customer was last written, newest first: its words are not repeated. Only the first
    /// [`super::LAST_NOTES`] count.
    pub last_notes: &'a [&'a str],
    /// Which variant is tried first.
    pub begin: Begin,
}

/// With which of a template's variants to begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Begin {
    /// With one that customer and occasion determine.
    #[default]
    Anywhere,
    /// With the text of this index, where it fits language and channel.
    With(u32),
    /// With the one behind the text of this index.
    Behind(u32),
}

/// The language that a customer is spoken to in: theirs, else the place's.
#[must_use]
pub fn wanted_language<'a>(customer: &'a Customer, location: &'a Location) -> &'a str {
    let own = customer.addressee().profile.language.as_str();
    if own.is_empty() { &location.settings.language } else { own }
}

/// Composes the words of one gesture, or of several that fold into one note: opening and closing of the strongest,
/// what each says in order of priority, all in one language.
///
/// Of the variants, the first one is taken against which nothing speaks ([`super::problems`]), beginning as
/// wished; where something speaks against all, the one with the least. The same facts
/// and wish always give the same draft.
#[must_use]
pub fn compose(strongest: Part<'_>, others: &[Part<'_>], wish: &Wish<'_>) -> Draft {
    about_whom(&strongest.facts, best(strongest, others, wish))
}

/// What goes to a guardian names their charge on a line of its own, in whatever language; at a sensitive place it names
/// nobody.
fn about_whom(facts: &NoteFacts<'_>, draft: Draft) -> Draft {
    let charge = facts.customer.profile.display_name.trim();
    if !facts.customer.is_charge() || charge.is_empty() || facts.location.settings.sensitive {
        return draft;
    }
    Draft { text: format!("{charge}\n\n{}", draft.text), ..draft }
}

fn best(strongest: Part<'_>, others: &[Part<'_>], wish: &Wish<'_>) -> Draft {
    let voices = voices(&strongest, others, wish);
    let first = first(&voices[0].1, &strongest.facts, wish.begin);
    let mut least: Option<(usize, Draft)> = None;
    for turn in (0..voices[0].1.len()).map(|n| first.wrapping_add(n)) {
        let draft = draft(&voices, turn, wish);
        let against = problems(&draft, wish.last_notes).len();
        if against == 0 {
            return draft;
        }
        if least.as_ref().is_none_or(|(count, _)| against < *count) {
            least = Some((against, draft));
        }
    }
    least.map_or_else(|| draft(&voices, first, wish), |(_, draft)| draft)
}

/// Each part, and its variants in the language that all parts have; where there is none, of each in its own. The
/// strongest comes first.
fn voices<'p, 'a>(strongest: &'p Part<'a>, others: &'p [Part<'a>], wish: &Wish<'_>) -> Vec<(&'p Part<'a>, Variants)> {
    let parts = || std::iter::once(strongest).chain(others);
    let of = |part: &Part<'_>, language: &str| Variants::find(part.texts(), language, wish.channel);
    let own = strongest.texts().iter().map(|text| text.language.as_str());
    let languages = std::iter::once(wish.language).chain(own);
    let together = |language| parts().map(|part| Some((part, of(part, language)?))).collect::<Option<Vec<_>>>();
    let alone = |part: &'p Part<'a>| (part, of(part, wish.language).unwrap_or_else(|| Variants::all(part.texts())));
    languages.filter_map(together).next().unwrap_or_else(|| parts().map(alone).collect())
}

/// The turn of the variant that is tried first.
fn first(variants: &Variants, facts: &NoteFacts<'_>, begin: Begin) -> usize {
    let (text, further) = match begin {
        Begin::Anywhere => return seed(facts),
        Begin::With(text) => (text, 0),
        Begin::Behind(text) => (text, 1),
    };
    let place = usize::try_from(text).ok().and_then(|text| variants.place_of(text));
    place.map_or_else(|| seed(facts), |place| place + further)
}

/// Where a customer begins among the variants: anywhere, but always at the same place for the same occasion.
fn seed(facts: &NoteFacts<'_>) -> usize {
    let visits = u128::from(facts.summary.visit_days);
    let occasion = facts.interaction.map_or(visits, |interaction| interaction.id.0.as_u128());
    // A prime of 31 bits: every bit of both ids counts.
    let mixed = facts.customer.id.0.as_u128().wrapping_add(occasion) % 2_147_483_647;
    usize::try_from(mixed).unwrap_or(0)
}

fn draft(voices: &[(&Part<'_>, Variants)], turn: usize, wish: &Wish<'_>) -> Draft {
    let (strongest, variants) = &voices[0];
    let variant = variants.pick(turn);
    let chosen = &strongest.texts()[variant];
    let programs = &strongest.template.texts[variant];
    let words = words(&strongest.facts, &chosen.language, wish);
    let on = |page, facts, words, program| {
        let mut renderer = Renderer::new(facts, wish.channel, words, page);
        renderer.run(program);
        renderer.page
    };
    let mut page = on(Page::default(), &strongest.facts, &words, &programs.opening);
    page.leave(Gap::Paragraph);
    let start = page.text.len();
    // Each part in the variant behind the one before: two gestures of one template don't say the same twice.
    for (place, (part, variants)) in voices.iter().enumerate() {
        let variant = variants.pick(turn.wrapping_add(place));
        page = on(page, &part.facts, &words, &part.template.texts[variant].body);
        page.leave(Gap::Paragraph);
    }
    let end = page.text.len();
    page = on(page, &strongest.facts, &words, &programs.closing);
    let mut subject = Page::default();
    if wish.channel.has_subject() {
        subject.facts = std::mem::take(&mut page.facts);
        subject.flaws = std::mem::take(&mut page.flaws);
        subject = on(subject, &strongest.facts, &words, &programs.subject);
        (page.facts, page.flaws) = (std::mem::take(&mut subject.facts), std::mem::take(&mut subject.flaws));
    }
    Draft {
        language: chosen.language.clone(),
        subject: subject.text,
        text: page.text,
        template: (strongest.template.template.id.clone(), strongest.template.template.version),
        variant: u32::try_from(variant).unwrap_or(u32::MAX),
        facts: page.facts,
        body: start..end,
        told: page.told,
        flaws: page.flaws,
    }
}

/// How the language is written in the region whose the customer is: the wanted tag's, else theirs, else the place's.
fn words(facts: &NoteFacts<'_>, language: &str, wish: &Wish<'_>) -> std::sync::Arc<Words> {
    if primary(wish.language).eq_ignore_ascii_case(language) && wish.language.len() > language.len() {
        return Words::of(wish.language, region(facts));
    }
    Words::of(language, region(facts))
}

fn region<'a>(facts: &NoteFacts<'a>) -> &'a str {
    let own = facts.customer.profile.region.as_str();
    if own.is_empty() { &facts.location.settings.region } else { own }
}
