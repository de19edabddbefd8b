use super::{DateStyle, Words};
use crate::domain::money::Money;
use jiff::civil::date;

fn dates(language: &str, region: &str) -> Vec<String> {
    let words = Words::of(language, region);
    let styles =
        [DateStyle::Long, DateStyle::Short, DateStyle::Day, DateStyle::Weekday, DateStyle::Month, DateStyle::Year];
    styles.into_iter().map(|style| words.date(date(2026, 10, 12), style)).collect()
}

#[test]
fn days_are_written_as_in_the_region() {
    assert_eq!(
        dates("en", "US"),
        ["October 12, 2026", "10/12/2026", "Monday, October 12", "Monday", "October 2026", "2026"]
    );
    assert_eq!(
        dates("en", "GB"),
        ["12 October 2026", "12/10/2026", "Monday 12 October", "Monday", "October 2026", "2026"]
    );
    assert_eq!(
        dates("de", "DE"),
        ["12. Oktober 2026", "12.10.2026", "Montag, 12. Oktober", "Montag", "Oktober 2026", "2026"]
    );
    assert_eq!(dates("pt-BR", "DE")[0], "12 de outubro de 2026");
    assert_eq!(dates("pt", "BR")[4], "out. de 2026");
}

#[test]
fn days_of_a_language_that_cldr_does_not_know_are_written_as_iso_8601_does() {
    for language in ["no language", "tlh", "und", ""] {
        assert_eq!(dates(language, "DE")[..5], ["2026-10-12"; 5], "{language}");
        assert_eq!(dates(language, "")[5], "2026");
    }
}

/// ICU4X asserts in debug builds that it has what a pattern needs.
#[test]
fn every_usual_language_can_write_every_style() {
    let languages = "ar az bg bn ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja ka kk km \
                     kn ko lo lt lv mk ml mn mr ms my nb ne nl pa pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi \
                     zh zh-Hant pt-PT es-419 sr-Latn";
    for language in languages.split_whitespace() {
        let written = dates(language, "");
        assert!(written.iter().all(|text| !text.is_empty()), "{language}");
        let words = Words::of(language, "");
        for number in [0, 1, 2, 5, 21, 1_000_000] {
            assert!(!words.ordinal(number).is_empty());
            words.cardinal(number);
        }
        assert!(words.list(&["a", "b", "c"]).starts_with('a'), "{language}");
    }
}

#[test]
fn ordinals_and_lists() {
    let (english, german) = (Words::of("en", "US"), Words::of("de", "DE"));
    let ordinals = [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 1000].map(|n| english.ordinal(n));
    assert_eq!(ordinals, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "1,000th"]);
    assert_eq!([german.ordinal(3), german.number(12_345)], ["3.", "12.345"]);
    assert_eq!(english.list(&["a"]), "a");
    assert_eq!(english.list(&["a", "b", "c"]), "a, b, and c");
    assert_eq!(Words::of("en", "GB").list(&["a", "b", "c"]), "a, b and c");
    assert_eq!(german.list(&["a", "b", "c"]), "a, b und c");
    assert_eq!(german.quoted("Tee"), "„Tee“");
    assert_eq!(Words::of("de", "CH").quoted("Tee"), "«Tee»");
}

#[test]
fn money_has_the_decimals_of_its_currency() {
    let written = |language: &str, region: &str, currency: &str, micros| {
        Words::of(language, region).money(&Money { currency: currency.to_owned(), micros }).replace('\u{a0}', "_")
    };
    assert_eq!(written("en", "US", "USD", 1_234_500_000), "$1,234.50");
    assert_eq!(written("en", "DE", "USD", 12_000_000), "US$12,00");
    assert_eq!(written("en", "IE", "EUR", 11_770_000), "€11.77");
    assert_eq!(written("de", "DE", "EUR", 1_234_500_000), "1.234,50_€");
    assert_eq!(written("de", "AT", "EUR", 12_500_000), "€_12,50");
    assert_eq!(written("de", "CH", "CHF", 12_500_000), "CHF_12.50");
    assert_eq!(written("en", "GB", "CHF", 12_500_000), "CHF_12.50");
    assert_eq!(written("de", "DE", "JPY", 1_500_000_000), "1.500_¥");
    assert_eq!(written("en", "GB", "KWD", 1_234_567), "KWD_1.235");
    assert_eq!(written("de", "DE", "XXX", 1_500_000), "1,50_XXX");
}
