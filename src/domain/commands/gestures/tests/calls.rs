use super::*;
use crate::domain::{
    case::CaseOrigin,
    customer::{ContactAddress, Identifier},
    location::Holiday,
    replan::{Replan, replan_pending},
    when::{ClockTime, WeeklyHours},
};
use jiff::civil::{Weekday, date};

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
fn p5_where_the_hours_are_short_who_does_not_answer_is_called_in_another_part_of_them() {
    let (mut kit, ana, _) = with_call();
    let clock = |hour| ClockTime::new(hour, 0).unwrap();
    let mut short = super::call(2, &ana, at(TODAY));
    short.terms.window = WeeklyHours::on(&[Weekday::Monday, Weekday::Tuesday], clock(10), clock(11)).ok();
    kit = kit.with_gesture(&short);
    let mut planned = Vec::new();
    for _ in 0..4 {
        let later = kit.run(&log(&kit, short.id, CallOutcome::NoAnswer)).unwrap().gesture;
        kit.now = later.schedule.due_at;
        planned.push(later.schedule.planned_local);
    }
    assert_eq!(planned, ["2026-11-24T10:30", "2026-11-30T10:15", "2026-12-01T10:45", "2026-12-07T10:00"]);

    // A promise is kept, at the same time of day if need be.
    let promised = crate::domain::gesture::Gesture { promised: true, ..super::call(3, &ana, at(TODAY)) };
    let (mut kit, _, _) = with_call();
    let mut promised = promised;
    promised.terms.window.clone_from(&short.terms.window);
    promised.schedule.deadline_at = at("2026-11-24T10:20");
    kit = kit.with_gesture(&promised);
    let later = kit.run(&log(&kit, promised.id, CallOutcome::NoAnswer)).unwrap().gesture;
    assert_eq!(later.schedule.planned_local, "2026-11-24T10:00");
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
    for impossible in ["2026-11-23T09:00", "2099-11-23T09:00"] {
        let impossible = log(&kit, call.id, CallOutcome::CallBack { at: at(impossible) });
        assert!(matches!(kit.run(&impossible), Err(Refusal::Invalid(_))));
    }
}

/// Ana, who may be called from Monday to Friday, asked to be called on Saturday evening.
fn asked_for_saturday() -> (Kit, Customer, GestureId) {
    let (kit, mut ana, call) = with_call();
    let days: Vec<_> = Weekday::Monday.cycle_forward().take(5).collect();
    let (nine, six) = (ClockTime::new(9, 0).unwrap(), ClockTime::new(18, 0).unwrap());
    ana.profile.contact_hours = WeeklyHours::on(&days, nine, six).ok();
    let mut kit = kit.with_customer(&ana);
    kit.run(&log(&kit, call.id, CallOutcome::CallBack { at: at(SATURDAY) })).unwrap();
    (kit, ana, call.id)
}

const SATURDAY: &str = "2026-11-28T21:30";

#[test]
fn p5_the_time_a_customer_asked_for_survives_every_new_plan() {
    let (mut kit, ana, call) = asked_for_saturday();
    kit.change_shop(|shop| shop.holidays.push(Holiday { date: date(2026, 11, 28), name: "Fair".to_owned() }));
    kit.run(&ReplanOutdated { id: call }).unwrap();
    assert_eq!(kit.gesture(call).schedule.due_at, at(SATURDAY));
    let changed = Replan::since("Other hours.");
    kit.change(|ledger| replan_pending(ledger, ana.id, &changed, |_| true));
    assert_eq!(kit.gesture(call).schedule.due_at, at(SATURDAY));

    // A contact that happened takes no place from it.
    let mut policy = settings();
    policy.policy.budget_contacts = 1;
    kit.world.settings = std::sync::Arc::new(policy);
    let other = super::call(2, &ana, at(TODAY));
    kit = kit.with_gesture(&other);
    kit.run(&log(&kit, other.id, CallOutcome::Reached { happy: None })).unwrap();
    assert_eq!(kit.gesture(call).schedule.due_at, at(SATURDAY));

    kit.now = at(SATURDAY);
    let gates = kit.run(&claim_now(&kit)).unwrap().gestures;
    assert_eq!(gates[0].gesture.id, call, "nor do their hours move it when the time has come");
    assert!(matches!(kit.run(&start(call, gates[0].token)).unwrap(), Started::Started(_)));
}

#[test]
fn p5_who_does_not_answer_at_the_time_they_asked_for_is_not_called_at_night() {
    for outcome in [CallOutcome::NoAnswer, CallOutcome::Busy] {
        let (mut kit, _, call) = asked_for_saturday();
        let early = kit.run(&log(&kit, call, outcome)).unwrap().gesture;
        assert_eq!(early.schedule.due_at, at(SATURDAY), "not before that time either");
        let later = kit.run_at(at(SATURDAY), &log(&kit, call, outcome)).unwrap().gesture;
        assert_eq!(later.schedule.planned_local, "2026-11-30T09:00", "after that, their hours hold");
    }
}

fn claim_now(kit: &Kit) -> Claim {
    let claim = claim();
    Claim { due: Due { at: kit.now, ..claim.due }, ..claim }
}

#[test]
fn a_wrong_number_is_not_used_again() {
    let (mut kit, ana, call) = with_call();
    kit.knows_number("+493012345671");
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
fn p6_a_wrong_number_is_a_strangers_for_all_who_share_it() {
    let (mut kit, _, call) = with_call();
    let key = kit.knows_number("+493012345671");
    let mut bea = customer(2);
    bea.profile.contact_points[0].address = ContactAddress::Phone(key.normalized.clone());
    bea.identifiers = vec![Identifier {
        kind: key.kind,
        system: String::new(),
        typed: key.normalized.clone(),
        normalized: key.normalized,
        origin: None,
    }];
    let mut carl = customer(3);
    carl.identifiers = bea.identifiers.clone();
    let (hers, his) = (super::call(2, &bea, at(TODAY)), super::call(3, &carl, at(TODAY)));
    kit = kit.with_customer(&bea).with_customer(&carl).with_gesture(&hers).with_gesture(&his);
    kit.run(&log(&kit, call.id, CallOutcome::WrongNumber)).unwrap();
    let marked = kit.world.customer(bea.id).unwrap();
    assert_eq!((marked.profile.contact_points[0].bad, marked.profile.contact_points[1].bad), (true, false));
    assert_eq!(kit.gesture(hers.id).channel, Channel::HandOver, "no stranger is rung for her");
    assert_eq!(kit.gesture(his.id), &his, "he is called on another number");
    assert_eq!(kit.world.customer(carl.id).unwrap().version, carl.version);
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
        far_side_deduplicates: false,
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
fn p4_who_took_a_call_has_it_no_longer_once_it_is_moved() {
    let (mut kit, ana, call) = with_call();
    kit.run(&take(call.id, "Jo")).unwrap();
    let same = Replan::since("Something changed.");
    kit.change(|ledger| replan_pending(ledger, ana.id, &same, |_| true));
    assert!(kit.gesture(call.id).taken.is_some(), "it is the same call at the same time");
    let moved = Reschedule {
        actor: actor(),
        once: unkeyed(),
        id: call.id,
        version: kit.gesture(call.id).version,
        due_at: at("2026-11-23T10:05"),
        deadline_at: None,
    };
    assert_eq!(kit.run(&moved).unwrap().gesture.taken, None);
    kit.run_at(at("2026-11-23T10:05"), &take(call.id, "Rui")).unwrap();
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
