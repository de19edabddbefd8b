//! Text as it comes, made ready to be set.

use super::{
    fonts::{FontBook, Look},
    hyphens,
};
use crate::domain::direction::closed;
use parley::BaseDirection;
use unicode_normalization::UnicodeNormalization as _;

/// A text ready to be set in any size.
#[derive(Debug)]
pub(super) struct Copy {
    /// The text in NFC; a line break begins a paragraph, an empty line sets paragraphs apart.
    pub(super) text: String,
    /// Byte offsets at which words may be broken, in order.
    pub(super) hyphens: Vec<usize>,
    /// The names of the fonts that have its characters, best first.
    pub(super) families: Vec<String>,
    /// What no font has.
    pub(super) missing: Vec<char>,
    /// What may be done with it.
    pub(super) care: Care,
    /// The direction of its paragraphs.
    pub(super) direction: BaseDirection,
    /// BCP 47 tag of its language.
    pub(super) language: String,
}

/// What may be done with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Written for people: words are hyphenated, paragraphs run in the language's direction.
    Prose,
    /// The same without hyphens, and all lines of about the same length.
    Headline,
    /// Names and addresses: no word is broken, each line has its own direction.
    Verbatim,
}

impl Copy {
    pub(super) fn new(book: &FontBook, raw: &str, look: Look, care: Care, language: &str) -> Self {
        let is_rtl = care != Care::Verbatim && is_right_to_left(language);
        // Lines are joined to paragraphs, and sheets to pages.
        let raw = &*closed(raw);
        let (text, mut hyphens) = match care {
            Care::Verbatim => clean(raw),
            Care::Prose | Care::Headline => clean(&with_whole_numbers(raw, is_rtl)),
        };
        if care == Care::Prose {
            hyphens.extend(hyphens::points(&text, language));
            hyphens.sort_unstable();
            hyphens.dedup();
        } else {
            hyphens.clear();
        }
        let (families, missing) = book.families(&text, look, language);
        let families = families.into_iter().map(ToOwned::to_owned).collect();
        let direction = if is_rtl { BaseDirection::Rtl } else { BaseDirection::Auto };
        Self { text, hyphens, families, missing, care, direction, language: language.to_owned() }
    }
}

/// Whether a language is written from right to left.
pub(super) fn is_right_to_left(language: &str) -> bool {
    let mut subtags = language.split(['-', '_']).map(str::to_ascii_lowercase);
    let primary = subtags.next().unwrap_or_default();
    match subtags.find(|subtag| subtag.len() == 4) {
        Some(script) => matches!(script.as_str(), "arab" | "hebr" | "syrc" | "thaa" | "nkoo" | "adlm"),
        None => matches!(
            primary.as_str(),
            "ar" | "arc" | "ckb" | "dv" | "fa" | "he" | "iw" | "nqo" | "ps" | "sd" | "syr" | "ug" | "ur" | "yi"
        ),
    }
}

/// No-break spaces within telephone numbers and the like, so that they stay on one line; and, behind right-to-left
/// words, isolates around them: groups of digits would change places there, and nobody could call. Behind a
/// left-to-right word they keep their places, and an isolate would tear them from it ("EUR 12.50").
fn with_whole_numbers(text: &str, is_rtl: bool) -> String {
    let is_part = |character: char| character.is_ascii_digit() || " +-./()\u{A0}".contains(character);
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character == '+' || character.is_ascii_digit()) {
        let from_start = &rest[start..];
        let run = &from_start[..from_start.find(|character| !is_part(character)).unwrap_or(from_start.len())];
        let number = run.trim_end_matches(|character: char| !character.is_ascii_digit());
        // A plus sign by itself.
        let number = if number.is_empty() { &run[..1] } else { number };
        let groups = number.split(|character: char| !character.is_ascii_digit()).filter(|group| !group.is_empty());
        let has_order = groups.count() > 1 || number.starts_with('+');
        whole.push_str(&rest[..start]);
        let is_torn = has_order && is_rtl && !is_behind_left_to_right(&text[..text.len() - from_start.len()]);
        if is_torn {
            whole.push('\u{2066}');
        }
        whole.push_str(&number.replace(' ', "\u{A0}"));
        if is_torn {
            whole.push('\u{2069}');
        }
        rest = &from_start[number.len()..];
    }
    whole.push_str(rest);
    whole
}

/// Whether the last letter of a line so far is of a script that runs from left to right.
fn is_behind_left_to_right(text: &str) -> bool {
    let line = text.rsplit('\n').next().unwrap_or_default();
    line.chars().rev().find(|c| c.is_alphabetic()).is_some_and(|letter| !is_right_to_left_letter(letter))
}

/// Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours, with their presentation forms (classes R and
/// AL of the Unicode Bidirectional Algorithm).
const fn is_right_to_left_letter(letter: char) -> bool {
    matches!(letter,
        '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Composed characters, one kind of line break, single empty lines, no white space at the ends of lines; and soft
/// hyphens taken out, with the places where they stood.
fn clean(raw: &str) -> (String, Vec<usize>) {
    let composed: String = raw.replace("\r\n", "\n").nfc().collect();
    let mut text = String::with_capacity(composed.len());
    let mut hyphens = Vec::new();
    let mut empty_lines = 0;
    for line in composed.split(['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}']) {
        let line = line.trim_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        for character in line.chars() {
            match character {
                '\u{AD}' => hyphens.push(text.len()),
                '\t' => text.push(' '),
                character => text.push(character),
            }
        }
    }
    (text, hyphens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_tidied_before_it_is_set() {
        let (text, hyphens) = clean("\n\r\nDear A\u{308}nne, \r\n\n\n\nthe\tdonau\u{AD}dampf\nend  \n\n");
        assert_eq!(text, "Dear Änne,\n\nthe donaudampf\nend");
        assert_eq!(hyphens, [text.find("dampf").unwrap_or_default()]);
    }

    #[test]
    fn telephone_numbers_stay_on_one_line_and_in_order() {
        let in_english = with_whole_numbers("call +44 117 496 0123, from 9 on", false);
        assert_eq!(in_english, "call +44\u{A0}117\u{A0}496\u{A0}0123, from 9 on");
        let in_arabic = with_whole_numbers("هاتف +961 1 000، أو 12 ثم (01) 23.", true);
        assert_eq!(in_arabic, "هاتف \u{2066}+961\u{A0}1\u{A0}000\u{2069}، أو 12 ثم (\u{2066}01)\u{A0}23\u{2069}.");
        assert_eq!(with_whole_numbers("a + b", false), "a + b");
    }

    #[test]
    fn a_number_is_not_torn_from_the_left_to_right_word_before_it() {
        let price = "الطلب (No. 4711, EUR 12.50) ثم 12.50";
        let set = "الطلب (No. 4711, EUR 12.50) ثم \u{2066}12.50\u{2069}";
        assert_eq!(with_whole_numbers(price, true), set);
        let on_a_new_line = with_whole_numbers("EUR\n12.50", true);
        assert_eq!(on_a_new_line, "EUR\n\u{2066}12.50\u{2069}");
    }

    #[test]
    fn direction_goes_by_language_and_script() {
        for tag in ["ar", "he-IL", "fa_IR", "az-Arab", "UR"] {
            assert!(is_right_to_left(tag), "{tag}");
        }
        for tag in ["de", "ar-Latn", "", "zh-Hant-TW"] {
            assert!(!is_right_to_left(tag), "{tag}");
        }
    }
}
