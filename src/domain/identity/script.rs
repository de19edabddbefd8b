//! Names in another script, as somebody writes them who hears them.

/// A word of Cyrillic or Greek letters in Latin ones, as passports have them (ICAO 9303, without its ornament); `None`
/// for words of other scripts. The word is one of [`words`](super::words::words): lower case, without accents.
#[must_use]
pub(super) fn in_latin(word: &str) -> Option<String> {
    let mut latin = String::with_capacity(word.len());
    for c in word.chars() {
        latin.push_str(cyrillic(c).or_else(|| greek(c))?);
    }
    (!latin.is_empty()).then_some(latin)
}

/// The letters of Russian, Ukrainian, Bulgarian and Serbian. Accents fell away before: й came as и.
const fn cyrillic(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'ы' | 'і' => "i",
        'ј' => "j",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' => "c",
        'ђ' => "dj",
        'џ' => "dz",
        _ => return None,
    })
}

const fn greek(c: char) -> Option<&'static str> {
    Some(match c {
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' => "s",
        'τ' => "t",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::words::words, *};

    #[test]
    fn names_are_written_as_in_passports() {
        for (typed, expected) in [
            ("Иванов", Some("ivanov")),
            ("Щербакова", Some("shcherbakova")),
            ("Андрей", Some("andrei")),
            ("Παπαδόπουλος", Some("papadopoylos")),
            ("Müller", None),
            ("王", None),
        ] {
            assert_eq!(in_latin(&words(typed)[0]).as_deref(), expected, "{typed}");
        }
    }
}
