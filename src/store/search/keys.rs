//! Terms as PostgreSQL's index has them: whole words behind a mark, and the beginnings of words as they are.

use crate::domain::identity::{search::Lookup, terms::Class};

/// Stands before a whole word; no term begins with it.
const WHOLE: char = '=';

/// The keys under which terms are found, with a space between.
pub(super) fn of_terms(terms: &str) -> String {
    let mut keys: Vec<String> = Vec::new();
    for term in terms.split(' ').filter(|term| !term.is_empty()) {
        keys.push(format!("{WHOLE}{term}"));
        let (class, word) = Class::split(term);
        if let Some((least, most)) = class.beginnings() {
            let ends = word.char_indices().map(|(at, c)| at + c.len_utf8()).take(most).skip(least - 1);
            keys.extend(ends.map(|end| class.term(&word[..end])));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys.join(" ")
}

/// The key of what is looked up. Of a long beginning it is the first part: what else is found by it is left out when
/// candidates are scored.
pub(super) fn of_lookup(lookup: &Lookup) -> String {
    match lookup {
        Lookup::Whole(term) => format!("{WHOLE}{term}"),
        Lookup::Beginning(term) => {
            let (class, word) = Class::split(term);
            let most = class.beginnings().map_or(usize::MAX, |(_, most)| most);
            class.term(&word.chars().take(most).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, proptest};

    #[test]
    fn words_are_found_whole_and_by_their_beginnings() {
        assert_eq!(of_terms("li"), "=li l li");
        assert_eq!(of_terms("\u{e000}ulm"), "=\u{e000}ulm \u{e000}ulm", "towns from three letters on");
        assert_eq!(of_terms("\u{e005}19800512"), "=\u{e005}19800512");
        assert_eq!(of_terms(""), "");
        assert_eq!(of_lookup(&Lookup::Beginning("schwarzenegger".to_owned())), "schwarze");
    }

    proptest! {
        /// Whoever has a term is found by it and by each of its beginnings.
        #[test]
        fn each_beginning_has_its_key(word in "[a-zа-я王小明]{1,12}", length in 1..12_usize, class in 0..Class::ALL.len()) {
            let class = Class::ALL[class];
            let keys = of_terms(&class.term(&word));
            let has = |lookup| keys.split(' ').any(|key| key == of_lookup(&lookup));
            prop_assert!(has(Lookup::Whole(class.term(&word))));
            let beginning: String = word.chars().take(length).collect();
            if class.beginnings().is_some_and(|(least, _)| beginning.chars().count() >= least) {
                prop_assert!(has(Lookup::Beginning(class.term(&beginning))));
            }
        }
    }
}
