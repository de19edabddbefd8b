//! How well somebody fits what was typed, and why.

use super::{
    super::{nicknames::are_nicknames, sound::sound_alike, terms::Class, words::is_ideographic},
    query::{Asked, SearchQuery, is_initial, variants},
};
use crate::domain::customer::IdentifierKind;
use std::collections::{BTreeSet, HashMap};

/// How well somebody fits, 1 to 100, and what fits, in words without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// 100 for what is theirs alone, 95 for a whole number or address that others may share, at most 90 for words.
    pub score: u8,
    /// What fits, the first word first.
    pub reasons: Vec<&'static str>,
}

const UNIQUE: u8 = 100;
const SHARED: u8 = 95;
/// What words can reach: names are nobody's alone.
const WORDS: f32 = 90.0;
/// At least this share of what was typed must fit.
const SHARE_MIN: f32 = 0.4;
/// No other spelling fits better.
const SPELLED_MAX: f32 = 0.85;
/// What names that nobody asked for take away at most: who has just the names that were typed comes first.
const UNASKED_MAX: u8 = 4;
/// Weight of a word by its length: of a longer one there are fewer.
const WEIGHTS: std::ops::RangeInclusive<usize> = 2..=8;

/// The fit of whoever has an identifier that was typed whole.
#[must_use]
pub const fn owner_fit(kind: IdentifierKind) -> (u8, &'static str) {
    match kind {
        IdentifierKind::Phone => (SHARED, "same phone"),
        IdentifierKind::Email => (SHARED, "same e-mail"),
        IdentifierKind::Loyalty => (UNIQUE, "same loyalty number"),
        IdentifierKind::ExternalId => (UNIQUE, "same id in another system"),
        IdentifierKind::Social => (SHARED, "same social name"),
    }
}

/// Scores candidates of one query. What is compared once is remembered: candidates share most of their names.
#[derive(Debug)]
pub struct Scorer<'q> {
    asked: Vec<Prepared<'q>>,
    weights: f32,
}

#[derive(Debug)]
struct Prepared<'q> {
    asked: &'q Asked,
    weight: f32,
    /// How else the word may stand in a name.
    variants: Vec<String>,
    /// How well other spellings fit, by name.
    spelled: HashMap<String, Option<Quality>>,
}

impl<'q> Scorer<'q> {
    /// For one query.
    #[must_use]
    pub fn new(query: &'q SearchQuery) -> Self {
        let asked: Vec<_> = query.asked.iter().map(Prepared::new).collect();
        let weights = asked.iter().map(|it| it.weight).sum();
        Self { asked, weights }
    }

