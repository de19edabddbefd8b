use super::*;
use crate::domain::case::CaseOrigin;

const TODAY: &str = "2026-11-23T10:00";

fn with_call() -> (Kit, Customer, crate::domain::gesture::Gesture) {
    let ana = customer(1);
    let visit = visit(1, &ana, at("2026-11-22T15:00"));
    let mut call = call(1, &ana, at(TODAY));
    call.interaction = Some(visit.id);
    let kit = Kit::new(at(TODAY)).with_customer(&ana).with_interaction(&visit).with_gesture(&call);
    (kit, ana, call)
}

fn log(kit: &Kit, id: GestureId, outcome: CallOutcome) -> LogCall {
    LogCall {
        actor: actor(),
        once: unkeyed(),
        id,
        version: kit.gesture(id).version,
        outcome,
        words: String::new(),
        staff: "Jo".to_owned(),
    }
}

#[test]
fn reaching_a_happy_customer_fulfils_what_is_owed() {
    let (mut kit, ana, call) = with_call();
    let mut reached = log(&kit, call.id, CallOutcome::Reached { happy: Some(5) });
    reached.words = "All is well.".to_owned();
    let logged = kit.run(&reached).unwrap();
    assert_eq!((logged.gesture.state, logged.case), (GestureState::Completed, None));
    let contact = kit.world.interactions.get(&logged.contact.unwrap()).unwrap();
    assert_eq!((contact.detail.satisfaction, contact.detail.remarks.as_str()), (Some(5), "All is well."));
    assert_eq!(contact.detail.staff, "Jo");
    let owed = kit.world.obligations.get(&call.interaction.unwrap()).unwrap();
    assert_eq!(owed.state, ObligationState::Fulfilled);
    assert_eq!(kit.contacts(ana.household), [(ContactState::Used, at(TODAY))]);
}

#[test]
fn p7_an_unhappy_customer_opens_one_case_and_cheer_waits() {
    let (mut kit, ana, call) = with_call();
    let later = super::call(2, &ana, at("2026-11-24T10:00"));
    kit = kit.with_gesture(&later);
    let logged = kit.run(&log(&kit, call.id, CallOutcome::Reached { happy: Some(2) })).unwrap();
    let case = kit.world.open_case(ana.id).unwrap();
    assert_eq!((logged.case, case.origin, case.interaction), (Some(case.id), CaseOrigin::UnhappyCall, logged.contact));
    assert_eq!(kit.gesture(later.id).state, GestureState::Held);

    let (mut kit, ana, call) = with_call();
    let open = open_case(&mut kit, &ana);
    kit = kit.with_gesture(&crate::domain::gesture::Gesture { tone: Tone::Caring, ..super::call(3, &ana, at(TODAY)) });
    let caring = super::call(3, &ana, at(TODAY)).id;
    let logged = kit.run(&log(&kit, caring, CallOutcome::Reached { happy: Some(1) })).unwrap();
    assert_eq!(logged.case, Some(open), "one is open already");
    assert_eq!(kit.world.cases.of(ana.id.0).count(), 1);
    assert_eq!(kit.gesture(call.id).state, GestureState::Held);
}

#[test]
fn a_voicemail_counts_as_done() {
    let (mut kit, _, call) = with_call();
    let logged = kit.run(&log(&kit, call.id, CallOutcome::Voicemail)).unwrap();
    assert_eq!(logged.gesture.state, GestureState::Completed);
    assert!(logged.contact.is_some());
}

#[test]
fn p5_who_does_not_answer_is_called_at_another_time_of_day_until_the_limit() {
    let (mut kit, ana, call) = with_call();
    let dues = ["2026-11-23T13:00", "2026-11-23T16:00", "2026-11-23T19:00", "2026-11-24T09:00"];
    for due in dues {
        let logged = kit.run(&log(&kit, call.id, CallOutcome::NoAnswer)).unwrap();
        assert_eq!((logged.gesture.state, logged.gesture.reason), (GestureState::Scheduled, Some(Reason::NoAnswer)));
        assert_eq!((logged.gesture.schedule.due_at, logged.contact), (at(due), None));
        assert_eq!(kit.contacts(ana.household), [(ContactState::Reserved, at(due))]);
        kit.now = at(due);
    }
    let last = kit.run(&log(&kit, call.id, CallOutcome::NoAnswer)).unwrap();
    assert_eq!((last.gesture.state, last.gesture.attempts), (GestureState::Failed, ATTEMPTS_MAX));
    let owed = kit.world.obligations.get(&call.interaction.unwrap()).unwrap();
    assert_eq!((owed.state, owed.reason), (ObligationState::Suppressed, Some(Reason::NoAnswer)));
}

#[test]
fn a_busy_line_is_tried_soon() {
    let (mut kit, _, call) = with_call();
    let logged = kit.run(&log(&kit, call.id, CallOutcome::Busy)).unwrap();
    assert_eq!(logged.gesture.schedule.due_at, at("2026-11-23T10:30"));
}

