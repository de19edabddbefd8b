#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::{
    commands::{
        customers::{AddFact, ProfileChange, RemoveFact, UpdateCustomer},
        gestures::{CallOutcome, Claim, Expire, LogCall},
        look_ahead::LookAhead,
    },
    customer::{BirthDate, Channel, Consent, ConsentState, Fact, Profile, Purpose},
    gesture::{GestureState, Reason},
    ids::RuleId,
    interaction::{Interaction, InteractionChannel},
    rule::{DateKind, Rule, RuleDefinition, RuleState, Trigger},
    rulebook::{CompiledRule, RuleBook},
    starter,
    testkit::{Kit, actor, at, customer, shop_id, unkeyed, visit},
    world::Due,
};
use jiff::civil::date;
use std::sync::Arc;

mod changed_dates;

fn starter_rule(slug: &str) -> RuleDefinition {
    let known = starter::rules().into_iter().chain(starter::rules_that_are_off());
    known.into_iter().find(|(known, _)| *known == slug).unwrap().1
}

fn book(rules: &[(&str, RuleDefinition)]) -> Arc<RuleBook> {
    let compiled = rules.iter().map(|(id, definition)| {
        let (created_at, updated_at) = (at("2026-01-01T00:00"), at("2026-01-01T00:00"));
        let (id, definition): (RuleId, _) = (id.parse().unwrap(), definition.clone());
        let state = RuleState::Enabled;
        CompiledRule::new(Rule { id, state, version: 1, definition, revision: 1, created_at, updated_at }).unwrap()
    });
    Arc::new(RuleBook::new(compiled.collect()))
}

fn born(year: Option<i16>, month: i8, day: i8) -> Customer {
    let mut ana = customer(1);
    ana.profile.birth_date = Some(BirthDate { year, month, day });
    ana
}

/// A world with these rules and a customer, whose dates are known from now on.
fn kit(now: &str, ana: &Customer, rules: &[(&str, RuleDefinition)]) -> Kit {
    let mut kit = Kit::new(at(now)).with_customer(ana);
    kit.world.rules = book(rules);
    kit.change(|ledger| {
        ledger.look_at_dates(ana);
        Ok(())
    });
    kit
}

/// Lives from day to day as the scheduler does, up to a day.
fn live_until(kit: &mut Kit, ana: &Customer, until: &str) {
    let until = at(until);
    loop {
        let look_at = kit.world.summary(ana.id).look_at.max(kit.now);
        if look_at > until {
            break;
        }
        kit.run_at(look_at, &LookAhead { id: ana.id, location: shop_id(), now: look_at }).unwrap();
    }
    kit.now = until;
}

fn gestures(kit: &Kit, ana: &Customer) -> Vec<Gesture> {
    let mut all: Vec<_> = kit.world.gestures_of(ana.id).cloned().collect();
    all.sort_by_key(|gesture| (gesture.schedule.due_at, gesture.id));
    all
}

fn due(kit: &Kit, ana: &Customer) -> Vec<String> {
    gestures(kit, ana).into_iter().map(|gesture| gesture.schedule.planned_local).collect()
}

/// Comes by at an instant.
fn comes(kit: &mut Kit, ana: &Customer, n: u8, when: &str, change: impl FnOnce(&mut Interaction)) {
    let mut visit = visit(n, ana, at(when));
    change(&mut visit);
    kit.now = kit.now.max(visit.start_at);
    kit.change(|ledger| crate::domain::commands::record::enter(ledger, visit.clone()));
}

fn greeting() -> (&'static str, RuleDefinition) {
    ("birthday", starter_rule("birthday"))
}

#[test]
fn p4_a_birthday_is_greeted_once_a_year_on_the_day() {
    let ana = born(Some(1980), 3, 14);
    let mut kit = kit("2026-01-10T10:00", &ana, &[greeting()]);
    assert_eq!(kit.world.summary(ana.id).look_at, "2026-02-28T12:00:00Z".parse().unwrap(), "14 days before");
    live_until(&mut kit, &ana, "2028-02-20T10:00");
    assert_eq!(due(&kit, &ana), ["2026-03-14T09:00", "2027-03-14T09:00"]);
    let kept: Vec<_> = gestures(&kit, &ana).iter().map(|g| g.occurrence.clone()).collect();
    assert_eq!(kept, [format!("{}/birthday/2026", ana.id), format!("{}/birthday/2027", ana.id)]);
    assert!(gestures(&kit, &ana).iter().all(|g| g.interaction.is_none() && g.terms.occasion.is_some()));
}

