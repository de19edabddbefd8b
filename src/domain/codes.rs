//! Codes that others assign: languages, regions, currencies, time zones. Each is checked with a reason that says how to
//! write it right, and returned in its one canonical spelling.

use super::when::Zones;
use icu_locale_core::{LanguageIdentifier, ParseError, subtags::Language};

/// Why a code was refused. The sentence continues after the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// No BCP 47 tag.
    #[error("is no BCP 47 language tag: {0}; write one like `de`, `pt-BR` or `zh-Hant-TW`")]
    Language(&'static str),
    /// No region.
    #[error("is no ISO 3166-1 region: write two capitals like `DE`")]
    Region,
    /// A region or currency in lower case.
    #[error("has to be in capitals: `{0}`")]
    NotCapitals(&'static str),
    /// No currency.
    #[error("is no ISO 4217 currency: write three capitals like `EUR`")]
    Currency,
    /// No time zone.
    #[error("is no zone of the IANA time-zone database {tzdb}: write one like `Europe/Berlin`")]
    Zone {
        /// The version of the database.
        tzdb: &'static str,
    },
}

/// The canonical spelling of a BCP 47 language tag: `de`, `pt-BR`, `zh-Hant-TW`.
///
/// Language, script, region and variants are taken; extensions and private use say nothing about a text and are
/// refused. That a language exists is not checked: fallback ends at the configured language anyway.
///
/// # Errors
/// When the tag is malformed, says no language, or has an extension.
pub fn language(tag: &str) -> Result<String, CodeError> {
    let language = LanguageIdentifier::try_from_str(tag).map_err(|error| {
        CodeError::Language(match error {
            ParseError::InvalidLanguage => "its language is not two or three letters",
            _ => "a part behind the language is no script, region or variant",
        })
    })?;
    if language.language == Language::UNKNOWN {
        return Err(CodeError::Language("`und` is no language"));
    }
    Ok(language.to_string())
}

/// An ISO 3166-1 alpha-2 region; or `XK`, by which everybody writes Kosovo; or `AC` and `TA`, which ISO keeps for
/// Ascension and Tristan da Cunha, as they have telephone numbers of their own.
///
/// # Errors
/// When there is no such region, or it is not in capitals.
pub fn region(code: &str) -> Result<&'static str, CodeError> {
    among(code, REGIONS)
        .ok_or_else(|| among(&code.to_ascii_uppercase(), REGIONS).map_or(CodeError::Region, CodeError::NotCapitals))
}

/// A currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    /// Its ISO 4217 code.
    pub code: &'static str,
    /// How many decimals its amounts have: 2 for EUR, 0 for JPY, 3 for KWD.
    pub minor_digits: u8,
}

/// A currency by its ISO 4217 code. Those withdrawn in the last years are known too, since history is imported; metals,
/// bonds and units of account, in which nobody pays, are not.
///
/// # Errors
/// When there is no such currency, or it is not in capitals.
pub fn currency(code: &str) -> Result<Currency, CodeError> {
    find_currency(code).ok_or_else(|| {
        find_currency(&code.to_ascii_uppercase())
            .map_or(CodeError::Currency, |currency| CodeError::NotCapitals(currency.code))
    })
}

fn find_currency(code: &str) -> Option<Currency> {
    CURRENCIES
        .into_iter()
        .find_map(|(minor_digits, codes)| among(code, codes).map(|code| Currency { code, minor_digits }))
}

/// The true spelling of an IANA time zone's name.
///
/// # Errors
/// When the database has no such zone.
pub fn time_zone(zones: &Zones, id: &str) -> Result<String, CodeError> {
    let zone = zones.get(id).map_err(|_| CodeError::Zone { tzdb: zones.version() })?;
    Ok(zone.iana_name().unwrap_or(id).to_owned())
}

/// The member of a list of codes, separated by spaces, that equals `code`.
fn among(code: &str, codes: &'static str) -> Option<&'static str> {
    codes.split(' ').find(|known| *known == code)
}

/// The 249 regions of ISO 3166-1 as the IANA time-zone database lists them (`iso3166.tab`, public domain), `AC`, `TA`
/// and `XK`.
const REGIONS: &str = "\
    AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM \
    FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN \
    MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT \
    PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK \
    TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// The currencies and funds of ISO 4217 by the digits of their minor units. One list to review is leaner than a crate
/// of names, symbols and numbers that nothing here needs.
const CURRENCIES: [(u8, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (2, TWO_DECIMALS),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

const TWO_DECIMALS: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE \
    CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD \
    HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP \
    MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR \
    SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED \
    VES WST XCD XCG YER ZAR ZMW ZWG ZWL";

#[cfg(test)]
mod tests {
    use super::*;

    fn reason<T: std::fmt::Debug>(result: Result<T, CodeError>) -> String {
        result.expect_err("refused").to_string()
    }

    #[test]
    fn language_tags_are_spelt_canonically() {
        for (tag, expected) in [
            ("DE", "de"),
            ("pt-br", "pt-BR"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("de-1996", "de-1996"),
            ("gsw", "gsw"),
        ] {
            assert_eq!(language(tag).as_deref(), Ok(expected));
        }
        for tag in ["", "d", "german-language", "de-", "-de", "de_!", "und", "x-klingon", "de-u-co-phonebk", "dé"] {
            assert!(language(tag).is_err(), "{tag}");
        }
        assert!(reason(language("de-a")).contains("is no script, region or variant"));
    }

    #[test]
    fn regions_are_those_of_the_standard() {
        assert_eq!(REGIONS.split(' ').count(), 252);
        for code in ["DE", "AQ", "ZW", "XK", "AC", "TA"] {
            assert_eq!(region(code), Ok(code));
        }
        assert_eq!(reason(region("de")), "has to be in capitals: `DE`");
        for code in ["", "D", "UK", "EU", "DEU", "D ", " ", "XX", "DE AD"] {
            assert_eq!(region(code), Err(CodeError::Region), "{code}");
        }
    }

    #[test]
    fn currencies_know_their_decimals() {
        for (code, minor_digits) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("HRK", 2), ("XOF", 0)] {
            assert_eq!(currency(code), Ok(Currency { code, minor_digits }));
        }
        assert_eq!(reason(currency("eur")), "has to be in capitals: `EUR`");
        for code in ["", "EURO", "XAU", "XXX", "€", "EUR USD", " "] {
            assert_eq!(currency(code), Err(CodeError::Currency), "{code}");
        }
        let all: Vec<_> = CURRENCIES.iter().flat_map(|(_, codes)| codes.split(' ')).collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(all.iter().all(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())));
    }

    #[test]
    fn zones_are_spelt_as_the_database_does() {
        let zones = Zones::bundled();
        assert_eq!(time_zone(&zones, "europe/berlin").as_deref(), Ok("Europe/Berlin"));
        let reason = reason(time_zone(&zones, "Europe/Atlantis"));
        assert!(reason.contains("no zone of the IANA time-zone database 20"), "{reason}");
    }
}
