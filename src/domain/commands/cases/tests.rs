//! Cases on small worlds.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    case::{Grant, RemedyKind},
    commands::gestures::{CallOutcome, LogCall},
    customer::{Channel, Customer},
    gesture::{GestureKind, Tone},
    ids::GestureId,
    money::Money,
    refusal::Precondition,
    testkit::{Kit, actor, at, call, customer, once, shop_id, unkeyed, visit},
};
use jiff::SignedDuration;

const MONDAY_10: &str = "2026-11-23T10:00";

fn kit() -> (Kit, Customer) {
    let ana = customer(1);
    (Kit::new(at(MONDAY_10)).with_customer(&ana), ana)
}

fn open(customer: &Customer) -> OpenCase {
    OpenCase {
        actor: actor(),
        once: unkeyed(),
        customer: customer.id,
        interaction: None,
        location: Some(shop_id()),
        summary: "The rake broke.".to_owned(),
        severity: 3,
        assignee: String::new(),
    }
}

fn resolve(id: CaseId) -> ResolveCase {
    ResolveCase {
        actor: actor(),
        once: unkeyed(),
        id,
        version: None,
        root_cause: Some("a bad batch".to_owned()),
        remedy: "a new rake".to_owned(),
        recovered: false,
    }
}

/// As [`resolve`], by somebody who has told the customer.
fn settle(id: CaseId) -> ResolveCase {
    ResolveCase { recovered: true, ..resolve(id) }
}

fn reopen(id: CaseId) -> ReopenCase {
    ReopenCase { actor: actor(), once: unkeyed(), id, version: None, reason: "It broke again.".to_owned() }
}

/// Somebody calls, and speaks with the customer.
fn spoken(kit: &mut Kit, at: jiff::Timestamp, id: GestureId) {
    let version = kit.gesture(id).version;
    let outcome = CallOutcome::Reached { happy: Some(5) };
    let call = LogCall {
        actor: actor(),
        once: unkeyed(),
        id,
        version,
        outcome,
        words: String::new(),
        staff: "Rui".to_owned(),
    };
    kit.run_at(at, &call).unwrap();
}

#[test]
fn p7_an_open_case_holds_cheer_and_its_end_plans_it_anew_not_within_the_hour() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T10:15"));
    let mut kit = kit.with_gesture(&cheer);
    let case = kit.run(&open(&ana)).unwrap().case;
    assert_eq!(kit.world.summary(ana.id).open_case, Some(case.id));
    assert_eq!(kit.gesture(cheer.id).state, GestureState::Held);

    kit.run_at(at("2026-11-23T10:30"), &settle(case.id)).unwrap();
    let again = kit.gesture(cheer.id);
    assert_eq!((again.state, again.schedule.due_at), (GestureState::Scheduled, at("2026-11-23T11:30")));
    assert_eq!(again.schedule.deadline_at, cheer.schedule.deadline_at);
    assert!(again.schedule.steps.iter().any(|step| step.text.contains(&case.id.to_string())));
    assert_eq!(kit.world.summary(ana.id).open_case, None);
}

#[test]
fn p4_p7_a_case_revives_nothing_that_had_ended() {
    use GestureState::{Cancelled, Completed, Expired, Failed, Suppressed};
    for ended in [Suppressed, Cancelled, Completed, Expired, Failed] {
        let (kit, ana) = kit();
        let mut gesture = call(1, &ana, at("2026-11-23T15:00"));
        gesture.state = ended;
        let mut kit = kit.with_gesture(&gesture);
        kit.run(&open(&ana)).unwrap();
        assert_eq!(kit.gesture(gesture.id).state, ended);
    }
}

