//! What happened on a call counts, whatever became of the gesture while somebody was on the phone (4.5).

use super::*;
use crate::domain::ids::CaseId;

const TODAY: &str = "2026-11-23T10:00";
const LATE: &str = "2026-11-25T10:30";

fn with_call() -> (Kit, Customer, Gesture) {
    let ana = customer(1);
    let visit = visit(1, &ana, at("2026-11-22T15:00"));
    let call = Gesture { interaction: Some(visit.id), ..call(1, &ana, at(TODAY)) };
    let kit = Kit::new(at(TODAY)).with_customer(&ana).with_interaction(&visit).with_gesture(&call);
    (kit, ana, call)
}

/// While Jo speaks with her, a colleague learns that something is wrong.
fn held() -> (Kit, Customer, GestureId, CaseId) {
    let (mut kit, ana, call) = with_call();
    kit.run(&Take { actor: actor(), id: call.id, version: None, staff: "Jo".to_owned() }).unwrap();
    let case = open_case(&mut kit, &ana);
    assert_eq!(kit.gesture(call.id).state, GestureState::Held);
    (kit, ana, call.id, case)
}

/// It took until the deadline had passed.
fn expired() -> (Kit, Customer, GestureId) {
    let (mut kit, ana, call) = with_call();
    kit.run_at(at(LATE), &Expire { id: call.id }).unwrap().expect("its time is over");
    (kit, ana, call.id)
}

fn log(kit: &Kit, id: GestureId, outcome: CallOutcome) -> LogCall {
    let version = kit.gesture(id).version;
    LogCall { actor: actor(), once: unkeyed(), id, version, outcome, words: String::new(), staff: "Jo".to_owned() }
}

fn used(kit: &Kit, customer: &Customer) -> usize {
    let contacts = kit.contacts(customer.household);
    contacts.iter().filter(|(state, _)| *state == ContactState::Used).count()
}

fn owed(kit: &Kit, id: GestureId) -> ObligationState {
    kit.world.obligations.get(&kit.gesture(id).interaction.unwrap()).unwrap().state
}

fn refuses_calls(kit: &Kit, customer: &Customer) -> bool {
    let said = kit.world.customer(customer.id).unwrap().consent(Channel::Phone, Purpose::Gratitude);
    said == ConsentState::Refused
}

#[test]
fn p4_a_call_that_took_place_while_it_was_held_is_told_and_not_made_again() {
    let (mut kit, ana, call, _) = held();
    let logged = kit.run(&log(&kit, call, CallOutcome::Reached { happy: Some(5) })).unwrap();
    assert_eq!((logged.gesture.state, logged.gesture.channel), (GestureState::Completed, Channel::Phone));
    let told: Vec<_> = kit.world.events().iter().map(|event| event.kind).collect();
    assert!(told.contains(&EventKind::GestureCompleted) && !told.contains(&EventKind::GestureReleased), "{told:?}");
    assert_eq!((used(&kit, &ana), owed(&kit, call)), (1, ObligationState::Fulfilled));
    let again = kit.run(&log(&kit, call, CallOutcome::Voicemail));
    assert!(matches!(again, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })), "{again:?}");

    let (mut kit, _, call, case) = held();
    let unhappy = kit.run(&log(&kit, call, CallOutcome::Reached { happy: Some(1) })).unwrap();
    assert_eq!(unhappy.case, Some(case), "one is open already");
}

#[test]
fn p6_what_a_customer_says_is_heard_while_the_call_is_held() {
    let (mut kit, ana, call, _) = held();
    let logged = kit.run(&log(&kit, call, CallOutcome::NeverAgain)).unwrap();
    assert_eq!((logged.gesture.state, logged.gesture.reason), (GestureState::Cancelled, Some(Reason::NeverAgain)));
    assert!(refuses_calls(&kit, &ana));
    assert_eq!(used(&kit, &ana), 1);

    let (mut kit, ana, call, _) = held();
    let logged = kit.run(&log(&kit, call, CallOutcome::Bereavement)).unwrap();
    assert_eq!((logged.gesture.state, logged.gesture.reason), (GestureState::Cancelled, Some(Reason::OwnLife)));
    assert!(kit.world.summary(ana.id).grieving_since.is_some() && logged.contact.is_some());
}

#[test]
fn p7_who_was_not_reached_while_it_was_held_is_not_called_before_the_case_is_settled() {
    let (mut kit, _, call, _) = held();
    let logged = kit.run(&log(&kit, call, CallOutcome::NoAnswer)).unwrap().gesture;
    assert_eq!((logged.state, logged.reason, logged.attempts), (GestureState::Held, Some(Reason::OpenCase), 1));
    let evening = at("2026-11-24T21:30");
    let asked = kit.run(&log(&kit, call, CallOutcome::CallBack { at: evening })).unwrap().gesture;
    assert_eq!((asked.state, asked.reason), (GestureState::Held, Some(Reason::OpenCase)));
    assert_eq!(asked.schedule.due_at, evening, "their time is kept for when it is settled");
    for _ in 2..ATTEMPTS_MAX {
        kit.run(&log(&kit, call, CallOutcome::Busy)).unwrap();
    }
    assert_eq!(kit.gesture(call).state, GestureState::Failed, "it was tried often enough");
}

