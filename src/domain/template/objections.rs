//! What speaks against sending a draft without a person looking at it (P8).
//!
//! A draft repeats an earlier note when a whole sentence of what it says stood there already, with whatever facts in
//! its places, and the template's own words in it are at least [`OWN_WORDS`]; or when all its sentences did, however
//! short. Opening and closing may be the same: people sign alike.

use super::Draft;
use std::ops::Range;

/// One thing that speaks against sending a draft; shown as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Objection {
    /// It says nothing.
    #[error("It says nothing.")]
    Empty,
    /// It names no fact particular to the customer.
    #[error("It names nothing that is particular to this customer.")]
    NothingParticular,
    /// A place was left unfilled, as in "Dear ,".
    #[error("A place was left unfilled: `{0}`.")]
    Placeholder(String),
    /// It repeats the words of one of the customer's last notes.
    #[error("It repeats what an earlier note said: “{0}”.")]
    Repeats(String),
    /// It had to be cut short.
    #[error("It grew too long and was cut short.")]
    TooLong,
    /// A fact that its words rest on is not there.
    #[error("What it rests on is not known: `{0}`.")]
    Missing(&'static str),
}

/// How many of a customer's last notes are not to be repeated.
pub const LAST_NOTES: usize = 3;

/// How many words of its own a sentence has at least that is not to be said twice. "Thank you for your visit." may be.
const OWN_WORDS: usize = 5;

/// What speaks against sending a draft; nothing when it may go.
#[must_use]
pub fn objections(draft: &Draft, last_notes: &[&str]) -> Vec<Objection> {
    let mut found = draft.flaws.clone();
    if draft.text[draft.body.clone()].trim().is_empty() {
        found.push(Objection::Empty);
    }
    if !draft.facts.iter().any(|fact| fact.particular) {
        found.push(Objection::NothingParticular);
    }
    if let Some(place) = unfilled(&draft.subject).or_else(|| unfilled(&draft.text)) {
        found.push(Objection::Placeholder(place.to_owned()));
    }
    let last_notes = &last_notes[..last_notes.len().min(LAST_NOTES)];
    found.extend(repeated(draft, last_notes).map(Objection::Repeats));
    found
}

/// A place that was left unfilled: what templates and people leave in place of a name.
fn unfilled(text: &str) -> Option<&str> {
    const MARKS: [&str; 8] = ["{{", "}}", "{%", "%}", "{#", " ,", "___", "“”"];
    if !may_be_unfilled(text) {
        return None;
    }
    let mark = MARKS.iter().filter_map(|mark| text.find(mark)).min();
    if let Some(at) = mark {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        return Some(&text[line_start..line_end]);
    }
    bracketed(text).or_else(|| text.split(|c: char| !c.is_alphanumeric()).find(|word| is_stopgap(word)))
}

/// Whether there is anything in a text that the marks below are made of: hardly a text has it.
fn may_be_unfilled(text: &str) -> bool {
    let mut before = b' ';
    text.bytes().any(|byte| {
        let pair = (std::mem::replace(&mut before, byte), byte);
        matches!(byte, b'{' | b'}' | b'[' | b'<' | b'_')
            || matches!(pair, (b' ', b',') | (b'X', b'X') | (b'T', b'O' | b'B') | (0x9c, 0xe2))
    })
}

/// `[name]`, `<Vorname>`
fn bracketed(text: &str) -> Option<&str> {
    const LONGEST: usize = 40;
    [('[', ']'), ('<', '>')].into_iter().find_map(|(open, close)| {
        text.match_indices(open).find_map(|(start, _)| {
            let end = start + text[start..].find(close)? + close.len_utf8();
            let inner = &text[start + open.len_utf8()..end - close.len_utf8()];
            let is_name = inner.starts_with(char::is_alphabetic)
                && inner.len() <= LONGEST
                && inner.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.'));
            is_name.then(|| &text[start..end])
        })
    })
}

/// `XXX`, `TODO`, `TBD`
fn is_stopgap(word: &str) -> bool {
    matches!(word, "TODO" | "TBD") || word.len() >= 3 && word.bytes().all(|b| b == b'X')
}

/// What of the body an earlier note said, if it did.
fn repeated(draft: &Draft, last_notes: &[&str]) -> Option<String> {
    if last_notes.is_empty() {
        return None;
    }
    let sentences = sentences(draft);
    last_notes.iter().find_map(|note| {
        let said = |sentence: &&Sentence<'_>| sentence.is_in(note);
        let again = sentences.iter().filter(|sentence| sentence.own_words() >= OWN_WORDS).find(said);
        let all = || sentences.first().filter(|_| sentences.iter().all(|sentence| sentence.is_in(note)));
        again.or_else(all).map(|sentence| draft.text[sentence.place.clone()].to_owned())
    })
}

/// A sentence of a draft: the template's own words, in pieces between which facts stand.
struct Sentence<'d> {
    place: Range<usize>,
    pieces: Vec<&'d str>,
}

impl Sentence<'_> {
    fn own_words(&self) -> usize {
        let words = self.pieces.iter().flat_map(|piece| piece.split_whitespace());
        words.filter(|word| word.contains(char::is_alphabetic)).count()
    }

    /// Whether a line of an earlier note has all pieces, in order.
    fn is_in(&self, note: &str) -> bool {
        // Most sentences differ in their first words already.
        self.pieces.first().is_none_or(|piece| note.contains(piece))
            && note.lines().any(|line| {
                self.pieces
                    .iter()
                    .try_fold(line, |rest, piece| Some(&rest[rest.find(piece)? + piece.len()..]))
                    .is_some()
            })
    }
}

/// The sentences of what a draft says. A full stop within a fact ("12. Oktober") ends none.
fn sentences(draft: &Draft) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    let (mut start, mut piece, mut pieces) = (draft.body.start, draft.body.start, Vec::new());
    let mut told = draft.told.iter().filter(|told| draft.body.contains(&told.start)).peekable();
    let mut letters = draft.text[draft.body.clone()].char_indices().peekable();
    while let Some((offset, letter)) = letters.next() {
        let at = draft.body.start + offset;
        if let Some(fact) = told.next_if(|fact| fact.start == at) {
            pieces.push(&draft.text[piece..at]);
            piece = fact.end;
            while letters.next_if(|(next, _)| draft.body.start + next < fact.end).is_some() {}
            continue;
        }
        let is_last = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        if letter == '\n' || is_last && matches!(letter, '.' | '!' | '?' | '…' | ':') {
            let end = at + letter.len_utf8();
            pieces.push(&draft.text[piece..end]);
            found.push(Sentence { place: start..end, pieces: std::mem::take(&mut pieces) });
            (start, piece) = (end, end);
        }
    }
    pieces.push(&draft.text[piece.min(draft.body.end)..draft.body.end]);
    found.push(Sentence { place: start..draft.body.end, pieces });
    for sentence in &mut found {
        for piece in &mut sentence.pieces {
            *piece = piece.trim();
        }
    }
    found.retain(|sentence| sentence.pieces.len() > 1 || sentence.pieces.iter().any(|piece| !piece.is_empty()));
    found
}

#[cfg(test)]
mod tests;