#[test]
fn the_twenty_ninth_of_february_is_kept_on_the_28th_in_other_years() {
    let ana = born(None, 2, 29);
    let mut kit = kit("2026-01-10T10:00", &ana, &[greeting()]);
    live_until(&mut kit, &ana, "2029-01-01T10:00");
    assert_eq!(due(&kit, &ana), ["2026-02-28T09:00", "2027-02-28T09:00", "2028-02-29T09:00"]);
}

#[test]
fn what_is_known_on_the_day_itself_is_greeted_and_what_is_known_later_is_not() {
    let ana = born(None, 3, 14);
    let mut today = kit("2026-03-14T17:00", &ana, &[greeting()]);
    live_until(&mut today, &ana, "2026-04-01T10:00");
    assert_eq!(due(&today, &ana), ["2026-03-14T17:00"]);
    let mut late = kit("2026-03-16T10:00", &ana, &[greeting()]);
    live_until(&mut late, &ana, "2026-12-01T10:00");
    assert_eq!(due(&late, &ana), [""; 0]);
}

#[test]
fn a_rule_enabled_within_the_window_is_not_missed() {
    let ana = born(None, 3, 14);
    let mut kit = kit("2026-01-10T10:00", &ana, &[]);
    live_until(&mut kit, &ana, "2026-03-10T10:00");
    assert_eq!(due(&kit, &ana), [""; 0]);
    kit.world.rules = book(&[greeting()]);
    live_until(&mut kit, &ana, "2026-03-14T23:00");
    assert_eq!(due(&kit, &ana), ["2026-03-14T09:00"]);
}

#[test]
fn a_corrected_birthday_moves_its_greeting_and_a_forgotten_one_takes_it_back() {
    let ana = born(None, 3, 14);
    let mut kit = kit("2026-03-05T10:00", &ana, &[greeting()]);
    live_until(&mut kit, &ana, "2026-03-06T13:00");
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
    kit.run(&update(Some(BirthDate { year: None, month: 3, day: 17 }))).unwrap();
    assert_eq!(due(&kit, &ana), ["2026-03-17T09:00"]);
    kit.run(&update(None)).unwrap();
    let [greeting] = gestures(&kit, &ana).try_into().unwrap();
    assert_eq!((greeting.state, greeting.reason), (GestureState::Cancelled, Some(Reason::DateChanged)));
    assert_eq!(kit.world.summary(ana.id).look_at, NEVER);
}

#[test]
fn important_dates_go_by_their_words_and_only_by_what_was_told_or_seen() {
    let mut ana = customer(1);
    let fact = |n: u128, text: &str, origin| Fact {
        id: Uuid::from_u128(n),
        kind: FactKind::ImportantDate,
        text: text.to_owned(),
        origin,
        learned_at: at("2026-01-01T10:00"),
        date: Some(date(2020, 3, 14)),
    };
    ana.profile.facts = vec![
        fact(1, "their Wedding anniversary", FactOrigin::ToldUs),
        fact(2, "the day the dog came", FactOrigin::SeenHere),
        fact(3, "their wedding, perhaps", FactOrigin::Inferred),
    ];
    let mut definition = starter_rule("birthday");
    definition.trigger =
        Trigger::ImportantDate { kinds: vec![DateKind::ImportantDate], words: vec!["wedding".to_owned()] };
    let mut kit = kit("2026-03-01T10:00", &ana, &[("wedding", definition)]);
    live_until(&mut kit, &ana, "2026-03-02T13:00");
    let occurrences: Vec<_> = gestures(&kit, &ana).into_iter().map(|g| g.occurrence).collect();
    assert_eq!(occurrences, [format!("{}/date/03-14/2026", ana.id)]);
    kit.run(&RemoveFact { actor: actor(), id: ana.id, fact: Uuid::from_u128(1) }).unwrap();
    assert_eq!(gestures(&kit, &ana)[0].state, GestureState::Cancelled);
}

