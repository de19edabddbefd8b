//! What names sound like.

/// A rough key of how a word of Latin letters sounds, the same for spellings that sound alike in the languages of
/// Europe: "Meyer", "Maier" and "Mayr", "Stephen" and "Steven", "Schmidt" and "Smith". `None` for what has no such
/// letters, or too few to sound like anything.
///
/// In the manner of Soundex and the Kölner Phonetik (both letters first, vowels dropped), but with letters for the
/// groups, so that what sounds alike in both is together.
#[must_use]
pub(super) fn sound(word: &str) -> Option<String> {
    consonants(word).filter(|key| key.len() > 1)
}

/// The same, also where one sound alone is left ("Rowe"), which tells something only together with something else.
pub(super) fn consonants(word: &str) -> Option<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 3 || !letters.iter().all(char::is_ascii_lowercase) {
        return None;
    }
    let mut key = String::new();
    let mut at = 0;
    while at < letters.len() {
        let (code, taken) = code(&letters, at);
        if let Some(code) = code.filter(|code| !key.ends_with(*code)) {
            key.push(code);
        }
        at += taken;
    }
    (!key.is_empty()).then_some(key)
}

/// The group of the letters from a place on, and how many letters make it.
fn code(letters: &[char], at: usize) -> (Option<char>, usize) {
    let next = letters.get(at + 1).copied().unwrap_or(' ');
    let first = at == 0;
    match (letters[at], next) {
        ('p', 'h') | ('p', 'f') => (Some('f'), 2),
        ('s', 'c') if letters.get(at + 2) == Some(&'h') => (Some('s'), 3),
        ('s', 'h') | ('c', 'z') | ('s', 'z') | ('t', 'z') | ('d', 'z') | ('t', 's') => (Some('s'), 2),
        ('t', 'h') | ('d', 't') => (Some('t'), 2),
        ('c', 'k' | 'h') => (Some('k'), 2),
        ('g', 'h') => (if first { Some('k') } else { None }, 2),
        ('k' | 'g', 'n') if first => (Some('n'), 2),
        ('w', 'r') if first => (Some('r'), 2),
        ('c', 'e' | 'i' | 'y') => (Some('s'), 1),
        ('c' | 'k' | 'q' | 'g', _) => (Some('k'), 1),
        ('x', _) => (Some(if first { 's' } else { 'k' }), 1),
        ('b' | 'p', _) => (Some('p'), 1),
        ('d' | 't', _) => (Some('t'), 1),
        ('f' | 'v', _) => (Some('f'), 1),
        ('w', _) => (first.then_some('f'), 1),
        ('s' | 'z', _) => (Some('s'), 1),
        ('m' | 'n', _) => (Some(if letters[at] == 'm' { 'm' } else { 'n' }), 1),
        ('l', _) => (Some('l'), 1),
        ('r', _) => (Some('r'), 1),
        // A vowel counts only where the word begins with it; an h is not heard.
        ('h', _) => (first.then_some('h'), 1),
        _ => (first.then_some('a'), 1),
    }
}

/// Whether two words sound alike.
#[must_use]
pub(super) fn sound_alike(a: &str, b: &str) -> bool {
    matches!((sound(a), sound(b)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_alike_has_one_key() {
        for (a, b) in [
            ("meyer", "maier"),
            ("stephen", "steven"),
            ("catherine", "katherine"),
            ("philips", "filips"),
            ("schmidt", "schmitt"),
            ("knight", "nite"),
            ("wright", "right"),
            ("smith", "smyth"),
        ] {
            assert!(sound_alike(a, b), "{a} {:?}, {b} {:?}", sound(a), sound(b));
        }
        for (a, b) in [("anna", "bert"), ("muller", "miller2"), ("li", "le"), ("иванов", "иванова")] {
            assert!(!sound_alike(a, b), "{a} {b}");
        }
    }
}