#[test]
fn p5_the_time_a_customer_asks_for_goes_before_the_hours() {
    let (mut kit, _, call) = with_call();
    let evening = at("2026-11-25T21:30");
    let logged = kit.run(&log(&kit, call.id, CallOutcome::CallBack { at: evening })).unwrap();
    let planned = &logged.gesture.schedule;
    assert_eq!((planned.due_at, planned.planned_local.as_str()), (evening, "2026-11-25T21:30"));
    assert_eq!(logged.gesture.reason, Some(Reason::CallBack));
    let past = log(&kit, call.id, CallOutcome::CallBack { at: at("2026-11-23T09:00") });
    assert!(matches!(kit.run(&past), Err(Refusal::Invalid(_))));
}

#[test]
fn a_wrong_number_is_not_used_again() {
    let (mut kit, ana, call) = with_call();
    let other = super::call(2, &ana, at("2026-11-24T10:00"));
    kit = kit.with_gesture(&other);
    let logged = kit.run(&log(&kit, call.id, CallOutcome::WrongNumber)).unwrap();
    assert_eq!((logged.gesture.state, logged.gesture.channel), (GestureState::Scheduled, Channel::HandOver));
    assert_eq!(kit.gesture(other.id).channel, Channel::HandOver);
    let ana = kit.world.customer(ana.id).unwrap();
    assert!(ana.profile.contact_points[0].bad);
    assert_eq!(ana.version, 2);
}

#[test]
fn p6_never_again_withdraws_consent_and_takes_back_all_pending_calls_in_that_call() {
    let (mut kit, ana, call) = with_call();
    let other = super::call(2, &ana, at("2026-11-24T10:00"));
    kit = kit.with_gesture(&other);
    let logged = kit.run(&log(&kit, call.id, CallOutcome::NeverAgain)).unwrap();
    for id in [call.id, other.id] {
        let gesture = kit.gesture(id);
        assert_eq!((gesture.state, gesture.reason), (GestureState::Cancelled, Some(Reason::NeverAgain)));
    }
    for purpose in Purpose::ALL {
        let said = kit.world.customer(ana.id).unwrap().consent(Channel::Phone, *purpose);
        assert_eq!(said, ConsentState::Refused);
    }
    assert!(logged.contact.is_some(), "somebody was reached");
    let used = kit.contacts(ana.household).into_iter().filter(|(state, _)| *state == ContactState::Used).count();
    assert_eq!(used, 1, "and that counts");
    let owed = kit.world.obligations.get(&call.interaction.unwrap()).unwrap();
    assert_eq!(owed.state, ObligationState::Cancelled, "but it was no thanks");
}

#[test]
fn p2_a_repeated_log_changes_nothing() {
    let (mut kit, _, call) = with_call();
    let reached = LogCall { once: once("r-1", "a"), ..log(&kit, call.id, CallOutcome::Reached { happy: Some(1) }) };
    let first = kit.run(&reached).unwrap();
    let again = kit.run(&reached).unwrap();
    assert!(again.replayed);
    assert_eq!((again.gesture, again.contact, again.case), (first.gesture, first.contact, first.case));
}

#[test]
fn what_was_decided_on_an_older_version_is_refused() {
    let (mut kit, _, call) = with_call();
    let stale = LogCall { version: 9, ..log(&kit, call.id, CallOutcome::Voicemail) };
    assert!(matches!(kit.run(&stale), Err(Refusal::Stale { .. })));
}

fn take(id: GestureId, staff: &str) -> Take {
    Take { actor: actor(), id, version: None, staff: staff.to_owned() }
}

#[test]
fn p4_a_call_is_with_one_person_for_a_quarter_of_an_hour() {
    let (mut kit, _, call) = with_call();
    let taken = kit.run(&take(call.id, "Jo")).unwrap();
    assert_eq!(taken.taken_at(kit.now).map(|taken| taken.by.as_str()), Some("Jo"));
    let refused = kit.run(&take(call.id, "Rui"));
    let Err(Refusal::Precondition { kind: Precondition::Taken, message, .. }) = refused else { panic!("{refused:?}") };
    assert!(message.contains("2026-11-23T09:15:00Z") && !message.contains("Jo"), "{message}");
    let meddling = LogCall { staff: "Rui".to_owned(), ..log(&kit, call.id, CallOutcome::Voicemail) };
    assert!(matches!(kit.run(&meddling), Err(Refusal::Precondition { kind: Precondition::Taken, .. })));
    let due = Due {
        at: kit.now,
        kinds: Vec::new(),
        channels: Vec::new(),
        locations: Vec::new(),
        in_batches: Vec::new(),
        untested: false,
        due_from: None,
        limit: 10,
    };
    assert!(!due.fits(kit.gesture(call.id)), "no worker gets it either");

    kit.run_at(at("2026-11-23T10:10"), &take(call.id, "Jo")).unwrap();
    kit.run_at(at("2026-11-23T10:25"), &take(call.id, "Rui")).unwrap();
    let missed = LogCall { staff: "Rui".to_owned(), ..log(&kit, call.id, CallOutcome::NoAnswer) };
    let later = kit.run(&missed).unwrap().gesture;
    assert_eq!((later.state, later.taken), (GestureState::Scheduled, None), "the next attempt is anybody's");
}

