#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    commands::{Once, look_ahead::LookAhead},
    content,
    customer::{
        BirthDate, Channel, ConsentState, ContactPointKind, CustomerKind, CustomerStatus, FactKind, FactOrigin,
        Guardian, Identifier, IdentifierKind, Profile, Purpose,
    },
    gesture::{ContactState, GestureState, Reason},
    testkit::{Kit, actor, at, call, customer, email, once, unkeyed},
    when::{ClockTime, WeeklyHours},
};
use jiff::civil::Weekday;

const MONDAY_10: &str = "2026-11-23T10:00";

fn identifier(kind: IdentifierKind, value: &str) -> Identifier {
    let system = if kind == IdentifierKind::ExternalId { "till" } else { "" };
    let (typed, normalized) = (value.to_owned(), value.to_owned());
    Identifier { kind, system: system.to_owned(), typed, normalized, origin: None }
}

fn create(name: &str, identifiers: &[Identifier]) -> CreateCustomer {
    CreateCustomer {
        actor: actor(),
        once: unkeyed(),
        id: None,
        kind: CustomerKind::Person,
        profile: Profile { display_name: name.to_owned(), ..Profile::default() },
        tags: vec!["vip".to_owned(), "gardener".to_owned(), "vip".to_owned()],
        identifiers: identifiers.to_vec(),
        on_match: OnMatch::Reject,
        allow_erased: false,
    }
}

fn update(id: CustomerId, change: impl Fn(&mut Profile) + Send + Sync + 'static) -> UpdateCustomer {
    UpdateCustomer {
        actor: actor(),
        id,
        version: None,
        profile: ProfileChange::new(change),
        kind: None,
        tags: None,
        identifiers: None,
        allow_erased: false,
    }
}

fn consent(id: CustomerId, channel: Channel, state: ConsentState) -> SetConsent {
    SetConsent {
        actor: actor(),
        once: unkeyed(),
        id,
        channel,
        purpose: Purpose::Gratitude,
        state,
        source: "till form".to_owned(),
        text_version: "1".to_owned(),
        at: None,
    }
}

fn fact(id: CustomerId, once: Once) -> AddFact {
    AddFact {
        actor: actor(),
        once,
        id,
        kind: FactKind::Like,
        text: "likes roses".to_owned(),
        origin: FactOrigin::ToldUs,
        learned_at: None,
        date: None,
    }
}

#[test]
fn a_new_customer_has_a_household_and_contact_points_from_the_identifiers() {
    let mut kit = Kit::new(at(MONDAY_10));
    let phone = identifier(IdentifierKind::Phone, "+49301234567");
    let mail = identifier(IdentifierKind::Email, "ana@example.com");
    let made = kit.run(&create("Ana", &[phone.clone(), mail, phone])).unwrap().customer;
    assert_eq!(made.identifiers.len(), 2, "each once");
    assert_eq!(made.tags, ["gardener", "vip"]);
    assert!(made.contact_point(ContactPointKind::Phone).is_some());
    assert!(made.contact_point(ContactPointKind::Email).is_some());
    assert_eq!(made.version, 1);
    assert_eq!(kit.world.customer(made.id), Ok(&made));
}

#[test]
fn who_fits_strongly_is_named_returned_or_made_again_as_asked() {
    let mut kit = Kit::new(at(MONDAY_10));
    let phone = identifier(IdentifierKind::Phone, "+49301234567");
    let ana = kit.run(&create("Ana Lima", std::slice::from_ref(&phone))).unwrap().customer;
    let again = create(" ana lima", std::slice::from_ref(&phone));
    let Err(Refusal::AlreadyExists { resource, matched }) = kit.run(&again) else { panic!("not refused") };
    assert_eq!((resource, matched), (format!("customers/{}", ana.id), vec!["customer.identifiers[0]".to_owned()]));

    let found = kit.run(&CreateCustomer { on_match: OnMatch::ReturnExisting, ..again.clone() }).unwrap();
    assert_eq!((found.customer.id, found.existing), (ana.id, true));
    let other = kit.run(&CreateCustomer { on_match: OnMatch::CreateAnyway, ..again.clone() }).unwrap();
    assert!(other.customer.id != ana.id && !other.existing);
    let guess = kit.run(&CreateCustomer { on_match: OnMatch::ReturnExisting, ..again });
    assert!(matches!(guess, Err(Refusal::AlreadyExists { .. })), "two fit: no silent guess");
    assert!(!kit.run(&create("Bo", &[phone])).unwrap().existing, "a family shares a phone");
}