#[test]
fn p7_the_recovery_contact_comes_first_and_cheer_an_hour_after_it() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T10:15"));
    let mut kit = kit.with_gesture(&cheer);
    let case = kit.run(&open(&ana)).unwrap().case;
    let resolved = kit.run_at(at("2026-11-23T20:30"), &resolve(case.id)).unwrap().case;

    let recovery = kit.gesture(resolved.recovery.unwrap()).clone();
    assert_eq!((recovery.kind, recovery.channel, recovery.case), (GestureKind::Apology, Channel::Phone, Some(case.id)));
    assert_eq!(recovery.schedule.due_at, at("2026-11-24T09:00"), "P5: nobody is called at half past eight");
    assert!(!recovery.counts_as_contact());
    let held = kit.gesture(cheer.id);
    assert_eq!((held.state, held.reason), (GestureState::Held, Some(Reason::Recovery)));
    assert!(held.explanation.contains(&recovery.id.to_string()), "{}", held.explanation);

    spoken(&mut kit, at("2026-11-24T09:20"), recovery.id);
    let again = kit.gesture(cheer.id);
    assert_eq!((again.state, again.schedule.due_at), (GestureState::Scheduled, at("2026-11-24T10:20")));
}

#[test]
fn p7_new_cheer_waits_for_the_recovery_contact_too() {
    let (mut kit, ana) = kit();
    let case = kit.run(&open(&ana)).unwrap().case;
    kit.run(&resolve(case.id)).unwrap();
    let held = crate::domain::planning::held_by(&kit.world, ana.id, Tone::Cheerful).unwrap();
    assert_eq!(held.0, Reason::Recovery);
    assert_eq!(crate::domain::planning::held_by(&kit.world, ana.id, Tone::Caring), None);
}

#[test]
fn p7_however_the_recovery_contact_ends_cheer_comes_back() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T10:15"));
    let mut kit = kit.with_gesture(&cheer);
    let case = kit.run(&open(&ana)).unwrap().case;
    let recovery = kit.run(&resolve(case.id)).unwrap().case.recovery.unwrap();
    let cancel = crate::domain::commands::gestures::Cancel {
        actor: actor(),
        id: recovery,
        version: None,
        reason: "she came by".to_owned(),
    };
    kit.run_at(at("2026-11-23T11:00"), &cancel).unwrap();
    assert_eq!(kit.gesture(cheer.id).state, GestureState::Scheduled);
}

#[test]
fn p7_a_case_that_is_reopened_holds_again() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T10:15"));
    let mut kit = kit.with_gesture(&cheer);
    let case = kit.run(&open(&ana)).unwrap().case;
    let reopen = reopen(case.id);
    let refused = kit.run(&reopen);
    assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::CaseNotResolved, .. })));
    kit.run(&settle(case.id)).unwrap();
    assert_eq!(kit.gesture(cheer.id).state, GestureState::Scheduled);
    let reopened = kit.run(&reopen).unwrap().case;
    assert!(reopened.resolved_at.is_none() && reopened.reopened.is_some());
    assert_eq!(kit.world.summary(ana.id).open_case, Some(case.id));
    let held = kit.gesture(cheer.id);
    assert_eq!((held.state, held.reason), (GestureState::Held, Some(Reason::OpenCase)));
}

fn grant(id: CaseId, euros: i64) -> GrantRemedy {
    GrantRemedy {
        actor: actor(),
        once: unkeyed(),
        id,
        version: None,
        kind: if euros > 0 { RemedyKind::Voucher } else { RemedyKind::Replacement },
        amount: (euros > 0).then(|| Money { currency: "EUR".to_owned(), micros: euros * 1_000_000 }),
        words: "a voucher".to_owned(),
        granted_by: "Rui".to_owned(),
    }
}

/// 50 euros a case and 80 a day.
fn limited() -> (Kit, Customer) {
    let (mut kit, ana) = kit();
    let mut settings = (*kit.world.settings).clone();
    settings.remedy_limits.per_case = [("EUR".to_owned(), 50_000_000)].into();
    settings.remedy_limits.per_day = [("EUR".to_owned(), 80_000_000)].into();
    kit.world.settings = std::sync::Arc::new(settings);
    for date in ["2026-11-23", "2026-11-24"] {
        kit.world.granted.push(Needs { grants: [(shop_id(), date.parse().unwrap())].into(), ..Needs::default() });
    }
    (kit, ana)
}

