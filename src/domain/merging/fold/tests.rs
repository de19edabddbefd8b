#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    customer::{BirthDate, ContactAddress, Fact, FactKind, FactOrigin},
    testkit::at,
};

fn person(name: &str) -> Person {
    let profile = Profile { display_name: name.to_owned(), ..Profile::default() };
    Person { profile, ..Person::default() }
}

fn said(state: ConsentState, at_local: &str) -> Consent {
    Consent {
        channel: Channel::Email,
        purpose: Purpose::Gratitude,
        state,
        source: "till form".to_owned(),
        text_version: "1".to_owned(),
        at: at(at_local),
    }
}

fn word(person: &Person) -> Option<ConsentState> {
    person.consents.iter().max_by_key(|it| it.at).map(|it| it.state)
}

fn likes(id: u128, text: &str) -> Fact {
    Fact {
        id: uuid::Uuid::from_u128(id),
        kind: FactKind::Like,
        text: text.to_owned(),
        origin: FactOrigin::ToldUs,
        learned_at: at("2026-01-01T10:00"),
        date: None,
    }
}

fn phone(number: &str, bad: bool) -> ContactPoint {
    ContactPoint { address: ContactAddress::Phone(number.to_owned()), label: String::new(), bad }
}

#[test]
fn the_survivors_own_word_wins_and_what_it_lacks_comes_from_the_others_in_order() {
    let (mut a, mut b, mut c) = (person("Ana"), person("A. Berg"), person("Anna"));
    a.profile.birth_date = None;
    b.profile.language = "de".to_owned();
    c.profile.language = "en".to_owned();
    c.profile.birth_date = Some(BirthDate { year: None, month: 2, day: 29 });
    b.profile.minor = true;
    let one = fold(&a, [&b, &c]);
    assert_eq!((one.profile.display_name.as_str(), one.profile.language.as_str()), ("Ana", "de"));
    assert_eq!(one.profile.birth_date, c.profile.birth_date);
    assert!(one.profile.minor);
}

#[test]
fn p10_p6_nobody_allows_more_by_being_merged_than_they_allowed_before() {
    use ConsentState::{Granted, Refused, Unknown};
    let cases = [
        (Some((Refused, "2026-01-01T10:00")), Some((Granted, "2026-02-01T10:00")), Some(Refused)),
        (Some((Granted, "2026-02-01T10:00")), Some((Refused, "2026-01-01T10:00")), Some(Refused)),
        (Some((Granted, "2026-01-01T10:00")), Some((Refused, "2026-02-01T10:00")), Some(Refused)),
        (Some((Unknown, "2026-02-01T10:00")), Some((Granted, "2026-01-01T10:00")), Some(Unknown)),
        (None, Some((Granted, "2026-01-01T10:00")), Some(Granted)),
        (Some((Granted, "2026-01-01T10:00")), None, Some(Granted)),
    ];
    for (one, other, expected) in cases {
        let with = |word: Option<(ConsentState, &str)>| Person {
            consents: word.into_iter().map(|(state, at)| said(state, at)).collect(),
            ..Person::default()
        };
        assert_eq!(word(&fold(&with(one), [&with(other)])), expected, "{one:?} {other:?}");
    }
}

#[test]
fn what_is_the_same_comes_once_and_a_bad_number_stays_bad() {
    let (mut a, mut b) = (person("Ana"), person("Ana"));
    a.profile.contact_points = vec![phone("+491", false)];
    b.profile.contact_points = vec![phone("+491", true), phone("+492", false)];
    a.profile.facts = vec![likes(1, "tulips")];
    b.profile.facts = vec![likes(2, "tulips"), likes(3, "roses")];
    (a.tags, b.tags) = (vec!["vip".to_owned()], vec!["garden".to_owned(), "vip".to_owned()]);
    let one = fold(&a, [&b]).profile;
    assert_eq!(one.contact_points, [phone("+491", true), phone("+492", false)]);
    assert_eq!(one.facts.iter().map(|fact| fact.text.as_str()).collect::<Vec<_>>(), ["tulips", "roses"]);
    assert_eq!(fold(&a, [&b]).tags, ["garden", "vip"]);
}

