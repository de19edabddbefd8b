use super::*;
use crate::domain::{
    customer::{ContactAddress, ContactPointKind},
    retry::RELAY_PAUSES,
    settings::Settings,
    testkit::unkeyed,
};

/// A night whose e-mails leave so.
pub(super) fn by(mut night: Night, route: Route) -> Night {
    set(&mut night, |settings| settings.routes.email = route);
    night
}

fn set(night: &mut Night, change: impl FnOnce(&mut Settings)) {
    let mut settings = Settings::clone(&night.kit.world.settings);
    change(&mut settings);
    night.kit.world.settings = Arc::new(settings);
}

pub(super) fn start(night: &mut Night, route: Route) -> Started {
    let start = StartChunk {
        batch: night.batch,
        notes: night.notes.clone(),
        readers: Vec::new(),
        owner: "here".to_owned(),
        route,
        lease: LEASE,
        far_side_deduplicates: route == Route::Webhook,
    };
    let started = night.kit.run(&start).unwrap();
    night.add_up();
    started
}

/// Answers for the n-th note of the night.
pub(super) fn answer(night: &mut Night, route: Route, n: usize, outcome: Outcome) -> usize {
    let note = night.note(n);
    let command =
        AnswerNotes { batch: night.batch, route, chunk: note.chunk.unwrap(), answers: vec![(note.id, outcome)] };
    let heard = night.kit.run(&command).unwrap();
    night.add_up();
    assert_eq!(heard.goes_on, night.batch().state == BatchState::Delivering);
    heard.counted
}

fn lapse(night: &mut Night, route: Route) -> bool {
    let chunk = night.batch().lane(route).unwrap().chunks[0].clone();
    night.kit.now = chunk.until;
    let lapse = LapseChunk { batch: night.batch, route, chunk: chunk.number, notes: night.notes.clone() };
    let lapsed = night.kit.run(&lapse).unwrap();
    night.add_up();
    lapsed
}

pub(super) fn why() -> String {
    "the relay answered 451".to_owned()
}

fn later(perhaps: bool) -> Outcome {
    Outcome::Later { asked: None, perhaps, why: why() }
}

/// An approved note that is on its way.
pub(super) fn on_its_way(route: Route) -> (Night, Customer, Gesture) {
    let (night, ana, gesture) = one_note();
    let mut night = by(night, route);
    night.approve();
    assert_eq!(start(&mut night, route).letters.len(), 1);
    (night, ana, gesture)
}

/// An approved batch of that many notes, all on their way.
fn many(count: u8, route: Route) -> Night {
    let mut kit = kit();
    let mut covered = Vec::new();
    for n in 1..=count {
        let (ana, visit) = reader(n);
        let note = thanks(n, &visit, &ana);
        kit = kit.with_customer(&ana).with_interaction(&visit).with_gesture(&note);
        covered.push((ana.id, [note.id]));
    }
    let mut night = by(Night::begin(kit, due()), route);
    let covered: Vec<_> = covered.iter().map(|(customer, gestures)| (*customer, &gestures[..])).collect();
    night.compose(&covered);
    night.approve();
    start(&mut night, route);
    night
}

#[test]
fn p4_each_note_of_a_chunk_has_an_answer_of_its_own() {
    let mut night = many(3, Route::Smtp);
    assert_eq!(answer(&mut night, Route::Smtp, 0, Outcome::Delivered), 1);
    assert_eq!(answer(&mut night, Route::Smtp, 0, Outcome::Delivered), 0, "saying so again changes nothing");
    answer(&mut night, Route::Smtp, 1, Outcome::Uncertain { why: why() });
    assert_eq!(night.batch().lane(Route::Smtp).unwrap().chunks[0].notes, 1);
    answer(&mut night, Route::Smtp, 2, Outcome::Refused { unreachable: None, why: why() });
    let states: Vec<_> = (0..3).map(|n| night.note(n).state).collect();
    assert_eq!(states, [NoteState::Delivered, NoteState::Uncertain, NoteState::Failed]);
    assert_eq!(night.batch().state, BatchState::Completed);
    assert!(night.batch().lane(Route::Smtp).unwrap().chunks.is_empty());
}

