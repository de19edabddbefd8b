//! Which facts stand in words that a person wrote.

use super::{
    super::{
        FIELDS, NoteFacts, UsedFact,
        fields::Field,
        value::{Kind, Value},
        variants::primary,
        words::{DateStyle, Words},
    },
    counts::{self, Counted, has_whole},
    language,
};
use crate::domain::customer::Channel;
use std::ops::Range;

/// The facts whose words stand in a note: of those that it told `before` the ones that it still tells, then whatever
/// else is known and named. A number is found where it stands before what it counts; a code is told in too many
/// ways to be found again.
#[must_use]
pub fn told_in(
    note: &[&str],
    language: &str,
    channel: Channel,
    known: &[NoteFacts<'_>],
    before: &[UsedFact],
) -> Vec<UsedFact> {
    let note = Read::new(note, language);
    let mut told: Vec<UsedFact> = before.iter().filter(|fact| note.still_tells(fact)).cloned().collect();
    for facts in known {
        let words = Words::of(language, &facts.location.settings.region);
        for field in FIELDS {
            let Some(origin) = field.origin(facts) else { continue };
            let Some(value) = (field.read)(facts, channel) else { continue };
            // Each member of a list: all that is named has to be so still when the note leaves.
            for member in value.members() {
                let is_new = |text: &String| {
                    // A number is told once, in whatever words.
                    let is_again = |fact: &UsedFact| fact.path == field.path && field.kind == Kind::Count;
                    !told.iter().any(|fact| is_again(fact) || fact.text.to_lowercase() == text.to_lowercase())
                };
                if let Some(text) = note.names(field, member, &words).into_iter().find(is_new) {
                    let (path, particular) = (field.path.to_owned(), field.is_particular);
                    told.push(UsedFact { path, text, known: origin, particular });
                }
            }
        }
    }
    told
}

/// A note as it is searched.
struct Read {
    /// In lower case.
    text: String,
    /// In which it is said to be written, and in which it seems to be.
    languages: Vec<String>,
}

impl Read {
    fn new(note: &[&str], language: &str) -> Self {
        let text = plain(&note.join("\n"));
        let seems = language::of(&text).filter(|seems| !seems.eq_ignore_ascii_case(primary(language)));
        Self { languages: [primary(language)].into_iter().chain(seems).map(str::to_owned).collect(), text }
    }

    /// Whether a fact that was told before still is.
    fn still_tells(&self, fact: &UsedFact) -> bool {
        match Counted::of(&fact.path) {
            // A number alone may stand there for something else by now.
            Some(counted) if !fact.text.contains(char::is_alphabetic) => {
                let number = fact.text.trim_end_matches('.').parse().ok();
                self.counts(counted, number, std::slice::from_ref(&fact.text))
            }
            _ => stands_in(&self.text, &plain(&fact.text)),
        }
    }

    /// By which words a value of a field is named; of a list, those of each member.
    fn names(&self, field: &Field, value: Value<'_>, words: &Words) -> Vec<String> {
        match value {
            Value::Count(number) => {
                // Kept as templates write it, whatever words it is told in: so it is seen when it has changed.
                let written = words.number(number);
                let counted = Counted::of(field.path);
                let ways = [written.clone(), words.ordinal(number)];
                let is_told = counted.is_some_and(|counted| self.counts(counted, Some(number), &ways));
                is_told.then_some(written).into_iter().collect()
            }
            Value::Money(money) => {
                let written = words.money(&money);
                has_whole(&self.text, &plain(&written)).then_some(written).into_iter().collect()
            }
            value => spellings(value, words).into_iter().filter(|words| stands_in(&self.text, &plain(words))).collect(),
        }
    }

    fn counts(&self, counted: Counted, number: Option<u64>, written: &[String]) -> bool {
        self.languages.iter().any(|language| counts::tells(&self.text, language, counted, number, written))
    }
}

/// Where the words of facts stand in a text, in whatever case; not of codes, which are told by whole sentences of ours.
pub(in crate::domain::template) fn places(text: &str, facts: &[UsedFact]) -> Vec<Range<usize>> {
    let is_word =
        |fact: &&UsedFact| !Field::find(&fact.path).is_some_and(|field| matches!(field.kind, Kind::Choice(_)));
    let wanted: Vec<String> = facts.iter().filter(is_word).map(|fact| plain(fact.text.trim())).collect();
    // Small letters may have more bytes than capitals: where each of their bytes comes from.
    let (mut small, mut from) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (at, letter) in text.char_indices() {
        small.push_str(&plain(letter.encode_utf8(&mut [0; 4])));
        from.resize(small.len(), at..at + letter.len_utf8());
    }
    let of = |words: &String| -> Vec<Range<usize>> {
        let found = small.match_indices(words.as_str()).map(|(at, words)| at..at + words.len());
        found.filter_map(|range| Some(from.get(range.start)?.start..from.get(range.end.checked_sub(1)?)?.end)).collect()
    };
    wanted.iter().filter(|words| !words.is_empty()).flat_map(of).collect()
}

/// A text without the words that stand at some places, in lower case.
pub(super) fn without(text: &str, places: &[Range<usize>]) -> String {
    let is_outside = |at: usize| !places.iter().any(|place| place.contains(&at));
    let kept = text.char_indices().map(|(at, letter)| if is_outside(at) { letter } else { ' ' });
    kept.collect::<String>().to_lowercase()
}

/// Words in lower case, with spaces that people can type: templates set some that don't break.
fn plain(words: &str) -> String {
    words.to_lowercase().replace(['\u{a0}', '\u{202f}'], " ")
}

/// The words by which a value may be named; of a list, those of each member.
pub(super) fn spellings(value: Value<'_>, words: &Words) -> Vec<String> {
    let each = |member: Value<'_>| match member {
        Value::Text(text) => vec![text.into_owned()],
        Value::Item(item) => vec![item.name.clone()],
        Value::Date(date) => {
            [DateStyle::Long, DateStyle::Short, DateStyle::Day, DateStyle::Month].map(|it| words.date(date, it)).into()
        }
        _ => Vec::new(),
    };
    let whole = value.members().into_iter().flat_map(each);
    whole.flat_map(|words| bare(&words).into_iter().chain([words.clone()]).collect::<Vec<_>>()).collect()
}