#[test]
fn what_belongs_to_one_customer_alone_is_refused_even_so() {
    let mut kit = Kit::new(at(MONDAY_10));
    let card = identifier(IdentifierKind::Loyalty, "4711");
    let ana = kit.run(&create("Ana", std::slice::from_ref(&card))).unwrap().customer;
    let bo = kit.run(&create("Bo", &[])).unwrap().customer;
    let anyway = CreateCustomer { on_match: OnMatch::CreateAnyway, ..create("Cy", std::slice::from_ref(&card)) };
    assert!(matches!(kit.run(&anyway), Err(Refusal::AlreadyExists { .. })));
    let taken = UpdateCustomer { identifiers: Some(vec![card.clone()]), ..update(bo.id, |_| ()) };
    assert!(matches!(kit.run(&taken), Err(Refusal::AlreadyExists { .. })));
    let own = UpdateCustomer { identifiers: Some(vec![card]), ..update(ana.id, |_| ()) };
    assert_eq!(kit.run(&own).unwrap().customer, ana, "no change, no new version");
}

#[test]
fn an_id_that_is_taken_is_refused() {
    let ana = customer(1);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    let taken = CreateCustomer { id: Some(ana.id), on_match: OnMatch::CreateAnyway, ..create("Bo", &[]) };
    let Err(Refusal::AlreadyExists { matched, .. }) = kit.run(&taken) else { panic!("not refused") };
    assert_eq!(matched, ["customer_id"]);
}

#[test]
fn p2_repeated_calls_change_nothing() {
    let mut kit = Kit::new(at(MONDAY_10));
    let keyed = CreateCustomer { once: once("r-1", "a"), ..create("Ana", &[]) };
    let ana = kit.run(&keyed).unwrap().customer;
    assert!(kit.run(&keyed).unwrap().replayed);
    assert_eq!(kit.world.customers.values().count(), 1);
    let keyed = fact(ana.id, once("r-2", "a"));
    kit.run(&keyed).unwrap();
    let again = kit.run(&keyed).unwrap();
    assert_eq!((again.replayed, again.customer.profile.facts.len()), (true, 1));
    let keyed = SetConsent { once: once("r-3", "a"), ..consent(ana.id, Channel::Email, ConsentState::Granted) };
    kit.run(&keyed).unwrap();
    assert_eq!(kit.run(&keyed).unwrap().customer.consents.len(), 1);
}

#[test]
fn an_update_names_what_changed_and_keeps_the_facts() {
    let ana = customer(1);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    kit.run(&fact(ana.id, unkeyed())).unwrap();
    let events = kit.world.events().len();
    let change = UpdateCustomer {
        tags: Some(vec!["vip".to_owned()]),
        ..update(ana.id, |profile| *profile = Profile { display_name: "Bea".to_owned(), ..Profile::default() })
    };
    let stale = UpdateCustomer { version: Some(1), ..change.clone() };
    assert!(matches!(kit.run(&stale), Err(Refusal::Stale { .. })));
    let changed = kit.run(&UpdateCustomer { version: Some(2), ..change }).unwrap().customer;
    assert_eq!((changed.profile.facts.len(), changed.version), (1, 3));
    let event = &kit.world.events()[events];
    assert_eq!(event.detail.fields, ["contact_points", "display_name", "tags"]);
}

