//! "Good morning, Ms Okafor.": by the clock of the place, in the customer's language, in their form of address.

use super::{
    build::CardInput,
    words::{Words, fill},
};
use crate::domain::customer::{Greeting, Profile};
use jiff::tz::TimeZone;

/// Until then a night belongs to the evening before.
const NIGHT_UNTIL: i8 = 4;

/// Titles that stand behind a Japanese name; one is enough.
const TITLES_BEHIND: [&str; 4] = ["様", "さま", "さん", "先生"];

/// What one says first; empty for who wants no greeting.
pub(super) fn hello(input: &CardInput<'_>, words: &Words, zone: &TimeZone) -> String {
    if input.customer.profile.greeting == Some(Greeting::None) {
        return String::new();
    }
    let greeting = match zone.to_datetime(input.now).hour() {
        hour if hour < NIGHT_UNTIL || hour >= words.evening_from => &words.spoken.evening,
        hour if hour < words.morning_until => &words.spoken.morning,
        _ => &words.spoken.day,
    };
    match name(input, words).as_str() {
        "" => fill(&words.spoken.hello, &[("greeting", greeting)]),
        name => fill(&words.spoken.hello_name, &[("greeting", greeting), ("name", name)]),
    }
}

/// The name as it is said to them, if it may be said aloud.
fn name(input: &CardInput<'_>, words: &Words) -> String {
    if input.customer.profile.greeting.unwrap_or(Greeting::ByName) != Greeting::ByName {
        return String::new();
    }
    let name = input.customer.addressed_as(words.language, words.by_given_name);
    if is_bare(&input.customer.profile) && words.spoken.name == "{name}" {
        return String::new();
    }
    if name.is_empty() || TITLES_BEHIND.iter().any(|title| name.ends_with(title)) {
        return name;
    }
    fill(&words.spoken.name, &[("name", &name)])
}

/// Whether only a family name is known: nobody is spoken to by that alone, in languages that put no title to each name.
fn is_bare(profile: &Profile) -> bool {
    [&profile.display_name, &profile.honorific, &profile.given_name].into_iter().all(|part| part.trim().is_empty())
}

/// What is said after the hello, behind it.
pub(super) fn and(hello: &str, sentence: String) -> String {
    match hello {
        "" => sentence,
        hello if hello.ends_with('。') => format!("{hello}{sentence}"),
        hello => format!("{hello} {sentence}"),
    }
}
