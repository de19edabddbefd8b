//! Whether a fact that a note told is still so.

use super::{
    super::{
        FIELDS, NoteFacts, UsedFact,
        value::{Kind, Value},
        words::{DateStyle, Words},
    },
    told::spellings,
};
use crate::domain::customer::Channel;

/// Whether a fact still holds of what is known, in whatever words it was told: as a template may write it, or as people
/// name it ([`told_in`](super::told_in)). One that has a name holds while anything that is known of the customer is
/// called so: what they bought last is what they bought, also once they came again. What stands there because of a
/// code, or of a number that it does not name, can't be told from its words: it holds while there is such a fact.
#[must_use]
pub fn is_so(fact: &UsedFact, language: &str, channel: Channel, known: &[NoteFacts<'_>]) -> bool {
    let told = plain(&fact.text);
    let names = told.contains(char::is_alphabetic);
    known.iter().any(|facts| {
        // As `told_in` finds them, and as templates write them.
        let regions = [&facts.location.settings.region, &facts.customer.profile.region];
        regions.into_iter().any(|region| {
            let words = Words::of(language, region);
            let theirs = FIELDS.iter().filter(|field| field.origin(facts).is_some());
            let mut may_tell = theirs.filter(|field| field.path == fact.path || names && has_name(field.kind));
            may_tell.any(|field| {
                let value = (field.read)(facts, channel);
                value.is_some_and(|value| may_be_told(value, field.kind, &told, &words))
            })
        })
    })
}

const fn has_name(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Texts | Kind::Items)
}

/// Whether words, made [`plain`], may tell a value.
fn may_be_told(value: Value<'_>, kind: Kind, told: &str, words: &Words) -> bool {
    match value {
        Value::Choice(_) => true,
        Value::Count(number) => {
            let digits = |text: &str| text.chars().filter(|c| c.is_numeric()).collect::<String>();
            let named = digits(told);
            named.is_empty() || named == digits(&words.number(number))
        }
        Value::Date(date) => {
            use DateStyle::{Day, Long, Month, Short, Weekday, Year};
            let told = in_any_order(told);
            [Long, Short, Day, Weekday, Month, Year]
                .iter()
                .any(|style| in_any_order(&plain(&words.date(date, *style))) == told)
        }
        value => {
            kind.member().is_some() && lists(&value, words).iter().any(|it| it == told) || is_named(value, told, words)
        }
    }
}

/// Whether words are what a value, or a member of a list, is called, or how many of it there are.
fn is_named(value: Value<'_>, told: &str, words: &Words) -> bool {
    let members = value.clone().members();
    let quantity = |member: &Value<'_>| match member {
        Value::Item(item) => Some(u64::from(item.quantity)),
        _ => None,
    };
    let numbers: Vec<u64> = members.iter().filter_map(quantity).chain([members.len() as u64]).collect();
    let shown = members.into_iter().map(|member| member.shown(words).into_owned());
    let numbers = numbers.into_iter().map(|number| words.number(number));
    shown.chain(numbers).chain(spellings(value, words)).any(|it| plain(&it) == told)
}

/// A list in words, from its first two members on up to all.
fn lists(list: &Value<'_>, words: &Words) -> Vec<String> {
    let members: Vec<String> =
        list.clone().members().into_iter().map(|member| member.shown(words).into_owned()).collect();
    (2..=members.len()).map(|n| plain(&words.list(&members[..n]))).collect()
}

/// The parts of a date, which regions put in one order or another.
fn in_any_order(words: &str) -> Vec<&str> {
    let mut words: Vec<_> = words.split(' ').collect();
    words.sort_unstable();
    words
}

/// The words alone, in lower case: without quotation marks and whatever else templates set between and around them.
fn plain(words: &str) -> String {
    let words = words.to_lowercase();
    let words: Vec<_> = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{super::super::testkit::Known, *};
    use crate::domain::customer::FactOrigin;

    #[test]
    fn p8_a_fact_holds_in_whatever_words_it_was_told() {
        let known = Known::much();
        let is_so = |path: &str, text: &str| {
            let (path, text) = (path.to_owned(), text.to_owned());
            let fact = UsedFact { path, text, known: FactOrigin::SeenHere, particular: true };
            is_so(&fact, "en", Channel::Email, &[known.facts()])
        };
        for (path, text) in [
            ("purchase.items", "teapot"),
            ("purchase.items", "“teapot”"),
            ("purchase.items", "3\u{a0}× geranium and teapot"),
            ("purchase.items", "3"),
            ("history.last_about", "Teapot"),
            ("customer.likes", "old roses"),
            ("history.visit_days", "3rd"),
            ("interaction.date", "October 12, 2026"),
        ] {
            assert!(is_so(path, text), "{path}: {text}");
        }
        for (path, text) in [
            ("purchase.items", "kettle"),
            ("purchase.items", "teapot and kettle"),
            ("customer.likes", "oolong"),
            ("history.visit_days", "2"),
            ("interaction.date", "13 October 2026"),
            ("no.such_field", "5"),
        ] {
            assert!(!is_so(path, text), "{path}: {text}");
        }
    }
}
