//! Telephone numbers. The only place that knows the library that reads them.

use rlibphonenumber::{
    PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, Region, ValidationError, enums::NumberLengthType,
};
use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

/// Why a text is no telephone number that could be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// No telephone number at all.
    #[error("is no telephone number")]
    NotANumber,
    /// A national number where nobody knows of which country.
    #[error("has no country code: write it with `+` and the country code, or say the region")]
    RegionNeeded,
    /// A region in which no numbers are given out.
    #[error("has no country code, and the region by which it would be read has no telephone numbers")]
    NoSuchRegion,
    /// Its country code is nobody's.
    #[error("begins with a country code that nobody has")]
    NoSuchCountryCode,
    /// Too few digits for its country.
    #[error("has too few digits for its country")]
    TooShort,
    /// Too many digits for its country.
    #[error("has too many digits for its country")]
    TooLong,
    /// A number of digits that its country does not use.
    #[error("has a number of digits that its country does not use")]
    WrongLength,
    /// At best good for dialling in its town.
    #[error("is too short, or lacks its area code")]
    AreaCodeMissing,
    /// As long as a number of its country, but in no range that is given out.
    #[error("lies in no range of numbers that its country gives out")]
    NotGivenOut,
}

/// The E.164 form of a telephone number in any usual spelling: national or international, with any digits of Unicode,
/// as `tel:` link, as dialled from abroad, with letters for digits. An extension is not part of it.
///
/// `regions` are ISO 3166-1 codes, the best first; the first that is not empty is the one by which a number without
/// country code is read. The others are not tried: that would be a guess.
///
/// # Errors
/// When it is no number that could be dialled from anywhere; see [`PhoneError`].
pub fn phone_number(typed: &str, regions: &[&str]) -> Result<String, PhoneError> {
    let region = regions.iter().find(|region| !region.is_empty()).map(|code| numbering_region(code));
    let number = PHONE_NUMBER_UTIL.parse(typed, region.flatten()).map_err(|error| match error {
        ParseError::InvalidCountryCode if has_country_code(typed) => PhoneError::NoSuchCountryCode,
        ParseError::InvalidCountryCode => match region {
            None => PhoneError::RegionNeeded,
            Some(None) => PhoneError::NoSuchRegion,
            Some(Some(_)) => PhoneError::NoSuchCountryCode,
        },
        ParseError::NotANumber(_) => PhoneError::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => PhoneError::TooShort,
        ParseError::TooLongNsn => PhoneError::TooLong,
    })?;
    if PHONE_NUMBER_UTIL.is_valid_number(&number) {
        Ok(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
    } else {
        Err(why_invalid(&number))
    }
}

/// A number in E.164 form as it is written for people in a region (ISO 3166-1): as it is dialled there, or with its
/// country code where it is of another country or the region has no numbers. What is no number stays as it is.
#[must_use]
pub fn phone_in_words(number: &str, region: &str) -> String {
    static KNOWN: LazyLock<RwLock<HashMap<String, Spelled>>> = LazyLock::new(RwLock::default);
    if let Some(spelled) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(number) {
        return spelled.for_region(region).to_owned();
    }
    let Ok(parsed) = PHONE_NUMBER_UTIL.parse(number, None) else { return number.to_owned() };
    let written = |format| PHONE_NUMBER_UTIL.format(&parsed, format).into_owned();
    let spelled = Spelled {
        country: u16::try_from(parsed.country_code).ok(),
        national: written(PhoneNumberFormat::National),
        international: written(PhoneNumberFormat::International),
    };
    let text = spelled.for_region(region).to_owned();
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() < KEPT {
        known.insert(number.to_owned(), spelled);
    }
    text
}

/// Most numbers whose spellings are kept: those at which places answer. Reading one takes longer than all else in a
/// note.
const KEPT: usize = 1_024;

/// How a number is written.
struct Spelled {
    country: Option<u16>,
    national: String,
    international: String,
}

impl Spelled {
    fn for_region(&self, region: &str) -> &str {
        let is_home = self.country.is_some() && country_code(region) == self.country;
        if is_home { &self.national } else { &self.international }
    }
}

/// The country code of a region (49 for DE), if numbers are given out there.
pub(super) fn country_code(region: &str) -> Option<u16> {
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region.parse().ok()?)?;
    u16::try_from(code).ok()
}

/// Reads the numbering plans, which takes some milliseconds; else the first number does.
pub fn load_numbering_plans() {
    LazyLock::force(&PHONE_NUMBER_UTIL);
}

/// The region of a code, if numbers are given out there.
fn numbering_region(code: &str) -> Option<Region> {
    code.parse().ok().filter(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(*region).is_some())
}

fn has_country_code(typed: &str) -> bool {
    let typed = typed.trim_start();
    let number = typed.strip_prefix("tel:").unwrap_or(typed);
    number.starts_with(['+', '＋'])
}