#[test]
fn p5_changed_hours_and_zones_plan_anew_what_is_pending() {
    let ana = customer(1);
    let due = call(1, &ana, at("2026-11-24T09:00"));
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&due);
    let evenings =
        WeeklyHours::on(&[Weekday::Tuesday], ClockTime::new(18, 0).unwrap(), ClockTime::new(19, 0).unwrap()).unwrap();
    kit.run(&update(ana.id, move |profile| profile.contact_hours = Some(evenings.clone()))).unwrap();
    assert_eq!(kit.gesture(due.id).schedule.due_at, at("2026-11-24T18:00"));
    assert_eq!(kit.contacts(ana.household), [(ContactState::Reserved, at("2026-11-24T18:00"))]);
    kit.run(&update(ana.id, |profile| profile.contact_hours = None)).unwrap();
    assert_eq!(kit.gesture(due.id).schedule.due_at, at("2026-11-24T09:00"), "back by its first terms");
    kit.run(&update(ana.id, |profile| "America/New_York".clone_into(&mut profile.time_zone))).unwrap();
    let moved = &kit.gesture(due.id).schedule;
    assert_eq!((moved.planned_local.as_str(), moved.zone.as_str()), ("2026-11-24T09:00", "America/New_York"));
    assert!(moved.steps.iter().filter(|step| step.text.contains("was changed")).count() == 3, "each step is kept");
}

#[test]
fn p6_a_refusal_takes_the_next_allowed_way_and_a_grant_revives_nothing() {
    let mut ana = customer(1);
    ana.profile.preferred_channels = vec![Channel::Email, Channel::Phone];
    let mut note = email(1, &ana, at("2026-11-24T09:00"));
    note.terms.channels = vec![Channel::Phone, Channel::Email];
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    kit.run(&consent(ana.id, Channel::Email, ConsentState::Granted)).unwrap();
    kit = kit.with_gesture(&note);
    for (refused, next) in [(Channel::Email, Channel::Phone), (Channel::Phone, Channel::HandOver)] {
        kit.run(&consent(ana.id, refused, ConsentState::Refused)).unwrap();
        assert_eq!((kit.gesture(note.id).state, kit.gesture(note.id).channel), (GestureState::Scheduled, next));
    }
    let last = kit.run(&consent(ana.id, Channel::HandOver, ConsentState::Refused)).unwrap().customer;
    let stopped = kit.gesture(note.id);
    assert_eq!((stopped.state, stopped.reason), (GestureState::Suppressed, Some(Reason::NoConsent)));
    assert_eq!(last.consents.len(), 4, "every word is kept");
    kit.run(&consent(ana.id, Channel::Email, ConsentState::Granted)).unwrap();
    assert_eq!(kit.gesture(note.id).state, GestureState::Suppressed);
}

#[test]
fn p6_who_allows_a_better_way_while_the_note_waits_gets_it_so_unless_somebody_has_it_in_hand() {
    let mut ana = customer(1);
    ana.profile.preferred_channels = vec![Channel::Email];
    let to_hand_over = |n| {
        let mut note = email(n, &ana, at("2026-11-24T09:00"));
        (note.channel, note.terms.channels) = (Channel::HandOver, vec![Channel::Email, Channel::HandOver]);
        note
    };
    let (waits, mut in_hand) = (to_hand_over(1), to_hand_over(2));
    in_hand.with_person = true;
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&waits).with_gesture(&in_hand);
    kit.run(&consent(ana.id, Channel::Email, ConsentState::Granted)).unwrap();
    assert_eq!(kit.gesture(waits.id).channel, Channel::Email);
    assert_eq!(kit.gesture(in_hand.id).channel, Channel::HandOver);
}

#[test]
fn p6_who_moves_to_a_stricter_country_is_asked_anew_before_the_next_contact() {
    let ana = customer(1);
    let due = call(1, &ana, at("2026-11-24T09:00"));
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&due);
    let mut strict = kit.world.settings.as_ref().clone();
    strict.policy.regimes.iter_mut().for_each(|regime| regime.disabled = false);
    kit.world.settings = std::sync::Arc::new(strict);
    kit.run(&update(ana.id, |profile| "DE".clone_into(&mut profile.region))).unwrap();
    assert_ne!(kit.gesture(due.id).channel, Channel::Phone, "a call for thanks needs a yes there");
}