    /// The fit of somebody with these [`terms`](super::super::terms::terms); `None` where too little fits.
    pub fn fit(&mut self, terms: &str) -> Option<Fit> {
        let terms: Vec<(Class, &str)> = terms.split(' ').map(Class::split).collect();
        let mut fits = 0.0;
        let mut reasons = Vec::new();
        let mut asked_for = BTreeSet::new();
        for prepared in &mut self.asked {
            if let Some(((quality, reason), word)) = prepared.best(&terms) {
                fits += prepared.weight * quality;
                asked_for.insert(word);
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        if self.weights == 0.0 || fits / self.weights < SHARE_MIN {
            return None;
        }
        let is_unasked = |class, word| class == Class::Name && !asked_for.contains(word) && !is_part(word, &asked_for);
        let unasked = terms.iter().filter(|&&(class, word)| is_unasked(class, word)).count();
        let unasked = u8::try_from(unasked).unwrap_or(UNASKED_MAX).min(UNASKED_MAX);
        // Between 36 and 90: no precision is lost.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range fits a byte")]
        let score = (WORDS * fits / self.weights).round() as u8;
        Some(Fit { score: score.saturating_sub(unasked), reasons })
    }
}

/// Whether a term is part of a name in ideographs that was asked for, or is the whole of one whose parts were.
fn is_part(term: &str, asked_for: &BTreeSet<&str>) -> bool {
    let in_whole = |asked: &&str| asked.ends_with(term) || term.starts_with(asked) || term.ends_with(asked);
    is_ideographic(term) && asked_for.iter().any(in_whole)
}

impl<'q> Prepared<'q> {
    fn new(asked: &'q Asked) -> Self {
        let variants = match asked {
            Asked::Word { word, .. } => variants(word).collect(),
            Asked::Digits { .. } | Asked::Birthday(_) => Vec::new(),
        };
        Self { asked, weight: weight(asked), variants, spelled: HashMap::new() }
    }

    /// The term that fits best. Other spellings are compared only where no term fits better than any of them could.
    fn best<'t>(&mut self, terms: &[(Class, &'t str)]) -> Option<(Quality, &'t str)> {
        let better = |best: Option<(Quality, &'t str)>, (quality, term): (Quality, &'t str)| match best {
            Some(known) if known.0.0 > quality.0 => Some(known),
            _ => Some((quality, term)),
        };
        let as_typed = terms.iter().filter_map(|&(class, term)| Some((self.as_typed(class, term)?, term)));
        let mut best = as_typed.fold(None, better);
        if best.is_none_or(|((quality, _), _)| quality < SPELLED_MAX) {
            for &(class, term) in terms {
                if let Some(quality) = self.spelled(class, term) {
                    best = better(best, (quality, term));
                }
            }
        }
        best
    }

    /// How a term fits that needs no other spelling.
    fn as_typed(&self, class: Class, term: &str) -> Option<Quality> {
        match (self.asked, class) {
            (Asked::Word { word, begun }, Class::Name) => self.name(word, *begun, term),
            (Asked::Word { word, begun }, Class::Town) => begin(word, *begun, term, (0.9, 0.8), "town"),
            (Asked::Word { word, begun }, Class::Email) => begin(word, *begun, term, (0.8, 0.7), "e-mail"),
            (Asked::Word { word, begun }, Class::Number) => begin(word, *begun, term, (0.95, 0.8), "customer number"),
            (Asked::Digits { digits, ends, .. }, Class::PhoneEnd) => {
                let is_end = |end: &String| end.chars().rev().eq(term.chars().take(end.len()));
                let quality = if digits.len() > 5 { 0.97 } else { 0.9 };
                ends.iter().any(is_end).then_some((quality, "last digits of the phone"))
            }
            (Asked::Digits { starts, .. }, Class::PhoneStart) => {
                let begins = starts.iter().any(|start| term.starts_with(start.as_str()));
                begins.then_some((0.85, "phone begins so"))
            }
            (Asked::Digits { digits, .. }, Class::Number) => begin(digits, true, term, (0.95, 0.8), "customer number"),
            (Asked::Digits { digits, .. }, Class::Town) => begin(digits, true, term, (0.9, 0.8), "postal code"),
            (Asked::Birthday(days), Class::Birthday) => days.iter().any(|day| day == term).then_some((1.0, "birthday")),
            _ => None,
        }
    }

    fn name(&self, word: &str, begun: bool, term: &str) -> Option<Quality> {
        if word == term {
            return Some((1.0, "name"));
        }
        if self.variants.iter().any(|other| other == term) {
            return Some((0.97, "name"));
        }
        let begins = (begun || is_initial(word)) && term.starts_with(word);
        begins.then_some((if begun { 0.9 } else { 0.5 }, "name begins so"))
    }

    /// How a term fits that may be spelled otherwise, or stands for what was typed.
    fn spelled(&mut self, class: Class, term: &str) -> Option<Quality> {
        let Asked::Word { word, .. } = self.asked else { return None };
        match class {
            Class::Name => match self.spelled.get(term) {
                Some(known) => *known,
                None => {
                    let quality = other_name(word, term);
                    self.spelled.insert(term.to_owned(), quality);
                    quality
                }
            },
            Class::Town => mistyped(word, term, 0.7).map(|quality| (quality, "town")),
            Class::Email | Class::Number | Class::PhoneEnd | Class::PhoneStart | Class::Birthday => None,
        }
    }
}

