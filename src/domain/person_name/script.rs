//! The script in which a name is written.

use super::PersonName;

/// A script, or several that one language writes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Han,
    Kana,
    Hangul,
    Other,
}

impl Script {
    /// That of the first letter of the family name, else of the given name; of a Japanese name the kana in any of it.
    pub(super) fn of(name: &PersonName<'_>) -> Option<Self> {
        let parts = [name.surname, name.surname_core, name.given];
        let letters = || parts.iter().flat_map(|part| part.chars()).filter(|letter| letter.is_alphabetic());
        let first = letters().next().map(Self::of_letter)?;
        let has_kana = || letters().any(|letter| Self::of_letter(letter) == Self::Kana);
        Some(if first == Self::Han && has_kana() { Self::Kana } else { first })
    }

    /// By the blocks of Unicode.
    const fn of_letter(letter: char) -> Self {
        match letter {
            'A'..='Z' | 'a'..='z' | '\u{aa}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff21}'..='\u{ff5a}' => {
                Self::Latin
            }
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Self::Greek,
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{590}'..='\u{5ff}' => Self::Hebrew,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{feff}' => Self::Arabic,
            '\u{900}'..='\u{97f}' => Self::Devanagari,
            '\u{e00}'..='\u{e7f}' => Self::Thai,
            '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => Self::Kana,
            '\u{2e80}'..='\u{2fdf}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                Self::Han
            }
            '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}' => Self::Hangul,
            _ => Self::Other,
        }
    }

    /// Whether a language is written so. Of one that is not listed it is believed.
    pub(super) fn is_of(self, language: &str) -> bool {
        let mut parts = language.split('-');
        let (primary, variant) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if variant.len() == 4 {
            return self == Self::named(variant);
        }
        match primary {
            "ja" => matches!(self, Self::Han | Self::Kana),
            "zh" | "yue" => self == Self::Han,
            "ko" => matches!(self, Self::Hangul | Self::Han),
            "ru" | "uk" | "be" | "bg" | "mk" | "sr" | "kk" | "ky" | "mn" | "tg" | "tt" | "ba" | "cv" => {
                self == Self::Cyrillic
            }
            "el" => self == Self::Greek,
            "he" | "yi" => self == Self::Hebrew,
            "ar" | "fa" | "ur" | "ps" | "sd" => self == Self::Arabic,
            "hi" | "mr" | "ne" | "kok" | "bho" | "brx" => self == Self::Devanagari,
            "th" => self == Self::Thai,
            "am" | "ti" | "as" | "bn" | "chr" | "gu" | "hy" | "ka" | "km" | "kn" | "lo" | "ml" | "my" | "or" | "pa"
            | "sat" | "shn" | "si" | "syr" | "ta" | "te" => self == Self::Other,
            _ => self == Self::Latin,
        }
    }

    fn named(subtag: &str) -> Self {
        match subtag {
            "Latn" => Self::Latin,
            "Cyrl" => Self::Cyrillic,
            "Grek" => Self::Greek,
            "Hebr" => Self::Hebrew,
            "Arab" => Self::Arabic,
            "Deva" => Self::Devanagari,
            "Thai" => Self::Thai,
            "Hans" | "Hant" => Self::Han,
            "Jpan" | "Hira" | "Kana" => Self::Kana,
            "Kore" | "Hang" => Self::Hangul,
            _ => Self::Other,
        }
    }

    /// The language most often written so; of many it is not known.
    pub(super) const fn language(self) -> &'static str {
        match self {
            Self::Han => "zh",
            Self::Kana => "ja",
            Self::Hangul => "ko",
            Self::Cyrillic => "ru",
            Self::Greek => "el",
            Self::Hebrew => "he",
            Self::Arabic => "ar",
            Self::Devanagari => "hi",
            Self::Thai => "th",
            Self::Latin | Self::Other => "und",
        }
    }
}