#[test]
fn anniversaries_of_the_first_visit_go_by_their_years() {
    let ana = customer(1);
    let mut definition = starter_rule("birthday");
    definition.trigger = Trigger::Anniversary { years: vec![1, 3] };
    let mut kit = kit("2026-03-14T09:00", &ana, &[("anniversary", definition)]);
    comes(&mut kit, &ana, 1, "2026-03-14T10:00", |_| {});
    live_until(&mut kit, &ana, "2031-01-01T10:00");
    assert_eq!(due(&kit, &ana), ["2027-03-14T09:00", "2029-03-14T09:00"]);
}

fn leaver() -> (&'static str, RuleDefinition) {
    ("leaver", starter_rule("call-to-a-silent-leaver"))
}

/// Comes every ten days, five times; the last time on 10 February.
fn every_ten_days(kit: &mut Kit, ana: &Customer, change: fn(&mut Interaction)) {
    for (n, day) in (1..).zip(["2026-01-01", "2026-01-11", "2026-01-21", "2026-01-31", "2026-02-10"]) {
        comes(kit, ana, n, &format!("{day}T10:00"), change);
    }
}

#[test]
fn a_regulars_silence_is_called_about_by_their_own_rhythm_once() {
    let ana = customer(1);
    let mut kit = kit("2026-01-01T09:00", &ana, &[leaver()]);
    every_ten_days(&mut kit, &ana, |_| {});
    live_until(&mut kit, &ana, "2026-03-02T10:00");
    assert_eq!(gestures(&kit, &ana), [], "twice the median gap of ten days has not passed");
    live_until(&mut kit, &ana, "2026-12-01T10:00");
    assert_eq!(due(&kit, &ana), ["2026-03-04T10:00"], "noticed on 3 March");
    assert_eq!(gestures(&kit, &ana)[0].channel, Channel::Phone);
    // A new silence is a new occurrence.
    comes(&mut kit, &ana, 9, "2026-12-01T11:00", |_| {});
    assert_eq!(gestures(&kit, &ana)[0].state, GestureState::Cancelled);
}

#[test]
fn who_has_no_rhythm_is_never_silent_and_who_comes_in_seasons_only_after_one() {
    let ana = customer(1);
    let mut once = kit("2026-01-01T09:00", &ana, &[leaver()]);
    comes(&mut once, &ana, 1, "2026-01-01T10:00", |_| {});
    assert_eq!(silence_begins(&once.world.summary(ana.id)), None);

    let mut summary = Summary::new(ana.id);
    for day in [date(2024, 12, 1), date(2024, 12, 8), date(2025, 12, 1), date(2025, 12, 8)] {
        summary.add_visit_day(day, None).unwrap();
    }
    assert_eq!(silence_begins(&summary), Some(date(2026, 12, 2)), "358 days after the last visit, not a fortnight");
}

#[test]
fn history_and_late_facts_fire_no_rule_of_state() {
    let ana = customer(1);
    let mut kit = kit("2026-03-10T09:00", &ana, &[leaver()]);
    // What is imported a week after the silence began was true before.
    every_ten_days(&mut kit, &ana, |visit| visit.history = true);
    live_until(&mut kit, &ana, "2026-12-01T10:00");
    assert_eq!(gestures(&kit, &ana), []);
    // What is imported before it begins, is news.
    let mut early = self::kit("2026-02-20T09:00", &ana, &[leaver()]);
    every_ten_days(&mut early, &ana, |visit| visit.history = true);
    live_until(&mut early, &ana, "2026-12-01T10:00");
    assert_eq!(due(&early, &ana), ["2026-03-04T10:00"]);
}

#[test]
fn who_comes_back_is_not_called_about_the_silence() {
    let ana = customer(1);
    let mut kit = kit("2026-01-01T09:00", &ana, &[leaver()]);
    every_ten_days(&mut kit, &ana, |_| {});
    live_until(&mut kit, &ana, "2026-03-03T18:00");
    comes(&mut kit, &ana, 6, "2026-03-03T18:30", |_| {});
    let [call] = gestures(&kit, &ana).try_into().unwrap();
    assert_eq!((call.state, call.reason), (GestureState::Cancelled, Some(Reason::CameBack)));
}

