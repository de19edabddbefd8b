//! Dates, numbers, money and lists as a language and region write them: by CLDR, through ICU4X.
//!
//! Making a formatter takes some microseconds, using one less than one: they are made when first needed and kept.

mod money;
#[cfg(test)]
mod tests;

use icu_datetime::{
    DateTimeFormatter,
    fieldsets::{E, MDE, Y, YM, YMD},
    input::Date as IcuDate,
    options::YearStyle,
};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_list::{ListFormatter, options::ListFormatterOptions};
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use jiff::civil::Date;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock},
};

/// Most locales whose formatters are kept. There are fewer that anybody uses; what a customer's record says is not
/// trusted to be one of them.
const KEPT: usize = 256;

/// How a day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateStyle {
    /// 12 October 2026
    Long,
    /// 12/10/2026
    Short,
    /// Monday, 12 October
    Day,
    /// Monday
    Weekday,
    /// October 2026
    Month,
    /// 2026
    Year,
}

/// A day with its year, as a language (a BCP 47 tag) writes it in a region (ISO 3166-1): "12 October 2026".
#[must_use]
pub fn long_date(date: Date, language: &str, region: &str) -> String {
    Words::of(language, region).date(date, DateStyle::Long)
}

/// How one language writes in one region.
pub(super) struct Words {
    locale: Locale,
    /// Whether CLDR knows how to write days in it; else they are written as ISO 8601 does.
    knows_days: bool,
    long: OnceLock<Option<DateTimeFormatter<YMD>>>,
    short: OnceLock<Option<DateTimeFormatter<YMD>>>,
    day: OnceLock<Option<DateTimeFormatter<MDE>>>,
    weekday: OnceLock<Option<DateTimeFormatter<E>>>,
    month: OnceLock<Option<DateTimeFormatter<YM>>>,
    year: OnceLock<Option<DateTimeFormatter<Y>>>,
    number: OnceLock<Option<DecimalFormatter>>,
    list: OnceLock<Option<ListFormatter>>,
    cardinal: OnceLock<Option<PluralRules>>,
    ordinal: OnceLock<Option<PluralRules>>,
}

