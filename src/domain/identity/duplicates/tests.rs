use super::*;
use crate::domain::{
    customer::{BirthDate, ContactAddress, ContactPoint, Customer, Identifier, IdentifierKind, PostalAddress, Profile},
    ids::{CustomerId, HouseholdId},
};
use jiff::Timestamp;
use uuid::Uuid;

fn somebody(given: &str, family: &str, birth: Option<(i16, i8, i8)>, street: &str, phone: &str) -> Customer {
    let post = PostalAddress {
        postal_code: "10115".to_owned(),
        locality: "Berlin".to_owned(),
        lines: vec![street.to_owned()],
        ..PostalAddress::default()
    };
    let point = |address| ContactPoint { address, label: String::new(), bad: false };
    let profile = Profile {
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        birth_date: birth.map(|(year, month, day)| BirthDate { year: Some(year), month, day }),
        contact_points: Some(street)
            .filter(|street| !street.is_empty())
            .map(|_| point(ContactAddress::Post(post)))
            .into_iter()
            .collect(),
        ..Profile::default()
    };
    let identifier = Identifier {
        kind: IdentifierKind::Phone,
        system: String::new(),
        typed: phone.to_owned(),
        normalized: phone.to_owned(),
        origin: None,
    };
    let identifiers = if phone.is_empty() { Vec::new() } else { vec![identifier] };
    let (id, household) = (CustomerId(Uuid::from_u128(1)), HouseholdId(Uuid::from_u128(2)));
    Customer::new(id, household, profile, identifiers, Timestamp::UNIX_EPOCH)
}

/// A house of a thousand customers, every tenth of whom is an Anna Schmidt.
fn house() -> Frequencies {
    let mut frequencies = Frequencies::default();
    for n in 0..1_000 {
        let (given, family) =
            if n % 10 == 0 { ("Anna".to_owned(), "Schmidt".to_owned()) } else { (format!("G{n}"), format!("F{n}")) };
        let born = (1950 + n % 50, 1 + i8::try_from(n % 12).unwrap_or(0), 1 + i8::try_from(n % 28).unwrap_or(0));
        let customer = somebody(&given, &family, Some(born), &format!("{n} Street {n}"), "");
        frequencies.look_at(&Face::of(&customer).expect("somebody who is compared"));
    }
    frequencies
}

fn compared(a: &Customer, b: &Customer) -> Comparison {
    let face = |customer| Face::of(customer).expect("somebody who is compared");
    compare(&face(a), &face(b), &house())
}

fn broad(a: &Customer, b: &Customer) -> bool {
    Rule::Broad.is_met(&compared(a, b), 1_000, &house())
}

const BORN: Option<(i16, i8, i8)> = Some((1980, 5, 12));

#[test]
fn one_person_is_recognised_in_spite_of_mistakes() {
    let jurgen = somebody("Jürgen", "Hallervorden", BORN, "Lindenweg 12", "");
    for other in [
        somebody("Juergen", "Hallervorden", BORN, "", ""),
        somebody("Jurgen", "Halervorden", BORN, "Lindenweg 12", ""),
        somebody("Hallervorden", "Jürgen", BORN, "Lindenweg 12", ""),
        somebody("Jürgen", "Hallervorden", Some((1980, 12, 5)), "Lindenweg 12", ""),
        somebody("J", "Hallervorden", BORN, "12 Lindenweg", ""),
        somebody("Jürgen", "Hallervorden", Some((1980, 5, 21)), "Lindnweg 12", ""),
    ] {
        assert!(broad(&jurgen, &other), "{:?}: {:?}", other.profile.family_name, compared(&jurgen, &other));
    }
    assert!(Rule::Narrow.is_met(&compared(&jurgen, &jurgen.clone()), 1_000, &house()));
}

#[test]
fn a_common_name_tells_little() {
    let anna = somebody("Anna", "Schmidt", None, "", "");
    assert!(!broad(&anna, &anna.clone()), "{:?}", compared(&anna, &anna.clone()));
    let rare = somebody("Thusnelda", "Hallervorden", None, "", "");
    assert!(broad(&rare, &rare.clone()));
    assert!(!Rule::Broad.is_met(&compared(&rare, &rare.clone()), 100_000_000, &house()), "among so many it takes more");
}

