//! The words that are known, and how a word that was typed wrongly finds them.
//!
//! Each known word has keys: itself, itself without each of its letters, and its sound. Two words that differ by one
//! letter, put in, left out, changed or swapped with its neighbour, share one of the first two kinds, whichever of them
//! was the wrong one.

use super::sound::{sound, sound_alike};
use std::collections::BTreeSet;

/// From how many letters on a word may have lost one.
const SHORTENED_FROM: usize = 4;
/// Longer words have no shortened keys: they are few, and would have many.
const SHORTENED_TO: usize = 24;
/// What stands before a key that is a sound.
const SOUND: char = '~';
/// Most words that are tried for one that was typed.
const NEAR_MAX: usize = 30;

/// The keys of a word, in order, itself among them.
#[must_use]
pub fn near_keys(word: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::from([word.to_owned()]);
    let length = word.chars().count();
    if (SHORTENED_FROM..=SHORTENED_TO).contains(&length) {
        for (at, letter) in word.char_indices() {
            keys.insert(format!("{}{}", &word[..at], &word[at + letter.len_utf8()..]));
        }
    }
    keys.extend(sound(word).map(|sound| format!("{SOUND}{sound}")));
    keys
}

/// Those of the known words that are nearest to a typed one, best first: a typing error away, or sounding alike. The
/// word itself is not among them.
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut near: Vec<(usize, f64, &str)> = known
        .filter(|word| *word != typed)
        .filter_map(|word| {
            let distance = strsim::osa_distance(typed, word);
            let likeness = strsim::jaro_winkler(typed, word);
            (distance == 1 || (sound_alike(typed, word) && likeness > 0.7)).then_some((distance, -likeness, word))
        })
        .collect();
    near.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(b.2)));
    near.dedup_by_key(|(.., word)| *word);
    near.into_iter().take(NEAR_MAX).map(|(.., word)| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assume, proptest};

    #[test]
    fn near_words_are_told_from_others() {
        let known = ["muller", "miller", "mullner", "schmidt", "mueler", "anna"];
        assert_eq!(nearest("muler", known.into_iter()), ["muller", "mueler", "miller"]);
        assert_eq!(nearest("schmitt", known.into_iter()), ["schmidt"]);
        assert_eq!(nearest("xyz", known.into_iter()), [""; 0]);
    }

    proptest! {
        /// Whatever one letter does, the two words share a key.
        #[test]
        fn one_wrong_letter_leaves_a_key_in_common(word in "[a-zа-я]{5,12}", at in 0..5_usize, letter in "[a-zа-я]", what in 0..4_u8) {
            let mut letters: Vec<char> = word.chars().collect();
            let letter = letter.chars().next().unwrap_or('x');
            match what {
                0 => { letters.remove(at); }
                1 => letters.insert(at, letter),
                2 => letters[at] = letter,
                _ => {
                    let last = letters.len() - 1;
                    letters.swap(at.min(last), (at + 1).min(last));
                }
            }
            let wrong: String = letters.into_iter().collect();
            prop_assume!(wrong.chars().count() >= SHORTENED_FROM);
            prop_assert!(!near_keys(&word).is_disjoint(&near_keys(&wrong)), "{word} {wrong}");
        }
    }
}