fn left(refused: Result<CaseReply, Refusal>) -> String {
    match refused {
        Err(Refusal::Precondition { kind: Precondition::RemedyLimit, message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_desk_grants_so_much_on_a_case_and_on_a_day() {
    let (mut kit, ana) = limited();
    let first = kit.run(&open(&ana)).unwrap().case;
    let second = kit.run(&open(&ana)).unwrap().case;
    kit.run(&grant(first.id, 30)).unwrap();
    assert!(left(kit.run(&grant(first.id, 21))).contains("20.00 EUR left of 50.00 EUR"));
    assert_eq!(kit.run(&grant(first.id, 20)).unwrap().case.remedies.len(), 2);
    assert!(left(kit.run(&grant(second.id, 31))).contains("30.00 EUR left of 80.00 EUR"));
    kit.run(&grant(second.id, 0)).unwrap();
    kit.run_at(at("2026-11-24T10:00"), &grant(second.id, 31)).unwrap();
    let numbers: Vec<_> = kit.world.grants.values().map(|grant: &Grant| grant.number).collect();
    assert_eq!(numbers.iter().max(), Some(&2), "each day is counted from one");
}

#[test]
fn nothing_is_granted_without_a_limit_a_place_or_an_open_case() {
    let (mut kit, ana) = limited();
    let case = kit.run(&open(&ana)).unwrap().case;
    let francs = Money { currency: "CHF".to_owned(), micros: 1 };
    assert!(left(kit.run(&GrantRemedy { amount: Some(francs), ..grant(case.id, 1) })).contains("in CHF"));
    let nowhere = kit.run(&OpenCase { location: None, ..open(&ana) }).unwrap().case;
    assert!(matches!(kit.run(&grant(nowhere.id, 1)), Err(Refusal::Invalid(_))));
    kit.run(&settle(case.id)).unwrap();
    let refused = kit.run(&grant(case.id, 1));
    assert!(matches!(refused, Err(Refusal::Precondition { kind: Precondition::CaseNotOpen, .. })));
}

#[test]
fn a_case_is_brought_up_to_date() {
    let (mut kit, ana) = kit();
    let case = kit.run(&open(&ana)).unwrap().case;
    let change = CaseChange {
        summary: case.summary.clone(),
        severity: 5,
        assignee: "Rui".to_owned(),
        location: case.location.clone(),
    };
    let update = UpdateCase { actor: actor(), id: case.id, version: case.version, change };
    let updated = kit.run(&update).unwrap().case;
    assert_eq!((updated.severity, updated.assignee.as_str(), updated.version), (5, "Rui", 2));
    assert!(matches!(kit.run(&update), Err(Refusal::Stale { .. })));
}

#[test]
fn p7_the_pending_apology_becomes_the_recovery_contact() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T10:15"));
    let mut sorry = call(2, &ana, at("2026-11-23T16:00"));
    (sorry.kind, sorry.tone) = (GestureKind::Apology, Tone::Caring);
    let mut kit = kit.with_gesture(&cheer).with_gesture(&sorry);
    let case = kit.run(&open(&ana)).unwrap().case;
    assert_eq!(kit.gesture(sorry.id).state, GestureState::Scheduled, "care is not held");
    let resolved = kit.run(&resolve(case.id)).unwrap().case;
    assert_eq!(resolved.recovery, Some(sorry.id));
    assert_eq!(kit.gesture(cheer.id).reason, Some(Reason::Recovery));
    spoken(&mut kit, at("2026-11-23T16:00"), sorry.id);
    assert_eq!(kit.gesture(cheer.id).schedule.due_at, at("2026-11-23T17:00"));
}

#[test]
fn p7_who_is_late_with_the_apology_still_tells_that_it_is_settled_before_any_cheer() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T10:15"));
    let mut sorry = call(2, &ana, at(MONDAY_10));
    (sorry.kind, sorry.tone) = (GestureKind::Apology, Tone::Caring);
    (sorry.terms.deadline, sorry.schedule.deadline_at) = (SignedDuration::from_hours(1), at("2026-11-23T11:00"));
    let mut kit = kit.with_gesture(&cheer).with_gesture(&sorry);
    let case = kit.run(&open(&ana)).unwrap().case;
    kit.run_at(at("2026-11-23T10:30"), &resolve(case.id)).unwrap();

    let recovery = kit.gesture(sorry.id);
    assert_eq!(recovery.schedule.deadline_at, at("2026-11-30T10:30"), "the rule's hour is not that of the recovery");
    assert!(recovery.schedule.steps.last().unwrap().text.contains("is settled"));
    assert_eq!(kit.gesture(cheer.id).reason, Some(Reason::Recovery), "cheer waits for it");
    spoken(&mut kit, at("2026-11-23T16:00"), sorry.id);
    assert_eq!(kit.gesture(cheer.id).schedule.due_at, at("2026-11-23T17:00"));
}

#[test]
fn p7_nobody_is_told_that_a_case_is_settled_which_is_open_again() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T16:00"));
    let mut kit = kit.with_gesture(&cheer);
    let case = kit.run(&open(&ana)).unwrap().case;
    let recovery = kit.run(&resolve(case.id)).unwrap().case.recovery.unwrap();
    let again = kit.run(&reopen(case.id)).unwrap().case;
    assert_eq!(again.recovery, None);
    let told = kit.gesture(recovery);
    assert_eq!((told.state, told.reason), (GestureState::Cancelled, Some(Reason::OpenCase)));
    let held = kit.gesture(cheer.id);
    assert_eq!(
        (held.state, held.reason),
        (GestureState::Held, Some(Reason::OpenCase)),
        "cheer waits for the case again"
    );
    let recovery = kit.run(&resolve(case.id)).unwrap().case.recovery;
    assert!(recovery.is_some_and(|id| kit.gesture(id).state == GestureState::Scheduled), "and is told once it is true");
}

#[test]
fn p7_the_apology_that_had_become_the_recovery_contact_is_an_apology_again_when_the_case_is_open_again() {
    let (kit, ana) = kit();
    let mut sorry = call(2, &ana, at("2026-11-23T16:00"));
    (sorry.kind, sorry.tone) = (GestureKind::Apology, Tone::Caring);
    let mut kit = kit.with_gesture(&sorry);
    let case = kit.run(&open(&ana)).unwrap().case;
    kit.run(&resolve(case.id)).unwrap();
    kit.run(&reopen(case.id)).unwrap();
    let apology = kit.gesture(sorry.id);
    assert_eq!((apology.state, apology.case), (GestureState::Scheduled, None));
}

#[test]
fn p7_cheer_that_is_no_longer_fresh_ends_stale() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at(MONDAY_10));
    let mut kit = kit.with_gesture(&cheer);
    let case = kit.run(&open(&ana)).unwrap().case;
    kit.run_at(at("2026-11-25T09:30"), &settle(case.id)).unwrap();
    let stale = kit.gesture(cheer.id);
    assert_eq!((stale.state, stale.reason), (GestureState::Expired, Some(Reason::Stale)));
}

