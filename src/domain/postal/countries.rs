//! The names of countries, as the last line of a letter that goes abroad.
//!
//! `countries.tsv` is an excerpt of the Unicode Common Locale Data Repository (CLDR), licence Unicode-3.0: a row for
//! each region, a column for each language; remarks in brackets are left out, and Hong Kong and Macao have their short
//! names.

use std::{collections::HashMap, sync::LazyLock};

/// The language whose names are taken where a language is not in the table: one that the post everywhere reads.
const FALLBACK: &str = "en";

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("countries.tsv")));

struct Table {
    columns: HashMap<&'static str, usize>,
    rows: HashMap<&'static str, Vec<&'static str>>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut lines = text.lines().map(|line| line.split('\t'));
        let heading = lines.next().into_iter().flatten().skip(1);
        let columns = heading.enumerate().map(|(index, language)| (language, index)).collect();
        let rows = lines.filter_map(|mut row| Some((row.next()?, row.collect()))).collect();
        Self { columns, rows }
    }

    /// The column of a language, or of the nearest one.
    fn column(&self, language: &str) -> Option<usize> {
        let language = language.replace('_', "-");
        let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let is_traditional = ["Hant", "TW", "HK", "MO"].iter().any(|tag| language.contains(tag));
        let wanted = match primary.as_str() {
            "zh" if is_traditional => "zh-Hant",
            // Norwegian as most write it.
            "no" => "nb",
            "iw" => "he",
            other => other,
        };
        self.columns.get(wanted).or_else(|| self.columns.get(FALLBACK)).copied()
    }
}

/// A country's name in capitals, in this language (BCP 47) or else in English; `None` for a region that doesn't exist.
pub(super) fn country_line(region: &str, language: &str) -> Option<String> {
    let name = TABLE.rows.get(region)?.get(TABLE.column(language)?)?;
    Some(capitals(name, language))
}

/// A text in capitals, as the language writes them.
pub(super) fn capitals(text: &str, language: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let raised: String = match primary {
        "tr" | "az" => text.replace('i', "İ").to_uppercase(),
        _ => text.to_uppercase(),
    };
    // Greek capitals have no accents, wherever a letter goes.
    raised.chars().map(without_tonos).collect()
}

const fn without_tonos(character: char) -> char {
    match character {
        'Ά' => 'Α',
        'Έ' => 'Ε',
        'Ή' => 'Η',
        'Ί' | 'Ϊ' => 'Ι',
        'Ό' => 'Ο',
        'Ύ' | 'Ϋ' => 'Υ',
        'Ώ' => 'Ω',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_named_in_the_language_of_the_place_it_is_sent_from() {
        let named = |region, language| country_line(region, language);
        assert_eq!(named("DE", "fr").as_deref(), Some("ALLEMAGNE"));
        assert_eq!(named("DE", "el-GR").as_deref(), Some("ΓΕΡΜΑΝΙΑ"));
        assert_eq!(named("CH", "tr").as_deref(), Some("İSVİÇRE"));
        assert_eq!(named("JP", "zh-TW").as_deref(), Some("日本"));
        assert_eq!(named("US", "sw").as_deref(), Some("UNITED STATES"));
        assert_eq!(named("QQ", "de"), None);
        assert_eq!(capitals("Αθήνα", ""), "ΑΘΗΝΑ", "also where nobody said in which language");
    }

    #[test]
    fn the_table_is_whole() {
        let languages = TABLE.columns.len();
        assert!(languages > 40 && TABLE.rows.len() > 240);
        for (region, names) in &TABLE.rows {
            assert!(names.len() == languages && names.iter().all(|name| !name.is_empty()), "{region}");
        }
    }
}
