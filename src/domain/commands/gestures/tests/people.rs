use super::*;
use crate::domain::{
    customer::{ContactAddress, ContactPoint, PostalAddress},
    gesture::Gesture,
};

pub(super) fn wish(customer: &Customer) -> Schedule {
    Schedule {
        actor: actor(),
        once: unkeyed(),
        customer: customer.id,
        location: shop_id(),
        interaction: None,
        kind: GestureKind::Call,
        channels: vec![Channel::Phone],
        purpose: Purpose::Gratitude,
        tone: Tone::Cheerful,
        priority: 10,
        role: String::new(),
        promised: false,
        due_at: None,
        deadline_at: None,
        occasion: None,
        window: None,
        content: None,
        recipient: String::new(),
        gift_value: None,
    }
}

fn kit() -> (Kit, Customer) {
    let ana = customer(1);
    (Kit::new(at(MONDAY_10)).with_customer(&ana), ana)
}

fn refused(reply: Result<Scheduled, Refusal>) -> (Precondition, String) {
    match reply {
        Err(Refusal::Precondition { kind, message, .. }) => (kind, message),
        other => panic!("not refused by a gate: {other:?}"),
    }
}

#[test]
fn p5_a_call_planned_at_2140_waits_for_the_morning() {
    let (mut kit, ana) = kit();
    let planned = kit.run_at(at("2026-11-23T21:40"), &wish(&ana)).unwrap().gesture;
    assert_eq!((planned.state, planned.schedule.due_at), (GestureState::Scheduled, at("2026-11-24T09:00")));
    assert!(!planned.content.text.is_empty());
    assert_eq!(kit.contacts(ana.household), [(ContactState::Reserved, at("2026-11-24T09:00"))]);
}

#[test]
fn p5_a_promise_that_no_minute_can_keep_is_refused_with_the_next_possible_time() {
    let (mut kit, ana) = kit();
    let night = at("2026-11-23T22:00");
    let promise =
        Schedule { promised: true, deadline_at: Some(at("2026-11-24T06:00")), tone: Tone::Caring, ..wish(&ana) };
    let (kind, message) = refused(kit.run_at(night, &promise));
    assert_eq!(kind, Precondition::NoOpening);
    assert!(message.contains("2026-11-24T08:00:00Z"), "{message}");
    assert_eq!(kit.world.gestures.values().count(), 0, "nothing is left of it");
}

#[test]
fn p6_what_is_not_allowed_is_refused_and_what_may_be_handed_over_is() {
    let (mut kit, mut ana) = kit();
    let by_email = Schedule { kind: GestureKind::Note, channels: vec![Channel::Email], ..wish(&ana) };
    assert_eq!(kit.run(&by_email).unwrap().gesture.channel, Channel::HandOver);
    say(&mut ana, Channel::InPerson, ConsentState::Refused, at("2026-11-01T00:00"));
    kit = kit.with_customer(&ana);
    assert_eq!(refused(kit.run(&by_email)).0, Precondition::NoConsent);
}

#[test]
fn p7_cheer_that_a_person_plans_waits_for_the_open_case_too() {
    let (mut kit, ana) = kit();
    let case = open_case(&mut kit, &ana);
    let held = kit.run(&wish(&ana)).unwrap().gesture;
    assert_eq!((held.state, held.reason), (GestureState::Held, Some(Reason::OpenCase)));
    assert!(held.explanation.contains(&case.to_string()));
    let care = kit.run(&Schedule { tone: Tone::Caring, ..wish(&ana) }).unwrap().gesture;
    assert_eq!(care.state, GestureState::Scheduled);
}

#[test]
fn p2_a_repeated_schedule_plans_nothing_more() {
    let (mut kit, ana) = kit();
    let keyed = Schedule { once: once("r-1", "a"), ..wish(&ana) };
    let first = kit.run(&keyed).unwrap();
    let again = kit.run(&keyed).unwrap();
    assert_eq!((again.gesture, again.replayed), (first.gesture, true));
    assert_eq!(kit.world.gestures.values().count(), 1);
}

#[test]
fn what_it_answers_must_be_the_customers_own() {
    let (kit, ana) = kit();
    let bo = customer(2);
    let visit = visit(1, &bo, at("2026-11-22T15:00"));
    let mut kit = kit.with_customer(&bo).with_interaction(&visit);
    let answering = Schedule { interaction: Some(visit.id), ..wish(&ana) };
    assert!(matches!(kit.run(&answering), Err(Refusal::Invalid(_))));
    let answered = kit.run(&Schedule { customer: bo.id, ..answering }).unwrap().gesture;
    let owed = kit.world.obligations.get(&visit.id).unwrap();
    assert_eq!((owed.state, owed.gesture), (ObligationState::Open, Some(answered.id)));
}

