//! A promise that is not kept opens a case, however it ends (4.4).

use super::*;
use crate::domain::{
    case::CaseOrigin,
    gesture::Gesture,
    replan::{Replan, replan_pending},
    when::{ClockTime, WeeklyHours},
};
use jiff::civil::Weekday;

fn promised() -> (Kit, Customer, Gesture) {
    let ana = customer(1);
    let promise = Gesture { promised: true, tone: Tone::Caring, ..call(1, &ana, at(MONDAY_10)) };
    let kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&promise);
    (kit, ana, promise)
}

/// A case was opened at that instant, for this promise.
fn is_missed(kit: &Kit, customer: &Customer, promise: &Gesture) {
    let case = kit.world.open_case(customer.id).expect("a case");
    assert_eq!((case.origin, case.gesture), (CaseOrigin::MissedPromise, Some(promise.id)));
    assert_eq!((case.opened_at, kit.world.summary(customer.id).open_promises), (kit.now, 0));
}

fn call_that(kit: &Kit, id: GestureId, outcome: CallOutcome) -> LogCall {
    let version = kit.gesture(id).version;
    LogCall { actor: actor(), once: unkeyed(), id, version, outcome, words: String::new(), staff: "Eva".to_owned() }
}

#[test]
fn p5_a_promised_call_that_is_given_up_opens_a_case() {
    let (mut kit, ana, promise) = promised();
    for _ in 1..ATTEMPTS_MAX {
        let tried = kit.run(&call_that(&kit, promise.id, CallOutcome::Busy)).unwrap().gesture;
        assert_eq!((tried.state, kit.world.open_case(ana.id)), (GestureState::Scheduled, None));
        kit.now = tried.schedule.due_at;
    }
    let last = kit.run(&call_that(&kit, promise.id, CallOutcome::Busy)).unwrap();
    assert_eq!(last.gesture.state, GestureState::Failed);
    is_missed(&kit, &ana, &promise);
    assert_eq!(last.case, kit.world.open_case(ana.id).map(|case| case.id), "the answer names it");
}

#[test]
fn p5_a_promise_that_a_worker_could_not_keep_opens_a_case() {
    let (mut kit, ana, promise) = promised();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(promise.id, token)).unwrap();
    assert_eq!(kit.run(&fail(promise.id, token, false)).unwrap().state, GestureState::Failed);
    is_missed(&kit, &ana, &promise);
}

#[test]
fn p5_a_promise_that_a_person_gives_up_opens_a_case() {
    let (mut kit, ana, promise) = promised();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(promise.id, token)).unwrap();
    kit.now = at("2026-11-23T10:05");
    let uncertain = kit.run(&LapseLease { id: promise.id }).unwrap().unwrap();
    let given_up = ResolveGesture {
        actor: actor(),
        once: unkeyed(),
        id: promise.id,
        carrier: None,
        version: uncertain.version,
        finding: Finding::GiveUp,
        how: "The line is dead".to_owned(),
        at: None,
    };
    kit.run(&given_up).unwrap();
    is_missed(&kit, &ana, &promise);
}

#[test]
fn p5_a_promise_for_which_no_time_is_left_opens_a_case() {
    let (kit, mut ana, promise) = promised();
    ana.profile.contact_hours =
        WeeklyHours::on(&[Weekday::Sunday], ClockTime::START_OF_DAY, ClockTime::END_OF_DAY).ok();
    let mut kit = kit.with_customer(&ana);
    let changed = Replan::since("Other hours.");
    kit.change(|ledger| replan_pending(ledger, ana.id, &changed, |_| true));
    let ended = kit.gesture(promise.id);
    assert_eq!((ended.state, ended.reason), (GestureState::Expired, Some(Reason::NoOpening)), "{}", ended.explanation);
    is_missed(&kit, &ana, &promise);
}

#[test]
fn p6_a_promise_that_the_customer_does_not_want_any_more_was_not_missed() {
    let (kit, mut ana, promise) = promised();
    for channel in [Channel::Phone, Channel::InPerson] {
        say(&mut ana, channel, ConsentState::Refused, at(MONDAY_10));
    }
    let mut kit = kit.with_customer(&ana);
    let said = Replan::since("They said no.");
    kit.change(|ledger| replan_pending(ledger, ana.id, &said, |_| true));
    assert_eq!(kit.gesture(promise.id).reason, Some(Reason::NoConsent));
    assert_eq!(kit.world.open_case(ana.id), None);
}

#[test]
fn p5_a_promise_that_somebody_is_keeping_is_not_missed_meanwhile() {
    let take = |id| Take { actor: actor(), id, version: None, staff: "Eva".to_owned() };
    let begin = || {
        let (mut kit, ana, mut promise) = promised();
        promise.schedule.deadline_at = at("2026-11-23T18:00");
        kit.world.gestures.put(promise.id, promise.clone());
        kit.world.settle();
        kit.run_at(at("2026-11-23T17:55"), &take(promise.id)).unwrap();
        assert_eq!(kit.run_at(at("2026-11-23T18:01"), &Expire { id: promise.id }), Ok(None), "Eva has it");
        (kit, ana, promise)
    };
    let (mut kit, ana, promise) = begin();
    kit.now = at("2026-11-23T18:04");
    let spoken = kit.run(&call_that(&kit, promise.id, CallOutcome::Reached { happy: Some(5) })).unwrap();
    assert_eq!((spoken.gesture.state, kit.world.open_case(ana.id)), (GestureState::Completed, None));

    let (mut kit, ana, promise) = begin();
    let late = kit.run(&take(promise.id));
    assert!(matches!(late, Err(Refusal::Precondition { kind: Precondition::TooLate, .. })), "not for longer: {late:?}");
    kit.run_at(at("2026-11-23T18:10"), &Expire { id: promise.id }).unwrap().expect("nobody has it any more");
    is_missed(&kit, &ana, &promise);
}
