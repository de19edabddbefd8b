//! What may have left at an earlier attempt leaves twice by no way, and is counted as unsent by none (P4).

use super::*;
use crate::domain::{
    commands::{correct::Void, customers::SetConsent},
    customer::CustomerStatus,
    gesture::Gesture,
};

/// The note of [`with_note`], of whose first delivery nobody knows; its far side recognises it when it comes again.
fn lapsed() -> (Kit, Customer, Gesture) {
    let (mut kit, ana, note) = with_note();
    let token = kit.run(&deduplicating()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    kit.now = at("2026-11-23T10:05");
    let lapsed = kit.run(&LapseLease { id: note.id }).unwrap().unwrap();
    assert_eq!((lapsed.state, lapsed.reason, lapsed.perhaps_left), (S::Scheduled, Some(Reason::LeaseLapsed), Some(1)));
    (kit, ana, lapsed)
}

use GestureState as S;

fn claimed(kit: &mut Kit, claim: Claim) -> Vec<ClaimedGesture> {
    let due = Due { at: kit.now, ..claim.due };
    kit.run(&Claim { due, ..claim }).unwrap().gestures
}

/// Claims and starts it again.
fn again(kit: &mut Kit, id: GestureId) -> i64 {
    let token = claimed(kit, deduplicating())[0].token;
    assert!(matches!(kit.run(&start(id, token)), Ok(Started::Started(_))));
    token
}

fn cancel(id: GestureId) -> Cancel {
    Cancel { actor: actor(), id, version: None, reason: "Not wanted.".to_owned() }
}

fn resolve(kit: &Kit, id: GestureId, finding: Finding) -> ResolveGesture {
    ResolveGesture {
        actor: actor(),
        once: once("resolve", finding.as_str()),
        id,
        version: kit.gesture(id).version,
        finding,
        how: "The mail server's log.".to_owned(),
        at: None,
        carrier: None,
    }
}

#[test]
fn p4_what_may_have_left_goes_only_to_a_worker_whose_far_side_recognises_it() {
    let (mut kit, ana, note) = lapsed();
    assert!(note.explanation.contains("It may have left at an earlier attempt"), "{}", note.explanation);
    assert!(claimed(&mut kit, claim()).is_empty(), "its far side would send it twice");
    let first = claimed(&mut kit, deduplicating());
    assert!(first[0].gesture.explanation.contains("It may have left"), "{}", first[0].gesture.explanation);
    let release = Release { actor: actor(), id: note.id, proof: Proof::Token(first[0].token) };
    assert_eq!(kit.run(&release).unwrap().perhaps_left, Some(1), "also after somebody else had it");
    assert!(claimed(&mut kit, claim()).is_empty());
    let token = again(&mut kit, note.id);
    let done = kit.run(&complete(note.id, Proof::Token(token))).unwrap().gesture;
    assert_eq!((done.state, done.perhaps_left), (S::Completed, None));
    assert_eq!(
        kit.contacts(ana.household),
        [(ContactState::Used, at(MONDAY_10))],
        "one contact, from the first attempt on"
    );
}

#[test]
fn p4_explain_says_of_what_may_have_left_who_can_have_it_go_on() {
    let (mut kit, _, note) = lapsed();
    let said = kit.run(&AskGates { id: note.id }).unwrap();
    assert!(said.would_change.contains("far_side_deduplicates"), "{}", said.would_change);
}

#[test]
fn p4_however_else_what_may_have_left_would_go_on_or_end_it_is_uncertain() {
    type Change = fn(&mut Kit, &Customer, &Gesture);
    let withdraw: Change = |kit, ana, _| {
        let mut ana = ana.clone();
        say(&mut ana, Channel::Email, ConsentState::Refused, at(MONDAY_10));
        *kit = std::mem::replace(kit, Kit::new(kit.now)).with_customer(&ana);
    };
    let ways: [(&str, Reason, Change); 10] = [
        ("a person cancels it", Reason::ByPerson, |kit, _, note| {
            assert_eq!(kit.run(&cancel(note.id)).unwrap().state, S::Uncertain, "and is told so");
        }),
        ("its deadline passes", Reason::TooLate, |kit, _, note| {
            kit.now = note.schedule.deadline_at;
            kit.run(&Expire { id: note.id }).unwrap();
        }),
        ("it is claimed after its deadline", Reason::TooLate, |kit, _, note| {
            kit.now = note.schedule.deadline_at;
            assert!(claimed(kit, deduplicating()).is_empty());
        }),
        ("a case opens", Reason::OpenCase, |kit, ana, _| {
            open_case(kit, ana);
        }),
        ("its rule is retired", Reason::RuleRetired, |kit, _, note| {
            kit.run(&CancelOfRetiredRule { actor: actor(), id: note.id }).unwrap();
        }),
        ("what it answers is voided", Reason::Voided, |kit, _, note| {
            let id = note.interaction.unwrap();
            kit.run(&Void { actor: actor(), id, reason: "typed by mistake".to_owned() }).unwrap();
        }),
        ("consent is withdrawn, and it would go another way", Reason::Overtaken, |kit, ana, _| {
            kit.run(&SetConsent {
                actor: actor(),
                once: unkeyed(),
                id: ana.id,
                channel: Channel::Email,
                purpose: Purpose::Gratitude,
                state: ConsentState::Refused,
                source: "till form".to_owned(),
                text_version: "1".to_owned(),
                at: None,
            })
            .unwrap();
        }),
        ("consent is missing when it is claimed", Reason::NoConsent, |kit, ana, _| {
            let mut ana = ana.clone();
            say(&mut ana, Channel::Email, ConsentState::Refused, at(MONDAY_10));
            *kit = std::mem::replace(kit, Kit::new(kit.now)).with_customer(&ana);
            assert!(claimed(kit, deduplicating()).is_empty());
        }),
        ("the customer is no longer active when it is claimed", Reason::CustomerInactive, |kit, ana, _| {
            let erased = Customer { status: CustomerStatus::Erased, ..ana.clone() };
            *kit = std::mem::replace(kit, Kit::new(kit.now)).with_customer(&erased);
            assert!(claimed(kit, deduplicating()).is_empty());
        }),
        ("its worker fails it for good at the second attempt", Reason::DeliveryFailed, |kit, _, note| {
            let token = again(kit, note.id);
            let failed = kit.run(&fail(note.id, token, false)).unwrap();
            assert_eq!(kit.run(&fail(note.id, token, false)), Ok(failed), "said twice, it changes nothing");
        }),
    ];
    for (way, reason, change) in ways {
        let (mut kit, ana, note) = lapsed();
        change(&mut kit, &ana, &note);
        assert_unknown(&mut kit, &note, reason, way);
    }

    let (mut kit, ana, note) = lapsed();
    let token = claimed(&mut kit, deduplicating())[0].token;
    withdraw(&mut kit, &ana, &note);
    assert!(matches!(kit.run(&start(note.id, token)), Ok(Started::NotStarted { .. })));
    assert_unknown(&mut kit, &note, Reason::NoConsent, "consent is missing when its delivery starts again");
}

/// Nobody gets it any more, it is told why, it goes no other way, and it counts as a contact that may have been made.
fn assert_unknown(kit: &mut Kit, note: &Gesture, reason: Reason, way: &str) {
    let kept = kit.gesture(note.id).clone();
    assert_eq!((kept.state, kept.reason, kept.channel), (S::Uncertain, Some(reason), Channel::Email), "{way}");
    assert!(kept.explanation.contains("is not known"), "{way}: {}", kept.explanation);
    assert_eq!(kit.contacts(note.household), [(ContactState::Used, at(MONDAY_10))], "{way}");
    assert!(claimed(kit, claim()).is_empty() && claimed(kit, deduplicating()).is_empty(), "{way}");
    let late = kit.run(&complete(note.id, Proof::Token(kept.lease.unwrap().token))).unwrap().gesture;
    assert_eq!((late.state, late.perhaps_left), (S::Completed, None), "{way}: a late answer counts");
}

#[test]
fn p4_a_worker_that_fails_a_repetition_does_not_speak_for_the_first_attempt() {
    let (mut kit, _, note) = lapsed();
    let token = again(&mut kit, note.id);
    let failed = kit.run(&fail(note.id, token, true)).unwrap();
    assert_eq!((failed.state, failed.perhaps_left), (S::Scheduled, Some(1)));
    kit.now = failed.schedule.due_at;
    assert!(claimed(&mut kit, claim()).is_empty());

    let (mut kit, _, note) = lapsed();
    let late = kit.run(&fail(note.id, 1, true)).unwrap();
    assert_eq!((late.state, late.perhaps_left), (S::Scheduled, None), "it speaks for its own, the only one");
    kit.now = late.schedule.due_at;
    assert_eq!(claimed(&mut kit, claim()).len(), 1, "it certainly did not leave");
}

#[test]
fn p4_a_late_failure_has_nothing_leave_that_was_taken_back_meanwhile() {
    let (mut kit, _, note) = lapsed();
    kit.run(&cancel(note.id)).unwrap();
    let failed = kit.run(&fail(note.id, 1, true)).unwrap();
    assert_eq!((failed.state, failed.perhaps_left), (S::Failed, None), "{}", failed.explanation);
}

#[test]
fn p4_a_late_failure_of_the_last_of_several_attempts_leaves_the_first_unknown() {
    let (mut kit, _, note) = lapsed();
    for _ in 1..ATTEMPTS_MAX {
        again(&mut kit, note.id);
        kit.now += SignedDuration::from_mins(2);
        kit.run(&LapseLease { id: note.id }).unwrap();
    }
    let kept = kit.gesture(note.id).clone();
    assert_eq!((kept.state, kept.perhaps_left), (S::Uncertain, Some(1)));
    let failed = kit.run(&fail(note.id, kept.lease.unwrap().token, true)).unwrap();
    assert_eq!((failed.state, failed.reason), (S::Uncertain, Some(Reason::DeliveryFailed)));
}

#[test]
fn p4_a_person_settles_what_may_have_left() {
    for (finding, state) in
        [(Finding::Reached, S::Completed), (Finding::TryAgain, S::Failed), (Finding::GiveUp, S::Failed)]
    {
        let (mut kit, _, note) = lapsed();
        kit.run(&cancel(note.id)).unwrap();
        let settled = kit.run(&resolve(&kit, note.id, finding)).unwrap().gesture;
        assert_eq!((settled.state, settled.perhaps_left), (state, None), "{finding}: it was taken back");
    }
    let (mut kit, ana, note) = lapsed();
    open_case(&mut kit, &ana);
    let held = kit.run(&resolve(&kit, note.id, Finding::TryAgain)).unwrap().gesture;
    assert_eq!((held.state, held.perhaps_left), (S::Held, None), "it did not leave, and waits as others do");

    let (mut kit, _, note) = lapsed();
    let version = kit.gesture(note.id).version;
    let by_person = Fail { proof: Proof::Version(version), ..fail(note.id, 0, true) };
    let failed = kit.run(&by_person).unwrap();
    assert_eq!((failed.state, failed.perhaps_left), (S::Scheduled, None), "who answers for it has found out");
}

#[test]
fn p4_people_do_not_do_again_what_a_worker_may_have_done() {
    let (kit, ana, _) = with_note();
    let call = call(2, &ana, at(MONDAY_10));
    let mut kit = kit.with_gesture(&call);
    let only_calls = |claim: Claim| Claim { due: Due { kinds: vec![GestureKind::Call], ..claim.due }, ..claim };
    let token = claimed(&mut kit, only_calls(deduplicating()))[0].token;
    kit.run(&start(call.id, token)).unwrap();
    kit.now = at("2026-11-23T10:05");
    kit.run(&LapseLease { id: call.id }).unwrap();
    let take = Take { actor: actor(), id: call.id, version: None, staff: "Mia".to_owned() };
    assert!(kit.run(&take).is_err());
    assert!(kit.run(&complete(call.id, Proof::Version(kit.gesture(call.id).version))).is_err());
    kit.run(&fail(call.id, token, true)).unwrap();
    assert!(kit.run(&take).is_ok(), "once it is known that it was not done");
}