#[test]
fn p7_the_next_open_case_keeps_holding() {
    let (kit, ana) = kit();
    let cheer = call(1, &ana, at("2026-11-23T12:00"));
    let mut kit = kit.with_gesture(&cheer);
    let first = kit.run(&open(&ana)).unwrap().case;
    let second = kit.run_at(at("2026-11-23T10:05"), &open(&ana)).unwrap().case;
    assert_ne!(first.id, second.id);
    kit.run(&settle(first.id)).unwrap();
    let held = kit.gesture(cheer.id);
    assert_eq!((held.state, held.reason), (GestureState::Held, Some(Reason::OpenCase)));
    assert!(held.explanation.contains(&second.id.to_string()), "{}", held.explanation);
    assert_eq!(kit.world.summary(ana.id).open_case, Some(second.id));
    kit.run(&settle(second.id)).unwrap();
    assert_eq!(kit.gesture(cheer.id).state, GestureState::Scheduled);
}

#[test]
fn p7_cheer_that_also_waits_for_grief_goes_on_waiting() {
    let (kit, ana) = kit();
    let mut kit = kit.with_gesture(&call(1, &ana, at("2026-11-23T12:00")));
    let case = kit.run(&open(&ana)).unwrap().case;
    kit.change(|ledger| {
        let mut summary = ledger.world.summary(ana.id);
        summary.grieving_since = Some(ledger.now());
        ledger.world.summaries.put(ana.id, summary);
        Ok(())
    });
    kit.run(&settle(case.id)).unwrap();
    let held = kit.world.gestures_of(ana.id).next().unwrap();
    assert_eq!((held.state, held.reason), (GestureState::Held, Some(Reason::OwnLife)));
}

