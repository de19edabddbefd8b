//! Which of a template's texts fit a language and a channel.

use super::TemplateText;
use crate::domain::customer::Channel;

/// The texts of a template, by their index, of which a customer gets one. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variants(Vec<usize>);

impl Variants {
    /// The texts in a language for a channel; `None` where none is in it.
    ///
    /// The language is looked up by BCP 47 (RFC 4647, section 3.4): `de-AT`, then `de`; then any other German. Of that
    /// language, the texts made for the channel; else those made for all; else any, since the right language by the
    /// wrong channel is better than the other way round.
    pub(super) fn find(texts: &[TemplateText], wanted: &str, channel: Channel) -> Option<Self> {
        let in_language = |distance| {
            let texts = texts.iter().enumerate();
            texts.filter(move |(_, text)| self::distance(wanted, &text.language) == Some(distance))
        };
        let mut distances: Vec<_> = texts.iter().filter_map(|text| distance(wanted, &text.language)).collect();
        distances.sort_unstable();
        distances.dedup();
        let made_for = |wanted: fn(&TemplateText, Channel) -> bool| {
            let found = distances.iter().map(|d| in_language(*d).filter(|(_, text)| wanted(text, channel)));
            found.map(|texts| texts.map(|(n, _)| n).collect::<Vec<_>>()).find(|texts| !texts.is_empty())
        };
        made_for(|text, channel| text.channels.contains(&channel))
            .or_else(|| made_for(|text, _| text.channels.is_empty()))
            .or_else(|| made_for(|_, _| true))
            .map(Self)
    }

    /// All texts of a template, where none is in a language that fits; the first language counts.
    pub(super) fn all(texts: &[TemplateText]) -> Self {
        let language = texts.first().map(|text| &text.language);
        let same = texts.iter().enumerate().filter(|(_, text)| Some(&text.language) == language);
        Self(same.map(|(n, _)| n).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The turn at which a text, by its index, is picked first.
    pub(super) fn place_of(&self, text: usize) -> Option<usize> {
        self.0.iter().position(|known| *known == text)
    }

    /// One after the other, over and over.
    pub(super) fn pick(&self, turn: usize) -> usize {
        self.0[turn % self.0.len()]
    }
}

/// How far a text's language is from the wanted one; `None` for another language.
fn distance(wanted: &str, language: &str) -> Option<usize> {
    let shortened = std::iter::successors(Some(wanted), |tag| tag.rsplit_once('-').map(|(shorter, _)| shorter));
    let mut steps = 0;
    for tag in shortened {
        if tag.eq_ignore_ascii_case(language) {
            return Some(steps);
        }
        steps += 1;
    }
    primary(wanted).eq_ignore_ascii_case(primary(language)).then_some(steps)
}

/// The language itself, without script and region.
pub(super) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}
