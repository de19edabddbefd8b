//! A day that is entered anew, was known by another name, or was forgotten for a while.

use super::*;

fn told(ana: &Customer, text: &str, day: Date) -> AddFact {
    AddFact {
        actor: actor(),
        once: unkeyed(),
        id: ana.id,
        kind: FactKind::ImportantDate,
        text: text.to_owned(),
        origin: FactOrigin::ToldUs,
        learned_at: None,
        date: Some(day),
    }
}

fn of_dates() -> (&'static str, RuleDefinition) {
    let mut definition = starter_rule("birthday");
    definition.trigger = Trigger::ImportantDate { kinds: vec![DateKind::ImportantDate], words: Vec::new() };
    ("dates", definition)
}

/// The fact that was told last.
fn last_fact(kit: &Kit, ana: &Customer) -> Uuid {
    kit.world.customer(ana.id).unwrap().profile.facts.last().unwrap().id
}

#[test]
fn p4_a_date_that_is_entered_anew_greets_nobody_twice() {
    let ana = customer(1);
    let mut kit = kit("2026-03-10T10:00", &ana, &[of_dates()]);
    kit.run(&told(&ana, "weding", date(2020, 3, 14))).unwrap();
    live_until(&mut kit, &ana, "2026-03-11T10:00");
    let [first] = gestures(&kit, &ana).try_into().unwrap();

    // Corrected before the day, it is planned again, and once.
    kit.run(&RemoveFact { actor: actor(), id: ana.id, fact: last_fact(&kit, &ana) }).unwrap();
    assert_eq!(kit.gesture(first.id).reason, Some(Reason::DateChanged));
    kit.run(&told(&ana, "wedding", date(2020, 3, 14))).unwrap();
    live_until(&mut kit, &ana, "2026-03-12T18:00");
    let [again] = gestures(&kit, &ana).try_into().unwrap();
    assert_eq!((again.id, again.state), (first.id, GestureState::Scheduled));
    assert_eq!(Upcoming::of(&again).unwrap().fact(), Some(last_fact(&kit, &ana)), "it speaks of what is told now");

    // Corrected after they were greeted, it is not.
    kit.now = at("2026-03-14T09:30");
    kit.change(|ledger| ledger.move_gesture(again, GestureState::Completed, Some(Reason::Delivered), "Told."));
    kit.run(&RemoveFact { actor: actor(), id: ana.id, fact: last_fact(&kit, &ana) }).unwrap();
    kit.run(&told(&ana, "their wedding", date(2020, 3, 14))).unwrap();
    live_until(&mut kit, &ana, "2026-03-16T10:00");
    assert_eq!(gestures(&kit, &ana).len(), 1);
    live_until(&mut kit, &ana, "2027-03-14T10:00");
    assert_eq!(gestures(&kit, &ana).len(), 2, "the next year is another occasion");
}

#[test]
fn p4_what_was_decided_under_the_former_name_of_a_date_is_not_decided_again() {
    let ana = customer(1);
    let mut kit = kit("2026-03-10T10:00", &ana, &[of_dates()]);
    kit.run(&told(&ana, "wedding", date(2020, 3, 14))).unwrap();
    let upcoming = Upcoming::ImportantDate { fact: last_fact(&kit, &ana), on: date(2026, 3, 14) };
    let decision = Decision {
        rule: "dates".parse().unwrap(),
        version: 1,
        occurrence: upcoming.former_occurrence(ana.id).unwrap(),
        interaction: None,
        customer: ana.id,
        gesture: None,
        reason: Some(Reason::OverBudget),
        explanation: "Before.".to_owned(),
        group_day: None,
        priority: 50,
        at: kit.now,
    };
    kit.world.decisions.put((decision.rule.clone(), decision.occurrence.clone()), decision);
    kit.world.settle();
    live_until(&mut kit, &ana, "2026-03-16T10:00");
    assert_eq!(gestures(&kit, &ana), []);
}

#[test]
fn p4_a_birthday_that_was_forgotten_by_mistake_is_greeted_once() {
    let ana = born(None, 3, 14);
    let mut kit = kit("2026-03-10T10:00", &ana, &[greeting()]);
    live_until(&mut kit, &ana, "2026-03-11T10:00");
    let update = |birth_date: Option<BirthDate>| UpdateCustomer {
        actor: actor(),
        id: ana.id,
        version: None,
        profile: ProfileChange::new(move |profile: &mut Profile| profile.birth_date = birth_date),
        kind: None,
        tags: None,
        identifiers: None,
        allow_erased: false,
    };
    kit.run(&update(None)).unwrap();
    kit.run(&update(ana.profile.birth_date)).unwrap();
    live_until(&mut kit, &ana, "2026-03-13T10:00");
    let [note] = gestures(&kit, &ana).try_into().unwrap();
    assert_eq!((note.state, note.schedule.planned_local.as_str()), (GestureState::Scheduled, "2026-03-14T09:00"));
}