#[test]
fn p6_who_prefers_letters_gets_no_email_when_none_can_be_sent_but_something_from_a_person() {
    let mut ana = customer(1);
    ana.profile.preferred_channels = vec![Channel::Post];
    let mut note = email(1, &ana, at("2026-11-24T09:00"));
    (note.channel, note.terms.channels) = (Channel::Post, vec![Channel::Email, Channel::Post]);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    kit.run(&consent(ana.id, Channel::Email, ConsentState::Granted)).unwrap();
    kit = kit.with_gesture(&note);
    kit.run(&consent(ana.id, Channel::Post, ConsentState::Refused)).unwrap();
    assert_eq!(
        (kit.gesture(note.id).state, kit.gesture(note.id).channel),
        (GestureState::Scheduled, Channel::HandOver)
    );
}

#[test]
fn p6_a_refusal_leaves_other_purposes_alone() {
    let ana = customer(1);
    let mut service = call(1, &ana, at("2026-11-24T09:00"));
    service.purpose = Purpose::Service;
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&service);
    kit.run(&consent(ana.id, Channel::Phone, ConsentState::Refused)).unwrap();
    assert_eq!((kit.gesture(service.id).channel, kit.gesture(service.id).version), (Channel::Phone, 1));
    let ahead =
        SetConsent { at: Some(at("2026-11-23T10:01")), ..consent(ana.id, Channel::Phone, ConsentState::Granted) };
    assert!(matches!(kit.run(&ahead), Err(Refusal::Invalid(_))));
}

#[test]
fn a_customer_who_turns_out_a_minor_is_not_spoken_to() {
    let ana = customer(1);
    let due = call(1, &ana, at("2026-11-24T09:00"));
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&due);
    kit.run(&update(ana.id, |profile| profile.minor = true)).unwrap();
    assert_eq!(
        (kit.gesture(due.id).state, kit.gesture(due.id).reason),
        (GestureState::Suppressed, Some(Reason::Minor))
    );
}

#[test]
fn a_fact_that_is_not_there_is_removed_without_a_change() {
    let ana = customer(1);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    let known = kit.run(&fact(ana.id, unkeyed())).unwrap().customer;
    let remove = RemoveFact { actor: actor(), id: ana.id, fact: known.profile.facts[0].id };
    let after = kit.run(&remove).unwrap().customer;
    assert_eq!((after.profile.facts.len(), after.version), (0, 3));
    assert_eq!(kit.run(&remove).unwrap().customer, after);
}

#[test]
fn p7_nothing_is_planned_for_who_has_died_and_nothing_comes_back() {
    let ana = customer(1);
    let cheer = call(1, &ana, at("2026-11-23T12:00"));
    let mut kit = Kit::new(at("2026-11-23T10:00")).with_customer(&ana).with_gesture(&cheer);
    let set = |deceased| SetDeceased { actor: actor(), once: unkeyed(), id: ana.id, version: None, deceased };
    let changed = kit.run(&set(true)).unwrap().customer;
    assert_eq!((changed.status, changed.version), (CustomerStatus::Deceased, ana.version + 1));
    assert_eq!(kit.gesture(cheer.id).reason, Some(Reason::Deceased));
    let again = kit.run(&set(true)).unwrap().customer;
    assert_eq!(again.version, changed.version, "once is enough");
    let stale = SetDeceased { version: Some(ana.version), ..set(false) };
    assert!(matches!(kit.run(&stale), Err(Refusal::Stale { .. })));
    assert_eq!(kit.run(&set(false)).unwrap().customer.status, CustomerStatus::Active);
    assert_eq!(kit.gesture(cheer.id).state, GestureState::Cancelled, "it does not come back");
}

/// Mia is a minor, with the phone and the e-mail of [`customer`]; her mother is customer 2.
fn mia_and_mother(consented: bool) -> (Kit, Customer, Customer) {
    let (mut mia, mother) = (customer(1), customer(2));
    mia.profile.minor = true;
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&mia).with_customer(&mother);
    let id = mother.id;
    let named = update(mia.id, move |profile| {
        let source = "till form".to_owned();
        profile.guardian = Some(Guardian { customer: id, consented, source, since: None });
    });
    let mia = kit.run(&named).unwrap().customer;
    (kit, mia, mother)
}

