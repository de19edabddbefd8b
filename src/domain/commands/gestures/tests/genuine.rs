use super::*;
use crate::domain::{gesture::Gesture, interaction::Interaction};

/// What a rule planned that thanks Ana for a visit, by e-mail.
fn planned(kit: Kit, ana: &Customer, visit: &Interaction) -> (Kit, Gesture) {
    let mut note = email(1, ana, at(MONDAY_10));
    note.interaction = Some(visit.id);
    note.content.template = Some(("thanks-for-stopping-by".parse().unwrap(), 1));
    note.content.text = "What was known when it was planned.".to_owned();
    (kit.with_customer(ana).with_interaction(visit).with_gesture(&note), note)
}

/// Ana, who takes e-mails, and her visit of Sunday, on which she looked at something.
fn ana_and_visit() -> (Customer, Interaction) {
    let mut ana = customer(1);
    say(&mut ana, Channel::Email, ConsentState::Granted, at("2026-01-02T00:00"));
    let mut visit = visit(1, &ana, at("2026-11-22T15:00"));
    visit.detail.items_looked_at = vec!["the roses".to_owned()];
    (ana, visit)
}

/// With nothing to claim but this; why not, where it is a person's instead.
fn refused(ana: &Customer, visit: &Interaction) -> Option<String> {
    let (mut kit, note) = planned(Kit::new(at(MONDAY_10)), ana, visit);
    let claimed = kit.run(&claim()).unwrap().gestures;
    let now = kit.gesture(note.id);
    assert_eq!(claimed.len(), usize::from(!now.with_person));
    now.with_person.then(|| {
        assert_eq!((now.state, now.reason), (GestureState::Scheduled, Some(Reason::NotGenuine)));
        now.explanation.clone()
    })
}

#[test]
fn p8_a_worker_gets_what_a_batch_would_write_in_words_of_today() {
    let (ana, visit) = ana_and_visit();
    let (mut kit, note) = planned(Kit::new(at(MONDAY_10)), &ana, &visit);
    let claimed = kit.run(&claim()).unwrap().gestures;
    assert_eq!(claimed[0].gesture.id, note.id);
    let content = &claimed[0].gesture.content;
    assert!(content.text.contains("the roses"), "{}", content.text);
    assert!(content.facts.contains(&"interaction.items_looked_at".to_owned()), "{:?}", content.facts);
    assert_eq!(kit.gesture(note.id).content, *content, "a repeated claim says the same");
}

#[test]
fn p8_what_is_not_good_enough_for_a_batch_is_for_no_worker_either() {
    let (ana, visit) = ana_and_visit();
    assert_eq!(refused(&ana, &visit), None);

    let mut bare = visit.clone();
    bare.detail.items_looked_at.clear();
    let why = refused(&ana, &bare).expect("nothing particular is known");
    assert!(why.contains("name what they bought"), "{why}");

    let mut finnish = ana.clone();
    finnish.profile.language = "fi".to_owned();
    let why = refused(&finnish, &visit).expect("there is no Finnish text");
    assert!(why.contains("not in the customer's language"), "{why}");
}

#[test]
fn p8_a_persons_own_words_are_claimed_unless_nobody_may_let_them_go() {
    let (mut kit, _, note) = with_note();
    assert_eq!(kit.run(&claim()).unwrap().gestures[0].gesture.content, note.content);

    let (ana, visit) = ana_and_visit();
    let mut unfilled = email(1, &ana, at(MONDAY_10));
    unfilled.content.text = "Dear [name], thank you.".to_owned();
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana).with_interaction(&visit).with_gesture(&unfilled);
    assert!(kit.run(&claim()).unwrap().gestures.is_empty());
    assert!(kit.gesture(unfilled.id).explanation.contains("left unfilled"));
}

#[test]
fn p8_what_names_a_surprise_bought_since_it_was_claimed_waits_for_a_person() {
    for (bought, starts) in [("the roses", false), ("a diamond ring", true)] {
        let (ana, visit) = ana_and_visit();
        let (mut kit, note) = planned(Kit::new(at(MONDAY_10)), &ana, &visit);
        let claimed = kit.run(&claim()).unwrap().gestures;
        assert!(claimed[0].gesture.content.text.contains("the roses"));
        let elsewhere = crate::domain::testkit::visit(9, &ana, at("2026-11-23T09:59"));
        kit.world.hidden.insert((ana.id, elsewhere.id), vec![bought.to_owned()]);
        let started = kit.run(&start(note.id, claimed[0].token)).unwrap();
        assert_eq!(matches!(started, Started::Started(_)), starts, "{bought}");
        let now = kit.gesture(note.id);
        assert_eq!((now.with_person, now.attempts), (!starts, u32::from(starts)));
        if let Started::NotStarted { precondition, message, .. } = started {
            assert_eq!((now.state, now.reason), (GestureState::Scheduled, Some(Reason::NotGenuine)));
            assert_eq!(precondition, Precondition::GestureState);
            assert!(message.contains("surprise") && !message.contains(bought), "{message}");
            assert!(kit.run(&claim()).unwrap().gestures.is_empty(), "it is a person's now");
        }
    }
}
