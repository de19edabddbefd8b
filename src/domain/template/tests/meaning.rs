//! A text means what MiniJinja makes of it: its own machine, given the same facts and filters, writes the same words.

use crate::domain::{
    customer::Channel,
    template::{
        FIELDS, Occasion, TemplateDefinition, TemplateText, starter,
        testkit::{Known, body, definition, template},
        value::Value,
        words::{DateStyle, Words},
    },
};
use icu_plurals::PluralCategory;
use minijinja::{
    Environment, UndefinedBehavior,
    value::{Kwargs, Value as Jinja},
};
use std::{collections::BTreeMap, sync::Arc};

/// MiniJinja with filters of the same names, as its users would write them.
fn environment(words: &Arc<Words>) -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Lenient);
    let styles = [
        ("date", DateStyle::Long),
        ("short_date", DateStyle::Short),
        ("day", DateStyle::Day),
        ("weekday", DateStyle::Weekday),
        ("month", DateStyle::Month),
        ("year", DateStyle::Year),
    ];
    for (name, style) in styles {
        let words = Arc::clone(words);
        env.add_filter(name, move |date: String| words.date(date.parse().expect("a date"), style));
    }
    let quoting = Arc::clone(words);
    env.add_filter("quoted", move |value: Jinja| match value.as_str() {
        Some(text) => Jinja::from(quoting.quoted(text)),
        None => members(&value).iter().map(|member| quoting.quoted(member)).collect(),
    });
    let listing = Arc::clone(words);
    env.add_filter("list", move |value: Jinja, most: Option<usize>| {
        let mut members = members(&value);
        members.truncate(most.unwrap_or(usize::MAX));
        listing.list(&members)
    });
    env.add_filter("first", |value: Jinja| members(&value).swap_remove(0));
    let counting = Arc::clone(words);
    env.add_filter("ordinal", move |number: u64| counting.ordinal(number));
    let counting = Arc::clone(words);
    env.add_filter("plural", move |number: u64, forms: Kwargs| {
        let one = forms.get::<String>("one").expect("a form for one");
        let other = forms.get::<String>("other").expect("a form for others");
        let form = if counting.cardinal(number) == PluralCategory::One { one } else { other };
        form.replace('#', &number.to_string())
    });
    env
}

fn members(list: &Jinja) -> Vec<String> {
    list.try_iter().expect("a list").map(|member| member.to_string()).collect()
}

/// The fields of an occasion that are there, as MiniJinja takes them.
fn context(known: &Known, occasion: Occasion, channel: Channel, words: &Words) -> Jinja {
    let mut groups: BTreeMap<&str, BTreeMap<&str, Jinja>> = BTreeMap::new();
    for field in FIELDS.iter().filter(|field| field.is_given_by(occasion)) {
        let (group, name) = field.path.split_once('.').expect("a group and a name");
        let fields = groups.entry(group).or_default();
        if let Some(value) = (field.read)(&known.facts(), channel) {
            fields.insert(name, converted(value, words));
        }
    }
    Jinja::from_pairs(groups.into_iter().map(|(group, fields)| (group, Jinja::from_pairs(fields))))
}

fn converted(value: Value<'_>, words: &Words) -> Jinja {
    match value {
        Value::Count(number) => Jinja::from(number),
        Value::Date(date) => Jinja::from(date.to_string()),
        list @ (Value::Texts(_) | Value::Items(_)) => {
            list.members().into_iter().map(|member| member.shown(words).into_owned()).collect()
        }
        other => Jinja::from(other.shown(words).into_owned()),
    }
}

/// The words alone: white space is ours to set.
fn words_of(text: &str) -> String {
    let words: String = text.split([' ', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    [".", ",", ";", ":", "!", "?", ")"].iter().fold(words, |text, mark| text.replace(&format!(" {mark}"), mark))
}

fn assert_means_the_same(known: &Known, occasion: Occasion, text: &TemplateText) {
    let words = Words::of(&text.language, &known.location.settings.region);
    let env = environment(&words);
    let context = context(known, occasion, Channel::Post, &words);
    for part in [&text.opening, &text.body, &text.closing].into_iter().filter(|part| !part.trim().is_empty()) {
        let expected = env.render_str(part, &context).expect("it renders");
        let alone = TemplateText { language: text.language.clone(), ..body(part) };
        let template = template(TemplateDefinition { occasion, ..definition(occasion, vec![alone]) });
        let found = known.compose(&template, Channel::Post, &text.language, &[]).text;
        assert_eq!(words_of(&found), words_of(&expected), "{part}");
    }
}

#[test]
fn starter_texts_mean_what_minijinja_makes_of_them() {
    for known in [Known::much(), Known::nothing()] {
        for (_, definition) in starter::templates() {
            for text in &definition.texts {
                assert_means_the_same(&known, definition.occasion, text);
            }
        }
    }
}

#[test]
fn every_construct_means_what_minijinja_makes_of_it() {
    for source in [
        "{{ customer.name or 'you' }}{{ 'A' if customer.likes else 'B' }}{{ location.name or 'x' }}",
        "{% if not customer.name or history.visit_days > 2 and customer.likes %}a{% elif customer.name %}b{% else %}c\
         {% endif %}",
        "{% for it in interaction.topics %}{% if loop.first %}<{% endif %}{{ it | quoted }}{% if loop.last %}>\
         {% endif %}{% else %}none{% endfor %}",
        "{% if interaction.kind == 'visit' and interaction.outcome != 'resolved' %}yes{% endif %} {# no #} {% raw %}{{ x \
         }}{% endraw %}",
        "a  {%- if customer.name -%}  b  {%- endif -%}  c",
        "{{ history.visit_days | plural(one='# day', other='# days') if history.visit_days else 'x' }}",
        "{% if history.visit_days >= 3 and (history.visit_days <= 3 or history.visit_days < 2) %}three{% endif %}",
    ] {
        for known in [Known::much(), Known::nothing()] {
            assert_means_the_same(&known, Occasion::Interaction, &body(source));
        }
    }
}