#[test]
fn what_was_taken_can_be_given_back() {
    let (mut kit, _, call) = with_call();
    let taken = kit.run(&take(call.id, "Jo")).unwrap();
    let give_back = Release { actor: actor(), id: call.id, proof: Proof::Version(taken.version) };
    assert_eq!(kit.run(&give_back).unwrap().taken, None);
    kit.run(&take(call.id, "Rui")).unwrap();
}

#[test]
fn who_is_in_mourning_is_not_thanked_and_cheer_waits_for_a_person() {
    let (mut kit, ana, call) = with_call();
    let later = super::call(2, &ana, at("2026-11-24T10:00"));
    kit = kit.with_gesture(&later);
    let logged = kit.run(&log(&kit, call.id, CallOutcome::Bereavement)).unwrap();
    assert_eq!((logged.gesture.state, logged.gesture.reason), (GestureState::Cancelled, Some(Reason::OwnLife)));
    assert!(logged.contact.is_some(), "we spoke");
    assert_eq!(kit.gesture(later.id).reason, Some(Reason::OwnLife));
    assert!(kit.world.summary(ana.id).grieving_since.is_some());
    assert!(kit.world.events().iter().any(|event| event.kind == EventKind::Bereaved));
    assert!(kit.world.open_case(ana.id).is_none(), "nothing went wrong between us");

    // The call and the note of condolence use the household's budget up; without the note there is a place.
    let note = kit.world.gestures_of(ana.id).find(|it| it.kind == GestureKind::Note && it.interaction.is_none());
    let cancel = Cancel { actor: actor(), id: note.unwrap().id, version: None, reason: "said in person".to_owned() };
    kit.run(&cancel).unwrap();
    let released = Release { actor: actor(), id: later.id, proof: Proof::Version(kit.gesture(later.id).version) };
    assert_eq!(kit.run(&released).unwrap().state, GestureState::Scheduled);
}

#[test]
fn p8_a_loss_is_answered_by_one_note_of_condolence() {
    let (mut kit, ana, first) = with_call();
    let second = super::call(2, &ana, at(TODAY));
    kit = kit.with_gesture(&second);
    let notes = |kit: &Kit| {
        let notes = kit.world.gestures_of(ana.id).filter(|it| it.kind == GestureKind::Note && it.rule.is_none());
        notes.cloned().collect::<Vec<_>>()
    };
    kit.run(&log(&kit, first.id, CallOutcome::Bereavement)).unwrap();
    let [note] = notes(&kit).try_into().unwrap();
    assert_eq!((note.tone, note.state), (Tone::Caring, GestureState::Scheduled), "no case or cheer holds it");
    assert_eq!(note.content.template.as_ref().unwrap().0.as_str(), "condolence");
    assert!(note.content.text.contains("very sorry"), "{}", note.content.text);
    assert_eq!((note.with_person, note.reason), (true, Some(Reason::NotGenuine)), "nothing particular is known");
    let care = Gesture { tone: Tone::Caring, ..super::call(3, &ana, at(TODAY)) };
    kit = kit.with_gesture(&care);
    kit.run(&log(&kit, care.id, CallOutcome::Bereavement)).unwrap();
    assert_eq!(notes(&kit).len(), 1, "once for each loss");
}

#[test]
fn care_was_taken_by_the_call_that_found_them_in_mourning() {
    let (mut kit, ana, _) = with_call();
    let mut care = super::call(2, &ana, at(TODAY));
    care.tone = Tone::Caring;
    kit = kit.with_gesture(&care);
    let logged = kit.run(&log(&kit, care.id, CallOutcome::Bereavement)).unwrap();
    assert_eq!(logged.gesture.state, GestureState::Completed);
}

#[test]
fn p3_who_has_died_is_left_alone_in_that_call() {
    let (mut kit, ana, call) = with_call();
    let later = super::call(2, &ana, at("2026-11-24T10:00"));
    kit = kit.with_gesture(&later);
    let logged = kit.run(&log(&kit, call.id, CallOutcome::Died)).unwrap();
    assert!(logged.contact.is_none());
    for id in [call.id, later.id] {
        let gesture = kit.gesture(id);
        assert_eq!((gesture.state, gesture.reason), (GestureState::Cancelled, Some(Reason::Deceased)));
    }
    let owed = kit.world.obligations.get(&call.interaction.unwrap()).unwrap();
    assert_eq!((owed.state, owed.reason), (ObligationState::Cancelled, Some(Reason::Deceased)));
    assert!(kit.contacts(ana.household).iter().all(|(state, _)| *state == ContactState::Released));
}