/// Articles, in lower case: what was noted as "a red teapot" is told as "your red teapot".
pub(super) const ARTICLES: &[&str] = &[
    "a", "an", "the", "some", "ein", "eine", "einen", "der", "die", "das", "den", "un", "une", "le", "la", "les",
    "des", "el", "los", "las", "una", "il", "lo", "gli", "de", "het", "een", "um", "uma",
];

/// Words without the article before them; `None` where there is none.
pub(super) fn bare(words: &str) -> Option<String> {
    let (first, rest) = words.trim().split_once(' ')?;
    ARTICLES.contains(&first.to_lowercase().as_str()).then(|| rest.trim().to_owned())
}

/// Whether words, in lower case, name something: as whole words, but for an ending of up to two letters ("teapots").
/// Where a script parts no words, there are none to be whole.
pub(super) fn stands_in(words: &str, what: &str) -> bool {
    use super::script::parts_no_words;
    const SHORTEST: usize = 2;
    const ENDING: usize = 2;
    let is_letter = |c: char| c.is_alphanumeric() && !parts_no_words(c);
    let what = what.trim().to_lowercase();
    let (first, last) = (what.chars().next(), what.chars().next_back());
    what.chars().count() >= SHORTEST
        && words.match_indices(what.as_str()).any(|(at, _)| {
            let before = words[..at].chars().next_back().filter(|_| !first.is_some_and(parts_no_words));
            let behind = words[at + what.len()..].chars().take_while(|c| is_letter(*c));
            let ending = if last.is_some_and(parts_no_words) { 0 } else { behind.count() };
            !before.is_some_and(is_letter) && ending <= if what.chars().count() > ENDING { ENDING } else { 0 }
        })
}
