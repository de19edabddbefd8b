use super::*;
use crate::domain::{
    commands::gestures::{Claim, Complete, Proof},
    pause::PauseScope,
    refusal::{Precondition, Refusal},
    settings::Settings,
    testkit::unkeyed,
    world::Due,
};

#[test]
fn nothing_leaves_that_nobody_approved() {
    let (mut night, _, note) = one_note();
    assert_eq!(night.start(), Started::default());
    assert_eq!(night.gesture(&note).state, GestureState::Scheduled);
    night.approve();
    assert_eq!(night.start().letters.len(), 1);
    assert_eq!(night.gesture(&note).state, GestureState::Delivering);
}

#[test]
fn p4_a_gesture_in_a_batch_is_nobody_elses() {
    let (mut night, _, note) = one_note();
    let due = Due {
        at: at(MONDAY_10),
        kinds: Vec::new(),
        channels: Vec::new(),
        locations: Vec::new(),
        in_batches: Vec::new(),
        untested: false,
        far_side_deduplicates: false,
        due_from: None,
        limit: 10,
    };
    let claim = Claim {
        actor: actor(),
        once: unkeyed(),
        due,
        worker: "worker-1".to_owned(),
        lease: SignedDuration::from_secs(60),
    };
    assert!(night.kit.run(&claim).unwrap().gestures.is_empty());
    let complete = Complete {
        actor: actor(),
        id: note.id,
        proof: Proof::Version(night.gesture(&note).version),
        carried_out_by: "Rui".to_owned(),
        words: String::new(),
        at: None,
        gift_value: None,
        carrier: None,
    };
    let refused = night.kit.run(&complete).unwrap_err();
    let Refusal::Precondition { kind, resource, .. } = refused else { panic!("{refused}") };
    assert_eq!((kind, resource), (Precondition::InNoteBatch, format!("noteBatches/{}", night.batch)));
}

#[test]
fn p6_consent_withdrawn_after_the_approval_keeps_the_note_back() {
    let (mut night, ana, note) = one_note();
    night.approve();
    change(&mut night.kit, ana.id, |ana| say(ana, Channel::Email, ConsentState::Refused));
    let started = night.start();
    assert!(started.letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Skipped, Some(Reason::NoConsent)));
    assert!(night.gesture(&note).written.is_none(), "it may go another way");
    assert_eq!(night.batch().state, BatchState::Completed, "nothing is left to do");
}

#[test]
fn p7_a_complaint_between_composing_and_delivery_keeps_the_note_back() {
    let (mut night, ana, note) = one_note();
    night.approve();
    complain(&mut night.kit, &ana);
    assert!(night.start().letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Skipped, Some(Reason::OpenCase)));
    assert_eq!(night.gesture(&note).state, GestureState::Held);
    assert!(night.gesture(&note).written.is_none(), "it resumes after the recovery, in another batch");
}

#[test]
fn p5_a_note_waits_for_its_hour() {
    let (mut night, ..) = one_note();
    night.approve();
    night.kit.now = at("2026-11-23T22:30");
    assert!(night.start().letters.is_empty());
    assert_eq!(night.note(0).state, NoteState::Composed);
    assert_eq!(night.note(0).due_at, at("2026-11-24T08:00"));
    night.kit.now = at("2026-11-24T08:00");
    assert_eq!(night.start().letters.len(), 1);
}

#[test]
fn whoever_was_contacted_often_enough_meanwhile_is_skipped() {
    let (mut night, ana, _) = one_note();
    night.approve();
    for n in 7..9 {
        let call = crate::domain::testkit::call(n, &ana, at(MONDAY_10));
        night.kit = std::mem::replace(&mut night.kit, kit()).with_gesture(&call);
        let complete = Complete {
            actor: actor(),
            id: call.id,
            proof: Proof::Version(night.gesture(&call).version),
            carried_out_by: "Rui".to_owned(),
            words: String::new(),
            at: None,
            gift_value: None,
            carrier: None,
        };
        night.kit.run(&complete).unwrap();
    }
    assert!(night.start().letters.is_empty());
    assert_eq!(night.note(0).state, NoteState::Skipped);
    assert_eq!(night.note(0).reason, Some(Reason::OverBudget), "{}", night.note(0).explanation);
}