#[test]
fn impossible_times_are_refused() {
    let (mut kit, ana) = kit();
    let upside_down =
        Schedule { due_at: Some(at("2026-11-25T10:00")), deadline_at: Some(at("2026-11-25T10:00")), ..wish(&ana) };
    assert!(matches!(kit.run(&upside_down), Err(Refusal::Invalid(_))));
}

#[test]
fn a_person_completes_what_people_do_and_nothing_else() {
    let (kit, ana) = kit();
    let by_hand = call(1, &ana, at("2026-11-24T10:00"));
    let by_mail = Gesture { channel: Channel::Post, kind: GestureKind::Note, ..call(2, &ana, at(MONDAY_10)) };
    let mut kit = kit.with_gesture(&by_hand).with_gesture(&by_mail);
    assert!(matches!(kit.run(&complete(by_hand.id, Proof::Version(4))), Err(Refusal::Stale { .. })));
    let done = kit.run(&complete(by_hand.id, Proof::Version(1))).unwrap();
    assert_eq!(done.gesture.state, GestureState::Completed, "early, but it happened");
    assert_eq!(kit.run(&complete(by_hand.id, Proof::Version(1))).unwrap(), done, "again changes nothing");
    let refused = kit.run(&complete(by_mail.id, Proof::Version(1)));
    assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })), "{refused:?}");
}

#[test]
fn the_time_of_completion_may_not_be_ahead_nor_before_the_plan() {
    let (kit, ana) = kit();
    let by_hand = call(1, &ana, at(MONDAY_10));
    let mut kit = kit.with_gesture(&by_hand);
    let complete = complete(by_hand.id, Proof::Version(1));
    for wrong in ["2026-11-23T10:01", "2025-12-31T23:59"] {
        let refused = kit.run(&Complete { at: Some(at(wrong)), ..complete.clone() });
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{wrong}");
    }
    let earlier = at("2026-11-23T09:30");
    let done = kit.run(&Complete { at: Some(earlier), ..complete }).unwrap();
    assert_eq!(done.gesture.completed_at, Some(earlier));
    assert_eq!(kit.contacts(ana.household), [(ContactState::Used, earlier)]);
}

#[test]
fn a_greeting_in_person_is_no_contact() {
    let (kit, ana) = kit();
    let greeting =
        Gesture { channel: Channel::InPerson, kind: GestureKind::Recognition, ..call(1, &ana, at(MONDAY_10)) };
    let mut kit = kit.with_gesture(&greeting);
    kit.run(&complete(greeting.id, Proof::Version(1))).unwrap();
    assert_eq!(kit.contacts(ana.household), []);
    assert_eq!(kit.world.summary(ana.id).last_contact_at, None);
}

#[test]
fn what_happened_counts_above_the_limit_and_displaces_the_weakest_reservation() {
    let (kit, ana) = kit();
    let strong = Gesture { priority: 90, ..call(1, &ana, at("2026-11-25T10:00")) };
    let weak = Gesture { priority: 10, ..call(2, &ana, at("2026-11-24T10:00")) };
    let unplanned = Gesture { promised: true, ..call(3, &ana, at(MONDAY_10)) };
    let happened = Gesture { priority: 0, ..call(4, &ana, at(MONDAY_10)) };
    let mut kit = kit.with_gesture(&strong).with_gesture(&weak).with_gesture(&unplanned);
    kit.run(&complete(unplanned.id, Proof::Version(1))).unwrap();
    assert_eq!(kit.gesture(weak.id).state, GestureState::Scheduled, "a promise uses no place");

    kit = kit.with_gesture(&happened);
    kit.run(&complete(happened.id, Proof::Version(1))).unwrap();
    let weak = kit.gesture(weak.id);
    assert_eq!((weak.state, weak.reason), (GestureState::Suppressed, Some(Reason::OverBudget)), "{}", weak.explanation);
    assert_eq!(kit.gesture(strong.id).state, GestureState::Scheduled);
}

#[test]
fn a_displaced_reservation_that_is_fresh_long_enough_waits_for_a_place() {
    let (kit, ana) = kit();
    let strong = Gesture { priority: 90, ..call(1, &ana, at("2026-11-25T10:00")) };
    let mut weak = call(2, &ana, at("2026-11-24T10:00"));
    weak.terms.deadline = SignedDuration::from_hours(60 * 24);
    weak.schedule.deadline_at = weak.schedule.due_at.checked_add(weak.terms.deadline).unwrap();
    let happened = call(3, &ana, at(MONDAY_10));
    let mut kit = kit.with_gesture(&strong).with_gesture(&weak).with_gesture(&happened);
    kit.run(&complete(happened.id, Proof::Version(1))).unwrap();
    let moved = kit.gesture(weak.id);
    assert_eq!((moved.state, moved.schedule.due_at), (GestureState::Scheduled, at("2026-12-23T10:00")));
    assert_eq!(moved.schedule.deadline_at, weak.schedule.deadline_at);
}

