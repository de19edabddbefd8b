use super::{Fault, compile};
use crate::domain::template::Occasion;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};

/// What is wrong with a text; the first of it, as `line:column message`.
fn refusal(occasion: Occasion, source: &str) -> String {
    let faults = compile(source, occasion).expect_err(source);
    format!("{}:{} {}", faults[0].place.line, faults[0].place.column, faults[0].message)
}

fn assert_refused(occasion: Occasion, cases: &[(&str, &str)]) {
    let told = cases.iter().map(|(source, expected)| (source, expected, refusal(occasion, source)));
    let wrong = told.filter(|(_, expected, found)| !found.starts_with(**expected));
    let wrong: Vec<_> = wrong.map(|(source, expected, found)| format!("{source}\n  {expected}\n  {found}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_would_exhaust_time_or_memory_is_refused_with_its_place() {
    let doubling = format!("{{% set a = 'x' %}}{}", "{% set a = a ~ a %}".repeat(24));
    let chain = format!("{{{{ 'x'{} }}}}", "|replace('x', 'xxxxxxxx')".repeat(10));
    let not = format!("{{% if {}customer.name %}}x{{% endif %}}", "not ".repeat(1_000));
    let minus = format!("{{{{ {}1 }}}}", "-".repeat(4_000));
    let parentheses = format!("{{{{ {}'x'{} }}}}", "(".repeat(4_000), ")".repeat(4_000));
    let filters = format!("{{{{ 'x'{} }}}}", "|upper_first".repeat(500));
    let elifs = format!("{{% if customer.name %}}x{}{{% endif %}}", "{% elif customer.name %}y".repeat(300));
    let blocks = format!("{}x{}", "{% if customer.name %}".repeat(9), "{% endif %}".repeat(9));
    let literal = format!("{{{{ customer.name or '{}' }}}}", "x".repeat(300));
    assert_refused(
        Occasion::Interaction,
        &[
            ("{{ 'x'|indent(1000000000) }}", "1:8 there is no filter `indent`"),
            ("Dear\n  {{ '%1000000000d'|format(1) }}", "2:21 there is no filter `format`"),
            (&chain, "1:"),
            (&doubling, "1:4 `set` is no block"),
            ("{{ customer.name ~ customer.name }}", "1:18 texts are not put together with `~`"),
            ("{{ 'x' + 'x' }}", "1:8 texts are not put together with `+`"),
            ("{{ 'x' * 1000000000 }}", "1:8 there is no arithmetic with `*`"),
            ("{{ 9 ** 9 ** 9 }}", "1:6 there is no arithmetic with `**`"),
            ("{% for i in range(1000000000) %}x{% endfor %}", "1:13 there are no functions"),
            ("{% for a in interaction.topics %}{% for b in interaction.topics %}x{% endfor %}{% endfor %}", "1:"),
            ("{% for a in interaction.topics recursive %}{{ loop(a) }}{% endfor %}", "1:"),
            ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "1:4 `macro` is no block"),
            ("{% call m() %}x{% endcall %}", "1:4 `call` is no block"),
            ("{% filter upper %}x{% endfilter %}", "1:4 `filter` is no block"),
            ("{% with a = 'x' %}x{% endwith %}", "1:4 `with` is no block"),
            ("{% include 'a-test' %}", "1:4 `include` is no block"),
            ("{% import 'a' as b %}", "1:4 `import` is no block"),
            (
                "{% from 'a' import b %}",
                "1:4 `from` is no block of templates; there are `if`, `elif`, `else` and `for`",
            ),
            ("{% extends 'a' %}", "1:4 `extends` is no block"),
            ("{% block a %}{% endblock %}", "1:4 `block` is no block"),
            ("{% do customer.name.upper() %}", "1:4 `do` is no block"),
            ("{% autoescape true %}x{% endautoescape %}", "1:4 `autoescape` is no block"),
            (&not, "1:"),
            (&minus, "1:4 there is no arithmetic with `-`"),
            (&parentheses, "1:12 parentheses are nested deeper than 8"),
            (&filters, "1:"),
            (&elifs, "1:"),
            (&blocks, "1:"),
            (&literal, "1:21 this text is longer than 256 bytes"),
            (&"x".repeat(10_000), "1:1 is longer than 8192 bytes"),
        ],
    );
}

#[test]
fn wrong_names_are_refused_with_the_nearest_right_one() {
    assert_refused(
        Occasion::Visit,
        &[
            ("Dear {{ customer.nmae }},", "1:9 there is no `customer.nmae`; did you mean `customer.name`?"),
            ("a\nb\n  {{ vist.nights }}", "3:6 there is no `vist.nights`; did you mean `visit.nights`?"),
            ("{{ interaction.date | dya }}", "1:23 there is no filter `dya`; did you mean `day`?"),
            ("{% fi customer.name %}x{% endif %}", "1:4 `fi` is no block"),
            ("{% if interaction.kind == 'vist' %}x{% endif %}", "1:27 `interaction.kind` is one of visit, enquiry"),
            ("{{ customer }}", "1:4 `customer` is a group of fields: customer.name, "),
            ("{{ name }}", "1:4 there is no `name`"),
            ("{{ customer.name.first }}", "1:12 there is no `customer.name.first`; did you mean `customer.name`?"),
        ],
    );
    let faults = compile("{{ customer.nmae }}", Occasion::Customer).expect_err("refused");
    assert_eq!(faults[0].nearest.as_deref(), Some("customer.name"));
}

#[test]
fn what_the_occasion_does_not_give_is_refused() {
    let purchase = "Thank you for {{ purchase.items | first }}.";
    assert!(compile("{% if purchase.items %}{{ purchase.items | list }}{% endif %}", Occasion::Purchase).is_ok());
    assert_refused(
        Occasion::Visit,
        &[(
            purchase,
            "1:18 `purchase.items` is given by the occasion `purchase`; this template is for the occasion `visit`",
        )],
    );
    assert_refused(
        Occasion::Customer,
        &[("{{ interaction.date }}", "1:4 `interaction.date` is given by the occasion")],
    );
    assert_refused(Occasion::Purchase, &[("{{ milestone.visit_days }}", "1:4 `milestone.visit_days` is given by")]);
}

#[test]
fn p8_what_may_be_absent_needs_something_to_fall_back_on() {
    let fault = "1:9 `customer.name` may be absent: write `{{ customer.name or '…' }}`, or put it within";
    assert_refused(
        Occasion::Interaction,
        &[
            ("Dear {{ customer.name }},", fault),
            ("Dear {{ customer.name | upper_first }},", fault),
            ("Dear {{ customer.name or customer.given_name }},", fault),
            ("{% if customer.name %}{% else %}{{ customer.name }}{% endif %}", "1:36 `customer.name` may be absent"),
            ("{% if not customer.name %}{{ customer.name }}{% endif %}", "1:30 `customer.name` may be absent"),
            ("{% if customer.name or customer.likes %}{{ customer.name }}{% endif %}", "1:44 `customer.name` may be"),
            ("{{ customer.name or ' ' }}", "1:21 there are no words in this text"),
            ("{{ customer.name | default('') }}", "1:28 there are no words in this text"),
            ("{% for topic in interaction.topics %}{{ topic }}{% endfor %}", "1:17 `interaction.topics` may be absent"),
        ],
    );
    for good in [
        "{{ customer.name or 'friend' }}",
        "{{ customer.name | default('friend') }}",
        "{{ customer.name or customer.given_name or 'friend' }}",
        "{{ customer.name if customer.name else 'friend' }}",
        "{% if customer.name %}Dear {{ customer.name }}{% else %}Hello{% endif %}",
        "{% if not customer.name %}Hello{% else %}Dear {{ customer.name }}{% endif %}",
        "{% if customer.name and customer.likes %}{{ customer.name }}: {{ customer.likes }}{% endif %}",
        "{% if not customer.name or not customer.likes %}{% else %}{{ customer.name }}{% endif %}",
        "{% if customer.name %}{% if customer.likes %}{{ customer.name }}{% endif %}{% endif %}",
        "{% if customer.likes | first %}{{ customer.likes | first }}{% endif %}",
        "{% if history.visit_days > 2 %}{{ history.visit_days }}{% endif %}",
        "{% for topic in interaction.topics %}{{ topic }}{% else %}nothing{% endfor %}",
        "{% if interaction.topics %}{% for it in interaction.topics %}{{ it }}{% if not loop.last %}, {% endif %}\
         {% endfor %}{% endif %}",
        "{{ interaction.date }} {% raw %}{{ as it is }}{% endraw %} {# a remark #}",
    ] {
        assert!(compile(good, Occasion::Interaction).is_ok(), "{good}: {:?}", compile(good, Occasion::Interaction));
    }
}

#[test]
fn types_are_checked() {
    assert_refused(
        Occasion::Purchase,
        &[
            ("{{ interaction.date | money }}", "1:23 `money` takes an amount of money, and this is a date"),
            ("{{ interaction.date | day('x') }}", "1:23 `day` takes nothing in parentheses"),
            ("{{ interaction.kind or 'x' }}", "1:4 a code is compared in an `if`, not written"),
            ("{% if interaction.kind %}{{ interaction.kind }}{% endif %}", "1:29 `interaction.kind` is a code"),
            ("{% if history.visit_days == 'two' %}x{% endif %}", "1:29 `history.visit_days` is a number"),
            ("{% if history.visit_days > 1.5 %}x{% endif %}", "1:28 numbers are whole and small"),
            ("{% if customer.name > 'A' %}x{% endif %}", "1:23 `customer.name` is a text: it is equal (`==`)"),
            ("{% if interaction.date == '2026-01-01' %}x{% endif %}", "1:27 `interaction.date` is a date, which"),
            ("{% if 1 < history.visit_days < 3 %}x{% endif %}", "1:"),
            ("{% if 'x' in interaction.topics %}x{% endif %}", "1:"),
            ("{% if customer.name is defined %}x{% endif %}", "1:24 there are no tests"),
            ("{% if true %}x{% endif %}", "1:7 this would always be so, or never"),
            ("{{ 5 }}", "1:4 only a text can stand here"),
            ("{{ customer['name'] }}", "1:12 there are no brackets"),
            ("{{ {'a': 1} }}", "1:4 there are no maps"),
            ("{% for a in customer.name %}x{% endfor %}", "1:13 `customer.name` is a text; a loop goes over a list"),
            ("{% for customer in purchase.items %}x{% else %}y{% endfor %}", "1:8 `customer` has a meaning of its own"),
            ("{% for i in purchase.items %}{{ i.price }}{% else %}y{% endfor %}", "1:33 a thing bought has no `price`"),
            ("{% if loop.last %}x{% endif %}", "1:7 there is no loop here"),
            ("{{ purchase.quantity | plural(one='# CD') or 'x' }}", "1:24 the form `other` is needed"),
            ("{{ purchase.quantity | plural(several='# CDs') or 'x' }}", "1:24 `several` is no plural form"),
            ("{{ purchase.quantity | plural('CD') or 'x' }}", "1:24 `plural` takes forms like"),
            ("{{ purchase.items | list(0) or 'x' }}", "1:21 `list` takes how many"),
            ("Dear {{ customer.name", "1:"),
            ("{% if customer.name %}x", "1:"),
            ("{{ }}", "1:4 "),
        ],
    );
}

#[test]
fn every_fault_is_told_at_once() {
    let source = "{{ customer.nmae }}\n{% if customer.nickname %}{{ customer.name }}{% endif %}\n{{ 'x' | indent }}";
    let faults = compile(source, Occasion::Customer).expect_err("refused");
    let lines: Vec<_> = faults.iter().map(|fault| fault.place.line).collect();
    assert_eq!(lines, [1, 2, 2, 3], "{faults:?}");
}

#[test]
fn columns_are_counted_in_characters() {
    assert_eq!(refusal(Occasion::Customer, "Grüße 🌹 {{ customer.nmae }}")[..5], *"1:12 ");
}

/// Words of the language, put together at random: much of it is nearly a template.
fn nearly_a_template() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        Just("{{ "),
        Just(" }}"),
        Just("{% "),
        Just(" %}"),
        Just("if "),
        Just("elif "),
        Just("else"),
        Just("endif"),
        Just("for "),
        Just(" in "),
        Just("endfor"),
        Just("customer.name"),
        Just("history.visit_days"),
        Just("interaction.topics"),
        Just("purchase.items"),
        Just("item"),
        Just(".quantity"),
        Just(" | "),
        Just("list(2)"),
        Just("first"),
        Just("plural(one='a', other='#')"),
        Just(" or "),
        Just(" and "),
        Just("not "),
        Just("'x'"),
        Just(" > 1"),
        Just(" == "),
        Just("("),
        Just(")"),
        Just("loop.last"),
        Just("x, y.\n"),
        Just("{#"),
        Just("#}"),
        Just("{% raw %}"),
        Just("-"),
        Just("~"),
        Just("["),
        Just("ü"),
    ];
    prop::collection::vec(words, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn whatever_is_written_either_compiles_or_is_refused_within_the_text(
        source in prop_oneof![nearly_a_template(), any::<String>()],
        occasion in prop::sample::select(Occasion::ALL),
    ) {
        if let Err(faults) = compile(&source, occasion) {
            prop_assert!(!faults.is_empty());
            let lines = source.matches('\n').count() + 1;
            for Fault { place, message, .. } in faults {
                prop_assert!(place.line >= 1 && place.line as usize <= lines, "{place:?} {message}");
                prop_assert!(place.column >= 1 && place.column as usize <= source.chars().count() + 2, "{place:?}");
                prop_assert!(!message.is_empty());
            }
        }
    }
}