fn weight(asked: &Asked) -> f32 {
    let length = match asked {
        Asked::Word { word, .. } => word.chars().count(),
        Asked::Digits { digits, .. } => digits.len(),
        Asked::Birthday(_) => *WEIGHTS.end(),
    };
    #[expect(clippy::cast_precision_loss, reason = "at most 8")]
    let weight = length.clamp(*WEIGHTS.start(), *WEIGHTS.end()) as f32;
    weight
}

/// How well, from 0 to 1, and in what.
type Quality = (f32, &'static str);

fn begin(word: &str, begun: bool, term: &str, (same, begins): (f32, f32), reason: &'static str) -> Option<Quality> {
    if word == term { Some((same, reason)) } else { (begun && term.starts_with(word)).then_some((begins, reason)) }
}

/// At most [`SPELLED_MAX`].
fn other_name(word: &str, term: &str) -> Option<Quality> {
    if are_nicknames(word, term) {
        return Some((SPELLED_MAX, "other form of the name"));
    }
    if let Some(quality) = mistyped(word, term, 0.8) {
        return Some((quality, "name spelled otherwise"));
    }
    if sound_alike(word, term) {
        return Some((0.7, "name that sounds so"));
    }
    (is_initial(term) && word.starts_with(term)).then_some((0.5, "initial"))
}

/// With a typing error: one from four letters on, two from eight.
fn mistyped(word: &str, term: &str, typed: f32) -> Option<f32> {
    let (length, other) = (word.chars().count(), term.chars().count());
    if length.min(other) < 4 || length.abs_diff(other) > 2 {
        return None;
    }
    match strsim::osa_distance(word, term) {
        1 => Some(typed),
        2 if length.min(other) > 7 => Some(typed - 0.1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: &str =
        "anna muller \u{e000}10115 \u{e000}berlin \u{e003}6543210394 \u{e004}4930123456 \u{e005}19800512";

    fn score(text: &str, terms: &str) -> Option<u8> {
        Scorer::new(&SearchQuery::parse(text, true, &["DE"])).fit(terms).map(|fit| fit.score)
    }

    fn reasons(text: &str) -> Vec<&'static str> {
        Scorer::new(&SearchQuery::parse(text, true, &["DE"])).fit(ANNA).map(|fit| fit.reasons).unwrap_or_default()
    }

    #[test]
    fn what_fits_is_said() {
        assert_eq!(reasons("Müller Anna"), ["name"]);
        assert_eq!(reasons("anna mul"), ["name", "name begins so"]);
        assert_eq!(reasons("annie berlin"), ["other form of the name", "town"]);
        assert_eq!(reasons("anna mueler"), ["name", "name spelled otherwise"]);
        assert_eq!(reasons("anna 3456"), ["name", "last digits of the phone"]);
        assert_eq!(reasons("030 123"), ["phone begins so"]);
        assert_eq!(reasons("anna 10115"), ["name", "postal code"]);
        assert_eq!(reasons("anna 12.5.1980"), ["name", "birthday"]);
        assert_eq!(reasons("bert schmidt"), [""; 0]);
    }

    #[test]
    fn who_has_just_these_names_comes_first() {
        assert_eq!(score("anna muller ", "anna muller"), Some(90));
        assert!(score("anna muller ", "anna maria muller") < Some(90));
        assert!(score("anna muller ", "anna mullner") < score("anna muller ", "anna maria muller"));
        assert!(score("anna muller ", "anna berta") < score("anna muller ", "anna mullner"));
        assert!(score("li", "li") > score("li", "lisa"));
    }
}
