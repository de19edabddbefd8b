//! Names of people, ordered and formed as their language has it: by CLDR's patterns for person names (UTS #35, part 8).
//!
//! Nothing is inferred from a name but the script in which it is written. Whether somebody is "Ms" or "Mr" is said by
//! them, in their honorific, or by nobody.

mod formats;
mod greetable;
mod pattern;
mod script;
#[cfg(test)]
mod tests;

use super::customer::{Customer, Profile};
use formats::Format;
pub use greetable::is_name;
use pattern::fill;
use script::Script;

/// The parts of a name; what is not known is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonName<'a> {
    /// Title or form of address ("Dr", "Frau", "さん").
    pub title: &'a str,
    /// Given name.
    pub given: &'a str,
    /// What friends call them; the given name, when empty.
    pub given_informal: &'a str,
    /// Further given names, or a patronymic.
    pub given2: &'a str,
    /// Family name, whole; made of the next two, when empty.
    pub surname: &'a str,
    /// Particles before it ("van den").
    pub surname_prefix: &'a str,
    /// The family name without them.
    pub surname_core: &'a str,
    /// Second family name.
    pub surname2: &'a str,
    /// "Jr.", "III".
    pub generation: &'a str,
    /// "PhD".
    pub credentials: &'a str,
}

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// To say who it is.
    Referring,
    /// To speak to them.
    Addressing,
}

/// How close one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formality {
    /// As strangers.
    Formal,
    /// As friends.
    Informal,
}

/// Which of the names comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Ada Okafor.
    GivenFirst,
    /// 佐藤 恵子.
    SurnameFirst,
}

/// A name in the words of a language. `language` is that in which it is said, `own` that of the person, the same when
/// empty; both BCP 47. A name in a script that the language does not use is formed as its own language would.
#[must_use]
pub fn format(name: &PersonName<'_>, language: &str, own: &str, usage: Usage, formality: Formality) -> String {
    let own = own_language(name, language, own);
    let format = format_for(name, language, own);
    let order = format.order(own);
    let pattern = format.pattern(order, usage, formality);
    let formed = fill(pattern, name);
    match format.space(own) {
        " " => formed,
        space => formed.replace(' ', space),
    }
}

/// The order in which a name is said in a language.
#[must_use]
pub fn order(name: &PersonName<'_>, language: &str, own: &str) -> Order {
    let own = own_language(name, language, own);
    format_for(name, language, own).order(own)
}

/// By the language in which it is said, unless that does not write so.
fn format_for(name: &PersonName<'_>, language: &str, own: &str) -> &'static Format {
    let is_of = |language| Script::of(name).is_none_or(|script| script.is_of(language));
    Format::of(if is_of(language) || !is_of(own) { language } else { own })
}

/// The language of a name: the person's. Where neither that nor the one in which it is said writes so, one that does.
fn own_language<'n>(name: &PersonName<'_>, language: &'n str, own: &'n str) -> &'n str {
    let own = if own.is_empty() { language } else { own };
    match Script::of(name) {
        Some(script) if !script.is_of(own) && !script.is_of(language) => script.language(),
        _ => own,
    }
}

impl<'a> PersonName<'a> {
    /// What is known of a customer's name.
    #[must_use]
    pub fn of(profile: &'a Profile) -> Self {
        Self {
            title: profile.honorific.trim(),
            given: profile.given_name.trim(),
            surname: profile.family_name.trim(),
            generation: profile.suffix.trim(),
            ..Self::default()
        }
    }

    /// Whether nothing is known that one could be called by.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.given.is_empty() && self.surname.is_empty() && self.surname_core.is_empty()
    }
}

impl Customer {
    /// What a customer is called when spoken to in a language: as they like it, where that is known. Else with their
    /// honorific and family name; without an honorific by their given name, where that is polite (`by_given_name`), or
    /// by the whole name, since a bare family name is no way to speak to anybody. Empty when no name is known.
    #[must_use]
    pub fn addressed_as(&self, language: &str, by_given_name: bool) -> String {
        let profile = &self.profile;
        let liked = profile.display_name.trim();
        let name = PersonName::of(profile);
        if !liked.is_empty() || name.is_empty() {
            return liked.to_owned();
        }
        let (usage, formality) = match (name.title.is_empty(), by_given_name) {
            (false, _) => (Usage::Addressing, Formality::Formal),
            (true, true) if !name.given.is_empty() => (Usage::Addressing, Formality::Informal),
            (true, _) => (Usage::Referring, Formality::Informal),
        };
        format(&name, language, &profile.language, usage, formality)
    }
}

impl Profile {
    /// The name under which a customer is shown in a language: as they like to be called, else the whole name in its
    /// order. Empty when none is known.
    #[must_use]
    pub fn shown_as(&self, language: &str) -> String {
        let liked = self.display_name.trim();
        let name = PersonName::of(self);
        if !liked.is_empty() || name.is_empty() {
            return liked.to_owned();
        }
        format(&name, language, &self.language, Usage::Referring, Formality::Formal)
    }
}
