//! What somebody typed, taken apart.

use super::super::{
    nicknames::nicknames,
    phone::country_code,
    query::{parse_query, said_beside},
    script::in_latin,
    terms::{Class, birthday},
    words::{is_ideographic, without_umlaut_vowels, words},
};
use crate::domain::customer::{BirthDate, IdentifierKey};

/// Most words of a text that are looked for.
const WORDS_MAX: usize = 6;
/// The last digits of a number that tell enough to look for them.
const DIGITS_MIN: usize = 3;
/// From so many digits on it may be a whole number, with zeros before it that are dialled.
const WHOLE_MIN: usize = 6;

/// A text that asks for customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// The exact identifiers that the whole text may be.
    pub identifiers: Vec<IdentifierKey>,
    /// The name that was typed beside a whole telephone number.
    pub beside: String,
    /// Its words, each of which should fit.
    pub asked: Vec<Asked>,
}

/// A word of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Part of a name, a town, an address, a card.
    Word {
        /// As it is compared.
        word: String,
        /// Whether it may be the beginning of a longer one: typing goes on.
        begun: bool,
    },
    /// Digits of a telephone number, a postal code, a card.
    Digits {
        /// As they were typed.
        digits: String,
        /// How a phone number may begin with them, with country code.
        starts: Vec<String>,
        /// How a phone number may end in them.
        ends: Vec<String>,
    },
    /// A birthday, in all ways in which it can be read.
    Birthday(Vec<String>),
}

/// A term to look up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lookup {
    /// Exactly this one.
    Whole(String),
    /// All that begin with it.
    Beginning(String),
}

impl SearchQuery {
    /// Takes a text apart.
    ///
    /// `regions` are those by which a number without country code is read, the best first. While somebody is typing
    /// (`type_ahead`), each word may be the beginning of a longer one.
    #[must_use]
    pub fn parse(text: &str, type_ahead: bool, regions: &[&str]) -> Self {
        let identifiers = parse_query(text, regions);
        let mut asked = if is_number(text) { vec![number(text, regions)] } else { mixed(text, regions) };
        asked.retain(|asked| !matches!(asked, Asked::Digits { digits, .. } if digits.len() < DIGITS_MIN));
        asked.truncate(WORDS_MAX);
        // Family and given name may be kept without the space that was typed between them.
        let run_together = asked.iter().filter(|it| it.is_ideographic()).count() > 1;
        for asked in &mut asked {
            let may_go_on = type_ahead || (run_together && asked.is_ideographic());
            if let Asked::Word { begun, .. } = asked {
                *begun = may_go_on;
            }
        }
        Self { identifiers, beside: said_beside(text, regions), asked }
    }

    /// What to look up for customers of whom every word fits as it stands.
    #[must_use]
    pub fn exact(&self) -> Vec<Vec<Lookup>> {
        self.asked.iter().map(Asked::whole).collect()
    }

    /// The same, with the last word as a beginning, and with every word as one; nothing where none is.
    #[must_use]
    pub fn begun(&self) -> Vec<Vec<Vec<Lookup>>> {
        let Some((last, before)) = self.asked.split_last() else { return Vec::new() };
        let mut begun = Vec::new();
        if matches!(last, Asked::Word { begun: true, .. }) {
            begun.push(before.iter().map(Asked::whole).chain([last.beginning()]).collect());
        }
        if before.iter().any(|asked| matches!(asked, Asked::Word { begun: true, .. })) {
            begun.push(self.asked.iter().map(Asked::beginning).collect());
        }
        begun
    }

    /// The same text, each time with two neighbouring words as one: `fitz gerald` may be Fitzgerald.
    #[must_use]
    pub fn joined(&self) -> Vec<Self> {
        let pairs = self.asked.windows(2).enumerate().filter_map(|(at, pair)| match pair {
            [Asked::Word { word: first, begun }, Asked::Word { word: second, .. }] => {
                let one = Asked::Word { word: format!("{first}{second}"), begun: *begun };
                let asked = [&self.asked[..at], &[one], &self.asked[at + 2..]].concat();
                Some(Self { asked, ..self.clone() })
            }
            _ => None,
        });
        pairs.collect()
    }

    /// The words that may be typed wrongly.
    pub fn spelled(&self) -> impl Iterator<Item = &str> {
        self.asked.iter().filter_map(|asked| match asked {
            Asked::Word { word, .. } if word.chars().any(char::is_alphabetic) => Some(word.as_str()),
            _ => None,
        })
    }

    /// What to look up for customers whose names are like what was typed: nicknames, and the words of the vocabulary
    /// that `near` finds for each.
    #[must_use]
    pub fn widened(&self, near: impl Fn(&str) -> Vec<String>) -> Vec<Vec<Lookup>> {
        self.asked.iter().map(|asked| asked.widened(&near)).collect()
    }
}

impl Asked {
    fn is_ideographic(&self) -> bool {
        matches!(self, Self::Word { word, .. } if is_ideographic(word))
    }