#[test]
fn cheer_that_waits_for_grief_is_freed_by_a_person() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at(MONDAY_10));
    let mut kit = kit.with_gesture(&cheer);
    kit.change(|ledger| {
        let mut summary = ledger.world.summary(ana.id);
        summary.grieving_since = Some(ledger.now());
        ledger.world.summaries.put(ana.id, summary);
        ledger.hold_cheer(ana.id, Reason::OwnLife, "grief")
    });
    let version = kit.gesture(cheer.id).version;
    let free = Release { actor: actor(), id: cheer.id, proof: Proof::Version(version) };
    let freed = kit.run_at(at("2026-11-23T12:00"), &free).unwrap();
    assert_eq!((freed.state, freed.schedule.due_at), (GestureState::Scheduled, at("2026-11-23T12:00")));
    assert_eq!(kit.world.summary(ana.id).grieving_since, None);
}

#[test]
fn p7_what_an_open_case_holds_is_not_freed_by_hand() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at(MONDAY_10));
    let mut kit = kit.with_gesture(&cheer);
    open_case(&mut kit, &ana);
    let version = kit.gesture(cheer.id).version;
    let free = Release { actor: actor(), id: cheer.id, proof: Proof::Version(version) };
    assert!(matches!(kit.run(&free), Err(Refusal::Precondition { kind: Precondition::OpenCase, .. })));
    assert_eq!(kit.gesture(cheer.id).state, GestureState::Held);
}

#[test]
fn p5_a_birthday_card_leaves_early_enough_and_goes_another_way_when_it_is_too_late() {
    let (mut kit, mut ana) = kit();
    let address = PostalAddress {
        region: "DE".to_owned(),
        postal_code: "10115".to_owned(),
        administrative_area: String::new(),
        locality: "Berlin".to_owned(),
        lines: vec!["Mühlenweg 1".to_owned()],
    };
    let post = ContactPoint { address: ContactAddress::Post(address), label: String::new(), bad: false };
    ana.profile.contact_points.push(post);
    say(&mut ana, Channel::Email, ConsentState::Granted, at("2026-11-01T00:00"));
    kit.world.customers.put(ana.id, ana.clone());
    kit.world.settle();
    // The shop is always open: each day is a business day.
    let card = Schedule {
        kind: GestureKind::Note,
        channels: vec![Channel::Post, Channel::Email],
        occasion: Some(jiff::civil::date(2026, 12, 8)),
        ..wish(&ana)
    };
    let early = kit.run(&card).unwrap().gesture;
    assert_eq!((early.channel, early.schedule.planned_local.as_str()), (Channel::Post, "2026-12-04T00:00"));
    let late = kit.run_at(at("2026-12-05T10:00"), &card).unwrap().gesture;
    assert_eq!((late.channel, late.schedule.planned_local.as_str()), (Channel::Email, "2026-12-08T08:00"));
    assert!(late.schedule.steps[0].text.contains("post: It would have had to leave on 2026-12-04"), "{late:?}");
}

#[test]
fn p3_what_used_the_budget_and_expired_is_said_to_have() {
    let (mut kit, ana) = kit();
    for n in [1, 2] {
        let rule = Some(("thanks-for-a-visit".parse().unwrap(), 1));
        kit = kit.with_gesture(&crate::domain::gesture::Gesture { rule, ..email(n, &ana, at(MONDAY_10)) });
        let note = kit.gesture(email(n, &ana, at(MONDAY_10)).id).clone();
        kit.change(|ledger| ledger.move_gesture(note, GestureState::Expired, Some(Reason::TooLate), "Too late."));
    }
    let (kind, message) = refused(kit.run_at(at("2026-11-24T10:00"), &wish(&ana)));
    assert_eq!((kind, message.matches("(which expired)").count()), (Precondition::OverBudget, 2), "{message}");
}

#[test]
fn p3_condolence_that_nobody_sent_in_time_leaves_its_place_in_the_budget() {
    let now = at(MONDAY_10);
    let ana = customer(1);
    let rule = Some(("thanks-for-a-visit".parse().unwrap(), 1));
    let of_rule = crate::domain::gesture::Gesture { rule, ..email(1, &ana, now) };
    let condolence = crate::domain::gesture::Gesture { tone: Tone::Caring, ..email(2, &ana, now) };
    let mut kit = Kit::new(now).with_customer(&ana).with_gesture(&of_rule).with_gesture(&condolence);
    for note in [&of_rule, &condolence] {
        kit.run_at(note.schedule.deadline_at, &Expire { id: note.id }).unwrap();
    }
    let places = |note: &crate::domain::gesture::Gesture| kit.world.contact_for(note.id).map(|place| place.state);
    assert_eq!(places(&of_rule), Some(ContactState::Reserved), "no third thanks of a rule follows");
    assert_eq!(places(&condolence), Some(ContactState::Released));
}