#[test]
fn p8_a_note_whose_facts_have_changed_goes_to_a_person() {
    let (mut night, ana, note) = one_note();
    night.approve();
    let mut visit = night.kit.world.interactions_of(ana.id).next().unwrap().clone();
    visit.detail.items_looked_at = vec!["something else".to_owned()];
    night.kit.world.interactions.put(visit.id, visit);
    night.kit.world.settle();
    assert!(night.start().letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::WithPerson, Some(Reason::FactsChanged)));
    assert!(night.gesture(&note).with_person);
}

#[test]
fn p8_a_note_that_was_sent_meanwhile_in_the_same_words_goes_to_a_person() {
    let (mut night, _, note) = one_note();
    night.approve();
    let mut twin = night.note(0).clone();
    twin.id = NoteId(uuid::Uuid::from_u128(99));
    twin.batch = NoteBatchId(uuid::Uuid::from_u128(98));
    night.kit.now = night.kit.now.checked_add(SignedDuration::from_mins(5)).unwrap();
    (twin.state, twin.delivered_at) = (NoteState::Delivered, Some(night.kit.now));
    night.kit.world.notes.put(twin.id, twin);
    night.kit.world.settle();
    assert!(night.start().letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::WithPerson, Some(Reason::NotGenuine)));
    assert!(night.gesture(&note).with_person);
}

#[test]
fn p8_a_note_that_names_what_was_bought_as_a_surprise_meanwhile_goes_to_a_person() {
    let (mut night, ana, note) = one_note();
    night.approve();
    buy_secretly(&mut night.kit, &ana, "teapot number 1");
    assert!(night.start().letters.is_empty());
    let left = night.note(0);
    assert_eq!((left.state, left.reason), (NoteState::WithPerson, Some(Reason::NotGenuine)));
    let problems: Vec<_> = left.problems.iter().map(|problem| problem.reason).collect();
    assert_eq!(problems, [ProblemReason::SurpriseAtSharedAddress]);
    assert!(!left.explanation.contains("teapot"), "{}", left.explanation);
    assert!(night.gesture(&note).with_person);
}

#[test]
fn p8_a_note_that_does_not_name_a_surprise_leaves_whatever_was_bought() {
    let (mut night, ana, _) = one_note();
    night.approve();
    buy_secretly(&mut night.kit, &ana, "a diamond ring");
    assert_eq!(night.start().letters.len(), 1);
}

#[test]
fn p4_a_chunk_belongs_to_the_last_who_took_it() {
    let (mut night, _, note) = one_note();
    night.approve();
    let started = night.start();
    let chunk = started.chunk.clone().unwrap();
    let take = TakeOver { batch: night.batch, token: chunk.token, owner: "there".to_owned(), lease: LEASE };
    assert_eq!(night.kit.run(&take).unwrap(), None, "the first still has it");
    night.kit.now = chunk.until;
    let taken = night.kit.run(&take).unwrap().unwrap();
    assert_eq!((taken.number, taken.token), (chunk.number, chunk.token + 1));
    assert!(!night.finish(&started, Handed::Taken), "the first has lost it");
    assert_eq!(night.gesture(&note).state, GestureState::Delivering);
    let again = Started { chunk: Some(taken), ..started };
    assert!(night.finish(&again, Handed::Taken));
    assert!(!night.finish(&again, Handed::Taken), "saying so again changes nothing");
    assert_eq!(night.note(0).state, NoteState::Delivered);
    assert_eq!(night.batch().state, BatchState::Completed);
}

#[test]
fn a_delivery_that_takes_nothing_stops_the_batch_until_a_person_resumes_it() {
    let (mut night, ..) = one_note();
    night.approve();
    let mut started = night.start();
    for attempt in 1..=ATTEMPTS_MAX {
        night.finish(&started, Handed::NotTaken { why: "the disk is full".to_owned() });
        if attempt < ATTEMPTS_MAX {
            assert_eq!(night.batch().state, BatchState::Delivering);
            night.kit.now = night.batch().rests_until(night.kit.now).unwrap();
            let token = started.chunk.as_ref().unwrap().token;
            let take = TakeOver { batch: night.batch, token, owner: "here".to_owned(), lease: LEASE };
            started.chunk = night.kit.run(&take).unwrap();
        }
    }
    assert_eq!(night.batch().state, BatchState::Stopped);
    assert!(night.batch().explanation.contains("the disk is full"));
    let resumed = night.kit.run(&Resume { actor: actor(), id: night.batch }).unwrap();
    assert_eq!(resumed.state, BatchState::Delivering);
    let token = resumed.lane(Route::Spool).unwrap().chunks[0].token;
    let take = TakeOver { batch: night.batch, token, owner: "here".to_owned(), lease: LEASE };
    started.chunk = night.kit.run(&take).unwrap();
    assert!(night.finish(&started, Handed::Taken));
    assert_eq!(night.batch().state, BatchState::Completed);
}