#[test]
fn p6_a_minor_is_reached_through_a_consenting_guardian_and_by_their_word() {
    let (mut kit, mia, mother) = mia_and_mother(true);
    let number = |customer: &Customer| customer.contact_point(ContactPointKind::Phone).cloned();
    assert_eq!(number(&mia), number(&mother));
    assert_eq!(mia.addressee().profile.display_name, "Ana 2");
    let day = jiff::civil::date(2026, 11, 23);
    assert_eq!(crate::domain::answer::gate(&mia, day), None);

    kit.run(&consent(mother.id, Channel::Phone, ConsentState::Refused)).unwrap();
    let mia = kit.world.customer(mia.id).unwrap().clone();
    let mother = kit.world.customer(mother.id).unwrap();
    let mut reread = mia.clone();
    reread.reach_through(Some(mother));
    assert_eq!(reread.consent(Channel::Phone, Purpose::Gratitude), ConsentState::Refused);
}

#[test]
fn a_minor_without_a_consenting_guardian_is_not_reached_and_why_is_said() {
    let day = jiff::civil::date(2026, 11, 23);
    let why = |customer: &Customer| crate::domain::answer::gate(customer, day).unwrap();
    let (_, mia, _) = mia_and_mother(false);
    assert_eq!(why(&mia).0, Reason::Minor);
    assert!(why(&mia).1.contains("has not consented"));
    let mut alone = customer(3);
    alone.profile.minor = true;
    assert!(why(&alone).1.contains("none is known"));
}

#[test]
fn nobody_is_their_own_guardian_and_guardians_have_none() {
    let (mut kit, mia, mother) = mia_and_mother(true);
    let name = |of: CustomerId, guardian: CustomerId| {
        update(of, move |profile| {
            profile.guardian =
                Some(Guardian { customer: guardian, consented: true, source: String::new(), since: None });
        })
    };
    for (of, guardian) in [(mother.id, mother.id), (mother.id, mia.id)] {
        assert!(matches!(kit.run(&name(of, guardian)), Err(Refusal::Invalid(_))));
    }
}

#[test]
fn a_wrong_number_was_the_guardians() {
    let (kit, mia, mother) = mia_and_mother(true);
    let care = call(1, &mia, at(MONDAY_10));
    let mut kit = kit.with_gesture(&care);
    kit.knows_number("+493012345672");
    let logged = crate::domain::commands::gestures::LogCall {
        actor: actor(),
        once: unkeyed(),
        id: care.id,
        version: kit.gesture(care.id).version,
        outcome: crate::domain::commands::gestures::CallOutcome::WrongNumber,
        words: String::new(),
        staff: String::new(),
    };
    kit.run(&logged).unwrap();
    let bad = |id| kit.world.customer(id).unwrap().profile.contact_points.iter().any(|point| point.bad);
    assert!(bad(mother.id) && !bad(mia.id));
    assert_eq!(kit.gesture(care.id).channel, Channel::HandOver);
}

#[test]
fn p6_what_a_guardian_says_moves_what_is_planned_for_their_charge_at_once() {
    let (kit, mia, mother) = mia_and_mother(true);
    let care = call(1, &mia, at("2026-11-24T10:00"));
    let mut kit = kit.with_gesture(&care);
    kit.run(&consent(mother.id, Channel::Phone, ConsentState::Refused)).unwrap();
    assert_eq!(kit.gesture(care.id).channel, Channel::HandOver);
    let died = SetDeceased { actor: actor(), once: unkeyed(), id: mother.id, version: None, deceased: true };
    kit.run(&died).unwrap();
    let gesture = kit.gesture(care.id);
    assert_eq!((gesture.state, gesture.reason), (GestureState::Suppressed, Some(Reason::Minor)));
}

