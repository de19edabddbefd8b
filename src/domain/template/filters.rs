//! What can be made of a value. Every filter's result is bounded by what goes in.

use super::{
    value::{Kind, Value},
    words::{DateStyle, Words},
};
use icu_plurals::PluralCategory;

/// A filter that templates can use.
#[derive(Debug)]
pub struct FilterDoc {
    /// Its name, with its arguments where it takes any.
    pub usage: &'static str,
    /// What it takes, in words.
    pub takes: &'static str,
    /// What it does, in a line for the authors of templates.
    pub doc: &'static str,
}

impl FilterDoc {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.usage.split('(').next().unwrap_or(self.usage)
    }
}

/// Every filter.
pub const FILTERS: &[FilterDoc] = &[
    FilterDoc { usage: "date", takes: "a date", doc: "12 October 2026; so a date is written without a filter too." },
    FilterDoc { usage: "short_date", takes: "a date", doc: "12/10/2026" },
    FilterDoc { usage: "day", takes: "a date", doc: "Monday, 12 October" },
    FilterDoc { usage: "weekday", takes: "a date", doc: "Monday" },
    FilterDoc { usage: "month", takes: "a date", doc: "October 2026" },
    FilterDoc { usage: "year", takes: "a date", doc: "2026" },
    FilterDoc { usage: "number", takes: "a number", doc: "1,234; so a number is written without a filter too." },
    FilterDoc {
        usage: "ordinal",
        takes: "a number",
        doc: "3rd, 3.; other languages name the forms as for `plural`: `ordinal(one='#er', other='#e')`.",
    },
    FilterDoc {
        usage: "plural(one='# CD', other='# CDs')",
        takes: "a number",
        doc: "The form that the number needs, its `#` replaced by the number. The forms are CLDR's: `zero`, `one`, \
              `two`, `few`, `many` and `other`, of which `other` has to be there.",
    },
    FilterDoc {
        usage: "money",
        takes: "an amount of money",
        doc: "€12.50, 12,50 €; so an amount is written without a filter too.",
    },
    FilterDoc {
        usage: "list",
        takes: "a list",
        doc: "\"a, b and c\", so a list is written without a filter too; `list(2)` names the first two only.",
    },
    FilterDoc { usage: "first", takes: "a list", doc: "Its first member." },
    FilterDoc { usage: "count", takes: "a list", doc: "How many members it has." },
    FilterDoc { usage: "quoted", takes: "a text or a list", doc: "In quotation marks; in a list, each member." },
    FilterDoc { usage: "upper_first", takes: "a text", doc: "Its first letter a capital, to begin a sentence." },
    FilterDoc {
        usage: "default('…')",
        takes: "anything that may be absent",
        doc: "These words where it is absent; `or` does the same.",
    },
];

/// A filter with its arguments, whose input has the right type.
#[derive(Debug)]
pub(super) enum Filter {
    /// Written out as it is without a filter.
    Shown,
    Date(DateStyle),
    Ordinal(Option<Forms>),
    Plural(Forms),
    /// The first so many members.
    List(Option<usize>),
    First,
    Count,
    Quoted,
    UpperFirst,
}

/// The words that go with a number, by its plural form.
#[derive(Debug, Default)]
pub(super) struct Forms {
    forms: Vec<(PluralCategory, String)>,
    other: String,
}

impl Forms {
    /// Forms by their CLDR names.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn new(named: Vec<(&str, String)>) -> Result<Self, String> {
        let (mut forms, mut other) = (Vec::new(), None);
        for (name, words) in named {
            match PluralCategory::get_for_cldr_string(name) {
                None => {
                    return Err(format!("`{name}` is no plural form; they are zero, one, two, few, many and other"));
                }
                Some(PluralCategory::Other) => other = Some(words),
                Some(category) => forms.push((category, words)),
            }
        }
        let other = other.ok_or("the form `other` is needed: it serves every number that has no form of its own")?;
        Ok(Self { forms, other })
    }

    fn pick(&self, category: PluralCategory, number: &str) -> String {
        let form = self.forms.iter().find(|(of, _)| *of == category).map_or(&self.other, |(_, words)| words);
        // Only the first, so that the result is no longer than its parts.
        form.replacen('#', number, 1)
    }
}

impl Filter {
    /// The type of what it makes of a type.
    pub(super) fn result(&self, input: Kind) -> Kind {
        match self {
            Self::Count => Kind::Count,
            Self::First => input.member().unwrap_or(input),
            Self::Quoted if input.member().is_some() => Kind::Texts,
            _ => Kind::Text,
        }
    }

    /// What it makes of a value.
    pub(super) fn apply<'a>(&self, value: Value<'a>, words: &Words) -> Value<'a> {
        let text = |text: String| Value::Text(text.into());
        match (self, value) {
            (Self::Date(style), Value::Date(date)) => text(words.date(date, *style)),
            (Self::Ordinal(None), Value::Count(number)) => text(words.ordinal(number)),
            (Self::Ordinal(Some(forms)), Value::Count(number)) => {
                text(forms.pick(words.ordinal_form(number), &words.number(number)))
            }
            (Self::Plural(forms), Value::Count(number)) => {
                text(forms.pick(words.cardinal(number), &words.number(number)))
            }
            (Self::List(most), Value::Texts(mut texts)) => {
                texts.truncate(most.unwrap_or(usize::MAX));
                Value::Text(Value::Texts(texts).shown(words))
            }
            (Self::List(most), Value::Items(mut items)) => {
                items.truncate(most.unwrap_or(usize::MAX));
                Value::Text(Value::Items(items).shown(words))
            }
            (Self::First, list) => list.members().into_iter().next().unwrap_or_else(|| text(String::new())),
            (Self::Count, list) => Value::Count(list.members().len() as u64),
            (Self::Quoted, list @ (Value::Texts(_) | Value::Items(_))) => {
                let quoted = |member: Value<'a>| words.quoted(&member.shown(words)).into();
                Value::Texts(list.members().into_iter().map(quoted).collect())
            }
            (Self::Quoted, value) => text(words.quoted(&value.shown(words))),
            (Self::UpperFirst, value) => text(upper_first(&value.shown(words))),
            (_, value) => Value::Text(value.shown(words)),
        }
    }
}

fn upper_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