#[test]
fn resolving_needs_a_cause_or_that_none_was_found() {
    let (mut kit, ana) = kit();
    let case = kit.run(&open(&ana)).unwrap().case;
    let blank = ResolveCase { root_cause: Some(" ".to_owned()), ..resolve(case.id) };
    assert!(matches!(kit.run(&blank), Err(Refusal::Invalid(_))));
    let stale = ResolveCase { version: Some(4), ..resolve(case.id) };
    assert!(matches!(kit.run(&stale), Err(Refusal::Stale { .. })));
    let unknown = ResolveCase { root_cause: None, version: Some(1), ..resolve(case.id) };
    let resolved = kit.run(&unknown).unwrap().case;
    assert!(resolved.no_cause_found && resolved.root_cause.is_empty());
    let again = kit.run(&resolve(case.id));
    assert!(matches!(again, Err(Refusal::Precondition { kind: Precondition::CaseNotOpen, .. })));
}

#[test]
fn p2_repeated_calls_change_nothing() {
    let (mut kit, ana) = kit();
    let keyed = OpenCase { once: once("r-1", "a"), ..open(&ana) };
    let first = kit.run(&keyed).unwrap();
    let again = kit.run(&keyed).unwrap();
    assert_eq!((again.case, again.replayed), (first.case.clone(), true));
    let keyed = ResolveCase { once: once("r-2", "a"), ..resolve(first.case.id) };
    kit.run(&keyed).unwrap();
    let later = kit.now.checked_add(SignedDuration::from_hours(1)).unwrap();
    assert!(kit.run_at(later, &keyed).unwrap().replayed);
    assert_eq!(kit.world.cases.values().count(), 1);
}

#[test]
fn the_interaction_must_be_the_customers_own() {
    let (kit, ana) = kit();
    let bo = customer(2);
    let visit = visit(1, &bo, at("2026-11-22T15:00"));
    let mut kit = kit.with_customer(&bo).with_interaction(&visit);
    let foreign = OpenCase { interaction: Some(visit.id), ..open(&ana) };
    assert!(matches!(kit.run(&foreign), Err(Refusal::Invalid(_))));
}

#[test]
fn p5_cheer_that_comes_back_keeps_its_time_and_its_deadline_whatever_is_planned_later() {
    let (kit, ana) = kit();
    let soon = call(1, &ana, at("2026-11-23T10:15"));
    let later = call(2, &ana, at("2026-11-27T15:00"));
    let mut kit = kit.with_gesture(&soon).with_gesture(&later);
    let case = kit.run(&open(&ana)).unwrap().case;
    kit.run_at(at("2026-11-23T12:00"), &settle(case.id)).unwrap();
    assert_eq!(kit.gesture(later.id).schedule.due_at, at("2026-11-27T15:00"), "not before its time");
    let since = crate::domain::replan::Replan::since("Something changed.");
    kit.change(|ledger| crate::domain::replan::replan_pending(ledger, ana.id, &since, |_| true));
    assert_eq!(kit.gesture(soon.id).schedule.due_at, at("2026-11-23T13:00"), "nor within the hour");
    for cheer in [soon, later] {
        assert_eq!(kit.gesture(cheer.id).schedule.deadline_at, cheer.schedule.deadline_at);
    }
}
