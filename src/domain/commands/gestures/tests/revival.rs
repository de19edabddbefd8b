//! What has ended stays so, and what waits is not written over, when one gesture's end moves another.

use super::*;
use crate::domain::{
    gesture::Gesture,
    ids::CaseId,
    replan::{Replan, replan_pending},
};

/// Ana, who takes e-mails and wants nothing handed over, is to hear by phone that something was put right; until then a
/// cheerful call waits, that may go by e-mail too. It is fresh until an instant.
fn with_recovery(fresh_until: &str) -> (Kit, Customer, Gesture, Gesture) {
    let mut ana = customer(1);
    say(&mut ana, Channel::Email, ConsentState::Granted, at("2026-01-02T00:00"));
    say(&mut ana, Channel::InPerson, ConsentState::Refused, at("2026-01-02T00:00"));
    let sorry = Gesture {
        kind: GestureKind::Apology,
        tone: Tone::Caring,
        case: Some(CaseId(uuid::Uuid::from_u128(1))),
        ..call(1, &ana, at(MONDAY_10))
    };
    let mut cheer =
        Gesture { state: GestureState::Held, reason: Some(Reason::Recovery), ..call(2, &ana, at("2026-11-23T10:15")) };
    cheer.terms.channels = vec![Channel::Phone, Channel::Email];
    cheer.schedule.deadline_at = at(fresh_until);
    let kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&sorry).with_gesture(&cheer);
    (kit, ana, sorry, cheer)
}

/// The number is somebody else's: the recovery contact ends with it, and with that what waited for it.
fn wrong_number(kit: &mut Kit, id: GestureId) {
    kit.knows_number("+493012345671");
    let wrong = LogCall {
        actor: actor(),
        once: unkeyed(),
        id,
        version: kit.gesture(id).version,
        outcome: CallOutcome::WrongNumber,
        words: String::new(),
        staff: String::new(),
    };
    kit.run(&wrong).unwrap();
}

#[test]
fn p4_what_has_ended_in_the_same_call_is_not_planned_again() {
    let (mut kit, _, sorry, cheer) = with_recovery("2026-11-23T10:30");
    wrong_number(&mut kit, sorry.id);
    assert_eq!(kit.gesture(sorry.id).state, GestureState::Suppressed);
    let cheer = kit.gesture(cheer.id);
    assert_eq!((cheer.state, cheer.reason), (GestureState::Expired, Some(Reason::Stale)), "{}", cheer.explanation);
}

#[test]
fn p7_cheer_keeps_its_pause_when_the_recovery_contact_ends_with_the_number() {
    let (mut kit, _, sorry, cheer) = with_recovery("2026-11-25T10:15");
    wrong_number(&mut kit, sorry.id);
    let cheer = kit.gesture(cheer.id);
    assert_eq!((cheer.state, cheer.channel), (GestureState::Scheduled, Channel::Email));
    assert_eq!(cheer.schedule.due_at, at("2026-11-23T11:00"), "an hour after the recovery");
}

#[test]
fn p7_a_claim_that_meets_a_missed_promise_gives_out_no_cheer() {
    let (mut kit, ana, note) = with_note();
    let mut promise = Gesture { promised: true, tone: Tone::Caring, ..call(2, &ana, at("2026-11-20T10:00")) };
    promise.schedule.deadline_at = at("2026-11-23T09:00");
    kit = kit.with_gesture(&promise);
    assert_eq!(kit.run(&claim()).unwrap().gestures, []);
    assert_eq!(kit.gesture(promise.id).state, GestureState::Expired);
    let held = kit.gesture(note.id);
    assert_eq!((held.state, held.reason, held.version), (GestureState::Held, Some(Reason::OpenCase), 2), "moved once");
}

#[test]
fn p4_what_was_moved_meanwhile_is_not_written_over() {
    let (mut kit, _, note) = with_note();
    let before = kit.gesture(note.id).clone();
    kit.run(&Cancel { actor: actor(), id: note.id, version: None, reason: "no more".to_owned() }).unwrap();
    let written =
        kit.change(|ledger| Ok(ledger.move_gesture(before, GestureState::Held, Some(Reason::OpenCase), "It waits.")));
    assert!(matches!(written, Err(Refusal::Stale { .. })), "{written:?}");
}

#[test]
fn p5_a_retry_keeps_its_deadline_whatever_is_planned_anew() {
    let (mut kit, ana, note) = with_note();
    let deadline = note.schedule.deadline_at;
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    let failed = kit.run(&fail(note.id, token, true)).unwrap();
    assert_eq!(failed.schedule.deadline_at, deadline);

    let since = Replan::since("Something changed.");
    kit.change(|ledger| replan_pending(ledger, ana.id, &since, |_| true));
    assert_eq!(kit.gesture(note.id).schedule.due_at, failed.schedule.due_at, "nor does it lose its pause");
    assert_eq!(kit.gesture(note.id).schedule.deadline_at, deadline);
    kit.change_shop(|shop| shop.region = "AT".to_owned());
    assert_eq!(kit.run(&ReplanOutdated { id: note.id }), Ok(true));
    assert_eq!(kit.gesture(note.id).schedule.deadline_at, deadline);
}

#[test]
fn p5_a_failure_told_late_moves_nothing_before_its_time() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&Release { actor: actor(), id: note.id, proof: Proof::Token(token) }).unwrap();
    let thursday = at("2026-11-26T10:00");
    let later = Reschedule {
        actor: actor(),
        once: unkeyed(),
        id: note.id,
        version: kit.gesture(note.id).version,
        due_at: thursday,
        deadline_at: None,
    };
    kit.run(&later).unwrap();
    let failed = kit.run(&fail(note.id, token, true)).unwrap();
    assert_eq!((failed.state, failed.schedule.due_at), (GestureState::Scheduled, thursday));
}
