//! People find out what became of what was uncertain.

use super::{
    answering::{answer, by, on_its_way, start, why},
    *,
};
use crate::domain::{
    commands::gestures::{Finding, ResolveGesture},
    testkit::unkeyed,
};

fn resolve(night: &mut Night, finding: Finding) -> Result<NoteResolved, Refusal> {
    let resolve = ResolveNote {
        actor: actor(),
        once: unkeyed(),
        batch: night.batch,
        id: night.notes[0],
        finding,
        how: "looked into the relay's log".to_owned(),
    };
    let resolved = night.kit.run(&resolve);
    night.add_up();
    resolved
}

#[test]
fn a_person_settles_what_nobody_knew_with_all_that_the_note_carried() {
    let finds = [
        (Finding::Reached, NoteState::Delivered, GestureState::Completed),
        (Finding::TryAgain, NoteState::Failed, GestureState::Scheduled),
        (Finding::GiveUp, NoteState::Failed, GestureState::Failed),
    ];
    for (finding, of_note, of_gesture) in finds {
        let (mut night, _, note) = on_its_way(Route::Smtp);
        assert!(resolve(&mut night, finding).is_err(), "it is on its way");
        answer(&mut night, Route::Smtp, 0, Outcome::Uncertain { why: why() });
        assert_eq!(resolve(&mut night, finding).unwrap().note.state, of_note, "{finding}");
        assert_eq!(night.gesture(&note).state, of_gesture, "{finding}");
        if finding == Finding::TryAgain {
            assert_eq!(night.gesture(&note).written, None, "for another note");
        }
    }
}

/// Two gestures in one note, of which nobody knows whether it left.
pub(super) fn uncertain_two() -> (Night, [Gesture; 2]) {
    let (ana, first) = reader(1);
    let mut second = visit(2, &ana, at("2026-11-22T17:00"));
    second.detail.items_looked_at = vec!["garden bench".to_owned()];
    let both = [thanks(1, &first, &ana), thanks(2, &second, &ana)];
    let kit = kit().with_customer(&ana).with_interaction(&first).with_interaction(&second);
    let mut night = Night::begin(kit.with_gesture(&both[0]).with_gesture(&both[1]), due());
    night.compose(&[(ana.id, &[both[0].id, both[1].id])]);
    let mut night = by(night, Route::Smtp);
    night.approve();
    start(&mut night, Route::Smtp);
    answer(&mut night, Route::Smtp, 0, Outcome::Uncertain { why: why() });
    (night, both)
}

#[test]
fn p4_who_settles_a_gesture_settles_its_note_and_what_went_along() {
    let finds = [
        (Finding::Reached, NoteState::Delivered, GestureState::Completed),
        (Finding::TryAgain, NoteState::Failed, GestureState::Scheduled),
        (Finding::GiveUp, NoteState::Failed, GestureState::Failed),
    ];
    for (finding, of_note, of_gesture) in finds {
        let (mut night, both) = uncertain_two();
        let reached = night.kit.now;
        night.kit.now += SignedDuration::from_hours(1);
        let resolve = ResolveGesture {
            actor: actor(),
            once: once("resolve", finding.as_str()),
            id: both[1].id,
            version: night.gesture(&both[1]).version,
            finding,
            how: "looked into the relay's log".to_owned(),
            at: (finding == Finding::Reached).then_some(reached),
            carrier: None,
        };
        let stale = night.kit.run(&resolve);
        assert!(matches!(stale, Err(Refusal::Stale { .. })), "its note is in another batch by now: {stale:?}");
        let resolve = ResolveGesture { carrier: Some((night.batch, night.notes[0])), ..resolve };
        let resolved = night.kit.run(&resolve).unwrap();
        assert_eq!((resolved.gesture.id, resolved.gesture.state), (both[1].id, of_gesture), "{finding}");
        night.add_up();
        assert_eq!(night.note(0).state, of_note, "{finding}");
        for gesture in &both {
            assert_eq!(night.gesture(gesture).state, of_gesture, "{finding}");
        }
        if finding == Finding::Reached {
            assert!(both.iter().all(|gesture| night.gesture(gesture).completed_at == Some(reached)), "when they said");
            let used = night.kit.contacts(both[0].household).into_iter();
            assert_eq!(used.filter(|(state, _)| *state == ContactState::Used).count(), 1, "one contact");
        }
        let again = night.kit.run(&resolve).unwrap();
        assert!(again.replayed && again.gesture.state == of_gesture, "{finding}");
    }
}

#[test]
fn who_hands_over_what_is_uncertain_is_told_to_settle_its_note() {
    let (mut night, both) = uncertain_two();
    let mut theirs = night.gesture(&both[0]).clone();
    theirs.channel = crate::domain::customer::Channel::HandOver;
    night.kit.world.gestures.put(theirs.id, theirs.clone());
    night.kit.world.settle();
    let acknowledge = crate::domain::commands::gestures::Acknowledge {
        actor: actor(),
        once: unkeyed(),
        id: theirs.id,
        version: theirs.version,
        staff: "Eva".to_owned(),
        words: String::new(),
        thanked_already: false,
        gift_value: None,
    };
    let refused = night.kit.run(&acknowledge);
    let Err(Refusal::Precondition { message, .. }) = refused else { unreachable!("it was taken: {refused:?}") };
    assert!(message.contains("ResolveGesture"), "{message}");
    assert_eq!(night.gesture(&both[0]).state, GestureState::Uncertain);
    night.add_up();
}