fn why_invalid(number: &PhoneNumber) -> PhoneError {
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(number) {
        Ok(NumberLengthType::IsPossible) => PhoneError::NotGivenOut,
        Ok(NumberLengthType::IsPossibleLocalOnly) => PhoneError::AreaCodeMissing,
        Err(ValidationError::InvalidCountryCode) => PhoneError::NoSuchCountryCode,
        Err(ValidationError::TooShort) => PhoneError::TooShort,
        Err(ValidationError::TooLong) => PhoneError::TooLong,
        Err(ValidationError::InvalidLength) => PhoneError::WrongLength,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::{fs::File, path::Path};

    fn rows(name: &str) -> Vec<csv::StringRecord> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/phone_numbers").join(name);
        let file = File::open(path).expect("the data lies in the repository");
        let rows: Result<_, _> = csv::Reader::from_reader(GzDecoder::new(file)).records().collect();
        rows.expect("readable rows")
    }

    #[test]
    fn every_spelling_becomes_its_number() {
        let rows = rows("spellings.csv.gz");
        assert_eq!(rows.len(), 2640, "the figure of expected.json");
        for row in rows {
            let (kind, typed, region, e164) = (&row[1], &row[2], &row[3], &row[4]);
            assert_eq!(phone_number(typed, &[region]).as_deref(), Ok(e164), "{kind} {typed} {region}");
        }
    }

    #[test]
    fn a_number_is_written_as_the_region_of_its_reader_does() {
        for (number, region, written) in [
            ("+4930901820", "DE", "030 901820"),
            ("+4930901820", "AT", "+49 30 901820"),
            ("+4930901820", "", "+49 30 901820"),
            ("+441134960018", "GB", "0113 496 0018"),
            ("+12015550123", "CA", "(201) 555-0123"),
            ("by the bell", "DE", "by the bell"),
        ] {
            for _ in 0..2 {
                assert_eq!(phone_in_words(number, region), written, "{number} {region}");
            }
        }
    }

    #[test]
    fn every_invalid_number_is_refused_with_its_reason() {
        let rows = rows("invalid.csv.gz");
        assert_eq!(rows.len(), 170, "the figure of expected.json");
        let mut possible = 0;
        for row in rows {
            let error = phone_number(&row[1], &[&row[0]]).expect_err(&row[1]);
            if &row[2] == "True" {
                possible += 1;
                let fits = [PhoneError::NotGivenOut, PhoneError::AreaCodeMissing].contains(&error);
                assert!(fits, "{} is {error:?} though it is long enough", &row[1]);
            } else {
                let length = [PhoneError::TooShort, PhoneError::TooLong, PhoneError::WrongLength];
                assert!(length.contains(&error), "{} is {error:?}", &row[1]);
            }
        }
        assert_eq!(possible, 49, "the figure of expected.json");
    }

    #[test]
    fn other_spellings_are_read_too() {
        for (typed, region, e164) in [
            ("(030) 123456", "DE", "+4930123456"),
            ("030/12 34 56", "DE", "+4930123456"),
            ("+49 (0)30 123456", "", "+4930123456"),
            ("011 49 30 123456", "US", "+4930123456"),
            ("1-800-FLOWERS", "US", "+18003569377"),
            ("tel:030-123456;phone-context=+49", "", "+4930123456"),
            ("030 123456 ext. 12", "DE", "+4930123456"),
            ("۰۳۰۱۲۳۴۵۶", "DE", "+4930123456"),
        ] {
            assert_eq!(phone_number(typed, &[region]).as_deref(), Ok(e164), "{typed}");
        }
    }

    #[test]
    fn the_first_region_that_is_known_counts() {
        assert_eq!(phone_number("030 123456", &["", "DE", "US"]).as_deref(), Ok("+4930123456"));
        assert_eq!(phone_number("030 123456", &["", ""]), Err(PhoneError::RegionNeeded));
        assert_eq!(phone_number("030 123456", &["AQ", "DE"]), Err(PhoneError::NoSuchRegion));
        assert_eq!(phone_number("030 123456", &["Germany"]), Err(PhoneError::NoSuchRegion));
        assert_eq!(phone_number("+49 30 123456", &["AQ"]).as_deref(), Ok("+4930123456"));
    }

    #[test]
    fn each_refusal_says_what_is_wrong() {
        for (typed, error) in [
            ("", PhoneError::NotANumber),
            ("Ana", PhoneError::NotANumber),
            ("+999 123456", PhoneError::NoSuchCountryCode),
            ("1", PhoneError::NotANumber),
            ("+49 1", PhoneError::TooShort),
            ("+1 212 555 0123 456", PhoneError::TooLong),
            ("555 1234", PhoneError::AreaCodeMissing),
        ] {
            assert_eq!(phone_number(typed, &["US"]), Err(error), "{typed}");
        }
        assert!(phone_number(&"9".repeat(10_000), &["US"]).is_err());
    }
}