#[test]
fn regulars_nobody_spoke_with_are_found_after_so_many_days() {
    let ana = customer(1);
    let mut definition = starter_rule("call-to-a-regular");
    definition.condition = String::new();
    let mut kit = kit("2026-01-01T09:00", &ana, &[("unspoken", definition)]);
    comes(&mut kit, &ana, 1, "2026-01-01T10:00", |visit| visit.detail.staff = "Ben".to_owned());
    comes(&mut kit, &ana, 2, "2026-02-01T10:00", |_| {});
    live_until(&mut kit, &ana, "2026-06-01T10:00");
    assert_eq!(due(&kit, &ana), ["2026-04-02T10:00"], "90 days after the day with Ben, the next morning");
    comes(&mut kit, &ana, 3, "2026-06-02T10:00", |visit| visit.detail.channel = InteractionChannel::Phone);
    assert_eq!(kit.world.summary(ana.id).last_spoken, Some(date(2026, 6, 2)));
    live_until(&mut kit, &ana, "2026-12-01T10:00");
    assert_eq!(due(&kit, &ana).len(), 2);
}

#[test]
fn who_was_called_need_not_be_called_because_nobody_spoke_with_them() {
    let ana = customer(1);
    let mut definition = starter_rule("call-to-a-regular");
    definition.condition = String::new();
    let mut kit = kit("2026-01-01T09:00", &ana, &[("unspoken", definition)]);
    comes(&mut kit, &ana, 1, "2026-01-01T10:00", |visit| visit.detail.staff = "Ben".to_owned());
    live_until(&mut kit, &ana, "2026-04-01T18:00");
    let [unspoken] = gestures(&kit, &ana).try_into().unwrap();
    let other = crate::domain::testkit::call(9, &ana, kit.now);
    kit = kit.with_gesture(&other);
    let spoke = LogCall {
        actor: actor(),
        once: crate::domain::testkit::unkeyed(),
        id: other.id,
        version: kit.gesture(other.id).version,
        outcome: CallOutcome::Reached { happy: None },
        words: String::new(),
        staff: "Rui".to_owned(),
    };
    kit.run(&spoke).unwrap();
    let unspoken = kit.gesture(unspoken.id);
    assert_eq!((unspoken.state, unspoken.reason), (GestureState::Cancelled, Some(Reason::CameBack)));
}

#[test]
fn of_a_group_one_speaks_on_a_day() {
    let ana = born(None, 3, 14);
    let mut strong = starter_rule("birthday");
    strong.action.priority = 90;
    let mut kit = kit("2026-03-01T10:00", &ana, &[greeting(), ("strong", strong)]);
    live_until(&mut kit, &ana, "2026-03-02T13:00");
    let [one] = gestures(&kit, &ana).try_into().unwrap();
    assert_eq!(one.rule.unwrap().0.as_str(), "strong");
    let weaker = kit.world.decisions.get(&("birthday".parse().unwrap(), format!("{}/birthday/2026", ana.id))).unwrap();
    assert_eq!((weaker.reason, weaker.interaction), (Some(Reason::Group), None));
}

#[test]
fn internal_accounts_and_minors_have_no_birthday_with_us() {
    let mut ana = born(Some(2012), 3, 14);
    let mut young = kit("2026-03-01T10:00", &ana, &[greeting()]);
    live_until(&mut young, &ana, "2026-03-20T13:00");
    assert_eq!(gestures(&young, &ana), []);
    ana.profile.birth_date = Some(BirthDate { year: None, month: 3, day: 14 });
    ana.kind = crate::domain::customer::CustomerKind::Internal;
    let mut ours = kit("2026-03-01T10:00", &ana, &[greeting()]);
    live_until(&mut ours, &ana, "2026-03-20T13:00");
    assert_eq!(gestures(&ours, &ana), []);
}

