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
        let (codes, taken) = codes(&letters, at);
        for code in codes.chars() {
            if !key.ends_with(code) {
                key.push(code);
            }
        }
        at += taken;
    }
    (!key.is_empty()).then_some(key)
}

/// The groups of the letters from a place on, none for what is not heard, and how many letters make them.
fn codes(letters: &[char], at: usize) -> (&'static str, usize) {
    let next = letters.get(at + 1).copied().unwrap_or(' ');
    let first = at == 0;
    match (letters[at], next) {
        ('p', 'h') | ('p', 'f') => ("f", 2),
        ('s', 'c') if letters.get(at + 2) == Some(&'h') => ("s", 3),
        ('s', 'h') | ('c', 'z') | ('s', 'z') | ('t', 'z') | ('d', 'z') | ('t', 's') => ("s", 2),
        ('t', 'h') | ('d', 't') => ("t", 2),
        ('c', 'k' | 'h') => ("k", 2),
        ('g', 'h') => (if first { "k" } else { "" }, 2),
        ('k' | 'g', 'n') if first => ("n", 2),
        // As in "Ksenia", which others write with the x that begins "Xenia".
        ('k', 's') if first => ("s", 2),
        ('w', 'r') if first => ("r", 2),
        ('c', 'e' | 'i' | 'y') => ("s", 1),
        ('c' | 'k' | 'q' | 'g', _) => ("k", 1),
        ('x', _) => (if first { "s" } else { "ks" }, 1),
        ('b' | 'p', _) => ("p", 1),
        ('d' | 't', _) => ("t", 1),
        ('f' | 'v', _) => ("f", 1),
        ('w', _) => (if first { "f" } else { "" }, 1),
        ('s' | 'z', _) => ("s", 1),
        ('m', _) => ("m", 1),
        ('n', _) => ("n", 1),
        ('l', _) => ("l", 1),
        ('r', _) => ("r", 1),
        // A vowel counts only where the word begins with it; an h is not heard.
        ('h', _) => (if first { "h" } else { "" }, 1),
        _ => (if first { "a" } else { "" }, 1),
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
            ("alexander", "aleksandr"),
            ("maxim", "maksim"),
            ("felix", "feliks"),
            ("xenia", "ksenia"),
        ] {
            assert!(sound_alike(a, b), "{a} {:?}, {b} {:?}", sound(a), sound(b));
        }
        for (a, b) in [("anna", "bert"), ("muller", "miller2"), ("li", "le"), ("иванов", "иванова")] {
            assert!(!sound_alike(a, b), "{a} {b}");
        }
    }
}
