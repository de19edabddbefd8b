//! What fields are made of.

use super::words::{DateStyle, Words};
use crate::domain::{direction::closed, interaction::PurchaseItem, money::Money};
use jiff::civil::Date;
use std::borrow::Cow;

/// The type of a field or expression: decides the filters it takes and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words on one line.
    Text,
    /// A whole number, at least 1.
    Count,
    /// A calendar day.
    Date,
    /// An amount in one currency.
    Money,
    /// One of these codes: to be compared, never written.
    Choice(&'static [&'static str]),
    /// Some texts, at least one.
    Texts,
    /// Some things bought, at least one.
    Items,
    /// One thing bought, with its `name` and `quantity`.
    Item,
}

impl Kind {
    /// The type in words.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Count => "a number",
            Self::Date => "a date",
            Self::Money => "an amount of money",
            Self::Choice(_) => "a code",
            Self::Texts => "a list of texts",
            Self::Items => "a list of things bought",
            Self::Item => "a thing bought",
        }
    }

    /// The type of a member, for a list.
    #[must_use]
    pub const fn member(self) -> Option<Self> {
        match self {
            Self::Texts => Some(Self::Text),
            Self::Items => Some(Self::Item),
            _ => None,
        }
    }
}

/// A value, borrowed from the facts where it can be.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Count(u64),
    Date(Date),
    Money(Cow<'a, Money>),
    Choice(&'static str),
    Texts(Vec<Cow<'a, str>>),
    Items(Vec<&'a PurchaseItem>),
    Item(&'a PurchaseItem),
}

impl<'a> Value<'a> {
    /// As it is written where no filter says otherwise.
    pub(super) fn shown(self, words: &Words) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Choice(code) => code.into(),
            Self::Count(number) => words.number(number).into(),
            Self::Date(date) => words.date(date, DateStyle::Long).into(),
            Self::Money(money) => words.money(&money).into(),
            Self::Item(item) => shown_item(item, words),
            Self::Texts(texts) => match <[_; 1]>::try_from(texts) {
                Ok([one]) => one,
                Err(texts) => words.list(&texts).into(),
            },
            Self::Items(items) => match items[..] {
                [one] => shown_item(one, words),
                _ => words.list(&items.iter().map(|item| shown_item(item, words)).collect::<Vec<_>>()).into(),
            },
        }
    }

    /// The members of a list; a list of itself for anything else.
    pub(super) fn members(self) -> Vec<Self> {
        match self {
            Self::Texts(texts) => texts.into_iter().map(Self::Text).collect(),
            Self::Items(items) => items.into_iter().map(Self::Item).collect(),
            other => vec![other],
        }
    }
}

/// Names can't be put in the plural by machine, so several of one thing are counted before its name.
fn shown_item<'a>(item: &'a PurchaseItem, words: &Words) -> Cow<'a, str> {
    let name = one_line(&item.name);
    match item.quantity {
        0 | 1 => name,
        several => format!("{}\u{a0}× {name}", words.number(several.into())).into(),
    }
}

/// A text on one line: white space at its ends left out, any other white space or control character a single space, and
/// nothing that turns the direction of what is written behind it.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    match without_breaks(text) {
        Cow::Borrowed(line) => closed(line),
        Cow::Owned(line) => closed(&line).into_owned().into(),
    }
}

fn without_breaks(text: &str) -> Cow<'_, str> {
    let is_blank = |c: char| c.is_control() || c.is_whitespace() && c != '\u{a0}';
    let trimmed = text.trim_matches(is_blank);
    let mut before = ' ';
    let is_clean = trimmed.chars().all(|c| {
        let doubled = c == ' ' && before == ' ';
        before = c;
        !doubled && (c == ' ' || !is_blank(c))
    });
    if is_clean {
        return trimmed.into();
    }
    trimmed.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").into()
}

/// A text on one line; `None` where there is no word in it.
pub(super) fn some_line(text: &str) -> Option<Cow<'_, str>> {
    Some(one_line(text)).filter(|text| text.contains(char::is_alphanumeric))
}