    fn whole(&self) -> Vec<Lookup> {
        match self {
            // An initial.
            Self::Word { word, .. } if is_initial(word) => vec![Lookup::Beginning(word.clone())],
            Self::Word { word, .. } => whole(word),
            Self::Digits { digits, starts, ends } => digit_lookups(digits, starts, ends),
            Self::Birthday(days) => days.iter().map(|day| Lookup::Whole(Class::Birthday.term(day))).collect(),
        }
    }

    fn beginning(&self) -> Vec<Lookup> {
        match self {
            Self::Word { word, begun: true } => beginnings(word),
            other => other.whole(),
        }
    }

    fn widened(&self, near: &impl Fn(&str) -> Vec<String>) -> Vec<Lookup> {
        let mut lookups = self.whole();
        if let Self::Word { word, .. } = self {
            lookups.extend(self.beginning());
            lookups.extend(nicknames(word).into_iter().map(|name| Lookup::Whole(Class::Name.term(name))));
            for word in near(word) {
                lookups.extend([Class::Name, Class::Town].map(|class| Lookup::Whole(class.term(&word))));
            }
            lookups.sort_unstable();
            lookups.dedup();
        }
        lookups
    }
}

pub(super) fn is_initial(word: &str) -> bool {
    word.len() == 1 && word.is_ascii()
}

/// How else the word may stand in a name.
pub(super) fn variants(word: &str) -> impl Iterator<Item = String> {
    [without_umlaut_vowels(word), in_latin(word)].into_iter().flatten()
}

fn whole(word: &str) -> Vec<Lookup> {
    let classes = [Class::Name, Class::Town, Class::Email, Class::Number];
    let as_typed = classes.into_iter().map(|class| class.term(word));
    as_typed.chain(variants(word).map(|other| Class::Name.term(&other))).map(Lookup::Whole).collect()
}

fn beginnings(word: &str) -> Vec<Lookup> {
    let length = word.chars().count();
    let classes = [Class::Name, Class::Town, Class::Email, Class::Number].into_iter();
    let told_enough = classes.filter(|class| class.beginnings().is_some_and(|(least, _)| length >= least));
    let as_typed = told_enough.map(|class| class.term(word));
    as_typed.chain(variants(word).map(|other| Class::Name.term(&other))).map(Lookup::Beginning).collect()
}

fn digit_lookups(digits: &str, starts: &[String], ends: &[String]) -> Vec<Lookup> {
    let beginnings = |class: Class, texts: &[String]| {
        let least = class.beginnings().map_or(usize::MAX, |(least, _)| least);
        let enough = texts.iter().filter(move |text| text.len() >= least);
        enough.map(|text| Lookup::Beginning(class.term(text))).collect::<Vec<_>>()
    };
    let typed = [digits.to_owned()];
    let reversed: Vec<String> = ends.iter().map(|end| end.chars().rev().collect()).collect();
    let mut lookups = beginnings(Class::PhoneEnd, &reversed);
    lookups.extend(beginnings(Class::PhoneStart, starts));
    lookups.extend(beginnings(Class::Number, &typed));
    lookups.extend(beginnings(Class::Town, &typed));
    lookups
}

/// Whether the text is made of what numbers are made of.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let digits = words(text).iter().all(|word| word.chars().all(|c| c.is_ascii_digit()));
    let none_else = |c: char| c.is_numeric() || c.is_whitespace() || "+＋-‐‑–./()".contains(c);
    digits && !text.is_empty() && text.chars().all(none_else) && read_birthday(text).is_empty()
}

/// Digits as one number, with how it may begin and end.
fn number(text: &str, regions: &[&str]) -> Asked {
    let digits = words(text).concat();
    let international = text.trim_start().starts_with(['+', '＋']) || digits.starts_with("00");
    // Zeros that say how it is dialled.
    let significant = digits.trim_start_matches('0').to_owned();
    let code = regions.iter().find(|region| !region.is_empty()).and_then(|region| country_code(region));
    let national = code.filter(|_| !international).map(|code| format!("{code}{significant}"));
    let starts = national.into_iter().chain([significant.clone()]).collect();
    let mut ends = vec![digits.clone()];
    if significant.len() >= WHOLE_MIN && significant != digits {
        ends.push(significant);
    }
    Asked::Digits { digits, starts, ends }
}

/// Words, with numbers and birthdays among them.
fn mixed(text: &str, regions: &[&str]) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    for chunk in text.split_whitespace() {
        let days = read_birthday(chunk);
        if !days.is_empty() {
            asked.push(Asked::Birthday(days));
            continue;
        }
        // Of an address that is not typed to its end, who it is says more than where.
        let chunk = chunk.split_once('@').map_or(chunk, |(local, _)| local);
        for word in words(chunk) {
            if word.chars().all(|c| c.is_ascii_digit()) {
                asked.push(number(&word, regions));
            } else {
                asked.push(Asked::Word { word, begun: false });
            }
        }
    }
    asked.dedup();
    asked
}

