//! What is refused, where, and with which advice.

use super::super::{FilterError, GESTURES, Problem};
use super::{CUSTOMERS, Filter, RULE_CONDITIONS, Schema, parse};
use crate::domain::limits::{FILTER_MAX_BYTES, FILTER_MAX_DEPTH, FILTER_MAX_TERMS};

fn refuse_in(text: &str, schema: &Schema) -> FilterError {
    match Filter::parse(text, schema) {
        Ok(filter) => panic!("{text} was read as {filter}"),
        Err(error) => error,
    }
}

fn refuse(text: &str) -> FilterError {
    refuse_in(text, &RULE_CONDITIONS)
}

#[test]
fn names_the_place_and_what_was_expected() {
    for (text, message) in [
        ("interaction.kind", "column 17: expected `=`, `!=`, `<`, `<=`, `>`, `>=` or `:`, found the end"),
        ("interaction.kind = ", "column 20: expected a value, found the end"),
        ("interaction.kind == visit", "column 19: expected a value, found `=`"),
        ("interaction.kind = AND", "column 20: expected a value, found `AND`"),
        ("(interaction.kind = visit", "column 26: expected AND, OR, another comparison or `)`, found the end"),
        ("interaction.kind = visit)", "column 25: expected AND, OR, another comparison or the end, found `)`"),
        ("()", "column 2: expected a field or `(`, found `)`"),
        ("NOT NOT interaction.kind = visit", "column 5: expected a field or `(`, found `NOT`"),
        ("OR", "column 1: expected a field or `(`, found `OR`"),
        ("interaction.staff = \"Ana", "column 21: this text has no closing quote"),
        (
            "interaction.staff = \"é\" & x",
            "column 25: this character can't stand here; texts with special characters go in quotes",
        ),
        ("interaction.staff = \"a\\n\"", "column 23: a backslash stands only before a quote or another backslash"),
        ("interaction.staff < Ana", "column 19: interaction.staff is a text, which takes `=`, `!=` and `:*`"),
        ("interaction.staff:Ana", "column 18: interaction.staff is a text, which takes `=`, `!=` and `:*`"),
        ("customer.tags = vip", "column 15: customer.tags is a list of texts, which takes `:` with a text, and `:*`"),
        ("interaction.history = yes", "column 23: interaction.history takes true or false"),
        ("summary.visit_days = 4.5", "column 22: summary.visit_days takes a whole number such as 4"),
        ("summary.visit_days = \"4\"", "column 22: summary.visit_days takes a whole number such as 4"),
        ("summary.visit_days = - 4", "column 22: expected a value, found `-`"),
        (
            "interaction.response_duration < 5",
            "column 33: interaction.response_duration takes a time in seconds such as 20s",
        ),
    ] {
        assert_eq!(refuse(text).to_string(), message, "{text}");
    }
}

#[test]
fn counts_bytes_and_characters_apart() {
    let error = refuse("interaction.staff = \"éé\" %");
    assert_eq!((error.position, error.column), (27, 26));
}

#[test]
fn suggests_the_nearest_name() {
    for (text, nearest) in [
        ("interaction.outcom = purchased", "interaction.outcome"),
        ("outcome = purchased", "interaction.outcome"),
        ("Outcome = purchased", "interaction.outcome"),
        ("customer.visit_days > 3", "summary.visit_days"),
        ("tag:vip", "customer.tags"),
    ] {
        let Problem::UnknownField { nearest: found, .. } = refuse(text).problem else {
            panic!("{text}: another problem");
        };
        assert_eq!(found, Some(nearest), "{text}");
    }
    let error = refuse("interaction.outcome = purchase").to_string();
    assert!(error.ends_with("did you mean `purchased`?"), "{error}");
    assert!(!refuse("zzz = 1").to_string().contains("did you mean"));
}

#[test]
fn refuses_values_that_could_mean_something_else() {
    for text in [
        "interaction.start_time > \"2026-03-01\"",
        "interaction.start_time > \"2026-03-01T10:00:00\"",
        "interaction.start_time > \"2026-03-01T10:00:00.0000001Z\"",
        "interaction.local_date = \"2026-03-01T10:00:00\"",
        "interaction.local_date = \"2026-02-30\"",
        "interaction.location = main-street",
        "interaction.location = \"locations/\"",
        "interaction.location = \"locations/Main\"",
        "interaction.customer = \"customers/main-street\"",
        "interaction.customer = \"customers/01900000-0000-7000-8000-00000000000A\"",
        "interaction.purchase.total > 1e3",
        "interaction.staff = \"\"",
        "customer.tags:\"\"",
        "summary.visit_days = +4",
        "summary.visit_days = 9223372036854775808",
        "interaction.kind = *",
        "interaction.staff = \"a\0\"",
    ] {
        refuse(text);
    }
}

#[test]
fn tells_the_lists_apart() {
    let error = refuse_in("gesture.stat = held", &GESTURES).to_string();
    assert_eq!(error, "column 1: no such field in a list of gestures; did you mean `gesture.state`?");
    assert!(refuse_in("gesture.state = held", &CUSTOMERS).to_string().contains("a list of customers"));
}

#[test]
fn bounds_length_depth_and_comparisons() {
    let clause = "summary.visit_days = 1";
    let nested = |depth: usize| format!("{}{clause}{}", "(".repeat(depth), ")".repeat(depth));
    parse(&nested(FILTER_MAX_DEPTH));
    let error = refuse(&nested(FILTER_MAX_DEPTH + 1));
    assert_eq!((error.problem, error.position), (Problem::TooDeep, FILTER_MAX_DEPTH));

    let negated = |depth: usize| format!("{}{clause}{}", "-(".repeat(depth), ")".repeat(depth));
    parse(&negated(FILTER_MAX_DEPTH - 1));
    assert_eq!(refuse(&negated(FILTER_MAX_DEPTH)).problem, Problem::TooDeep);

    let many = |count: usize| vec![clause; count].join(" ");
    parse(&many(FILTER_MAX_TERMS));
    let error = refuse(&many(FILTER_MAX_TERMS + 1));
    assert_eq!(error.problem, Problem::TooManyComparisons);
    assert_eq!(error.position, FILTER_MAX_TERMS * (clause.len() + 1));

    parse(&format!("{clause}{}", " ".repeat(FILTER_MAX_BYTES - clause.len())));
    let error = refuse(&"é".repeat(FILTER_MAX_BYTES));
    assert_eq!((error.problem, error.position), (Problem::TooLong, FILTER_MAX_BYTES));
}
