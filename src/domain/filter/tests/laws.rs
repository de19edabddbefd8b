//! Laws that hold for every filter and every record.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, civil::Date};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::{collection, sample};

use super::super::{Expr, Field, Filter, Kind, Literal, Operator, Question, RULE_CONDITIONS, Test, Value};
use super::reader;

/// Few different values, so that records and filters meet often.
fn literal(kind: Kind) -> impl Strategy<Value = Literal> + use<> {
    let texts = match kind {
        Kind::Slug(_) => ["a", "b-1", "c"],
        _ => ["a", "Ä \"quoted\"", "back\\slash '"],
    };
    (0_usize..3, 0_i64..3).prop_map(move |(index, number)| match kind {
        Kind::Text | Kind::TextList | Kind::Slug(_) => Literal::Text(texts[index].to_owned()),
        Kind::Id(_) => Literal::Id(uuid::Uuid::from_u128(u128::from(number.unsigned_abs()))),
        Kind::Enum(words) => Literal::Enum(words[index % words.len()]),
        Kind::Int => Literal::Int(number - 1),
        Kind::Decimal => Literal::Decimal((number - 1) * 1_250_000),
        Kind::Bool => Literal::Bool(number == 0),
        Kind::Timestamp => Literal::Timestamp(instant(number)),
        Kind::Date => Literal::Date(day(number)),
        Kind::Duration => Literal::Duration((number - 1) * 500_000),
    })
}

fn instant(number: i64) -> Timestamp {
    Timestamp::from_microsecond(1_770_000_000_000_000 + number).expect("in range")
}

fn day(number: i64) -> Date {
    let start = Date::constant(2026, 2, 27);
    start.saturating_add(jiff::Span::new().days(number))
}

fn value(literal: Literal) -> Value<'static> {
    match literal {
        Literal::Text(text) => Value::Text(Box::leak(text.into_boxed_str())),
        Literal::Enum(word) => Value::Text(word),
        Literal::Id(id) => Value::Id(id),
        Literal::Int(number) => Value::Int(number),
        Literal::Decimal(micros) => Value::Decimal(micros),
        Literal::Bool(flag) => Value::Bool(flag),
        Literal::Timestamp(instant) => Value::Timestamp(instant),
        Literal::Date(day) => Value::Date(day),
        Literal::Duration(micros) => Value::Duration(SignedDuration::from_micros(micros)),
    }
}

fn field() -> impl Strategy<Value = Field> {
    sample::select(RULE_CONDITIONS.fields)
}

fn test() -> impl Strategy<Value = Expr> {
    use Operator::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
    let operators = sample::select(vec![Equal, NotEqual, Less, AtMost, Greater, AtLeast]);
    field().prop_flat_map(move |field| {
        let kind = field.kind();
        (Just(field), literal(kind), operators.clone(), 0..5).prop_map(|(field, literal, operator, dice)| {
            let question = match field.kind() {
                _ if dice == 0 => Question::Present,
                Kind::TextList => Question::Holds(literal),
                kind if kind.is_ordered() || !operator.needs_order() => Question::Compares(operator, literal),
                _ => Question::Compares(Operator::Equal, literal),
            };
            Expr::Test(Test { field, question })
        })
    })
}

/// Any tree that the parser can make.
fn expr() -> impl Strategy<Value = Expr> {
    test().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 2..4).prop_map(|members| flat(members, true)),
            collection::vec(inner.clone(), 2..4).prop_map(|members| flat(members, false)),
            inner.prop_map(negate),
        ]
    })
}

fn flat(members: Vec<Expr>, all: bool) -> Expr {
    let mut joined = Vec::new();
    for member in members {
        match member {
            Expr::All(inner) if all => joined.extend(inner),
            Expr::Any(inner) if !all => joined.extend(inner),
            other => joined.push(other),
        }
    }
    if all { Expr::All(joined) } else { Expr::Any(joined) }
}

fn negate(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

fn record() -> impl Strategy<Value = HashMap<Field, Value<'static>>> {
    let entry = field().prop_flat_map(|field| {
        literal(field.kind()).prop_map(move |literal| match field.kind() {
            Kind::TextList => (field, list(literal)),
            _ => (field, value(literal)),
        })
    });
    collection::vec(entry, 0..60).prop_map(|entries| entries.into_iter().collect())
}

fn list(literal: Literal) -> Value<'static> {
    let texts: Vec<String> = match literal {
        Literal::Text(text) => vec![text, "another".to_owned()],
        _ => Vec::new(),
    };
    Value::TextList(texts.leak())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(expr in expr()) {
        let filter = Filter::parse(&expr.to_string(), &RULE_CONDITIONS);
        let expected = match expr {
            Expr::All(clauses) => clauses,
            clause => vec![clause],
        };
        prop_assert_eq!(filter.map(|filter| filter.clauses().to_vec()), Ok(expected));
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_errors_lie_inside(bytes in collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = Filter::parse(&text, &RULE_CONDITIONS) {
            prop_assert!(text.is_char_boundary(error.position));
            prop_assert!(error.column <= text.chars().count() + 1);
        }
    }

    #[test]
    fn arbitrary_token_soup_never_panics(pieces in collection::vec(sample::select(vec![
        "(", ")", "-", "AND", "OR", "NOT", ":", "=", "!=", "<", ">=", "*", "\"x\"", "'", "\\", "7", "20s", "\u{1F49D}",
        "interaction.kind", "visit", "customer.tags", "summary.visit_days",
    ]), 0..40), glue in sample::select(vec!["", " "])) {
        let text = pieces.join(glue);
        if let Ok(filter) = Filter::parse(&text, &RULE_CONDITIONS) {
            prop_assert_eq!(Filter::parse(&filter.to_string(), &RULE_CONDITIONS), Ok(filter));
        }
    }

    #[test]
    fn obeys_de_morgan_and_double_negation(a in expr(), b in expr(), record in record()) {
        let read = reader(&record);
        let both = negate(flat(vec![a.clone(), b.clone()], true));
        let either = flat(vec![negate(a.clone()), negate(b)], false);
        prop_assert_eq!(both.holds(&read), either.holds(&read));
        prop_assert_eq!(negate(negate(a.clone())).holds(&read), a.holds(&read));
    }

    #[test]
    fn explaining_agrees_with_matching(a in expr(), b in expr(), record in record()) {
        let text = flat(vec![a, b], true).to_string();
        let filter = Filter::parse(&text, &RULE_CONDITIONS).expect("a printed filter");
        let read = reader(&record);
        let clauses = filter.explain(&read);
        prop_assert_eq!(filter.matches(&read), clauses.iter().all(|clause| clause.holds));
        let first = clauses.iter().find(|clause| !clause.holds).map(|clause| clause.text.clone());
        prop_assert_eq!(filter.first_failed(&read).map(ToString::to_string), first);
    }
}
