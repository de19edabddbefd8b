//! A note that may have left, and what it carries, are of one mind (P4).

use super::{
    answering::{answer, by, may_have_left, start},
    settling::uncertain_two,
    *,
};
use crate::domain::commands::gestures::{
    Cancel as CancelGesture, Carrier, Complete, Fail, Finding, Proof, ResolveGesture,
};

fn complete(night: &Night, id: GestureId, carrier: Carrier) -> Complete {
    Complete {
        actor: actor(),
        id,
        proof: Proof::Version(night.kit.gesture(id).version),
        carried_out_by: "Mia".to_owned(),
        words: String::new(),
        at: None,
        gift_value: None,
        carrier: Some(carrier),
    }
}

#[test]
fn p4_what_is_taken_back_while_its_note_may_have_left_is_uncertain_at_once() {
    let (mut night, _, gesture) = may_have_left();
    assert!(night.gesture(&gesture).perhaps_left.is_some());
    let cancel = CancelGesture { actor: actor(), id: gesture.id, version: None, reason: "Not wanted.".to_owned() };
    assert_eq!(night.kit.run(&cancel).unwrap().state, GestureState::Uncertain);
    assert!(start(&mut night, Route::Webhook).letters.is_empty());
    assert_eq!(night.note(0).state, NoteState::Uncertain);
    let kept = night.gesture(&gesture);
    assert_eq!((kept.state, kept.reason), (GestureState::Uncertain, Some(Reason::ByPerson)));
}

#[test]
fn p4_who_settles_what_a_waiting_note_may_have_brought_settles_the_note() {
    for (finding, of_note, of_gesture) in [
        (Finding::Reached, NoteState::Delivered, GestureState::Completed),
        (Finding::TryAgain, NoteState::Failed, GestureState::Failed),
    ] {
        let (mut night, _, gesture) = may_have_left();
        let cancel = CancelGesture { actor: actor(), id: gesture.id, version: None, reason: "Not wanted.".to_owned() };
        night.kit.run(&cancel).unwrap();
        let resolve = ResolveGesture {
            actor: actor(),
            once: once("resolve", finding.as_str()),
            id: gesture.id,
            version: night.gesture(&gesture).version,
            finding,
            how: "asked the receiver".to_owned(),
            at: None,
            carrier: Some((night.batch, night.notes[0])),
        };
        assert_eq!(night.kit.run(&resolve).unwrap().gesture.state, of_gesture, "{finding}");
        night.add_up();
        assert_eq!((night.note(0).state, night.batch().state), (of_note, BatchState::Completed), "{finding}");
    }
}

#[test]
fn p4_what_arrived_after_all_or_leaves_again_bears_no_mark_and_keeps_it() {
    let (mut night, _, gesture) = may_have_left();
    assert_eq!(start(&mut night, Route::Webhook).letters.len(), 1);
    assert!(night.gesture(&gesture).perhaps_left.is_some(), "on its way again");
    answer(&mut night, Route::Webhook, 0, Outcome::Delivered);
    assert_eq!((night.gesture(&gesture).state, night.gesture(&gesture).perhaps_left), (GestureState::Completed, None));
}

#[test]
fn p4_no_batch_takes_what_a_worker_may_have_sent() {
    let (ana, visit) = reader(1);
    let gesture = Gesture { perhaps_left: Some(1), ..thanks(1, &visit, &ana) };
    let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&gesture);
    let mut night = by(Night::begin(kit, due()), Route::Webhook);
    night.compose(&[(ana.id, &[gesture.id])]);
    assert_eq!((night.batch().counts.composed, night.gesture(&gesture).written), (0, None));
}

#[test]
fn p4_who_completes_what_nobody_knew_by_its_etag_settles_its_note_and_what_went_along() {
    let (mut night, both) = uncertain_two();
    let carrier = (night.batch, night.notes[0]);
    let elsewhere = complete(&night, both[1].id, (night.batch, NoteId(uuid::Uuid::nil())));
    assert!(matches!(night.kit.run(&elsewhere), Err(Refusal::Stale { .. })), "another note carried it");
    let command = complete(&night, both[1].id, carrier);
    let done = night.kit.run(&command).unwrap();
    night.add_up();
    assert_eq!(night.note(0).state, NoteState::Delivered);
    assert!(both.iter().all(|gesture| night.gesture(gesture).state == GestureState::Completed));
    let contact = night.kit.world.interactions.get(&done.contact.unwrap()).unwrap();
    assert_eq!(contact.detail.staff, "Mia");
    assert_eq!(night.kit.run(&command), Ok(done), "the same again changes nothing");
    let used = night.kit.contacts(both[0].household).into_iter();
    assert_eq!(used.filter(|(state, _)| *state == ContactState::Used).count(), 1, "one contact");
}

#[test]
fn p4_who_fails_what_nobody_knew_by_its_etag_settles_its_note_and_what_went_along() {
    for (retryable, state) in [(true, GestureState::Scheduled), (false, GestureState::Failed)] {
        let (mut night, both) = uncertain_two();
        let fail = Fail {
            actor: actor(),
            id: both[0].id,
            proof: Proof::Version(night.gesture(&both[0]).version),
            retryable,
            reason: "the relay's log has no trace of it".to_owned(),
            carrier: Some((night.batch, night.notes[0])),
        };
        let failed = night.kit.run(&fail).unwrap();
        night.add_up();
        assert_eq!((failed.state, night.note(0).state), (state, NoteState::Failed));
        assert!(both.iter().all(|gesture| night.gesture(gesture).state == state));
        assert_eq!(night.kit.run(&fail), Ok(failed), "the same again changes nothing");
    }
}
