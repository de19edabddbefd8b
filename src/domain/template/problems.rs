//! What of its own words speaks against sending a draft without a person looking at it (P8).
//!
//! A draft repeats an earlier note when a whole sentence of what it says stood there already, with whatever facts in
//! its places, and the template's own words in it are at least [`OWN_WORDS`]; or when all its sentences did, however
//! short. Opening and closing may be the same: people sign alike.

use super::{Draft, UsedFact, lint::places};
use crate::domain::note_problem::NoteProblem;
use std::ops::Range;

/// How many of a customer's last notes are not to be repeated.
pub const LAST_NOTES: usize = 3;

/// How many words of its own a sentence has at least that is not to be said twice. "Thank you for your visit." may be.
const OWN_WORDS: usize = 5;

/// What speaks against sending a draft; nothing when it may go.
#[must_use]
pub fn problems(draft: &Draft, last_notes: &[&str]) -> Vec<NoteProblem> {
    let mut found = draft.flaws.clone();
    if draft.text[draft.body.clone()].trim().is_empty() {
        found.push(NoteProblem::empty());
    }
    if !draft.facts.iter().any(|fact| fact.particular) {
        found.push(NoteProblem::nothing_particular());
    }
    let unfilled = |words| unfilled(words, &draft.facts);
    found.extend(unfilled(&draft.subject).or_else(|| unfilled(&draft.text)).map(NoteProblem::placeholder));
    found.extend(repeats(&draft.text, draft.body.clone(), &draft.told, last_notes));
    found
}

/// Whether the body of a text, in which the words of facts stand where they were `told`, says what one of the last
/// notes said.
pub(super) fn repeats(
    text: &str,
    body: Range<usize>,
    told: &[Range<usize>],
    last_notes: &[&str],
) -> Option<NoteProblem> {
    let last_notes = &last_notes[..last_notes.len().min(LAST_NOTES)];
    repeated(&Body { text, place: body, told }, last_notes).map(|sentence| NoteProblem::repeated(&sentence))
}

/// What a text says between opening and closing.
struct Body<'t> {
    text: &'t str,
    place: Range<usize>,
    told: &'t [Range<usize>],
}

/// A place that was left unfilled: what templates and people leave in place of a name. What is called so ("Tea
/// [organic]", "T-shirt XXX") is none, where its words are those of facts that were `told`. But a person's or a place's
/// name is.
pub(super) fn unfilled<'t>(text: &'t str, told: &[UsedFact]) -> Option<&'t str> {
    const MARKS: [&str; 8] = ["{{", "}}", "{%", "%}", "{#", " ,", "___", "“”"];
    if !may_be_unfilled(text) {
        return None;
    }
    let is_name = |fact: &&UsedFact| fact.path.starts_with("location.") || fact.path.ends_with("name");
    let names: Vec<_> = told.iter().filter(is_name).map(|fact| &fact.text).collect();
    let told: Vec<_> = told.iter().filter(|fact| !names.contains(&&fact.text)).cloned().collect();
    let told = places(text, &told);
    let is_ours = |range: Range<usize>| !told.iter().any(|fact| fact.start <= range.start && range.end <= fact.end);
    let mark =
        |mark: &&str| text.match_indices(*mark).map(|(at, mark)| at..at + mark.len()).find(|at| is_ours(at.clone()));
    if let Some(Range { start: at, .. }) = MARKS.iter().filter_map(mark).min_by_key(|at| at.start) {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        return Some(&text[line_start..line_end]);
    }
    bracketed(text)
        .find(|place| is_ours(place.clone()))
        .or_else(|| stopgaps(text).find(|place| is_ours(place.clone())))
        .map(|place| &text[place])
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
fn bracketed(text: &str) -> impl Iterator<Item = Range<usize>> {
    const LONGEST: usize = 40;
    [('[', ']'), ('<', '>')].into_iter().flat_map(move |(open, close)| {
        text.match_indices(open).filter_map(move |(start, _)| {
            let end = start + text[start..].find(close)? + close.len_utf8();
            let inner = &text[start + open.len_utf8()..end - close.len_utf8()];
            let is_name = inner.starts_with(char::is_alphabetic)
                && inner.len() <= LONGEST
                && inner.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.'));
            is_name.then_some(start..end)
        })
    })
}

/// `XXX`, `TODO`, `TBD`
fn stopgaps(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    let words = text.split_inclusive(|c: char| !c.is_alphanumeric()).map(move |word| {
        end += word.len();
        let start = end - word.len();
        start..start + word.trim_end_matches(|c: char| !c.is_alphanumeric()).len()
    });
    words.filter(move |place| is_stopgap(&text[place.clone()]))
}

fn is_stopgap(word: &str) -> bool {
    matches!(word, "TODO" | "TBD") || word.len() >= 3 && word.bytes().all(|b| b == b'X')
}

/// What of the body an earlier note said, if it did.
fn repeated(body: &Body<'_>, last_notes: &[&str]) -> Option<String> {
    if last_notes.is_empty() {
        return None;
    }
    let sentences = sentences(body);
    last_notes.iter().find_map(|note| {
        let said = |sentence: &&Sentence<'_>| sentence.is_in(note);
        let again = sentences.iter().filter(|sentence| sentence.own_words() >= OWN_WORDS).find(said);
        let all = || sentences.first().filter(|_| sentences.iter().all(|sentence| sentence.is_in(note)));
        again.or_else(all).map(|sentence| body.text[sentence.place.clone()].to_owned())
    })
}

/// A sentence of a draft: the template's own words, in pieces between which facts stand.
struct Sentence<'t> {
    place: Range<usize>,
    pieces: Vec<&'t str>,
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
fn sentences<'t>(body: &Body<'t>) -> Vec<Sentence<'t>> {
    let Body { text, place, told } = body;
    let mut found = Vec::new();
    let (mut start, mut piece, mut pieces) = (place.start, place.start, Vec::new());
    let mut told = told.iter().filter(|told| place.contains(&told.start)).peekable();
    let mut letters = text[place.clone()].char_indices().peekable();
    while let Some((offset, letter)) = letters.next() {
        let at = place.start + offset;
        if let Some(fact) = told.next_if(|fact| fact.start == at) {
            pieces.push(&text[piece..at]);
            piece = fact.end;
            while letters.next_if(|(next, _)| place.start + next < fact.end).is_some() {}
            continue;
        }
        let is_last = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        if letter == '\n' || is_last && matches!(letter, '.' | '!' | '?' | '…' | ':') {
            let end = at + letter.len_utf8();
            pieces.push(&text[piece..end]);
            found.push(Sentence { place: start..end, pieces: std::mem::take(&mut pieces) });
            (start, piece) = (end, end);
        }
    }
    pieces.push(&text[piece.min(place.end)..place.end]);
    found.push(Sentence { place: start..place.end, pieces });
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
