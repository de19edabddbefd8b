//! CLDR's formats by locale.

use super::{Formality, Order, Usage};
use std::{collections::HashMap, sync::LazyLock};

/// How one locale forms names.
#[derive(Debug)]
pub(super) struct Format {
    given_first: Vec<&'static str>,
    surname_first: Vec<&'static str>,
    native_space: &'static str,
    foreign_space: &'static str,
    /// The languages of this line.
    languages: Vec<&'static str>,
    /// By order, usage and formality.
    patterns: [&'static str; 8],
}

/// Each format, and which locale has which.
struct Formats {
    all: Vec<Format>,
    by_locale: HashMap<&'static str, usize>,
}

static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    let lines = include_str!("formats.tsv").lines().filter(|line| !line.starts_with('#'));
    let all: Vec<_> = lines.map(|line| Format::read(line).expect("tested: every line can be read")).collect();
    let locales = all.iter().enumerate().flat_map(|(n, format)| format.languages.iter().map(move |it| (*it, n)));
    Formats { by_locale: locales.collect(), all }
});

/// Whose format takes the place of one that is not known.
const OTHERWISE: &str = "en";

impl Format {
    fn read(line: &'static str) -> Option<Self> {
        let columns: Vec<_> = line.split('\t').collect();
        let words = |n: usize| columns.get(n).map(|column| column.split(' ').collect::<Vec<_>>());
        Some(Self {
            languages: words(0)?,
            given_first: words(1)?,
            surname_first: words(2)?,
            native_space: columns.get(3)?,
            foreign_space: columns.get(4)?,
            patterns: columns.get(5..)?.try_into().ok()?,
        })
    }

    /// The format of a language, or of what it is a variant of.
    pub(super) fn of(language: &str) -> &'static Self {
        let known = parents(language).find_map(|locale| FORMATS.by_locale.get(locale));
        let known = known.or_else(|| FORMATS.by_locale.get(OTHERWISE)).copied().unwrap_or_default();
        &FORMATS.all[known]
    }

    /// The order of a name of a language: the nearest of its variants that the locale names decides.
    pub(super) fn order(&self, own: &str) -> Order {
        let named = |locale: &str| {
            let surname = self.surname_first.contains(&locale).then_some(Order::SurnameFirst);
            surname.or_else(|| self.given_first.contains(&locale).then_some(Order::GivenFirst))
        };
        parents(own).find_map(named).or_else(|| named("und")).unwrap_or(Order::GivenFirst)
    }

    pub(super) fn pattern(&self, order: Order, usage: Usage, formality: Formality) -> &'static str {
        let at = 4 * usize::from(order == Order::SurnameFirst)
            + 2 * usize::from(usage == Usage::Addressing)
            + usize::from(formality == Formality::Informal);
        self.patterns[at]
    }

    /// What stands between the words of a name.
    pub(super) fn space(&self, own: &str) -> &'static str {
        let is_native = parents(own).any(|own| self.languages.contains(&own));
        if is_native { self.native_space } else { self.foreign_space }
    }
}

/// A tag and what it is a variant of, the nearest first: `zh-Hant-HK`, `zh-Hant`, `zh`. Where Chinese is written in
/// traditional characters, its region says so too.
fn parents(tag: &str) -> impl Iterator<Item = &str> {
    let tag = match tag {
        "zh-TW" => "zh-Hant",
        "zh-HK" => "zh-Hant-HK",
        "zh-MO" => "zh-Hant-MO",
        other => other,
    };
    std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(parent, _)| parent))
}
