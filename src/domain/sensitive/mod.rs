//! Words that staff had better not write about a customer, who can read them: health, religion and the like.
//!
//! Nothing is refused for it. Whoever wrote it is told at once, while the matter is fresh and can be put right.

use super::{identity::words, text_enum::text_enum};
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

text_enum! {
    /// What a remark may be about that law guards most.
    pub enum Topic {
        /// Illness, disability, pregnancy, addiction.
        Health = "health",
        /// Religion or belief.
        Religion = "religion",
        /// Racial or ethnic origin.
        Origin = "origin",
        /// Political opinions.
        Politics = "politics",
        /// Membership of a trade union.
        Union = "union",
        /// Sex life or sexual orientation.
        SexLife = "sex_life",
        /// Convictions and offences.
        Crime = "crime",
    }
}

const WORDS: &str = include_str!("words.txt");

/// Beginnings of words that are shorter would fit too many.
const STEM_MIN: usize = 3;

/// The words, as they are looked up.
#[derive(Debug, Default)]
struct Lexicon {
    /// By the first word of an entry, the words that must follow it.
    whole: HashMap<&'static str, Vec<(Vec<&'static str>, Topic)>>,
    /// By how a word begins.
    stems: HashMap<&'static str, Topic>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::default();
    for (topic, entry) in entries() {
        if let Some(stem) = entry.strip_suffix('*').filter(|stem| !stem.contains(' ')) {
            lexicon.stems.insert(stem, topic);
            continue;
        }
        let mut words = entry.trim_end_matches('*').split(' ');
        let first = words.next().unwrap_or_default();
        lexicon.whole.entry(first).or_default().push((words.collect(), topic));
    }
    lexicon
});

/// Every entry of the file with its topic.
fn entries() -> impl Iterator<Item = (Topic, &'static str)> {
    let lines = WORDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(|line| {
        let (head, entries) = line.split_once(':').unwrap_or_default();
        let topic = head.split(' ').next().and_then(|name| name.parse::<Topic>().ok());
        entries.split(';').filter_map(move |entry| Some((topic?, entry.trim())))
    })
}

/// What a text may be about, each topic with the first word that says so, in lower case and without accents. Most texts
/// are about none of these.
#[must_use]
pub fn topics(text: &str) -> BTreeMap<Topic, String> {
    let mut found = BTreeMap::new();
    if text.is_empty() {
        return found;
    }
    let words = words(text);
    for (position, word) in words.iter().enumerate() {
        if let Some((topic, word)) = LEXICON.at(&words, position, word) {
            found.entry(topic).or_insert(word);
        }
    }
    found
}

impl Lexicon {
    /// The entry that begins at a word.
    fn at(&self, words: &[String], position: usize, word: &str) -> Option<(Topic, String)> {
        let follows = |rest: &[&str]| {
            let next = words.get(position + 1..position + 1 + rest.len());
            next.is_some_and(|next| next.iter().map(String::as_str).eq(rest.iter().copied()))
        };
        let whole = self.whole.get(word).into_iter().flatten();
        if let Some((rest, topic)) = whole.filter(|(rest, _)| follows(rest)).max_by_key(|(rest, _)| rest.len()) {
            return Some((*topic, words[position..=position + rest.len()].join(" ")));
        }
        let ends = word.char_indices().map(|(at, c)| at + c.len_utf8()).skip(STEM_MIN - 1);
        let stems: Vec<_> = ends.map(|end| &word[..end]).collect();
        stems.iter().rev().find_map(|stem| self.stems.get(stem)).map(|topic| (*topic, word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Topic, String)> {
        topics(text).into_iter().collect()
    }

    #[test]
    fn what_law_guards_most_is_noticed() {
        for (text, topic, word) in [
            ("She is pregnant and looked for a cot.", Topic::Health, "pregnant"),
            ("Er hat DIABETES, kein Zucker!", Topic::Health, "diabetes"),
            ("En fauteuil roulant", Topic::Health, "fauteuil roulant"),
            ("Wants it halal.", Topic::Religion, "halal"),
            ("Jüdische Familie", Topic::Religion, "judische"),
            ("un réfugié", Topic::Origin, "refugie"),
            ("Vota a Vox, lo dijo", Topic::Politics, "vota a"),
            ("active in the trade union", Topic::Union, "trade union"),
            ("É homossexual", Topic::SexLife, "homossexual"),
            ("war im Gefängnis", Topic::Crime, "gefangnis"),
        ] {
            assert_eq!(found(text), [(topic, word.to_owned())], "{text}");
        }
    }

    #[test]
    fn each_topic_is_named_once_with_its_first_word() {
        let topics = topics("Catholic, was in hospital for a tumour; goes to church");
        assert_eq!(topics.get(&Topic::Health).map(String::as_str), Some("hospital"));
        assert_eq!(topics.get(&Topic::Religion).map(String::as_str), Some("catholic"));
        assert_eq!(topics.len(), 2);
    }

    #[test]
    fn what_a_shop_writes_every_day_is_not() {
        for text in [
            "",
            "Looked at the red teapot, comes back on Tuesday with her sister.",
            "Allegra likes oolong; size 38; prefers the window table near Church Street.",
            "Turkish towels, French press, white cups, a black kettle",
            "Birthday gift for his wife. Don't call before noon.",
            "Schwarzer Tee, Grüner Tee, Geschenkpapier; Herr Krankl kommt wieder",
            "Cherche une théière rouge, budget 50 euros, reviendra samedi",
            "Busca una tetera; volverá el sábado con su hermana",
            "Quer um bule vermelho; volta no sábado",
            "The striking blue one; union of two colours; race bike",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn words_stand_as_they_are_compared() {
        let mut count = 0;
        for (topic, entry) in entries() {
            count += 1;
            let plain = entry.trim_end_matches('*');
            assert_eq!(words(plain).join(" "), plain, "{topic}");
            assert!(!entry.ends_with('*') || plain.len() >= STEM_MIN, "{entry}");
        }
        assert!(count > 600, "{count}");
        for line in WORDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let head = line.split(' ').next().unwrap_or_default();
            assert!(head.parse::<Topic>().is_ok(), "{head}");
        }
    }
}
