use super::{people::wish, *};
use crate::domain::{
    commands::gestures::Scheduled,
    customer::{CustomerKind, Profile},
    money::Money,
    organization::GiftLimit,
    refusal::Refusal,
};

fn euros(euros: i64) -> Option<Money> {
    Some(Money { currency: "EUR".to_owned(), micros: euros * 1_000_000 })
}

/// An organisation that takes 30 at once and 50 a year.
fn acme() -> (Kit, Customer) {
    let mut acme = customer(1);
    acme.kind = CustomerKind::Organization;
    acme.profile.gift_limit = Some(GiftLimit { per_gift: euros(30), per_year: euros(50) });
    (Kit::new(at(MONDAY_10)).with_customer(&acme), acme)
}

fn gift(to: &Customer, gift_value: Option<Money>) -> Schedule {
    Schedule { kind: GestureKind::Gift, channels: vec![Channel::HandOver], gift_value, promised: true, ..wish(to) }
}

fn over(reply: Result<Scheduled, Refusal>) -> String {
    match reply {
        Err(Refusal::Precondition { kind: Precondition::GiftLimit, message, .. }) => message,
        other => panic!("the limit lets it pass: {other:?}"),
    }
}

#[test]
fn a_gift_above_the_limit_is_refused_naming_limit_and_what_was_given() {
    let (mut kit, acme) = acme();
    let once = over(kit.run(&gift(&acme, euros(31))));
    assert_eq!(once, "The gift is worth 31 EUR; the organisation takes at most 30 EUR at once.");
    let first = kit.run(&gift(&acme, euros(30))).unwrap().gesture;
    let planned = over(kit.run(&gift(&acme, euros(25))));
    assert!(planned.contains("0 EUR were given and 30 EUR planned"), "{planned}");
    kit.run(&complete(first.id, Proof::Version(first.version))).unwrap();
    let given = over(kit.run(&gift(&acme, euros(25))));
    assert!(
        given.contains("at most 50 EUR a year; in 2026, 30 EUR were given, and this gift is worth 25 EUR"),
        "{given}"
    );
    assert_eq!(kit.run(&gift(&acme, euros(20))).unwrap().gesture.state, GestureState::Scheduled);
}

#[test]
fn a_new_year_by_the_clock_of_the_organisation_begins_anew() {
    let (kit, mut acme) = acme();
    acme.profile.time_zone = "Asia/Tokyo".to_owned();
    let mut kit = kit.with_customer(&acme);
    let eve = at("2026-12-31T15:30");
    let first = kit.run_at(eve, &gift(&acme, euros(30))).unwrap().gesture;
    kit.run(&complete(first.id, Proof::Version(first.version))).unwrap();
    over(kit.run(&gift(&acme, euros(30))));
    let midnight_there = at("2026-12-31T16:00");
    assert!(kit.run_at(midnight_there, &gift(&acme, euros(30))).is_ok());
}

#[test]
fn what_nobody_knows_waits_with_a_person_who_says_what_it_was_worth() {
    let (mut kit, acme) = acme();
    let unknown = kit.run(&gift(&acme, None)).unwrap().gesture;
    assert_eq!((unknown.with_person, unknown.reason), (true, Some(Reason::GiftUnclear)));
    let francs = Some(Money { currency: "CHF".to_owned(), micros: 1 });
    let foreign = kit.run(&gift(&acme, francs)).unwrap().gesture;
    assert!(foreign.with_person && foreign.explanation.contains("the limit is in EUR"), "{}", foreign.explanation);

    let waiting = kit.run(&gift(&acme, euros(30))).unwrap().gesture;
    let done = complete(unknown.id, Proof::Version(unknown.version));
    assert!(matches!(kit.run(&done), Err(Refusal::Invalid(_))), "it has to be said");
    let said = kit.run(&Complete { gift_value: euros(45), ..done }).unwrap().gesture;
    assert!(
        said.explanation.contains("at most 30 EUR at once"),
        "what happened counts, and is said: {}",
        said.explanation
    );
    let displaced = kit.gesture(waiting.id);
    assert_eq!((displaced.state, displaced.reason), (GestureState::Suppressed, Some(Reason::GiftLimit)));
}

#[test]
fn a_lower_limit_takes_back_what_is_planned() {
    let (mut kit, acme) = acme();
    let planned = kit.run(&gift(&acme, euros(30))).unwrap().gesture;
    let lower = crate::domain::commands::customers::UpdateCustomer {
        actor: actor(),
        id: acme.id,
        version: None,
        profile: crate::domain::commands::customers::ProfileChange::new(|profile: &mut Profile| {
            profile.gift_limit = Some(GiftLimit { per_gift: euros(20), per_year: None });
        }),
        kind: None,
        tags: None,
        identifiers: None,
        allow_erased: false,
    };
    kit.run(&lower).unwrap();
    assert_eq!(kit.gesture(planned.id).reason, Some(Reason::GiftLimit));
}

#[test]
fn where_nothing_is_limited_nothing_is_asked() {
    let (kit, mut free) = acme();
    free.profile.gift_limit = None;
    let mut kit = kit.with_customer(&free);
    let planned = kit.run(&gift(&free, None)).unwrap().gesture;
    assert!(!planned.with_person);
    kit.run(&complete(planned.id, Proof::Version(planned.version))).unwrap();
}

#[test]
fn at_the_desk_too_it_is_said_what_a_gift_was_worth() {
    let (mut kit, acme) = acme();
    let unknown = kit.run(&gift(&acme, None)).unwrap().gesture;
    let handed_over = Acknowledge {
        actor: actor(),
        once: unkeyed(),
        id: unknown.id,
        version: unknown.version,
        staff: "Rui".to_owned(),
        words: String::new(),
        thanked_already: false,
        gift_value: None,
    };
    assert!(matches!(kit.run(&handed_over), Err(Refusal::Invalid(_))), "it has to be said");
    let done = kit.run(&Acknowledge { gift_value: euros(20), ..handed_over }).unwrap().gesture;
    assert_eq!((done.state, done.terms.gift_value), (GestureState::Completed, euros(20)));
    kit.run(&gift(&acme, euros(30))).unwrap();
    over(kit.run(&gift(&acme, euros(1))));
}