#[test]
fn a_family_does_not_become_one_person() {
    let mother = somebody("Thusnelda", "Hallervorden", BORN, "Lindenweg 12", "+4930123456");
    let child = somebody("Kunigunde", "Hallervorden", Some((2010, 7, 30)), "Lindenweg 12", "+4930123456");
    let comparison = compared(&mother, &child);
    let shared: f64 = comparison.evidence.iter().filter(|it| it.reason == "same phone").map(|it| it.bits).sum();
    assert!(shared < 5.0, "what a household shares counts half: {comparison:?}");
    assert!(!Rule::Narrow.is_met(&comparison, 1_000, &house()), "{comparison:?}");
    assert!(!Rule::Broad.is_met(&comparison, 1_000_000, &house()), "{comparison:?}");
    let phone_only = somebody("Kunigunde", "Hallervorden", None, "", "+4930123456");
    assert!(!broad(&mother, &phone_only), "{:?}", compared(&mother, &phone_only));
}

#[test]
fn narrow_is_narrower_than_broad() {
    let one = somebody("Thusnelda", "Hallervorden", BORN, "Lindenweg 12", "");
    let moved = somebody("Thusnelda", "Hallervorden", Some((1979, 3, 2)), "", "");
    let comparison = compared(&one, &moved);
    let met = |rule: Rule| rule.is_met(&comparison, 1_000, &house());
    assert!(met(Rule::Broad) && !met(Rule::Narrow), "{comparison:?}");
    assert!(comparison.evidence.iter().any(|it| it.reason == "other birthday" && it.bits < 0.0));
    let sum: f64 = comparison.evidence.iter().map(|it| it.bits).sum();
    assert!((sum - comparison.bits).abs() < 1e-9, "the bits are the sum of what is told");
}

#[test]
fn where_people_have_several_records_it_takes_less() {
    let mut clean = Frequencies::default();
    let mut twice = Frequencies::default();
    for n in 0..1_000_i16 {
        let born = |n: i16| {
            Some((1930 + n % 90, 1 + i8::try_from(n % 12).unwrap_or(0), 1 + i8::try_from(n % 28).unwrap_or(0)))
        };
        let face = |n| Face::of(&somebody("A", "B", born(n), "", "")).expect("somebody who is compared");
        clean.look_at(&face(n));
        twice.look_at(&face(n / 4));
    }
    assert!(Rule::Broad.threshold(1_000, &twice) < Rule::Broad.threshold(1_000, &clean));
}

#[test]
fn who_may_be_one_person_shares_a_block() {
    let one = somebody("Jürgen", "Hallervorden", BORN, "Lindenweg 12", "");
    for other in [
        somebody("Jurgen", "Halervorden", None, "", ""),
        somebody("", "Meier", BORN, "", ""),
        somebody("", "", None, "12 Lindenweg", ""),
    ] {
        assert!(blocks(&one).iter().any(|block| blocks(&other).contains(block)), "{:?}", blocks(&other));
    }
    let mut discreet = one.clone();
    discreet.profile.discreet = true;
    assert!(blocks(&discreet).is_empty() && Face::of(&discreet).is_none());
}

#[test]
fn a_third_record_that_is_like_both_counts_for_people_and_not_for_machines() {
    let whole = somebody("Thusnelda", "Hallervorden", BORN, "", "+4930123456");
    let named = somebody("Thusnelda", "Hallervorden", None, "", "");
    let dated = somebody("", "Hallervorden", BORN, "", "+4930123456");
    let faces = [&named, &whole].map(|it| Face::of(it).expect("somebody who is compared"));
    let dated = Face::of(&dated).expect("somebody who is compared");
    let found = |rule| likely(&dated, &faces, rule, 1_000, &house()).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!(found(Rule::Broad), [1, 0], "the named one is found through the one that is both");
    assert!(!found(Rule::Narrow).contains(&0));
    let through = likely(&dated, &faces, Rule::Broad, 1_000, &house());
    assert!(through[1].1.evidence.iter().any(|it| it.reason == "a third record is like both" && it.bits > 0.0));
    assert!(likely(&dated, &faces[..1], Rule::Broad, 1_000, &house()).is_empty(), "nothing else speaks for it");
}

#[test]
fn the_first_of_january_and_titles_are_no_agreement() {
    let (one, other) = (Some((1922, 1, 1)), Some((1962, 1, 1)));
    let comparison = compared(&somebody("A", "B", one, "", ""), &somebody("C", "D", other, "", ""));
    assert!(
        comparison.evidence.iter().all(|it| !it.reason.contains("year of birth") || it.bits <= 0.0),
        "{comparison:?}"
    );
    let sirs = compared(&somebody("Sir", "Thusnelda", None, "", ""), &somebody("Sir", "Kunigunde", None, "", ""));
    assert!(sirs.bits < 0.0, "{sirs:?}");
}
