use super::*;
use crate::domain::{
    capacity::{CallCapacity, CallDay, FreedDay},
    world::{Miss, World},
};

/// A shop that makes two calls a day, and somebody to call.
fn kit() -> (Kit, Customer) {
    let ana = customer(1);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    kit.change_shop(|shop| shop.call_capacity = vec![CallCapacity { role: String::new(), per_day: 2 }]);
    kit.world.calls_known.insert(shop_id());
    let mut plenty = settings();
    plenty.policy.budget_contacts = 100;
    kit.world.settings = std::sync::Arc::new(plenty);
    (kit, ana)
}

fn due(world: &World, id: GestureId) -> &str {
    &world.gestures.get(&id).unwrap().schedule.planned_local
}

#[test]
fn what_is_over_the_capacity_of_a_day_waits_for_the_next_with_room_and_says_so() {
    let (mut kit, ana) = kit();
    let plan = |kit: &mut Kit| kit.run(&people::wish(&ana)).unwrap().gesture;
    let calls: Vec<_> = (0..5).map(|_| plan(&mut kit)).collect();
    let planned: Vec<_> = calls.iter().map(|call| call.schedule.planned_local.as_str()).collect();
    let (tuesday, wednesday) = ("2026-11-24T09:00", "2026-11-25T09:00");
    assert_eq!(planned, ["2026-11-23T10:00", "2026-11-23T10:00", tuesday, tuesday, wednesday]);
    let told = |n: usize| calls[n].schedule.steps.last().unwrap().text.as_str();
    assert_eq!(told(2), "Waits: 2 calls are planned on Mon 23 Nov 2026.");
    assert_eq!(told(4), "Waits: 2 calls are planned on Mon 23 Nov 2026, and the next has no room either.");
    assert_eq!(calls[4].schedule.deadline_at, calls[0].schedule.deadline_at, "within its first deadline");

    // A place that is given back is there for the next.
    let cancel = Cancel { actor: actor(), id: calls[0].id, version: None, reason: "no more".to_owned() };
    kit.run(&cancel).unwrap();
    assert_eq!(plan(&mut kit).schedule.planned_local, "2026-11-23T10:00");
    assert_eq!(due(&kit.world, calls[1].id), "2026-11-23T10:00");
}

#[test]
fn promises_and_apologies_go_first_and_are_not_refused() {
    let (mut kit, ana) = kit();
    for _ in 0..2 {
        kit.run(&people::wish(&ana)).unwrap();
    }
    let promise = Schedule { promised: true, deadline_at: Some(at("2026-11-23T18:00")), ..people::wish(&ana) };
    let apology = Schedule { kind: GestureKind::Apology, tone: Tone::Caring, ..people::wish(&ana) };
    for first in [promise, apology] {
        assert_eq!(kit.run(&first).unwrap().gesture.schedule.planned_local, "2026-11-23T10:00");
    }
    // They take people's time all the same.
    let next = kit.run(&people::wish(&ana)).unwrap().gesture;
    assert!(next.schedule.steps.last().unwrap().text.contains("4 calls are planned"), "{:?}", next.schedule.steps);
}

/// Two calls on a day on which two can be made, and one more that makes sense on that day only.
fn with_one_too_many(kit: &mut Kit, ana: &Customer) -> Vec<GestureId> {
    let today = Schedule { deadline_at: Some(at("2026-11-23T20:00")), ..people::wish(ana) };
    (0..3).map(|_| kit.run(&today).unwrap().gesture.id).collect()
}

#[test]
fn a_call_for_which_no_day_in_time_has_room_waits_visibly_until_its_deadline() {
    let (mut kit, ana) = kit();
    let calls = with_one_too_many(&mut kit, &ana);
    let waits = kit.gesture(calls[2]).clone();
    assert_eq!((waits.state, waits.reason), (GestureState::Scheduled, Some(Reason::CallCapacity)));
    let told =
        "Waits for a place that becomes free: 2 calls are planned on Mon 23 Nov 2026; no later day in time has room.";
    assert_eq!((waits.explanation.as_str(), waits.schedule.deadline_at), (told, at("2026-11-23T20:00")));
    let monday = CallDay { location: shop_id(), role: String::new(), day: jiff::civil::date(2026, 11, 23) };
    assert_eq!(kit.world.calls.get(&monday).map(|calls| calls.0), Some(2), "it takes nobody's time yet");

    kit.change_shop(|_| ());
    kit.run(&ReplanOutdated { id: waits.id }).unwrap();
    let kept = kit.gesture(waits.id);
    assert_eq!((kept.version, kept.reason), (waits.version, Some(Reason::CallCapacity)), "the same plan is no new one");

    let over = kit.run_at(at("2026-11-23T20:00"), &Expire { id: waits.id }).unwrap().unwrap();
    assert_eq!((over.state, over.reason), (GestureState::Expired, Some(Reason::CallCapacity)));
    assert!(over.explanation.starts_with("No place became free before"), "{}", over.explanation);
}