#[test]
fn p4_what_was_marked_and_not_offered_is_as_it_was_before_and_leaves_at_once() {
    let (mut night, _, note) = on_its_way(Route::Smtp);
    let due = night.note(0).due_at;
    assert_eq!(answer(&mut night, Route::Smtp, 0, Outcome::Unoffered { why: "it must be looked at".to_owned() }), 1);
    let back = night.note(0);
    assert_eq!((back.state, back.due_at, back.tries.attempts), (NoteState::Composed, due, 0));
    assert!(!back.tries.perhaps_left);
    assert_eq!(night.gesture(&note).state, GestureState::Scheduled);
    assert!(night.batch().lane(Route::Smtp).unwrap().retry_at.is_none(), "nothing rests for it");
    assert_eq!(start(&mut night, Route::Smtp).letters.len(), 1);
    answer(&mut night, Route::Smtp, 0, Outcome::Delivered);
    assert_eq!(night.note(0).state, NoteState::Delivered);
}

#[test]
fn an_address_at_which_nobody_is_reached_is_not_used_again_and_its_note_goes_another_way() {
    let (mut night, ana, note) = on_its_way(Route::Smtp);
    let address = ana.contact_point(ContactPointKind::Email).unwrap().address.clone();
    answer(&mut night, Route::Smtp, 0, Outcome::Refused { unreachable: Some(address), why: why() });
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Failed, Some(Reason::WrongNumber)));
    let ana = night.kit.world.customers.get(&ana.id).unwrap();
    assert!(ana.contact_point(ContactPointKind::Email).is_none(), "marked as bad");
    let gesture = night.gesture(&note);
    assert_eq!((gesture.state, gesture.written), (GestureState::Scheduled, None));
    assert_ne!(gesture.channel, Channel::Email);
}

#[test]
fn an_address_that_was_changed_meanwhile_stays_good() {
    let (mut night, ana, _) = on_its_way(Route::Smtp);
    let address = ContactAddress::Email("an.older@example.com".to_owned());
    answer(&mut night, Route::Smtp, 0, Outcome::Refused { unreachable: Some(address), why: why() });
    let ana = night.kit.world.customers.get(&ana.id).unwrap();
    assert!(ana.contact_point(ContactPointKind::Email).is_some());
}

#[test]
fn what_is_not_taken_now_is_offered_again_and_given_to_a_person_in_the_end() {
    let (mut night, _, note) = on_its_way(Route::Smtp);
    for attempt in 1..ATTEMPTS_MAX {
        let before = night.kit.now;
        answer(&mut night, Route::Smtp, 0, later(false));
        assert_eq!((night.note(0).state, night.note(0).tries.attempts), (NoteState::Composed, attempt));
        assert_eq!(night.gesture(&note).state, GestureState::Scheduled);
        assert!(start(&mut night, Route::Smtp).letters.is_empty(), "not at once");
        night.kit.now = night.note(0).due_at;
        assert!(night.kit.now > before);
        assert_eq!(start(&mut night, Route::Smtp).letters.len(), 1);
    }
    answer(&mut night, Route::Smtp, 0, later(false));
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Failed, Some(Reason::DeliveryFailed)));
    assert!(night.gesture(&note).with_person);
    assert_eq!(night.batch().state, BatchState::Completed);
}

#[test]
fn p6_consent_withdrawn_between_two_attempts_keeps_the_note_back() {
    let (mut night, ana, _) = on_its_way(Route::Smtp);
    answer(&mut night, Route::Smtp, 0, later(false));
    night.kit.now = night.note(0).due_at;
    change(&mut night.kit, ana.id, |ana| say(ana, Channel::Email, ConsentState::Refused));
    assert!(start(&mut night, Route::Smtp).letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Skipped, Some(Reason::NoConsent)));
}

