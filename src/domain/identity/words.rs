//! Names and places as they are compared: words without case, accents and ornament, in any script.
//!
//! What comes out of here is stored beside the customer, so that both engines see the same words whatever collation
//! they have. A change in it needs a new number in [`super::terms::VERSION`].

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The words of a text, in order: runs of letters and digits after compatibility decomposition, in lower case.
///
/// Accents fall away where they are ornament to a letter (Latin, Greek, Cyrillic, Hebrew, Arabic), and stay where they
/// are letters themselves (the vowel signs of Indic scripts). An apostrophe joins ("O'Brien" is `obrien`), everything
/// else that is neither letter nor digit divides.
#[must_use]
pub(in crate::domain) fn words(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        fold(c, &mut plain);
    }
    let composed: String = plain.nfc().collect();
    composed.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// All words in one piece: "Anna-Maria" and "annamaria" are the same.
#[must_use]
pub(super) fn joined(text: &str) -> String {
    words(text).concat()
}

fn fold(c: char, plain: &mut String) {
    match c {
        'ß' => plain.push_str("ss"),
        'æ' => plain.push_str("ae"),
        'œ' => plain.push_str("oe"),
        'þ' => plain.push_str("th"),
        'ø' => plain.push('o'),
        'ł' => plain.push('l'),
        'đ' | 'ð' => plain.push('d'),
        'ı' => plain.push('i'),
        'ς' => plain.push('σ'),
        // Either kana is typed for names that are written in the other.
        'ァ'..='ヶ' => plain.extend(char::from_u32(c as u32 - KATAKANA_AFTER_HIRAGANA)),
        // Persian and Urdu keyboards have letters of their own for what Arabic ones have, too.
        'ک' => plain.push('ك'),
        'ی' | 'ى' => plain.push('ي'),
        'ة' => plain.push('ه'),
        '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '\u{640}' => {}
        // What a formatter put between letters and nobody types.
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{61c}'
        | '\u{2060}'
        | '\u{feff}'
        | '\u{ad}' => {}
        c if is_ornament(c) => {}
        c if is_combining_mark(c) => plain.push(c),
        c => match digit(c) {
            Some(digit) => plain.push(digit),
            None if c.is_alphanumeric() => plain.push(c),
            None => plain.push(' '),
        },
    }
}

/// How far the second syllabary stands behind the first in Unicode.
const KATAKANA_AFTER_HIRAGANA: u32 = 0x60;

/// Marks that people leave out when they type a name.
fn is_ornament(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        // Hebrew points, Arabic vowel signs.
        | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}')
        && is_combining_mark(c)
}

/// The first digits of the decimal scripts that stand on telephones and cards.
const ZEROS: [char; 12] = [
    '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}', '\u{ce6}',
    '\u{d66}', '\u{e50}',
];

/// The ASCII digit for a decimal digit of any of these scripts. Full-width ones are decomposed before.
fn digit(c: char) -> Option<char> {
    if c.is_ascii_digit() {
        return Some(c);
    }
    let value = ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// How else a word may be spelled that was typed without umlauts: `mueller` for `muller`. What is the same is `None`.
#[must_use]
pub(super) fn without_umlaut_vowels(word: &str) -> Option<String> {
    let folded = word.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    (folded != word && folded.chars().count() > 2).then_some(folded)
}

/// Whether a word is written without spaces between names, as in Chinese and Japanese.
#[must_use]
pub(super) fn is_ideographic(word: &str) -> bool {
    word.chars().any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | 'ぁ'..='ヿ' | '가'..='힣'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_leave_out_makes_no_difference() {
        for (typed, expected) in [
            ("  José  GARCÍA-López ", "jose garcia lopez"),
            ("Müller", "muller"),
            ("Strauß", "strauss"),
            ("Łukasz Øster", "lukasz oster"),
            ("O'Brien", "obrien"),
            ("O’Brien", "obrien"),
            ("Ｍａｒｉａ", "maria"),
            ("ЁЛКИН Андрей", "елкин андреи"),
            ("Γιώργος", "γιωργοσ"),
            ("מִרְיָם", "מרים"),
            ("أحمد", "احمد"),
            ("فاطمة", "فاطمه"),
            ("आलिया", "आलिया"),
            ("王小明", "王小明"),
            ("ガブリエル", "がぶりえる"),
            ("ｻｸﾗｲ ヒロー", "さくらい ひろー"),
            ("한국", "한국"),
            ("J.R.R. Tolkien", "j r r tolkien"),
            ("٠٣٠ ۱۲ १२", "030 12 12"),
            ("İstanbul Işık", "istanbul isik"),
        ] {
            assert_eq!(words(typed).join(" "), expected, "{typed}");
        }
    }

    #[test]
    fn nothing_comes_of_nothing() {
        for text in ["", "  ", "—", "!?", "\u{200f}"] {
            assert_eq!(words(text), [""; 0], "{text:?}");
        }
    }

    #[test]
    fn an_umlaut_may_be_written_out() {
        assert_eq!(without_umlaut_vowels("mueller").as_deref(), Some("muller"));
        assert_eq!(without_umlaut_vowels("muller"), None);
        assert_eq!(without_umlaut_vowels("sue"), None, "too little would be left");
    }
}
