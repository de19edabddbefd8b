//! Whether two names may be one person's, compared as the search compares them: without case, accents and ornament, in
//! any order, in either script, with nicknames for names and initials for words.
//!
//! A letter that differs is another name here: Paul and Paula, Maria and Mario live in one household and share its
//! number.

use super::{
    nicknames::are_nicknames,
    script::in_latin,
    words::{is_ideographic, without_umlaut_vowels, words},
};
use crate::domain::customer::Profile;

/// What two names say of whether somebody is meant by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// One of them says nothing.
    Unsaid,
    /// Nothing in them tells two people apart.
    Agree,
    /// They are two people's.
    Differ,
}

/// Compares the names in two profiles.
#[must_use]
pub fn compare_names(a: &Profile, b: &Profile) -> Names {
    compare(&own_names(a), &own_names(b))
}

/// Compares what somebody was called with a customer's names, and with those of the people in an organisation.
#[must_use]
pub fn compare_hint(profile: &Profile, hint: &str) -> Names {
    let called = spellings(hint, "", "");
    if called.is_empty() {
        return Names::Unsaid;
    }
    let mut names = own_names(profile);
    for contact in &profile.contacts {
        names.extend(spellings(&contact.display_name, &contact.given_name, &contact.family_name));
    }
    compare(&names, &called)
}

fn compare(a: &[Vec<String>], b: &[Vec<String>]) -> Names {
    if a.is_empty() || b.is_empty() {
        return Names::Unsaid;
    }
    let agree = a.iter().any(|a| b.iter().any(|b| may_be_one(a, b)));
    if agree { Names::Agree } else { Names::Differ }
}

fn own_names(profile: &Profile) -> Vec<Vec<String>> {
    spellings(&profile.display_name, &profile.given_name, &profile.family_name)
}

/// The words of a name as it is shown, and of its parts; none that is empty.
fn spellings(shown: &str, given: &str, family: &str) -> Vec<Vec<String>> {
    let mut spellings = vec![words(shown), words(&format!("{given} {family}"))];
    spellings.retain(|words| !words.is_empty());
    spellings
}

/// Whether the shorter of two names, none of which is empty, is within the longer: "José" and "José Núñez" may be one.
fn may_be_one(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    is_within(short, long) || run_together(a, b)
}

/// Whether each word of a name stands for a word of its own of another, in any order.
fn is_within(short: &[String], long: &[String]) -> bool {
    let mut left: Vec<&String> = long.iter().collect();
    // What is the same is not to be taken for a nickname or an initial.
    let mut rest: Vec<&String> = Vec::new();
    for word in short {
        match left.iter().position(|other| *other == word) {
            Some(at) => {
                left.swap_remove(at);
            }
            None => rest.push(word),
        }
    }
    rest.into_iter().all(|word| {
        let fits = left.iter().position(|other| stands_for(word, other));
        fits.is_some_and(|at| {
            left.swap_remove(at);
            true
        })
    })
}

fn stands_for(a: &str, b: &str) -> bool {
    let (plain_a, plain_b) = (plain(a), plain(b));
    plain_a == plain_b
        || are_nicknames(a, b)
        || are_nicknames(&plain_a, &plain_b)
        || is_initial_of(&plain_a, &plain_b)
        || is_initial_of(&plain_b, &plain_a)
}

/// In Latin letters, without written-out umlauts.
fn plain(word: &str) -> String {
    let latin = in_latin(word).unwrap_or_else(|| word.to_owned());
    without_umlaut_vowels(&latin).unwrap_or(latin)
}

fn is_initial_of(initial: &str, word: &str) -> bool {
    let mut letters = initial.chars();
    letters.next().is_some_and(char::is_alphabetic)
        && letters.next().is_none()
        && !is_ideographic(initial)
        && word.starts_with(initial)
}

/// Whether two names are one when their words are written without spaces, in some order; of names in ideographs or
/// Hangul a part may stand alone, as it may with spaces.
fn run_together(a: &[String], b: &[String]) -> bool {
    let whole = b.concat();
    rotations(a).any(|a| {
        let (short, long) = if a.len() <= whole.len() { (&a, &whole) } else { (&whole, &a) };
        short == long || (is_ideographic(short) && (long.starts_with(short.as_str()) || long.ends_with(short.as_str())))
    }) || rotations(b).any(|b| b == a.concat())
}

/// The words in one piece, begun with each of them.
fn rotations(words: &[String]) -> impl Iterator<Item = String> {
    (0..words.len()).map(|first| [&words[first..], &words[..first]].concat().concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str) -> Profile {
        Profile { display_name: name.to_owned(), ..Profile::default() }
    }

    fn apart(given: &str, family: &str) -> Profile {
        Profile { given_name: given.to_owned(), family_name: family.to_owned(), ..Profile::default() }
    }

    #[test]
    fn names_agree_as_the_search_reads_them() {
        for (known, typed) in [
            (apart("José", "Núñez"), "jose nunez"),
            (apart("José", "Núñez"), "Núñez, José"),
            (apart("José", "Núñez"), "JOSE"),
            (apart("José", "Núñez"), "Nuñez"),
            (apart("José", "Núñez"), "J. Núñez"),
            (apart("José", "Núñez"), "José María Núñez"),
            (apart("Robert", "Core"), "bob core"),
            (apart("Jürgen", "Müller"), "Mueller Juergen"),
            (apart("Андрей", "Иванов"), "andrei ivanov"),
            (apart("Anna-Maria", "van der Berg"), "annamaria vanderberg"),
            (apart("小明", "王"), "王小明"),
            (apart("小明", "王"), "小明"),
            (apart("太郎", "山田"), "山田 太郎"),
            (apart("민수", "김"), "김민수"),
            (shown("王小明"), "小明"),
            (shown("王小明"), "王 小明"),
            (shown("Pepe"), "pepe"),
        ] {
            assert_eq!(compare_hint(&known, typed), Names::Agree, "{known:?} {typed}");
            assert_eq!(compare_names(&shown(typed), &known), Names::Agree, "{typed} {known:?}");
        }
    }

    #[test]
    fn people_of_one_household_are_told_apart() {
        for (known, typed) in [
            (apart("Ana", "Costa"), "Rui"),
            (apart("Ana", "Costa"), "Rui Costa"),
            (apart("Paul", "Costa"), "Paula Costa"),
            (apart("Ana", "Costa"), "Ana Lima"),
            (apart("Ana", "Costa"), "R Costa"),
            (apart("Ana", "Costa"), "Ana Ana"),
            (apart("小红", "王"), "王小明"),
            (apart("민수", "김"), "김민지"),
            (shown("王小红"), "王小明"),
            (shown("Иван Иванов"), "Анна Иванова"),
        ] {
            assert_eq!(compare_hint(&known, typed), Names::Differ, "{known:?} {typed}");
            assert_eq!(compare_names(&shown(typed), &known), Names::Differ, "{typed} {known:?}");
        }
    }

    #[test]
    fn who_has_no_name_is_told_apart_from_nobody() {
        for (known, typed) in [(Profile::default(), "Rui"), (apart("Ana", "Costa"), " — "), (shown("…"), "Rui")] {
            assert_eq!(compare_hint(&known, typed), Names::Unsaid, "{known:?} {typed}");
        }
    }
}