#[test]
fn held_out_households_get_no_greeting_and_the_decision_says_so() {
    let mut definition = starter_rule("birthday");
    definition.action.hold_out_percent = 50;
    let mut held = 0;
    for n in 1..=40 {
        let mut ana = customer(n);
        ana.profile.birth_date = Some(BirthDate { year: None, month: 3, day: 14 });
        let mut kit = kit("2026-03-01T10:00", &ana, &[("birthday", definition.clone())]);
        live_until(&mut kit, &ana, "2026-03-02T13:00");
        let decision = kit.world.decisions_of(ana.id).next().unwrap();
        assert_eq!(decision.gesture.is_none(), decision.reason == Some(Reason::HoldOut));
        held += u32::from(decision.gesture.is_none());
    }
    assert!((8..33).contains(&held), "{held} of 40");
}

#[test]
fn somebody_never_looked_at_is_made_anew_from_their_history_first() {
    let ana = customer(1);
    let mut kit = kit("2026-01-01T09:00", &ana, &[leaver()]);
    comes(&mut kit, &ana, 1, "2026-01-01T10:00", |visit| visit.detail.staff = "Ben".to_owned());
    let mut kept = kit.world.summary(ana.id);
    (kept.last_spoken, kept.known_on, kept.look_at) = (None, None, AT_ONCE);
    kit.change(|ledger| {
        ledger.world.summaries.put(ana.id, kept.clone());
        Ok(())
    });
    kit.run(&LookAhead { id: ana.id, location: shop_id(), now: kit.now }).unwrap();
    let summary = kit.world.summary(ana.id);
    assert_eq!(summary.last_spoken, Some(date(2026, 1, 1)));
    assert_eq!(summary.look_at, "2026-01-31T12:00:00Z".parse().unwrap());
}

/// Ana, who takes e-mails.
fn by_email(month: i8, day: i8) -> Customer {
    let mut ana = born(None, month, day);
    ana.consents.push(Consent {
        channel: Channel::Email,
        purpose: Purpose::Gratitude,
        state: ConsentState::Granted,
        source: "test".to_owned(),
        text_version: String::new(),
        at: at("2026-01-01T00:00"),
    });
    ana
}

#[test]
fn p5_a_greeting_that_no_hour_of_its_day_is_left_for_does_not_wait_for_the_next() {
    let ana = by_email(3, 14);
    let mut told_late = kit("2026-03-14T21:30", &ana, &[greeting()]);
    live_until(&mut told_late, &ana, "2026-03-14T21:31");
    let [note] = gestures(&told_late, &ana).try_into().unwrap();
    assert_eq!(note.channel, Channel::HandOver, "an e-mail would leave the next morning");
    assert_eq!(note.schedule.deadline_at, at("2026-03-15T00:00"));
    let told: Vec<_> = note.schedule.steps.iter().map(|step| step.text.as_str()).collect();
    assert!(told.join(" ").contains("no later than on 2026-03-14"), "{told:?}");
}

#[test]
fn p5_a_greeting_is_too_late_when_its_day_is_over_whether_or_not_somebody_asked_for_it_before() {
    for asked_at in ["2026-03-14T21:30", "2026-03-14T22:59"] {
        let ana = by_email(3, 14);
        let mut kit = kit("2026-03-14T08:30", &ana, &[greeting()]);
        live_until(&mut kit, &ana, asked_at);
        let [note] = gestures(&kit, &ana).try_into().unwrap();
        assert_eq!((note.channel, note.schedule.deadline_at), (Channel::Email, at("2026-03-14T23:00")));
        let claim = Claim {
            actor: actor(),
            once: unkeyed(),
            due: Due { at: kit.now, limit: 10, ..Due::default() },
            worker: "worker-1".to_owned(),
            lease: SignedDuration::from_secs(60),
        };
        assert!(kit.run(&claim).unwrap().gestures.is_empty(), "nobody is written to at night");
        let asked = kit.gesture(note.id).clone();
        assert_eq!(
            (asked.state, asked.reason),
            (GestureState::Expired, Some(Reason::TooLate)),
            "{}",
            asked.explanation
        );
        // Who was never asked for ends the same way.
        let mut unasked = self::kit("2026-03-14T08:30", &ana, &[greeting()]);
        live_until(&mut unasked, &ana, "2026-03-14T23:00");
        let [note] = gestures(&unasked, &ana).try_into().unwrap();
        unasked.run(&Expire { id: note.id }).unwrap();
        assert_eq!((unasked.gesture(note.id).state, unasked.gesture(note.id).reason), (asked.state, asked.reason));
    }
}