#[test]
fn p4_a_call_that_a_worker_claimed_meanwhile_is_told_by_who_made_it() {
    let begin = || {
        let (mut kit, ana, call) = with_call();
        let token = kit.run(&claim()).unwrap().gestures[0].token;
        (kit, ana, call.id, token)
    };
    let (mut kit, ana, call, token) = begin();
    kit.run(&log(&kit, call, CallOutcome::Reached { happy: None })).unwrap();
    assert_eq!((kit.gesture(call).state, used(&kit, &ana)), (GestureState::Completed, 1));
    assert!(kit.run(&start(call, token)).is_err(), "nobody calls again");

    let (mut kit, ana, call, token) = begin();
    kit.run(&log(&kit, call, CallOutcome::NeverAgain)).unwrap();
    assert!(refuses_calls(&kit, &ana) && kit.gesture(call).state == GestureState::Cancelled);
    assert!(kit.run(&start(call, token)).is_err());

    for outcome in [CallOutcome::NoAnswer, CallOutcome::CallBack { at: at("2026-11-24T21:30") }] {
        let (mut kit, _, call, token) = begin();
        let later = kit.run(&log(&kit, call, outcome)).unwrap().gesture;
        assert_eq!(later.state, GestureState::Scheduled);
        assert!(kit.run(&start(call, token)).is_err(), "not before its time");
    }
}

#[test]
fn p4_a_call_that_came_too_late_counts_all_the_same() {
    let (mut kit, ana, call) = expired();
    assert_eq!(owed(&kit, call), ObligationState::Expired);
    kit.run(&log(&kit, call, CallOutcome::Reached { happy: Some(4) })).unwrap();
    assert_eq!((kit.gesture(call).state, owed(&kit, call)), (GestureState::Completed, ObligationState::Fulfilled));
    assert_eq!(kit.contacts(ana.household), [(ContactState::Used, at(LATE))], "one place");

    let (mut kit, _, call) = expired();
    let missed = kit.run(&log(&kit, call, CallOutcome::NoAnswer)).unwrap().gesture;
    assert_eq!((missed.state, missed.attempts), (GestureState::Expired, 1), "it is not tried again");
}

#[test]
fn p6_never_again_is_heard_after_the_deadline() {
    let (mut kit, ana, call) = expired();
    let logged = kit.run(&log(&kit, call, CallOutcome::NeverAgain)).unwrap();
    assert!(refuses_calls(&kit, &ana) && logged.contact.is_some());
    assert_eq!(logged.gesture.state, GestureState::Expired);
    let places: Vec<_> = kit.contacts(ana.household).into_iter().map(|(state, _)| state).collect();
    assert_eq!((used(&kit, &ana), places.len()), (1, 2), "the call counts, and not the place that was kept");
    assert!(!places.contains(&ContactState::Reserved));
    assert!(kit.run(&log(&kit, call, CallOutcome::NeverAgain)).is_err(), "it was said");
}

#[test]
fn p5_who_was_called_too_late_is_called_again_at_the_time_they_ask_for() {
    let evening = at("2026-11-25T21:30");
    let (mut kit, _, call) = expired();
    let again = kit.run(&log(&kit, call, CallOutcome::CallBack { at: evening })).unwrap().gesture;
    assert_eq!((again.state, again.reason), (GestureState::Scheduled, Some(Reason::CallBack)));
    assert_eq!((again.schedule.due_at, owed(&kit, call)), (evening, ObligationState::Open));

    let (mut kit, ana, call) = expired();
    open_case(&mut kit, &ana);
    let again = kit.run(&log(&kit, call, CallOutcome::CallBack { at: evening })).unwrap().gesture;
    assert_eq!((again.state, again.reason), (GestureState::Held, Some(Reason::OpenCase)), "P7");
}

#[test]
fn what_a_colleague_took_back_meanwhile_stays_so_but_the_call_counts() {
    let (mut kit, ana, call) = with_call();
    let cancel = Cancel { actor: actor(), id: call.id, version: None, reason: "a mistake".to_owned() };
    kit.run(&cancel).unwrap();
    let logged = kit.run(&log(&kit, call.id, CallOutcome::Reached { happy: Some(1) })).unwrap();
    assert_eq!(logged.gesture.state, GestureState::Cancelled);
    assert_eq!((used(&kit, &ana), logged.case), (1, kit.world.open_case(ana.id).map(|case| case.id)));
    assert!(logged.case.is_some() && logged.contact.is_some());
    let later = log(&kit, call.id, CallOutcome::CallBack { at: at("2026-11-24T12:00") });
    assert!(kit.run(&later).is_err(), "it was told how it went");
}

#[test]
fn p4_what_a_person_did_meanwhile_is_completed_by_their_etag() {
    let by = |kit: &Kit, id| complete(id, Proof::Version(kit.gesture(id).version));
    let (mut kit, ana, call, _) = held();
    let completed = by(&kit, call);
    assert_eq!(kit.run(&completed).unwrap().gesture.state, GestureState::Completed);
    assert_eq!(used(&kit, &ana), 1);
    assert!(kit.run(&completed).is_ok(), "the same again changes nothing");
    let (mut kit, _, call) = expired();
    assert_eq!(kit.run(&by(&kit, call)).unwrap().gesture.state, GestureState::Completed);
    let (mut kit, _, call) = with_call();
    kit.run(&claim()).unwrap();
    assert_eq!(kit.run(&by(&kit, call.id)).unwrap().gesture.state, GestureState::Completed);

    let (mut kit, _, note) = with_note();
    kit.run(&claim()).unwrap();
    assert!(kit.run(&by(&kit, note.id)).is_err(), "an e-mail is a worker's");
}