/// A note that may have left at its first attempt, and waits for another.
pub(super) fn may_have_left() -> (Night, Customer, Gesture) {
    let (mut night, ana, gesture) = on_its_way(Route::Webhook);
    answer(&mut night, Route::Webhook, 0, later(true));
    night.kit.now = night.note(0).due_at;
    (night, ana, gesture)
}

/// Nobody knows of the note nor of what it carries, and no other note can carry that.
fn assert_in_doubt(mut night: Night, ana: &Customer, gesture: &Gesture, reason: Reason) {
    night.add_up();
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Uncertain, Some(reason)));
    let kept = night.gesture(gesture);
    assert_eq!(kept.state, GestureState::Uncertain, "{}", kept.explanation);
    assert_eq!((kept.written.map(|it| it.note), kept.channel), (Some(night.notes[0]), Channel::Email));
    let places = night.kit.contacts(kept.household);
    assert!(places.iter().any(|(state, _)| *state == ContactState::Used), "it counts as a contact");
    let create = Create {
        actor: actor(),
        once: once("two", "x"),
        display_name: String::new(),
        selection: due(),
        customer_count: 0,
    };
    let batch = night.kit.run(&create).unwrap().batch.id;
    let mut another = Night { kit: night.kit, batch, notes: Vec::new() };
    another.compose(&[(ana.id, &[gesture.id])]);
    assert_eq!(another.batch().counts.composed, 0, "nobody is thanked twice");
}

#[test]
fn p4_what_may_have_left_before_consent_was_withdrawn_is_uncertain_with_all_it_carries() {
    let (mut night, ana, gesture) = may_have_left();
    change(&mut night.kit, ana.id, |ana| say(ana, Channel::Email, ConsentState::Refused));
    assert!(start(&mut night, Route::Webhook).letters.is_empty());
    assert_in_doubt(night, &ana, &gesture, Reason::NoConsent);
}

#[test]
fn p4_what_may_have_left_before_a_complaint_is_uncertain_with_all_it_carries() {
    let (mut night, ana, gesture) = may_have_left();
    complain(&mut night.kit, &ana);
    assert_eq!(night.gesture(&gesture).state, GestureState::Uncertain, "at once");
    assert!(start(&mut night, Route::Webhook).letters.is_empty());
    assert_in_doubt(night, &ana, &gesture, Reason::OpenCase);
}

#[test]
fn p4_what_may_have_left_before_its_batch_was_cancelled_is_uncertain_with_all_it_carries() {
    let (mut night, ana, gesture) = may_have_left();
    let cancel = Cancel { actor: actor(), id: night.batch, version: None, reason: "wrong words".to_owned() };
    night.kit.run(&cancel).unwrap();
    night.kit.run(&TakeBackPage { batch: night.batch, notes: night.notes.clone() }).unwrap();
    assert_eq!(night.batch().state, BatchState::Cancelled);
    assert_in_doubt(night, &ana, &gesture, Reason::BatchCancelled);
}

#[test]
fn p4_what_may_have_left_before_its_facts_changed_is_uncertain_with_all_it_carries() {
    let (mut night, ana, gesture) = may_have_left();
    let mut visit = night.kit.world.interactions_of(ana.id).next().unwrap().clone();
    visit.detail.items_looked_at = vec!["something else".to_owned()];
    night.kit.world.interactions.put(visit.id, visit);
    night.kit.world.settle();
    assert!(start(&mut night, Route::Webhook).letters.is_empty());
    assert_in_doubt(night, &ana, &gesture, Reason::FactsChanged);
}

#[test]
fn p4_what_may_have_left_and_cannot_be_written_again_is_uncertain_with_all_it_carries() {
    for outcome in [Outcome::Unwritable { why: why() }, Outcome::Refused { unreachable: None, why: why() }] {
        let (mut night, ana, gesture) = may_have_left();
        assert_eq!(start(&mut night, Route::Webhook).letters.len(), 1);
        answer(&mut night, Route::Webhook, 0, outcome);
        assert_in_doubt(night, &ana, &gesture, Reason::DeliveryFailed);
    }
}

