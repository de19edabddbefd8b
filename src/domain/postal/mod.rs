//! Addresses, line by line, as the post of the country wants them.

mod countries;
mod layouts;

use super::{customer::PostalAddress, direction::closed};
use countries::{capitals, country_line};
use layouts::layout;

/// Where a letter is posted.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// ISO 3166-1 alpha-2 region.
    pub region: &'a str,
    /// BCP 47 tag of the language in which its post reads.
    pub language: &'a str,
}

/// The lines of an address on an envelope: who, where, and the country when it is another one.
///
/// The order of the lines, what stands on one, and what is in capitals go by the country; a letter that goes abroad has
/// the town in capitals as well and ends with the country's name in capitals, in the language of where it is posted, as
/// the Universal Postal Union has it. A state is left out where addresses don't name it; nothing else is ever left out.
#[must_use]
pub fn lines(addressee: &[&str], address: &PostalAddress, origin: Origin<'_>) -> Vec<String> {
    let region = address.region.trim().to_ascii_uppercase();
    let is_abroad = !region.is_empty() && region != origin.region.trim().to_ascii_uppercase();
    let layout = layout(&region, is_in_ideographs(address));
    let in_capitals = |field: char| layout.capitals.contains(field) || (is_abroad && field == 'C');
    let value = |field: char| {
        let text = match field {
            'C' => tidy(&address.locality),
            'S' => tidy(&address.administrative_area),
            _ => tidy(&address.postal_code),
        };
        if in_capitals(field) { capitals(&text, "") } else { text }
    };
    let mut lines = Vec::new();
    for template in with_what_must_not_be_lost(layout.lines).split('|') {
        match template {
            "%N" => lines.extend(addressee.iter().map(|line| tidy(line))),
            "%A" => lines.extend(address.lines.iter().map(|line| tidy(line))),
            _ => lines.push(fill(template, &value, &address.lines, is_abroad)),
        }
    }
    if is_abroad {
        // A region that CLDR doesn't know stays as it was written.
        lines.push(country_line(&region, origin.language).unwrap_or(region));
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The layout of a country that names no town or postal code gets them at the end: what somebody wrote down counts.
fn with_what_must_not_be_lost(layout: &str) -> String {
    let mut layout = layout.to_owned();
    for field in ["%C", "%Z"] {
        if !layout.contains(field) {
            layout.push('|');
            layout.push_str(field);
        }
    }
    layout
}

/// Fills a line. What stands between two fields is written only between two that are there.
fn fill(template: &str, value: &impl Fn(char) -> String, address_lines: &[String], is_abroad: bool) -> String {
    let mut line = String::new();
    let mut between = String::new();
    let mut prefix = String::new();
    let mut rest = template.chars();
    while let Some(character) = rest.next() {
        match character {
            '[' => prefix = rest.by_ref().take_while(|inner| *inner != ']').collect(),
            '{' => {
                let inner: String = rest.by_ref().take_while(|inner| *inner != '}').collect();
                prefix = if is_abroad { inner } else { String::new() };
            }
            '%' => {
                let filled = match rest.next() {
                    Some('A') => address_lines.iter().map(|line| tidy(line)).collect::<Vec<_>>().join(", "),
                    Some(field) => value(field),
                    None => String::new(),
                };
                if !filled.is_empty() {
                    if !line.is_empty() {
                        line.push_str(&between);
                    }
                    if !filled.to_uppercase().starts_with(prefix.trim_end()) {
                        line.push_str(&prefix);
                    }
                    line.push_str(&filled);
                    between.clear();
                } else if !line.is_empty() && between.trim().is_empty() {
                    continue;
                } else {
                    between.clear();
                }
                prefix.clear();
            }
            other => between.push(other),
        }
    }
    line
}

/// One line, single spaces, and nothing that turns the direction of what stands behind it.
fn tidy(text: &str) -> String {
    closed(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// Whether an address is written in Chinese, Japanese or Korean letters.
fn is_in_ideographs(address: &PostalAddress) -> bool {
    let mut texts = address.lines.iter().chain([&address.locality, &address.administrative_area]);
    texts.any(|text| {
        text.chars().any(|character| {
            matches!(character, '\u{2E80}'..='\u{2FDF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
                | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMANY: Origin<'_> = Origin { region: "DE", language: "de" };
    const AMERICA: Origin<'_> = Origin { region: "US", language: "en-US" };

    fn address(region: &str, lines: &[&str], postal_code: &str, locality: &str, area: &str) -> PostalAddress {
        PostalAddress {
            region: region.to_owned(),
            postal_code: postal_code.to_owned(),
            administrative_area: area.to_owned(),
            locality: locality.to_owned(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    fn written(address: &PostalAddress, origin: Origin<'_>) -> String {
        lines(&["Ana Ruiz"], address, origin).join(" / ")
    }

    #[test]
    fn at_home_there_is_no_country() {
        let cologne = address("DE", &["Domkloster 4", "2. Stock"], "50667", "Köln", "Nordrhein-Westfalen");
        assert_eq!(written(&cologne, GERMANY), "Ana Ruiz / Domkloster 4 / 2. Stock / 50667 Köln");
        let austin = address("US", &["1100 Congress Ave", "Apt 4"], "78701", "Austin", "tx");
        assert_eq!(written(&austin, AMERICA), "Ana Ruiz / 1100 Congress Ave / Apt 4 / AUSTIN, TX 78701");
    }

    #[test]
    fn abroad_town_and_country_are_in_capitals() {
        let cologne = address("DE", &["Domkloster 4"], "50667", "Köln", "");
        assert_eq!(written(&cologne, AMERICA), "Ana Ruiz / Domkloster 4 / 50667 KÖLN / GERMANY");
        let austin = address("US", &["1100 Congress Ave"], "78701", "Austin", "TX");
        assert_eq!(written(&austin, GERMANY), "Ana Ruiz / 1100 Congress Ave / AUSTIN, TX 78701 / VEREINIGTE STAATEN");
    }

    #[test]
    fn each_country_has_its_own_order() {
        let of = |region, line, code, town, area| written(&address(region, &[line], code, town, area), GERMANY);
        assert_eq!(
            of("GB", "221b Baker Street", "nw1 6xe", "London", "Greater London"),
            "Ana Ruiz / 221b Baker Street / LONDON / NW1 6XE / VEREINIGTES KÖNIGREICH"
        );
        assert_eq!(
            of("FR", "12 rue de la Paix", "75002", "Paris", ""),
            "Ana Ruiz / 12 rue de la Paix / 75002 PARIS / FRANKREICH"
        );
        assert_eq!(
            of("CH", "Bahnhofstrasse 1", "8001", "Zürich", ""),
            "Ana Ruiz / Bahnhofstrasse 1 / CH-8001 ZÜRICH / SCHWEIZ"
        );
        assert_eq!(
            of("HU", "Váci utca 1.", "1052", "Budapest", ""),
            "Ana Ruiz / BUDAPEST / Váci utca 1. / 1052 / UNGARN"
        );
        assert_eq!(of("IT", "Via Roma 1", "00184", "Roma", "RM"), "Ana Ruiz / Via Roma 1 / 00184 ROMA RM / ITALIEN");
        assert_eq!(
            of("BR", "Av. Paulista 1000", "01310-100", "São Paulo", "SP"),
            "Ana Ruiz / Av. Paulista 1000 / SÃO PAULO-SP / 01310-100 / BRASILIEN"
        );
        assert_eq!(
            of("TR", "Atatürk Cad. 5", "34000", "Fatih", "İstanbul"),
            "Ana Ruiz / Atatürk Cad. 5 / 34000 FATIH/İstanbul / TÜRKEI"
        );
    }

    #[test]
    fn in_japanese_letters_it_goes_from_the_largest_to_the_smallest() {
        let tokyo = address("JP", &["丸の内1-1-1"], "100-0005", "千代田区", "東京都");
        let home = Origin { region: "JP", language: "ja" };
        assert_eq!(written(&tokyo, home), "〒100-0005 / 東京都千代田区 / 丸の内1-1-1 / Ana Ruiz");
        let romaji = address("JP", &["1-1-1 Marunouchi"], "100-0005", "Chiyoda-ku", "Tokyo");
        assert_eq!(written(&romaji, GERMANY), "Ana Ruiz / 1-1-1 Marunouchi / CHIYODA-KU, Tokyo / 100-0005 / JAPAN");
    }

    #[test]
    fn a_prefix_is_not_written_twice_and_at_home_only_where_it_belongs() {
        let vilnius = |code| address("LT", &["Gedimino pr. 9"], code, "Vilnius", "");
        assert!(written(&vilnius("01103"), GERMANY).contains("/ LT-01103 VILNIUS"));
        assert!(written(&vilnius("LT-01103"), GERMANY).contains("/ LT-01103 VILNIUS"));
        let zurich = address("CH", &["Bahnhofstrasse 1"], "8001", "Zürich", "");
        assert!(written(&zurich, Origin { region: "CH", language: "de" }).ends_with("/ 8001 Zürich"));
    }

    #[test]
    fn what_is_missing_leaves_no_marks_and_what_is_there_is_not_lost() {
        assert_eq!(written(&address("US", &[], "78701", "Austin", ""), AMERICA), "Ana Ruiz / AUSTIN 78701");
        assert_eq!(written(&address("US", &[], "78701", "", "TX"), AMERICA), "Ana Ruiz / TX 78701");
        assert_eq!(written(&address("BR", &[], "", "", "SP"), GERMANY), "Ana Ruiz / SP / BRASILIEN");
        assert_eq!(
            written(&address("AE", &["Sheikh Zayed Rd"], "00000", "Dubai", "Dubai"), GERMANY),
            "Ana Ruiz / Sheikh Zayed Rd / Dubai / DUBAI / 00000 / VEREINIGTE ARABISCHE EMIRATE"
        );
        assert_eq!(
            written(&address("", &["Somewhere 1"], "123", "Town", ""), GERMANY),
            "Ana Ruiz / Somewhere 1 / 123 Town"
        );
        assert_eq!(lines(&[], &PostalAddress::default(), GERMANY), Vec::<String>::new());
    }
}
