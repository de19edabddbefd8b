//! Where words may be broken.

use hypher::{Lang, hyphenate_bounded};

/// Shorter words are left whole, in characters.
const WORD_MIN: usize = 6;
/// Fewest letters before a break.
const BEFORE_MIN: usize = 2;
/// Fewest letters after a break.
const AFTER_MIN: usize = 3;

/// The byte offsets at which words of this language may be broken with a hyphen; none for a language without patterns.
///
/// Left whole are short words, abbreviations in capitals, words with digits, addresses of web pages and mail; and words
/// that begin with a capital, since these may be names, but in German, where every noun does.
pub(super) fn points(text: &str, language: &str) -> Vec<usize> {
    let Some(patterns) = patterns(language) else { return Vec::new() };
    let capitals_too = matches!(patterns, Lang::German);
    let (before, after) = patterns.bounds();
    let (before, after) = (before.max(BEFORE_MIN), after.max(AFTER_MIN));
    let mut points = Vec::new();
    for (start, chunk) in pieces(text, char::is_whitespace) {
        if chunk.contains(['@', '/', '_']) || chunk.contains("www.") {
            continue;
        }
        for (offset, word) in pieces(chunk, |character| !character.is_alphanumeric()) {
            if may_be_broken(word, capitals_too) {
                let mut at = start + offset;
                let end = at + word.len();
                for syllable in hyphenate_bounded(word, patterns, before, after) {
                    at += syllable.len();
                    if at < end {
                        points.push(at);
                    }
                }
            }
        }
    }
    points
}

fn patterns(language: &str) -> Option<Lang> {
    let code = language.split(['-', '_']).next()?.to_ascii_lowercase();
    // Norwegian has two written forms and one set of patterns each; `no` means Bokmål.
    let code = if code == "no" { "nb".to_owned() } else { code };
    // Scripts of India are broken without a sign, and rarely: left whole.
    Lang::from_iso(code.into_bytes().try_into().ok()?).filter(|patterns| patterns.hyphenation_character().is_some())
}

fn may_be_broken(word: &str, capitals_too: bool) -> bool {
    let mut characters = word.chars();
    let first_is_lower = characters.next().is_some_and(|first| !first.is_uppercase());
    (first_is_lower || capitals_too)
        && word.chars().count() >= WORD_MIN
        && characters.all(|character| character.is_alphabetic() && !character.is_uppercase())
}

/// The pieces that end with a character of this kind, that character cut off, with their offsets.
fn pieces(text: &str, is_end: fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut next = 0;
    text.split_inclusive(is_end).map(move |piece| {
        let offset = next;
        next += piece.len();
        (offset, piece.trim_end_matches(is_end))
    })
}

#[cfg(test)]
mod tests {
    use super::points;

    fn broken(text: &str, language: &str) -> String {
        let mut parts = Vec::new();
        let mut from = 0;
        for point in points(text, language) {
            parts.push(&text[from..point]);
            from = point;
        }
        parts.push(&text[from..]);
        parts.join("-")
    }

    #[test]
    fn words_break_by_the_patterns_of_their_language() {
        assert_eq!(broken("eine Donaudampfschifffahrt", "de-AT"), "eine Do-nau-dampf-schiff-fahrt");
        assert_eq!(broken("extensive gratitude", "en"), "ex-ten-sive grat-i-tude");
        assert_eq!(broken("ευχαριστούμε", "el"), "ευ-χα-ρι-στούμε");
    }

    #[test]
    fn names_abbreviations_addresses_and_short_words_stay_whole() {
        for whole in ["Magdalena Kowalczyk", "UNESCO", "informal@example.com", "https://example.com/gratitude", "today"]
        {
            assert_eq!(broken(whole, "en"), whole);
        }
    }

    #[test]
    fn a_language_without_patterns_breaks_nothing() {
        assert_eq!(broken("extensive", "ja"), "extensive");
        assert_eq!(broken("extensive", ""), "extensive");
        assert_eq!(broken("आभारीहूँआपका", "hi"), "आभारीहूँआपका");
        assert_eq!(broken("extensive", "english"), "extensive");
    }
}