#[test]
fn p4_what_may_have_left_waits_for_its_hour_without_being_planned_anew() {
    let (mut night, _, gesture) = may_have_left();
    night.kit.now = at("2026-11-23T22:30");
    let due = night.gesture(&gesture).schedule.due_at;
    assert!(start(&mut night, Route::Webhook).letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).due_at), (NoteState::Composed, at("2026-11-24T08:00")));
    assert_eq!(night.gesture(&gesture).schedule.due_at, due);
    night.kit.now = at("2026-11-24T08:00");
    assert_eq!(start(&mut night, Route::Webhook).letters.len(), 1);
}

#[test]
fn p4_the_words_of_what_may_have_left_stay_as_they_are() {
    let (mut night, ana, _) = may_have_left();
    let target = Target {
        actor: actor(),
        once: unkeyed(),
        batch: night.batch,
        note: night.notes[0],
        reader: ana.id,
        version: None,
    };
    let refused = night.kit.run(&RegenerateNote { target }).unwrap_err();
    assert!(refused.to_string().contains("may have left"), "{refused}");
}

#[test]
fn a_relay_that_takes_nothing_lets_its_way_rest_and_at_last_stops_the_batch() {
    let mut night = many(2, Route::Smtp);
    let closed = || Outcome::Unavailable { for_good: false, why: "the network failed".to_owned() };
    let last = 1 + RELAY_PAUSES.len() as u32;
    for attempt in 1..=last {
        answer(&mut night, Route::Smtp, 0, closed());
        answer(&mut night, Route::Smtp, 1, closed());
        assert_eq!(
            (night.note(0).state, night.note(0).tries.attempts),
            (NoteState::Composed, 0),
            "no fault of its own"
        );
        if attempt == last {
            break;
        }
        assert_eq!(night.batch().lane(Route::Smtp).unwrap().attempts, attempt, "once for all that were on their way");
        assert!(start(&mut night, Route::Smtp).letters.is_empty(), "it rests");
        night.kit.now = night.batch().rests_until(night.kit.now).unwrap();
        assert_eq!(start(&mut night, Route::Smtp).letters.len(), 2);
    }
    assert_eq!(night.batch().state, BatchState::Stopped);
    assert!(night.batch().explanation.contains("the network failed"), "{}", night.batch().explanation);
    night.kit.run(&Resume { actor: actor(), id: night.batch }).unwrap();
    assert_eq!(start(&mut night, Route::Smtp).letters.len(), 2, "and goes on");
}

#[test]
fn an_endpoint_that_wants_no_more_stops_the_batch_at_once() {
    let mut night = many(2, Route::Webhook);
    answer(&mut night, Route::Webhook, 0, Outcome::Unavailable { for_good: true, why: "410".to_owned() });
    assert_eq!(night.batch().state, BatchState::Stopped);
    answer(&mut night, Route::Webhook, 1, Outcome::Delivered);
    assert_eq!(night.note(1).state, NoteState::Delivered, "what was on its way arrives all the same");
}

#[test]
fn a_batch_of_which_too_many_are_refused_stops_itself_unless_a_person_says_go_on() {
    let mut night = many(60, Route::Smtp);
    for n in 0..48 {
        answer(&mut night, Route::Smtp, n, Outcome::Delivered);
    }
    let refuse = |night: &mut Night, n| {
        answer(night, Route::Smtp, n, Outcome::Refused { unreachable: None, why: why() });
    };
    refuse(&mut night, 48);
    assert_eq!(night.batch().state, BatchState::Delivering, "too few to tell");
    refuse(&mut night, 49);
    assert_eq!(night.batch().state, BatchState::Stopped, "2 of 50 are more than 2 %");
    night.kit.run(&Resume { actor: actor(), id: night.batch }).unwrap();
    refuse(&mut night, 50);
    assert_eq!(night.batch().state, BatchState::Delivering);
}

