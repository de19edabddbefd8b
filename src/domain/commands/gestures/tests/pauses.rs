use super::*;
use crate::domain::pause::PauseScope;

#[test]
fn what_is_claimed_can_not_start_while_a_pause_holds_and_leaves_once_after_it() {
    let (mut kit, _, note) = with_note();
    let first = kit.run(&claim()).unwrap().gestures[0].token;
    kit.pause(Some(PauseScope { channel: Some(Channel::Email), ..PauseScope::default() }));
    let Ok(Started::NotStarted { gesture, precondition, message }) = kit.run(&start(note.id, first)) else {
        panic!("a pause holds")
    };
    assert_eq!((gesture.state, gesture.reason), (GestureState::Scheduled, Some(Reason::Paused)));
    assert_eq!(precondition, Precondition::Paused);
    assert!(message.contains("The mail server is moved."), "{message}");
    assert!(kit.run(&claim()).unwrap().gestures.is_empty(), "nothing of it is given out");
    assert_eq!(kit.gesture(note.id).version, gesture.version, "it waits as it is");

    kit.pause(None);
    let second = kit.run(&claim()).unwrap().gestures[0].token;
    assert!(matches!(kit.run(&start(note.id, second)), Ok(Started::Started(_))));
    assert!(kit.run(&complete(note.id, Proof::Token(second))).is_ok());
}

#[test]
fn what_is_on_its_way_arrives_whatever_is_paused() {
    let (mut kit, _, note) = with_note();
    let token = kit.run(&claim()).unwrap().gestures[0].token;
    kit.run(&start(note.id, token)).unwrap();
    kit.pause(Some(PauseScope::default()));
    assert!(matches!(kit.run(&start(note.id, token)), Ok(Started::Started(_))), "it was begun before");
    assert!(kit.run(&complete(note.id, Proof::Token(token))).is_ok());
}

#[test]
fn deadlines_run_on_and_what_expires_says_that_it_was_paused() {
    let (mut kit, _, note) = with_note();
    kit.pause(Some(PauseScope::default()));
    let expired = kit.run_at(note.schedule.deadline_at, &Expire { id: note.id }).unwrap().expect("its time is over");
    assert_eq!((expired.state, expired.reason), (GestureState::Expired, Some(Reason::Paused)));
    let owed = kit.world.obligations.get(&note.interaction.unwrap()).unwrap();
    assert_eq!((owed.state, owed.reason), (ObligationState::Expired, Some(Reason::Paused)));
}

#[test]
fn a_person_who_called_all_the_same_is_told() {
    let ana = customer(1);
    let call = call(1, &ana, at(MONDAY_10));
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_gesture(&call);
    kit.pause(Some(PauseScope { channel: Some(Channel::Phone), ..PauseScope::default() }));
    let logged = kit
        .run(&LogCall {
            actor: actor(),
            once: unkeyed(),
            id: call.id,
            version: call.version,
            outcome: CallOutcome::Reached { happy: None },
            words: String::new(),
            staff: "Rui".to_owned(),
        })
        .unwrap();
    assert_eq!(logged.gesture.state, GestureState::Completed, "what happened counts");
    assert_eq!(logged.pause.map(|pause| pause.reason), Some("The mail server is moved.".to_owned()));
}