#[test]
fn p6_who_comes_of_age_is_spoken_to_themselves_from_that_day_on() {
    let (mut kit, mia, _) = mia_and_mother(true);
    let born = BirthDate { year: Some(2008), month: 11, day: 25 };
    let known = update(mia.id, move |profile| (profile.minor, profile.birth_date) = (false, Some(born)));
    let mia = kit.run(&known).unwrap().customer;
    let planned = call(1, &mia, at("2026-11-25T12:00"));
    kit = kit.with_gesture(&planned);
    let mut look = |day: &str| {
        let now = at(day);
        let look = LookAhead { id: mia.id, location: crate::domain::testkit::shop_id(), now };
        kit.run_at(now, &look).unwrap();
        let mia = kit.world.customer(mia.id).unwrap();
        mia.profile.guardian.is_some() && mia.addressee().profile.display_name == "Ana 2"
    };
    assert!(look("2026-11-24T13:00"), "not of age yet");
    assert!(!look("2026-11-25T13:00"), "of age today");
    let steps = &kit.gesture(planned.id).schedule.steps;
    assert!(steps.iter().any(|step| step.text.contains("come of age")), "{steps:?}");
    // Somebody may stand for a grown-up: who is named from then on stays.
    let mother = customer(2).id;
    let again = update(mia.id, move |profile| {
        profile.guardian = Some(Guardian { customer: mother, consented: true, source: String::new(), since: None });
    });
    kit.run(&again).unwrap();
    let now = at("2026-11-26T14:00");
    let look = LookAhead { id: mia.id, location: crate::domain::testkit::shop_id(), now };
    kit.run_at(now, &look).unwrap();
    assert!(kit.world.customer(mia.id).unwrap().profile.guardian.is_some());
}

#[test]
fn p6_what_a_guardian_says_on_the_phone_goes_for_their_own_calls_too() {
    use crate::domain::commands::gestures::{CallOutcome, LogCall};
    for (outcome, state, channel) in [
        (CallOutcome::NeverAgain, GestureState::Cancelled, Channel::Phone),
        (CallOutcome::WrongNumber, GestureState::Scheduled, Channel::HandOver),
    ] {
        let (kit, mia, mother) = mia_and_mother(true);
        let (care, own) = (call(1, &mia, at(MONDAY_10)), call(2, &mother, at("2026-11-24T10:00")));
        let mut kit = kit.with_gesture(&care).with_gesture(&own);
        kit.knows_number("+493012345672");
        let logged = LogCall {
            actor: actor(),
            once: unkeyed(),
            id: care.id,
            version: kit.gesture(care.id).version,
            outcome,
            words: String::new(),
            staff: String::new(),
        };
        kit.run(&logged).unwrap();
        assert_eq!((kit.gesture(own.id).state, kit.gesture(own.id).channel), (state, channel), "{outcome:?}");
    }
}

#[test]
fn what_waits_is_said_in_the_language_that_a_customer_speaks_now() {
    let ana = customer(1);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    let of_kind = |kit: &Kit, n| {
        let world = &kit.world;
        let shop = &world.locations[&crate::domain::testkit::shop_id()];
        let call = call(n, &ana, at(MONDAY_10));
        let content = content::of_kind(world, call.kind, &ana, shop, None, Channel::Phone);
        crate::domain::gesture::Gesture { content, ..call }
    };
    let (waits, taken) = (of_kind(&kit, 1), of_kind(&kit, 2));
    let taken = crate::domain::gesture::Gesture {
        taken: Some(crate::domain::gesture::Taken { by: "Jo".to_owned(), until: at("2026-11-23T10:15") }),
        ..taken
    };
    let mut own = call(3, &ana, at(MONDAY_10));
    "Ask after the roses.".clone_into(&mut own.content.text);
    assert!(waits.content.text.starts_with("I am calling"), "{}", waits.content.text);
    kit = kit.with_gesture(&waits).with_gesture(&taken).with_gesture(&own);
    kit.run(&update(ana.id, |profile| "de".clone_into(&mut profile.language))).unwrap();
    let said = &kit.gesture(waits.id).content;
    assert_eq!((said.language.as_str(), said.text.starts_with("Ich rufe")), ("de", true), "{}", said.text);
    assert_eq!(kit.gesture(taken.id).content, taken.content, "Jo has these words before her");
    assert_eq!(kit.gesture(own.id).content, own.content, "a person's own words stay");
}
