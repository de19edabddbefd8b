//! CLDR's whole set of sample names, `tests/data/person_names`, formed by another implementation too.

use super::*;
use flate2::read::GzDecoder;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    path::Path,
};

/// The fields of a name as CLDR calls them.
type Fields = HashMap<String, String>;

fn rows(name: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/person_names").join(name);
    let file = File::open(path).expect("the data lies in the repository");
    csv::Reader::from_reader(GzDecoder::new(file)).records().collect::<Result<_, _>>().expect("readable rows")
}

/// Every sample, by its locale and what it is a sample of.
fn samples() -> BTreeMap<(String, String), Fields> {
    let mut samples: BTreeMap<_, Fields> = BTreeMap::new();
    let rows = rows("sample_names.csv.gz");
    assert_eq!(rows.len(), 7_548, "the figure of its README");
    for row in rows {
        samples.entry((row[0].to_owned(), row[1].to_owned())).or_default().insert(row[2].to_owned(), row[3].to_owned());
    }
    samples
}

fn name(fields: &Fields) -> PersonName<'_> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    PersonName {
        title: field("title"),
        given: field("given"),
        given_informal: field("given-informal"),
        given2: field("given2"),
        surname: field("surname"),
        surname_prefix: field("surname-prefix"),
        surname_core: field("surname-core"),
        surname2: field("surname2"),
        generation: field("generation"),
        credentials: field("credentials"),
    }
}

const FORMS: [(Usage, Formality); 4] =
    [(Referring, Formal), (Referring, Informal), (Addressing, Formal), (Addressing, Informal)];

#[test]
fn every_sample_has_the_order_and_the_forms_of_address_of_its_locale() {
    let samples = samples();
    let expected = rows("expected.csv.gz");
    assert_eq!(expected.len(), 1_098, "the figure of its README");
    let mut wrong = Vec::new();
    let mut surname_first = BTreeSet::new();
    for row in &expected {
        let (locale, sample) = (row[0].to_owned(), row[1].to_owned());
        let fields = &samples[&(locale.clone(), sample.clone())];
        let name = name(fields);
        let first = order(&name, &locale, &locale);
        if first == SurnameFirst {
            surname_first.insert(locale.clone());
        }
        let formed = FORMS.map(|(usage, formality)| format(&name, &locale, &locale, usage, formality));
        let order_fits = (first == SurnameFirst) == (&row[2] == "surnameFirst");
        let forms_fit = formed.iter().zip(row.iter().skip(3)).all(|(formed, expected)| formed == expected);
        if !order_fits || !forms_fit {
            wrong.push(format!("{locale} {sample}: {first:?} {formed:?} instead of {row:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
    for locale in ["hu", "ja", "km", "ko", "mn", "vi", "zh", "zh-Hant", "yue"] {
        assert!(surname_first.contains(locale), "{locale}");
    }
}

#[test]
fn in_every_language_a_name_of_anywhere_is_formed_without_gaps() {
    for ((locale, sample), fields) in &samples() {
        let name = name(fields);
        for (usage, formality) in FORMS {
            let formed = format(&name, locale, locale, usage, formality);
            let is_whole = !formed.is_empty() && formed == formed.trim() && !formed.contains(['{', '}']);
            assert!(is_whole && !formed.contains("  ") && !formed.contains(" ,"), "{locale} {sample}: {formed:?}");
        }
    }
}
