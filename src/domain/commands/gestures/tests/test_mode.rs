use super::*;
use crate::domain::gesture::Gesture;

fn testing(kit: &mut Kit, address: Option<&str>) {
    let mut settings = settings();
    settings.test_address = address.map(str::to_owned);
    kit.world.settings = std::sync::Arc::new(settings);
}

#[test]
fn what_goes_to_the_test_address_completes_nothing_and_is_not_offered_again() {
    let (mut kit, ana, note) = with_note();
    let call = call(2, &ana, at(MONDAY_10));
    kit = kit.with_gesture(&call);
    testing(&mut kit, Some("test@example.org"));
    let taken = kit.run(&claim()).unwrap().gestures;
    assert_eq!(taken.iter().map(|taken| taken.gesture.id).collect::<Vec<_>>(), [note.id], "e-mails alone");
    let token = taken[0].token;
    kit.run(&start(note.id, token)).unwrap();
    assert!(kit.contacts(ana.household).iter().all(|(state, _)| *state == ContactState::Reserved), "nobody is reached");
    let done = kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    assert_eq!((done.gesture.state, done.gesture.reason), (GestureState::Scheduled, Some(Reason::Tested)));
    assert_eq!((done.gesture.attempts, done.contact), (0, None));
    assert_eq!(kit.run(&complete(note.id, Proof::Token(token))), Ok(done), "the same again changes nothing");
    assert!(kit.run(&claim()).unwrap().gestures.is_empty(), "once is enough");
    assert_eq!(kit.world.obligations.get(&note.interaction.unwrap()).unwrap().state, ObligationState::Open);

    testing(&mut kit, None);
    let taken: Vec<Gesture> = kit.run(&claim()).unwrap().gestures.into_iter().map(|taken| taken.gesture).collect();
    assert!(taken.iter().any(|taken| taken.id == note.id), "now it is meant");
}

#[test]
fn p4_what_was_given_out_in_earnest_completes_whatever_the_mode_is_by_then() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    testing(&mut kit, Some("test@example.org"));
    let done = kit.run(&complete(note.id, Proof::Token(token))).unwrap();
    assert_eq!(done.gesture.state, GestureState::Completed);
}

#[test]
fn p4_a_test_that_nobody_answers_for_is_no_uncertainty() {
    let (mut kit, _, note) = with_note();
    testing(&mut kit, Some("test@example.org"));
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    testing(&mut kit, None);
    let lapsed = kit.run_at(at("2026-11-23T10:05"), &LapseLease { id: note.id }).unwrap().unwrap();
    assert_eq!((lapsed.state, lapsed.reason), (GestureState::Scheduled, Some(Reason::LeaseLapsed)));
}
