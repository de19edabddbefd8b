//! Amounts of money. ICU4X writes them only experimentally, so CLDR's standard patterns stand here in short.

use super::Words;
use crate::domain::{codes, money::Money};
use icu_decimal::input::Decimal;

/// Decimals of a currency that nobody knows.
const USUAL_DIGITS: u8 = 2;

/// Where the currency stands.
enum Place {
    /// `€12.50`
    Before,
    /// `€ 12,50`
    BeforeWithSpace,
    /// `12,50 €`
    Behind,
}

impl Words {
    /// An amount with as many decimals as its currency has.
    pub(in crate::domain::template) fn money(&self, money: &Money) -> String {
        let digits = codes::currency(&money.currency).map_or(USUAL_DIGITS, |currency| currency.minor_digits);
        let mut amount = Decimal::from(money.micros);
        amount.multiply_pow10(-6);
        amount.round(-i16::from(digits));
        amount.trim_end();
        amount.pad_end(-i16::from(digits));
        let amount = self.decimal(amount);
        let symbol = self.symbol(&money.currency);
        // A symbol of letters never touches the number.
        let is_word = symbol.ends_with(char::is_alphabetic);
        match self.place() {
            Place::Before if is_word => format!("{symbol}\u{a0}{amount}"),
            Place::Before => format!("{symbol}{amount}"),
            Place::BeforeWithSpace => format!("{symbol}\u{a0}{amount}"),
            Place::Behind => format!("{amount}\u{a0}{symbol}"),
        }
    }

    fn place(&self) -> Place {
        match (self.language(), self.region()) {
            ("de", Some("AT" | "CH" | "LI")) | ("it", Some("CH")) | ("pt", Some("BR")) | ("es", Some("AR" | "UY")) => {
                Place::BeforeWithSpace
            }
            ("pt" | "es", None | Some("AO" | "ES" | "GQ" | "MZ" | "PT")) => Place::Behind,
            ("nl" | "id", _) => Place::BeforeWithSpace,
            ("en" | "es" | "fil" | "ga" | "hi" | "ja" | "ko" | "ms" | "mt" | "pt" | "th" | "tr" | "zh", _) => {
                Place::Before
            }
            _ => Place::Behind,
        }
    }

    /// A symbol that is this currency's alone, or is at home in this region; else the code.
    fn symbol<'a>(&self, code: &'a str) -> &'a str {
        let at_home = |regions: &[&str]| self.region().is_some_and(|region| regions.contains(&region));
        match code {
            "EUR" => "€",
            "GBP" => "£",
            "JPY" => "¥",
            "INR" => "₹",
            "KRW" => "₩",
            "ILS" => "₪",
            "VND" => "₫",
            "BRL" => "R$",
            "USD" if at_home(&["US"]) || self.region().is_none() && self.language() == "en" => "$",
            "USD" => "US$",
            "CAD" if at_home(&["CA"]) => "$",
            "AUD" if at_home(&["AU"]) => "$",
            "NZD" if at_home(&["NZ"]) => "$",
            "MXN" if at_home(&["MX"]) => "$",
            "CNY" if at_home(&["CN"]) => "¥",
            "PLN" if self.language() == "pl" => "zł",
            "CZK" if self.language() == "cs" => "Kč",
            "SEK" if self.language() == "sv" => "kr",
            "NOK" if matches!(self.language(), "nb" | "nn" | "no") => "kr",
            "DKK" if self.language() == "da" => "kr.",
            _ => code,
        }
    }
}