impl Words {
    /// The words of a language (a BCP 47 tag), written as in a region (ISO 3166-1) where the tag names none.
    pub(super) fn of(language: &str, region: &str) -> Arc<Self> {
        static KNOWN: LazyLock<RwLock<HashMap<Locale, Arc<Words>>>> = LazyLock::new(RwLock::default);
        let locale = locale(language, region);
        if let Some(words) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&locale) {
            return Arc::clone(words);
        }
        let words = Arc::new(Self::new(locale.clone()));
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < KEPT {
            known.insert(locale, Arc::clone(&words));
        }
        words
    }

    fn new(locale: Locale) -> Self {
        Self {
            knows_days: weekday(&locale).is_some_and(|monday| Some(monday) != weekday(&Locale::UNKNOWN)),
            locale,
            long: OnceLock::new(),
            short: OnceLock::new(),
            day: OnceLock::new(),
            weekday: OnceLock::new(),
            month: OnceLock::new(),
            year: OnceLock::new(),
            number: OnceLock::new(),
            list: OnceLock::new(),
            cardinal: OnceLock::new(),
            ordinal: OnceLock::new(),
        }
    }

    fn language(&self) -> &str {
        self.locale.id.language.as_str()
    }

    fn region(&self) -> Option<&str> {
        self.locale.id.region.as_ref().map(|region| region.as_str())
    }

    /// A day.
    pub(super) fn date(&self, date: Date, style: DateStyle) -> String {
        macro_rules! format {
            ($kept:ident, $fields:expr, $input:expr) => {
                self.$kept
                    .get_or_init(|| DateTimeFormatter::try_new((&self.locale).into(), $fields).ok())
                    .as_ref()
                    .map(|formatter| formatter.format($input).to_string())
            };
        }
        // ICU4X 2.4 has the pattern of the long form for Portuguese, but not its numbers.
        let month = if self.language() == "pt" { YM::medium() } else { YM::long() };
        let (month_of_year, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        let input = IcuDate::try_new_iso(date.year().into(), month_of_year, day).ok().filter(|_| self.knows_days);
        let written = input.as_ref().and_then(|input| match style {
            DateStyle::Long => format!(long, YMD::long(), input),
            DateStyle::Short => format!(short, YMD::short().with_year_style(YearStyle::Full), input),
            DateStyle::Day => format!(day, MDE::long(), input),
            DateStyle::Weekday => format!(weekday, E::long(), input),
            DateStyle::Month => format!(month, month, input),
            DateStyle::Year => format!(year, Y::medium(), input),
        });
        written.unwrap_or_else(|| if style == DateStyle::Year { date.year().to_string() } else { date.to_string() })
    }

    /// A whole number, in groups of digits.
    pub(super) fn number(&self, number: u64) -> String {
        self.decimal(Decimal::from(number))
    }

    fn decimal(&self, number: Decimal) -> String {
        let formatter = self.number.get_or_init(|| {
            DecimalFormatter::try_new((&self.locale).into(), icu_decimal::options::DecimalFormatterOptions::default())
                .ok()
        });
        formatter.as_ref().map_or_else(|| number.to_string(), |formatter| formatter.format(&number).to_string())
    }

    /// "a, b and c".
    pub(super) fn list(&self, members: &[impl AsRef<str>]) -> String {
        if let [one] = members {
            return one.as_ref().to_owned();
        }
        let formatter = self
            .list
            .get_or_init(|| ListFormatter::try_new_and((&self.locale).into(), ListFormatterOptions::default()).ok());
        let members = members.iter().map(AsRef::as_ref);
        match formatter {
            Some(formatter) => formatter.format_to_string(members),
            None => members.collect::<Vec<_>>().join(", "),
        }
    }

    /// The form that a noun takes with a number: "1 day", "2 days".
    pub(super) fn cardinal(&self, number: u64) -> PluralCategory {
        category(&self.cardinal, number, || PluralRules::try_new_cardinal((&self.locale).into()).ok())
    }

    /// The form that an ordinal number takes: "1st", "2nd".
    pub(super) fn ordinal_form(&self, number: u64) -> PluralCategory {
        category(&self.ordinal, number, || PluralRules::try_new_ordinal((&self.locale).into()).ok())
    }

    /// "3rd" in English; with a full stop where that makes an ordinal number; else the number alone.
    pub(super) fn ordinal(&self, number: u64) -> String {
        let digits = self.number(number);
        match self.language() {
            "en" => match self.ordinal_form(number) {
                PluralCategory::One => format!("{digits}st"),
                PluralCategory::Two => format!("{digits}nd"),
                PluralCategory::Few => format!("{digits}rd"),
                _ => format!("{digits}th"),
            },
            "bs" | "cs" | "da" | "de" | "et" | "fi" | "gsw" | "hr" | "hu" | "is" | "lb" | "lv" | "nb" | "nn" | "no"
            | "pl" | "sk" | "sl" | "sr" | "tr" => format!("{digits}."),
            _ => digits,
        }
    }

    /// In quotation marks.
    pub(super) fn quoted(&self, text: &str) -> String {
        let (open, close) = match self.language() {
            "de" if matches!(self.region(), Some("CH" | "LI")) => ("«", "»"),
            "bg" | "cs" | "de" | "hr" | "is" | "lb" | "lt" | "sk" | "sl" => ("„", "“"),
            "bs" | "hu" | "pl" | "ro" | "sr" => ("„", "”"),
            "fr" => ("«\u{a0}", "\u{a0}»"),
            "ca" | "el" | "es" | "gl" | "gsw" | "it" | "nb" | "nn" | "no" | "ru" | "uk" => ("«", "»"),
            "fi" | "sv" => ("”", "”"),
            "ja" => ("「", "」"),
            _ => ("“", "”"),
        };
        format!("{open}{text}{close}")
    }
}

/// A tag whose region is given apart; the root locale where the tag is none.
fn locale(language: &str, region: &str) -> Locale {
    let mut locale = Locale::try_from_str(language).unwrap_or(Locale::UNKNOWN);
    if locale.id.region.is_none() {
        locale.id.region = region.parse().ok();
    }
    locale
}

/// Some day of the week, as a locale calls it: what the root locale calls it too, CLDR does not know.
fn weekday(locale: &Locale) -> Option<String> {
    let formatter = DateTimeFormatter::try_new(locale.into(), E::long()).ok()?;
    IcuDate::try_new_iso(2026, 10, 12).ok().map(|monday| formatter.format(&monday).to_string())
}

fn category(
    kept: &OnceLock<Option<PluralRules>>,
    number: u64,
    make: impl FnOnce() -> Option<PluralRules>,
) -> PluralCategory {
    kept.get_or_init(make).as_ref().map_or(PluralCategory::Other, |rules| rules.category_for(number))
}
