use super::*;

fn planned() -> (Kit, crate::domain::gesture::Gesture) {
    let ana = customer(1);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    let call = kit.run(&people::wish(&ana)).unwrap().gesture;
    (kit, call)
}

fn to(call: &crate::domain::gesture::Gesture, due: &str) -> Reschedule {
    Reschedule {
        actor: actor(),
        once: unkeyed(),
        id: call.id,
        version: call.version,
        due_at: at(due),
        deadline_at: None,
    }
}

#[test]
fn p5_a_gesture_that_is_moved_goes_through_the_gates_again() {
    let (mut kit, call) = planned();
    let keyed = Reschedule { once: once("r-1", "a"), ..to(&call, "2026-11-28T21:40") };
    let moved = kit.run(&keyed).unwrap();
    assert_eq!(moved.gesture.schedule.planned_local, "2026-11-30T09:00", "after the Sunday");
    let kept = moved.gesture.schedule.deadline_at.duration_since(moved.gesture.schedule.due_at);
    assert_eq!(kept, call.terms.deadline, "fresh for as long as before");
    assert!(moved.gesture.schedule.steps.iter().any(|step| step.text == "A person moved it."));
    let again = kit.run(&keyed).unwrap();
    assert_eq!((again.gesture, again.replayed), (moved.gesture, true));
    assert_eq!(
        kit.run(&to(&call, "2026-11-27T10:00")).map(drop),
        Err(Refusal::Stale { resource: format!("gestures/{}", call.id) })
    );
}

#[test]
fn p4_what_is_on_its_way_is_not_moved_and_what_a_worker_has_is_taken_from_it() {
    let (mut kit, _, note) = with_note();
    let first = kit.run(&claim()).unwrap().gestures[0].clone();
    let moved = kit.run(&to(&first.gesture, "2026-11-24T10:00")).unwrap().gesture;
    assert_eq!(moved.state, GestureState::Scheduled);
    assert!(kit.run(&start(note.id, first.token)).is_err(), "it is no longer the worker's");
    let second = kit.run_at(at("2026-11-24T10:00"), &claim_at("2026-11-24T10:00")).unwrap().gestures[0].clone();
    let Ok(Started::Started(started)) = kit.run(&start(note.id, second.token)) else { panic!("it is due") };
    let refused = kit.run(&to(&started, "2026-11-25T10:00"));
    assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::GestureState, .. })), "{refused:?}");
}

#[test]
fn a_time_that_a_gate_forbids_leaves_it_as_it_is() {
    let (mut kit, call) = planned();
    let sunday_night = Reschedule { deadline_at: Some(at("2026-11-29T23:00")), ..to(&call, "2026-11-29T22:00") };
    let promise = crate::domain::gesture::Gesture { promised: true, ..call.clone() };
    kit.world.gestures.put(call.id, promise);
    kit.world.settle();
    let refused = kit.run(&sunday_night);
    let Err(Refusal::Precondition { kind, message, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(kind, Precondition::NoOpening);
    assert!(message.contains("2026-11-30T08:00:00Z"), "it names the next possible time: {message}");
    assert_eq!(kit.gesture(call.id).schedule, call.schedule);
}

#[test]
fn p5_a_promise_is_moved_within_its_word_unless_another_word_is_given() {
    let (mut kit, ana) = (Kit::new(at(MONDAY_10)), customer(1));
    kit = kit.with_customer(&ana);
    let by = at("2026-11-23T18:00");
    let promise = Schedule { promised: true, deadline_at: Some(by), tone: Tone::Caring, ..people::wish(&ana) };
    let promise = kit.run(&promise).unwrap().gesture;
    assert_eq!(promise.schedule.deadline_at, by);

    let sooner = kit.run(&to(&promise, "2026-11-23T15:00")).unwrap().gesture;
    assert_eq!((sooner.schedule.due_at, sooner.schedule.deadline_at), (at("2026-11-23T15:00"), by), "the word stands");
    let refused = kit.run(&to(&sooner, "2026-11-25T10:00"));
    let Err(Refusal::Precondition { kind, message, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(kind, Precondition::TooLate);
    assert!(message.contains("was promised by 2026-11-23T17:00:00Z"), "{message}");

    let anew = at("2026-11-25T12:00");
    let agreed = Reschedule { deadline_at: Some(anew), ..to(&sooner, "2026-11-25T10:00") };
    let later = kit.run(&agreed).unwrap().gesture;
    assert_eq!((later.schedule.due_at, later.schedule.deadline_at), (at("2026-11-25T10:00"), anew));
    let kept = "A person moved it, and promised it anew; it was promised by 2026-11-23T17:00:00Z.";
    assert!(later.schedule.steps.iter().any(|step| step.text == kept), "{:?}", later.schedule.steps);
    assert_eq!(later.explanation, kept);
    kit.run_at(anew, &Expire { id: later.id }).unwrap().expect("the new word was broken");
    assert!(kit.world.open_case(ana.id).is_some());
}

fn claim_at(instant: &str) -> Claim {
    let claim = claim();
    Claim { due: Due { at: at(instant), ..claim.due }, ..claim }
}
