use super::*;
use std::collections::BTreeSet;

/// The places of a text; an English ordinal is a number like another.
fn places(text: &str) -> BTreeSet<&str> {
    let places = text.split('{').skip(1).filter_map(|part| part.split('}').next());
    places.map(|place| if place == "nth" { "n" } else { place }).collect()
}

#[test]
fn every_language_says_all_with_the_same_places() {
    for words in WORDS.iter() {
        let texts = |words: &'static Words| words.spoken.all().into_iter().chain(words.desk.all());
        for ((name, text), (_, original)) in texts(words).zip(texts(&WORDS[0])) {
            assert_eq!(places(text), places(original), "{}: {name}", words.language);
            assert!(!text.trim().is_empty(), "{}: {name}", words.language);
            assert!(!text.contains('!'), "{}: {name}", words.language);
        }
        assert!((4..words.evening_from).contains(&words.morning_until) && words.evening_from < 24);
    }
}

#[test]
fn a_languages_variants_and_other_languages_find_their_words() {
    let language = |tag| Words::known(tag).map(|words| words.language);
    assert_eq!(
        (language("de-AT"), language("PT-br"), language("sw"), language("")),
        (Some("de"), Some("pt"), None, None)
    );
}

#[test]
fn what_is_put_in_is_not_looked_at_again() {
    assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "c")]), "{b} and c");
    assert_eq!(counted("{nth}, {n}", 22), "22nd, 22");
    assert_eq!((counted("{nth}", 11), counted("{nth}", 3)), ("11th".to_owned(), "3rd".to_owned()));
}