/// The days that a text like `12.5.1980`, `12/05/1980` or `1980-05-12` may be; both orders of day and month where both
/// exist.
fn read_birthday(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.trim().split(['.', '/', '-']).collect();
    let [a, b, c] = parts[..] else { return Vec::new() };
    if !parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit())) {
        return Vec::new();
    }
    let orders = match (a.len(), b.len(), c.len()) {
        (4, 1..=2, 1..=2) => vec![(a, b, c)],
        (1..=2, 1..=2, 4) => vec![(c, b, a), (c, a, b)],
        _ => return Vec::new(),
    };
    let mut days: Vec<_> = orders.into_iter().filter_map(|(year, month, day)| read_day(year, month, day)).collect();
    days.dedup();
    days
}

fn read_day(year: &str, month: &str, day: &str) -> Option<String> {
    let date = BirthDate { year: year.parse().ok(), month: month.parse().ok()?, day: day.parse().ok()? };
    jiff::civil::Date::new(date.year?, date.month, date.day).ok()?;
    birthday(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::IdentifierKind;

    fn word(word: &str) -> Asked {
        Asked::Word { word: word.to_owned(), begun: true }
    }

    fn digits(digits: &str, starts: &[&str], ends: &[&str]) -> Asked {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Asked::Digits { digits: digits.to_owned(), starts: owned(starts), ends: owned(ends) }
    }

    fn asked(text: &str) -> Vec<Asked> {
        SearchQuery::parse(text, true, &["DE"]).asked
    }

    #[test]
    fn a_text_is_taken_apart() {
        assert_eq!(asked("Müller, Anna-Ma"), [word("muller"), word("anna"), word("ma")]);
        assert_eq!(asked("ana.lima@exa"), [word("ana"), word("lima")]);
        assert_eq!(asked("小明"), [word("小明")]);
        assert_eq!(SearchQuery::parse("王 小明", false, &[]).asked, [word("王"), word("小明")], "they may be one word");
        assert_eq!(asked("Anna 12.5.1980")[1], Asked::Birthday(vec!["19800512".to_owned(), "19801205".to_owned()]));
        assert_eq!(asked("Anna 1980-05-12")[1], Asked::Birthday(vec!["19800512".to_owned()]));
        assert_eq!(asked("Anna 12"), [word("anna")], "two digits tell nothing");
        assert_eq!(asked(&"Anna Berta ".repeat(9)).len(), WORDS_MAX);
        assert_eq!(asked(" ,-! "), []);
    }

    #[test]
    fn digits_are_read_from_both_ends() {
        for text in ["030 12", "(030) 12", "٠٣٠ ١٢", "０３０12"] {
            assert_eq!(asked(text), [digits("03012", &["493012", "3012"], &["03012"])], "{text}");
        }
        assert_eq!(asked("+35 12"), [digits("3512", &["3512"], &["3512"])]);
        assert_eq!(asked("0035 12"), [digits("003512", &["3512"], &["003512"])]);
        let whole = digits("030123456", &["4930123456", "30123456"], &["030123456", "30123456"]);
        assert_eq!(asked("030 123456"), [whole]);
        assert_eq!(asked("Anna 0711")[1], digits("0711", &["49711", "711"], &["0711"]), "the zero was heard");
    }

    #[test]
    fn whole_identifiers_are_recognised() {
        let query = SearchQuery::parse("030 123456", true, &["DE"]);
        assert_eq!(query.identifiers[0].kind, IdentifierKind::Phone);
        assert_eq!(query.identifiers[0].normalized, "+4930123456");
        let query = SearchQuery::parse("Rui 030 123456", true, &["DE"]);
        assert_eq!((query.identifiers[0].kind, query.beside.as_str()), (IdentifierKind::Phone, "Rui"));
    }

    #[test]
    fn neighbours_may_be_one_word() {
        let words = |query: SearchQuery| query.asked;
        let joined: Vec<_> =
            SearchQuery::parse("ella fitz gerald", true, &[]).joined().into_iter().map(words).collect();
        assert_eq!(joined, [[word("ellafitz"), word("gerald")], [word("ella"), word("fitzgerald")]]);
        assert!(SearchQuery::parse("ella 0711", true, &[]).joined().is_empty());
    }

    #[test]
    fn only_what_is_being_typed_is_a_beginning() {
        let [last, all] = SearchQuery::parse("anna mu", true, &[]).begun().try_into().expect("two ways");
        let mu = vec![Lookup::Beginning("mu".to_owned())];
        assert_eq!((last[0][0].clone(), &last[1]), (Lookup::Whole("anna".to_owned()), &mu), "towns need three letters");
        assert_eq!((all[0][0].clone(), &all[1]), (Lookup::Beginning("anna".to_owned()), &mu));
        assert!(SearchQuery::parse("anna mu", false, &[]).begun().is_empty());
        assert_eq!(
            SearchQuery::parse("anna m", false, &[]).exact()[1],
            [Lookup::Beginning("m".to_owned())],
            "an initial"
        );
    }
}
