use super::*;
use crate::domain::location::Holiday;
use jiff::civil::date;

/// A call on Tuesday at 10:00 that a person planned on Monday.
fn with_call() -> (Kit, crate::domain::gesture::Gesture) {
    let ana = customer(1);
    let mut kit = Kit::new(at(MONDAY_10)).with_customer(&ana);
    let wish = Schedule { due_at: Some(at("2026-11-24T10:00")), ..people::wish(&ana) };
    let call = kit.run(&wish).unwrap().gesture;
    (kit, call)
}

#[test]
fn p5_a_new_holiday_moves_what_is_planned_for_it_and_says_why() {
    let (mut kit, call) = with_call();
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(false), "nothing changed");
    kit.change_shop(|shop| shop.holidays.push(Holiday { date: date(2026, 11, 24), name: "Fair".to_owned() }));
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(true));
    let moved = kit.gesture(call.id).clone();
    assert_eq!(moved.schedule.planned_local, "2026-11-25T09:00");
    let texts: Vec<_> = moved.schedule.steps.iter().map(|step| step.text.as_str()).collect();
    assert!(texts.contains(&"Changed at the location: holidays."), "{texts:?}");
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(false), "harmless when done again");
    assert_eq!(kit.gesture(call.id), &moved);
}

#[test]
fn what_would_be_planned_the_same_stays_as_it_is() {
    let (mut kit, call) = with_call();
    kit.change_shop(|shop| shop.holidays.push(Holiday { date: date(2026, 12, 25), name: "Christmas".to_owned() }));
    let events = kit.world.events().len();
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(true));
    let kept = kit.gesture(call.id);
    assert_eq!(
        (kept.version, &kept.schedule.steps),
        (call.version, &call.schedule.steps),
        "a person's etag still fits"
    );
    assert_eq!(kit.world.events().len(), events);
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(false));
}

#[test]
fn p5_other_call_hours_plan_everything_anew_and_retries_keep_their_pause() {
    let (mut kit, call) = with_call();
    let logged = LogCall {
        actor: actor(),
        once: unkeyed(),
        id: call.id,
        version: call.version,
        outcome: CallOutcome::NoAnswer,
        words: String::new(),
        staff: String::new(),
    };
    kit.run_at(at("2026-11-24T10:00"), &logged).unwrap();
    assert_eq!(kit.gesture(call.id).schedule.due_at, at("2026-11-24T13:00"));
    kit.world.revision += 1;
    kit.world.planned_since = kit.world.revision;
    let mut settings = settings();
    settings.policy.call_hours = default_message_hours();
    kit.world.settings = std::sync::Arc::new(settings);
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(true));
    assert_eq!(kit.gesture(call.id).schedule.due_at, at("2026-11-24T13:00"), "not before its pause is over");
}

#[test]
fn what_is_late_keeps_its_deadline_whatever_hours_hold_by_night() {
    let (mut kit, call) = with_call();
    let deadline = call.schedule.deadline_at;
    kit.now = at("2026-11-24T22:00");
    kit.change_shop(|shop| shop.holidays.push(Holiday { date: date(2026, 11, 27), name: "Fair".to_owned() }));
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(true));
    let late = kit.gesture(call.id).clone();
    assert_eq!(late.schedule.planned_local, "2026-11-25T09:00", "nobody is called by night");
    assert_eq!(late.schedule.deadline_at, deadline, "that others rest on Friday makes it no fresher");

    kit.change_shop(|shop| shop.holidays.push(Holiday { date: date(2026, 11, 25), name: "Fair".to_owned() }));
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(true));
    assert!(kit.gesture(call.id).schedule.deadline_at <= deadline);
}

#[test]
fn what_is_on_its_way_or_over_is_left_alone() {
    let (mut kit, call) = with_call();
    kit.run(&Cancel { actor: actor(), id: call.id, version: None, reason: "no more".to_owned() }).unwrap();
    kit.change_shop(|shop| shop.holidays.push(Holiday { date: date(2026, 11, 24), name: "Fair".to_owned() }));
    assert_eq!(kit.run(&ReplanOutdated { id: call.id }), Ok(false));
}
