//! What is not said and not shown.

use crate::domain::{
    codes,
    customer::{Fact, FactOrigin},
    interaction::InteractionChannel,
};

/// Words that judge a person. A tag or text with one of them is kept, but no card shows it.
const LABELS: [&str; 6] = ["complainer", "complains", "troublemaker", "difficult", "annoying", "stingy"];

/// Whether a text may stand on a card or in a note: it names no price and puts no label on a person.
pub(in crate::domain) fn is_fit(text: &str) -> bool {
    !names_price(text) && !is_label(text)
}

fn is_label(text: &str) -> bool {
    let has =
        |label: &str| text.as_bytes().windows(label.len()).any(|word| word.eq_ignore_ascii_case(label.as_bytes()));
    LABELS.iter().any(|label| has(label))
}

/// A currency sign, or the code or name of a currency beside a number. Codes count in capitals only, since many are
/// words: "all", "try", "cup".
fn names_price(text: &str) -> bool {
    let is_sign = |c| matches!(c, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20cf}' | '\u{ff04}' | '\u{ffe0}'..='\u{ffe6}');
    if !text.contains(|c: char| is_sign(c) || c.is_numeric()) {
        return false;
    }
    let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &str| word.chars().all(char::is_numeric);
    let joined = words.iter().any(|word| {
        let letters = word.trim_matches(char::is_numeric);
        letters.len() < word.len() && names_currency(letters)
    });
    let beside = words
        .windows(2)
        .any(|pair| (is_number(pair[0]) && names_currency(pair[1])) || (names_currency(pair[0]) && is_number(pair[1])));
    text.contains(is_sign) || joined || beside
}

fn names_currency(word: &str) -> bool {
    const NAMES: [&str; 7] = ["eur", "usd", "gbp", "euro", "euros", "dollar", "dollars"];
    codes::currency(word).is_ok() || NAMES.contains(&word.to_lowercase().as_str())
}

/// Whether a fact may be spoken: told us or seen here, and fit to be said.
pub(super) fn is_speakable(fact: &Fact) -> bool {
    matches!(fact.origin, FactOrigin::ToldUs | FactOrigin::SeenHere) && is_fit(&fact.text)
}

/// Whether a fact may stand on a card, for staff to know: known rather than concluded, and fit to be read.
pub(super) fn is_shown(fact: &Fact) -> bool {
    fact.origin != FactOrigin::Inferred && is_fit(&fact.text)
}

/// How we know what happened over a channel. What somebody did on the web is not for speaking of: they did not tell
/// us, and we were not there.
pub(in crate::domain) const fn origin(channel: InteractionChannel) -> FactOrigin {
    match channel {
        InteractionChannel::InStore => FactOrigin::SeenHere,
        InteractionChannel::Phone | InteractionChannel::Email | InteractionChannel::Chat | InteractionChannel::Post => {
            FactOrigin::ToldUs
        }
        InteractionChannel::Web | InteractionChannel::App | InteractionChannel::Social => FactOrigin::OtherChannel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_and_labels_are_not_fit() {
        for text in
            ["a hat for €30", "30 EUR", "30eur hat", "about 100 dollars", "$5 mug", "A complainer", "is DIFFICULT"]
        {
            assert!(!is_fit(text), "{text}");
        }
        for text in ["the red teapot", "size 42", "all 3 sorts of tea", "EUR-pallets", "2 cups, blue"] {
            assert!(is_fit(text), "{text}");
        }
    }
}