#[test]
fn who_waits_for_any_place_gets_the_one_that_becomes_free() {
    let (mut kit, ana) = kit();
    let calls = with_one_too_many(&mut kit, &ana);
    let cancel = Cancel { actor: actor(), id: calls[0], version: None, reason: "no more".to_owned() };
    kit.run(&cancel).unwrap();
    let mut offered = kit.gesture(calls[2]).clone();
    offered.schedule.planned_by = -51;
    kit.world.gestures.put(offered.id, offered);
    kit.world.settle();
    assert_eq!(kit.run(&ReplanOutdated { id: calls[2] }), Ok(true));
    let given = kit.gesture(calls[2]);
    assert_eq!((given.state, given.reason, given.schedule.call_wanted), (GestureState::Scheduled, None, None));
    let monday = CallDay { location: shop_id(), role: String::new(), day: jiff::civil::date(2026, 11, 23) };
    assert_eq!(kit.world.calls.get(&monday).map(|calls| calls.0), Some(2));
}

#[test]
fn a_call_that_is_planned_anew_keeps_its_own_place() {
    let (mut kit, ana) = kit();
    let calls: Vec<_> = (0..2).map(|_| kit.run(&people::wish(&ana)).unwrap().gesture).collect();
    kit.change_shop(|_| ());
    for call in &calls {
        kit.run(&ReplanOutdated { id: call.id }).unwrap();
        assert_eq!(due(&kit.world, call.id), "2026-11-23T10:00");
    }
}

#[test]
fn the_planned_calls_are_asked_for_only_where_they_are_bounded() {
    let (mut kit, ana) = kit();
    kit.world.calls_known.clear();
    let missing = Miss::Calls { location: shop_id(), from: jiff::civil::date(2026, 11, 23) };
    assert_eq!(kit.run(&people::wish(&ana)).map(drop), Err(Refusal::Miss(missing)));
    let of_role = Schedule { role: "manager".to_owned(), ..people::wish(&ana) };
    assert!(kit.run(&of_role).is_ok(), "nobody said how many calls a manager can make");
    let note = Schedule { kind: GestureKind::Note, channels: vec![Channel::HandOver], ..people::wish(&ana) };
    assert!(kit.run(&note).is_ok());
}

#[test]
fn a_place_that_becomes_free_is_offered_to_those_who_wait_and_taken_on_the_earlier_day() {
    let (mut kit, ana) = kit();
    let calls: Vec<_> = (0..3).map(|_| kit.run(&people::wish(&ana)).unwrap().gesture).collect();
    let monday = jiff::civil::date(2026, 11, 23);
    assert_eq!(calls[2].schedule.call_wanted, Some(monday));
    let cancel = Cancel { actor: actor(), id: calls[0].id, version: None, reason: "no more".to_owned() };
    kit.run(&cancel).unwrap();
    assert!(kit.world.freed.values().any(|FreedDay(freed)| freed.day == monday));

    // As the store marks whom it offers the place.
    let mut offered = kit.gesture(calls[2].id).clone();
    offered.schedule.planned_by = -51;
    kit.world.gestures.put(offered.id, offered.clone());
    kit.world.settle();
    assert_eq!(kit.run(&ReplanOutdated { id: offered.id }), Ok(true));
    let given = kit.gesture(offered.id);
    assert_eq!((given.schedule.planned_local.as_str(), given.schedule.call_wanted), ("2026-11-23T10:00", None));
    assert!(given.explanation.contains("became free"), "{}", given.explanation);
    let left = jiff::civil::date(2026, 11, 24);
    assert!(kit.world.freed.values().any(|FreedDay(freed)| freed.day == left), "and its own is free for the next");
}

#[test]
fn a_call_that_was_made_on_another_day_leaves_its_place() {
    let (mut kit, ana) = kit();
    let calls: Vec<_> = (0..3).map(|_| kit.run(&people::wish(&ana)).unwrap().gesture).collect();
    kit.run(&complete(calls[2].id, Proof::Version(calls[2].version))).unwrap();
    assert_eq!(kit.gesture(calls[2].id).schedule.call_day, Some(jiff::civil::date(2026, 11, 23)));
    assert!(kit.world.freed.values().any(|FreedDay(freed)| freed.day == jiff::civil::date(2026, 11, 24)));
}