#[test]
fn p10_without_changes_taking_one_out_again_gives_back_what_was() {
    let (mut a, mut b, mut c) = (person("Ana"), person(""), person("Anna"));
    b.profile.language = "de".to_owned();
    b.profile.facts = vec![likes(1, "tulips")];
    b.consents = vec![said(ConsentState::Refused, "2026-01-01T10:00")];
    c.profile.language = "en".to_owned();
    c.tags = vec!["vip".to_owned()];
    a.consents = vec![said(ConsentState::Granted, "2026-02-01T10:00")];
    let all = fold(&a, [&b, &c]);
    assert_eq!(fold(&a, [&c]).with_changes(&all, &all), fold(&a, [&c]));
    assert_eq!(a.clone().with_changes(&all, &all), a);
    assert_eq!(without_removed(b.clone(), &all, &all), b);
}

#[test]
fn p10_what_was_changed_meanwhile_stays_with_the_survivor_and_what_was_removed_is_removed() {
    let (mut a, mut b) = (person("Ana"), person("Anna"));
    b.profile.language = "de".to_owned();
    b.profile.facts = vec![likes(1, "tulips"), likes(2, "roses")];
    b.profile.contact_points = vec![phone("+492", false)];
    a.profile.facts = vec![likes(3, "cake")];
    let before = fold(&a, [&b]);
    let mut after = before.clone();
    after.profile.how_to_say = "AH-na".to_owned();
    after.profile.facts.retain(|fact| fact.text != "tulips");
    after.profile.facts.push(likes(4, "tea"));
    after.profile.contact_points[0].bad = true;
    after.tags = vec!["vip".to_owned()];
    after.consents = vec![said(ConsentState::Refused, "2026-03-01T10:00")];

    let apart = a.clone().with_changes(&before, &after);
    let texts = |person: &Person| person.profile.facts.iter().map(|fact| fact.text.clone()).collect::<Vec<_>>();
    assert_eq!((apart.profile.how_to_say.as_str(), apart.profile.language.as_str()), ("AH-na", ""));
    assert_eq!(texts(&apart), ["cake", "tea"]);
    assert_eq!((apart.tags.as_slice(), word(&apart)), (["vip".to_owned()].as_slice(), Some(ConsentState::Refused)));
    assert!(apart.profile.contact_points.is_empty());

    let other = without_removed(b, &before, &after);
    assert_eq!(texts(&other), ["roses"]);
    assert_eq!(other.profile.contact_points, [phone("+492", true)], "what was learned stays known");
    assert_eq!((other.profile.how_to_say.as_str(), word(&other)), ("", Some(ConsentState::Refused)));
}

#[test]
fn p10_p6_nobody_allows_more_by_being_parted_than_was_said_meanwhile() {
    use ConsentState::{Granted, Refused, Unknown};
    let cases = [
        (Some(Granted), Refused, Some(Refused)),
        (None, Refused, Some(Refused)),
        (Some(Granted), Unknown, Some(Unknown)),
        (Some(Refused), Unknown, Some(Refused)),
        (Some(Refused), Granted, Some(Refused)),
        (None, Granted, None),
    ];
    for (own, meanwhile, expected) in cases {
        let consents = own.map(|state| said(state, "2026-01-01T10:00")).into_iter().collect();
        let record = Person { consents, ..Person::default() };
        let before = fold(&Person::default(), [&record]);
        let mut after = before.clone();
        after.consents.push(said(meanwhile, "2026-02-01T10:00"));
        assert_eq!(word(&without_removed(record, &before, &after)), expected, "{own:?}, then {meanwhile:?}");
    }
}