#[test]
fn a_batch_of_which_too_much_is_never_answered_for_stops_itself() {
    let mut night = many(60, Route::Smtp);
    for n in 0..48 {
        answer(&mut night, Route::Smtp, n, Outcome::Delivered);
    }
    answer(&mut night, Route::Smtp, 48, Outcome::Uncertain { why: why() });
    assert_eq!(night.batch().state, BatchState::Delivering, "too few to tell");
    answer(&mut night, Route::Smtp, 49, Outcome::Uncertain { why: why() });
    assert_eq!(night.batch().state, BatchState::Stopped, "2 of 50 are more than 2 %");
    assert!(night.batch().explanation.contains("nobody knows"), "{}", night.batch().explanation);
}

#[test]
fn p4_when_its_process_is_gone_a_mail_is_uncertain_and_a_late_answer_that_it_arrived_counts() {
    let (mut night, _, note) = on_its_way(Route::Smtp);
    assert!(lapse(&mut night, Route::Smtp));
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Uncertain, Some(Reason::LeaseLapsed)));
    assert_eq!(night.gesture(&note).state, GestureState::Uncertain);
    assert_eq!(answer(&mut night, Route::Smtp, 0, later(false)), 0, "it does not leave again by itself");
    assert_eq!(answer(&mut night, Route::Smtp, 0, Outcome::Delivered), 1);
    assert_eq!((night.note(0).state, night.gesture(&note).state), (NoteState::Delivered, GestureState::Completed));
    assert_eq!(night.batch().reasons.get(&(NoteState::Uncertain, Reason::LeaseLapsed)), Some(&0));
}

#[test]
fn p4_when_its_process_is_gone_a_webhook_leaves_again_under_its_id() {
    let (mut night, ..) = on_its_way(Route::Webhook);
    let id = night.note(0).id;
    assert!(lapse(&mut night, Route::Webhook));
    assert_eq!((night.note(0).state, night.note(0).tries.perhaps_left), (NoteState::Composed, true));
    let again = start(&mut night, Route::Webhook);
    assert_eq!(again.letters[0].note.id, id);
    answer(&mut night, Route::Webhook, 0, Outcome::Delivered);
    assert_eq!(night.batch().state, BatchState::Completed);
}

#[test]
fn a_dead_letter_leaves_again_under_its_id_when_a_person_says_so() {
    let (mut night, _, note) = on_its_way(Route::Webhook);
    let id = night.note(0).id;
    let mut patient = night.gesture(&note).clone();
    patient.schedule.deadline_at = at("2026-12-23T10:00");
    patient.terms.deadline = SignedDuration::from_hours(30 * 24);
    night.kit = night.kit.with_gesture(&patient);
    while night.note(0).state != NoteState::Failed {
        answer(&mut night, Route::Webhook, 0, later(false));
        // By night it waits for its hours.
        while night.note(0).state == NoteState::Composed {
            night.kit.now = night.note(0).due_at;
            start(&mut night, Route::Webhook);
        }
    }
    assert_eq!(night.note(0).tries.attempts, 10, "as Standard Webhooks recommends");
    assert!(night.gesture(&note).with_person);
    assert_eq!(night.batch().state, BatchState::Completed);
    let replay = ReplayNotes { actor: actor(), batch: night.batch, notes: night.notes.clone() };
    let again = night.kit.run(&replay).unwrap();
    assert_eq!((again.count, again.batch.state, again.batch.ended_at), (1, BatchState::Delivering, None));
    assert_eq!(night.kit.run(&replay).unwrap().count, 0, "saying so again changes nothing");
    night.add_up();
    assert!(!night.gesture(&note).with_person);
    assert_eq!(start(&mut night, Route::Webhook).letters[0].note.id, id);
    answer(&mut night, Route::Webhook, 0, Outcome::Delivered);
    assert_eq!((night.batch().state, night.gesture(&note).state), (BatchState::Completed, GestureState::Completed));
}

#[test]
fn p4_a_mail_that_may_have_left_is_not_replayed() {
    let (mut night, ..) = on_its_way(Route::Smtp);
    answer(&mut night, Route::Smtp, 0, Outcome::Uncertain { why: why() });
    let replay = ReplayNotes { actor: actor(), batch: night.batch, notes: night.notes.clone() };
    assert_eq!(night.kit.run(&replay).unwrap().count, 0);
    assert_eq!(night.note(0).state, NoteState::Uncertain);
}

