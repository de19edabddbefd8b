//! The language as its users meet it: what is read, what it means, what is refused and where.

#![allow(clippy::unwrap_used)]

mod facts;
mod laws;
mod refusals;

use std::collections::HashMap;

use super::{CUSTOMERS, Field, Filter, RULE_CONDITIONS, Schema, Value};

/// A visit by a regular who bought nothing and has no language of their own.
fn visit() -> HashMap<Field, Value<'static>> {
    let tags: &'static [String] = Box::leak(vec!["regular".to_owned(), "dog owner".to_owned()].into_boxed_slice());
    HashMap::from([
        (Field::InteractionKind, Value::Text("visit")),
        (Field::InteractionOutcome, Value::Text("not_purchased")),
        (Field::InteractionLocation, Value::Text("main-street")),
        (Field::InteractionHistory, Value::Bool(false)),
        (Field::InteractionPurchaseTotal, Value::Decimal(19_900_000)),
        (Field::InteractionStartTime, Value::Timestamp("2026-03-01T10:00:00Z".parse().unwrap())),
        (Field::InteractionLocalDate, Value::Date("2026-03-01".parse().unwrap())),
        (Field::InteractionResponseDuration, Value::Duration("12s".parse().unwrap())),
        (Field::InteractionStaff, Value::Text("")),
        (Field::InteractionTopics, Value::TextList(&[])),
        (Field::SummaryVisitDays, Value::Int(5)),
        (Field::CustomerTags, Value::TextList(tags)),
    ])
}

fn reader<'r>(record: &HashMap<Field, Value<'r>>) -> impl Fn(Field) -> Value<'r> {
    move |field| record.get(&field).copied().unwrap_or(Value::Absent)
}

fn parse(text: &str) -> Filter {
    Filter::parse(text, &RULE_CONDITIONS).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn means_what_it_says() {
    let record = visit();
    for (text, expected) in [
        ("", true),
        ("  \n", true),
        ("interaction.kind = visit", true),
        ("interaction.kind = VISIT", true),
        ("interaction.kind = \"visit\"", true),
        ("interaction.kind != visit", false),
        ("interaction.location = \"locations/main-street\"", true),
        ("interaction.location = locations/main-street", true),
        ("interaction.location = locations/elsewhere", false),
        ("interaction.history = false", true),
        ("interaction.purchase.total = 19.9", true),
        ("interaction.purchase.total > 20", false),
        ("interaction.start_time >= '2026-03-01T11:00:00+01:00'", true),
        ("interaction.start_time > \"2026-03-01T10:00:00Z\"", false),
        ("interaction.local_date < 2026-03-02", true),
        ("interaction.response_duration <= 12.0s", true),
        ("interaction.response_duration > -1s", true),
        ("summary.visit_days>=4", true),
        ("summary.visit_days > -4", true),
        ("customer.tags:regular", true),
        ("customer.tags:\"dog owner\"", true),
        ("customer.tags:dog", false),
        ("customer.tags:*", true),
        ("interaction.topics:*", false),
        ("interaction.staff:*", false),
        ("-interaction.staff:*", true),
    ] {
        assert_eq!(parse(text).matches(&reader(&record)), expected, "{text}");
    }
}

#[test]
fn absent_is_false_under_every_operator_and_its_not_is_true() {
    let record = visit();
    for operator in ["=", "!=", "<", "<=", ">", ">="] {
        let text = format!("interaction.effort {operator} 3");
        assert!(!parse(&text).matches(&reader(&record)), "{text}");
        assert!(parse(&format!("NOT {text}")).matches(&reader(&record)), "NOT {text}");
    }
}

#[test]
fn or_binds_tighter_than_and_as_in_aip_160() {
    let [a, b, c] = ["interaction.history = true", "summary.visit_days = 1", "summary.visit_days = 5"];
    for (text, canonical) in [
        (format!("{a} AND {b} OR {c}"), format!("{a} AND ({b} OR {c})")),
        (format!("{a} {b} OR {c}"), format!("{a} AND ({b} OR {c})")),
        (format!("{a} OR {b} {c}"), format!("({a} OR {b}) AND {c}")),
        (format!("({a} AND {b}) OR {c}"), format!("({a} AND {b}) OR {c}")),
        (format!("NOT {a} OR {b}"), format!("NOT {a} OR {b}")),
        (format!("-({a} OR ({b} OR {c}))"), format!("NOT ({a} OR {b} OR {c})")),
        (format!("((({a})) AND (({b} {c})))"), format!("{a} AND {b} AND {c}")),
        (format!("NOT (NOT {a})"), format!("NOT (NOT {a})")),
    ] {
        assert_eq!(parse(&text).to_string(), canonical, "{text}");
        assert_eq!(parse(&canonical), parse(&text), "{text}");
    }
}

#[test]
fn prints_values_so_that_they_read_back() {
    for (text, canonical) in [
        ("interaction.staff = 'Ana \"B\" \\\\'", "interaction.staff = \"Ana \\\"B\\\" \\\\\""),
        ("interaction.staff=Ana", "interaction.staff = \"Ana\""),
        ("customer.tags : -x", "customer.tags:\"-x\""),
        ("interaction.kind = ORDER_UPDATE", "interaction.kind = order_update"),
        ("interaction.response_duration < 0.50s", "interaction.response_duration < 0.5s"),
        ("interaction.start_time = \"2026-03-01T11:00:00+01:00\"", "interaction.start_time = \"2026-03-01T10:00:00Z\""),
        (
            "interaction.customer = customers/01900000-0000-7000-8000-000000000001",
            "interaction.customer = \"customers/01900000-0000-7000-8000-000000000001\"",
        ),
    ] {
        assert_eq!(parse(text).to_string(), canonical);
        assert_eq!(parse(canonical), parse(text), "{text}");
    }
}

#[test]
fn p3_explains_clause_by_clause_without_values_of_the_record() {
    let filter = parse(
        "interaction.kind = visit AND (summary.visit_days > 9 OR NOT interaction.effort < 3) interaction.fault:*",
    );
    let record = visit();
    let clauses = filter.explain(&reader(&record));
    let seen: Vec<_> = clauses.iter().map(|clause| (clause.text.as_str(), clause.holds)).collect();
    assert_eq!(
        seen,
        [
            ("interaction.kind = visit", true),
            ("summary.visit_days > 9 OR NOT interaction.effort < 3", true),
            ("interaction.fault:*", false),
        ]
    );
    let second: Vec<_> = clauses[1].comparisons.iter().map(|one| (one.text.as_str(), one.holds, one.present)).collect();
    assert_eq!(second, [("summary.visit_days > 9", false, true), ("interaction.effort < 3", false, false)]);
    let failed = filter.first_failed(&reader(&record)).map(ToString::to_string);
    assert_eq!(failed.as_deref(), Some("interaction.fault:*"));
}

#[test]
fn every_field_is_named_once_and_documented() {
    let mut paths: Vec<_> = Field::ALL.iter().map(|field| field.path()).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), Field::ALL.len());
    for field in Field::ALL {
        assert!(field.doc().ends_with('.'), "{}", field.path());
    }
}

#[test]
fn a_list_refuses_what_only_rules_know() {
    let text = "customer.minor = true";
    assert!(Filter::parse(text, &RULE_CONDITIONS).is_ok());
    assert!(Filter::parse(text, &CUSTOMERS).is_err());
}