#[test]
fn a_paused_note_waits_with_its_batch_and_leaves_after_it() {
    let (mut night, _, note) = one_note();
    night.approve();
    night.kit.pause(Some(PauseScope::default()));
    assert!(night.start().letters.is_empty());
    assert_eq!((night.note(0).state, night.gesture(&note).state), (NoteState::Composed, GestureState::Scheduled));
    let again = night.batch().rests_until(night.kit.now).expect("it is asked again");
    assert!(again > night.kit.now);
    night.kit.pause(None);
    assert!(!night.start().worked, "not before");
    night.kit.now = again;
    assert_eq!(night.start().letters.len(), 1);
    assert_eq!(night.batch().rests_until(night.kit.now), None);
}

#[test]
fn p5_what_falls_under_no_pause_leaves_at_once_behind_what_does() {
    let (ana, her_visit) = reader(1);
    let (bea, other_visit) = reader(2);
    let mut paused = thanks(1, &her_visit, &ana);
    paused.rule = Some(("who-looked".parse().unwrap(), 1));
    let free = thanks(2, &other_visit, &bea);
    let kit = kit().with_customer(&ana).with_interaction(&her_visit).with_gesture(&paused);
    let kit = kit.with_customer(&bea).with_interaction(&other_visit).with_gesture(&free);
    let mut night = Night::begin(kit, due());
    night.compose(&[(ana.id, &[paused.id]), (bea.id, &[free.id])]);
    night.approve();
    let scope = PauseScope { rule: Some("who-looked".parse().unwrap()), ..PauseScope::default() };
    night.kit.pause(Some(scope));
    let all = std::mem::take(&mut night.notes);
    night.notes = vec![all[0]];
    assert!(night.start().letters.is_empty(), "a page of nothing but what is paused");
    night.notes = all;
    let letters = night.start().letters;
    assert_eq!(letters.iter().map(|letter| letter.customer.id).collect::<Vec<_>>(), [bea.id]);
}

#[test]
fn what_a_long_pause_keeps_back_is_looked_at_less_and_less_often() {
    let (mut night, ..) = one_note();
    night.approve();
    night.kit.pause(Some(PauseScope { location: Some(shop_id()), ..PauseScope::default() }));
    let mut looks = Vec::new();
    for _ in 0..3 {
        night.start();
        looks.push(night.note(0).due_at.duration_since(night.kit.now));
        night.kit.now = night.note(0).due_at.checked_add(SignedDuration::from_mins(20)).unwrap();
    }
    assert_eq!(looks[0], SignedDuration::from_secs(5));
    assert!(looks.is_sorted() && looks[1] > looks[0] && looks[2] < SignedDuration::from_mins(6), "{looks:?}");
}

#[test]
fn nothing_of_a_batch_leaves_in_test_mode() {
    let (mut night, _, _) = one_note();
    let meant = std::sync::Arc::clone(&night.kit.world.settings);
    let mut testing = Settings::clone(&meant);
    testing.test_address = Some("test@example.org".to_owned());
    let testing = std::sync::Arc::new(testing);
    night.kit.world.settings = std::sync::Arc::clone(&testing);
    let refused = night.kit.run(&Approve { actor: actor(), id: night.batch, version: None }).unwrap_err();
    let Refusal::Precondition { kind, message, .. } = refused else { panic!("{refused}") };
    assert_eq!(kind, Precondition::TestMode);
    assert!(message.contains("test mode") && message.contains("download"), "{message}");
    night.kit.world.settings = meant;
    night.approve();
    night.kit.world.settings = testing;
    assert_eq!(night.start(), Started::default(), "also what was approved before");
}