#[test]
fn p4_a_mail_that_may_have_left_is_not_replayed_as_a_webhook() {
    let (mut night, ..) = on_its_way(Route::Smtp);
    answer(&mut night, Route::Smtp, 0, Outcome::Uncertain { why: why() });
    let mut night = by(night, Route::Webhook);
    let replay = ReplayNotes { actor: actor(), batch: night.batch, notes: night.notes.clone() };
    assert_eq!(night.kit.run(&replay).unwrap().count, 0, "whoever takes webhooks does not know the mail");
    assert_eq!(night.note(0).state, NoteState::Uncertain);
}

#[test]
fn p4_what_a_receiver_may_have_does_not_leave_by_mail() {
    let (night, ana, gesture) = may_have_left();
    let mut night = by(night, Route::Smtp);
    assert!(start(&mut night, Route::Smtp).letters.is_empty());
    assert_in_doubt(night, &ana, &gesture, Reason::DeliveryFailed);
}

#[test]
fn what_is_tried_out_goes_to_the_test_address_and_completes_nothing() {
    let (night, _, note) = one_note();
    let mut night = by(night, Route::Smtp);
    set(&mut night, |settings| settings.test_address = Some("test@example.org".to_owned()));
    night.approve();
    assert!(night.batch().work.for_test);
    assert_eq!(start(&mut night, Route::Smtp).letters.len(), 1);
    answer(&mut night, Route::Smtp, 0, Outcome::Delivered);
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Skipped, Some(Reason::Tested)));
    let gesture = night.gesture(&note);
    assert_eq!((gesture.state, gesture.reason), (GestureState::Scheduled, Some(Reason::Tested)));
    assert_eq!((gesture.written, gesture.attempts), (None, 0), "free for when it is meant");
    assert_eq!(night.batch().state, BatchState::Completed);
    let places = night.kit.contacts(gesture.household);
    assert!(places.iter().all(|(state, _)| *state != ContactState::Used), "nobody was contacted");
}

#[test]
fn p6_what_was_approved_to_be_tried_out_never_reaches_a_customer() {
    let (night, ..) = one_note();
    let mut night = by(night, Route::Smtp);
    set(&mut night, |settings| settings.test_address = Some("test@example.org".to_owned()));
    night.approve();
    set(&mut night, |settings| settings.test_address = None);
    assert_eq!(start(&mut night, Route::Smtp), Started::default());
}

#[test]
fn in_test_mode_nothing_but_e_mails_by_smtp_leaves() {
    let (night, _, note) = one_note();
    let mut night = by(night, Route::Smtp);
    set(&mut night, |settings| settings.test_address = Some("test@example.org".to_owned()));
    night.approve();
    assert!(start(&mut night, Route::Spool).letters.is_empty());
    assert_eq!((night.note(0).state, night.note(0).reason), (NoteState::Skipped, Some(Reason::Tested)));
    assert_eq!(night.gesture(&note).written, None);
}

#[test]
fn what_a_batch_cancels_while_it_is_on_its_way_arrives_or_is_taken_back() {
    let mut night = many(2, Route::Smtp);
    let cancel = Cancel { actor: actor(), id: night.batch, version: None, reason: "wrong words".to_owned() };
    night.kit.run(&cancel).unwrap();
    answer(&mut night, Route::Smtp, 0, Outcome::Delivered);
    answer(&mut night, Route::Smtp, 1, later(false));
    assert_eq!(night.batch().state, BatchState::Cancelling);
    night.kit.run(&TakeBackPage { batch: night.batch, notes: night.notes.clone() }).unwrap();
    night.add_up();
    assert_eq!(night.batch().state, BatchState::Cancelled);
    assert_eq!((night.note(0).state, night.note(1).state), (NoteState::Delivered, NoteState::Cancelled));
}
