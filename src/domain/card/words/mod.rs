//! What a card says, language by language: what staff read in the language of the place, what is said aloud in that of
//! the customer. A language is a file of this folder; all say the same.

#[cfg(test)]
mod tests;

use crate::domain::{
    customer::Customer,
    direction::closed,
    interaction::{NoPurchaseReason, Outcome},
    location::Location,
    summary::LastSeen,
};
use serde::Deserialize;
use std::sync::LazyLock;

macro_rules! files {
    ($($language:literal),+ $(,)?) => {
        [$(($language, include_str!(concat!($language, ".toml")))),+]
    };
}

/// Each language with its file; the first stands in for those that are not known.
const FILES: [(&str, &str); 9] = files!["en", "de", "fr", "es", "it", "nl", "pl", "pt", "ja"];

/// One language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// BCP 47 tag.
    #[serde(skip)]
    pub(super) language: &'static str,
    /// Whether it is polite to call somebody by their given name whose form of address nobody knows.
    pub(super) by_given_name: bool,
    /// The hour at which one stops to say "good morning".
    pub(super) morning_until: i8,
    /// The hour from which one says "good evening".
    pub(super) evening_from: i8,
    /// What is said aloud.
    pub(super) spoken: Spoken,
    /// What staff read.
    pub(super) desk: Desk,
}

macro_rules! texts {
    ($(#[$meta:meta])* $name:ident { $($field:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $(pub(super) $field: String),+ }

        #[cfg(test)]
        impl $name {
            /// Each text by its name.
            fn all(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($field), self.$field.as_str())),+]
            }
        }
    };
}

texts! {
    /// What is said aloud.
    Spoken {
        morning, day, evening, hello, hello_name, name, welcome_back, meet, again, milestone, chose, asked, spoke, told,
        enjoys, put_right, how_called, by_email, found, another_look,
    }
}

texts! {
    /// What staff read.
    Desk {
        died, milestone, since_today, since_yesterday, since_days, first, first_plain, birthday, comes_daily, comes_every,
        lapsed, has_praised, gives_feedback, values_advice, unfinished, bought, no_purchase, only_looked, out_of_stock,
        too_expensive, not_offered, had_to_wait, undecided, open_question, no_show, settled, unsettled, abandoned,
        informed,
    }
}

static WORDS: LazyLock<Vec<Words>> = LazyLock::new(|| {
    let read = |(language, text): (&'static str, &str)| {
        let words: Words = toml::from_str(text).expect("tested: every file can be read");
        Words { language, ..words }
    };
    FILES.into_iter().map(read).collect()
});

impl Words {
    /// The words of a language, if there are any.
    fn known(tag: &str) -> Option<&'static Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        WORDS.iter().find(|words| words.language.eq_ignore_ascii_case(primary))
    }

    /// What staff of a location read.
    pub(super) fn at_desk(location: &Location) -> &'static Self {
        Self::known(&location.settings.language).unwrap_or(&WORDS[0])
    }

    /// What is said to a customer: in their language, else in that of the place.
    pub(super) fn to(customer: &Customer, location: &Location) -> &'static Self {
        Self::known(&customer.profile.language).unwrap_or_else(|| Self::at_desk(location))
    }
}

impl Desk {
    /// How a visit ended.
    pub(super) fn ending(&self, seen: &LastSeen) -> &str {
        match (seen.outcome, seen.no_purchase_reason) {
            (None, _) => &self.unfinished,
            (Some(Outcome::Purchased), _) => &self.bought,
            (Some(Outcome::NotPurchased), reason) => match reason.unwrap_or(NoPurchaseReason::Unknown) {
                NoPurchaseReason::Unknown | NoPurchaseReason::Other => &self.no_purchase,
                NoPurchaseReason::JustLooking => &self.only_looked,
                NoPurchaseReason::OutOfStock => &self.out_of_stock,
                NoPurchaseReason::Price => &self.too_expensive,
                NoPurchaseReason::NotOffered => &self.not_offered,
                NoPurchaseReason::Wait => &self.had_to_wait,
                NoPurchaseReason::Undecided => &self.undecided,
                NoPurchaseReason::Question => &self.open_question,
                NoPurchaseReason::NoShow => &self.no_show,
            },
            (Some(Outcome::Resolved), _) => &self.settled,
            (Some(Outcome::Unresolved), _) => &self.unsettled,
            (Some(Outcome::Abandoned), _) => &self.abandoned,
            (Some(Outcome::Informed), _) => &self.informed,
        }
    }
}

/// A text with what its places hold. What is put in is not looked at again, and turns the direction of nothing beside
/// it.
pub(super) fn fill(text: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(before);
        let value = places.iter().find(|(name, _)| *name == place).map_or("", |(_, value)| value);
        filled.push_str(&closed(value));
        rest = after;
    }
    filled + rest
}

/// A number for the places `n` (as it is) and `nth` (as English counts), in a text.
pub(super) fn counted(text: &str, n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    fill(text, &[("n", &n.to_string()), ("nth", &format!("{n}{ending}"))])
}
