use super::*;
use crate::domain::{policy::ContactPolicy, testkit};
use proptest::prelude::*;

const DAY: i64 = 24;

fn after(hours: i64) -> Timestamp {
    testkit::at("2026-01-01T00:00") + SignedDuration::from_hours(hours)
}

fn contact(n: u8, hours: i64, state: ContactState) -> Contact {
    let gesture = testkit::email(n, &testkit::customer(1), after(hours));
    place_for(&gesture, uuid::Uuid::from_u128(u128::from(n)), after(hours), state)
}

fn settings(days: i64, contacts: u32) -> Settings {
    let period = SignedDuration::from_hours(days * DAY);
    let policy = ContactPolicy { budget_period: period, budget_contacts: contacts, ..ContactPolicy::default() };
    Settings { policy, ..testkit::settings() }
}

/// How many places lie in the fullest period of so many hours, hour by hour, that holds a given one.
fn fullest(places: &[i64], period: i64, holding: i64) -> usize {
    let within = |end: i64| places.iter().filter(|at| **at <= end && end - **at < period).count();
    (holding..holding + period).map(within).max().unwrap_or_default()
}

proptest! {
    #[test]
    fn a_place_is_free_when_no_period_that_holds_it_is_full(
        places in prop::collection::vec((0..600_i64, 0..3_usize), 0..12),
        at in 0..600_i64,
        days in 1..12_i64,
        limit in 1..4_u32,
    ) {
        let states = [ContactState::Reserved, ContactState::Used, ContactState::Released];
        let contacts: Vec<_> =
            places.iter().zip(0..).map(|((hours, state), n)| contact(n, *hours, states[*state])).collect();
        let settings = settings(days, limit);
        let budget = Budget::new(contacts.iter(), &settings, None);
        let taken: Vec<_> = places.iter().filter(|(_, state)| *state < 2).map(|(hours, _)| *hours).collect();
        let fits = |at: i64| {
            let with: Vec<_> = taken.iter().copied().chain([at]).collect();
            fullest(&with, days * DAY, at) <= limit as usize
        };
        match budget.place_at(after(at)) {
            Ok(()) => prop_assert!(fits(at)),
            Err(full) => {
                prop_assert!(!fits(at));
                prop_assert!(full.used_by.len() >= limit as usize, "it names what used it up");
                let first_free = (at + 1..at + 1200).find(|later| fits(*later));
                prop_assert_eq!(full.free_at, first_free.map(after));
            }
        }
    }

    #[test]
    fn what_happened_decides_when_something_starts(
        used in prop::collection::vec(0..400_i64, 0..8),
        days in 1..12_i64,
        limit in 1..4_u32,
    ) {
        let contacts: Vec<_> =
            used.iter().zip(0..).map(|(hours, n)| contact(n, *hours, ContactState::Used)).collect();
        let reserved = contact(99, 400, ContactState::Reserved);
        let settings = settings(days, limit);
        let budget = Budget::new(contacts.iter().chain([&reserved]), &settings, None);
        let count = |now: i64| used.iter().filter(|at| now - **at < days * DAY).count();
        match budget.start_at(after(400)) {
            Ok(()) => prop_assert!(count(400) < limit as usize),
            Err(full) => {
                prop_assert!(count(400) >= limit as usize);
                let free = (400..1000).find(|later| count(*later) < limit as usize);
                prop_assert_eq!(full.free_at, free.map(after));
            }
        }
    }
}

#[test]
fn its_own_place_does_not_stand_in_the_way() {
    let settings = settings(7, 1);
    let own = contact(1, 0, ContactState::Reserved);
    assert!(Budget::new([&own].into_iter(), &settings, None).place_at(after(1)).is_err());
    assert!(Budget::new([&own].into_iter(), &settings, own.gesture).place_at(after(1)).is_ok());
}

#[test]
fn the_weakest_that_has_not_begun_gives_way_and_of_equals_the_latest() {
    let mut strong = contact(1, 0, ContactState::Reserved);
    strong.priority = 90;
    let (early, late) = (contact(2, 1, ContactState::Reserved), contact(3, 2, ContactState::Reserved));
    let all = [&strong, &early, &late];
    assert_eq!(first_to_give_way(all.into_iter(), |_| false), Some(&late));
    assert_eq!(first_to_give_way(all.into_iter(), |g| Some(g) == late.gesture), Some(&early));
}

#[test]
fn p6_what_another_replica_started_counts_although_its_clock_is_ahead() {
    let settings = settings(7, 1);
    let ahead = contact(1, 1, ContactState::Used);
    let budget = Budget::new([&ahead].into_iter(), &settings, None);
    let full = budget.start_at(after(0)).expect_err("it was given the place");
    assert_eq!(full.free_at, Some(after(1 + 7 * DAY)));
    assert!(budget.had_place_at(after(0)).is_ok(), "then it had not happened yet");
    assert!(budget.had_place_at(after(1)).is_err());
}

#[test]
fn p3_what_stays_is_said_to_have_used_up_the_budget_not_what_gives_way_next() {
    let settings = settings(30, 2);
    let used = contact(1, 0, ContactState::Used);
    let (weak, mut strong) = (contact(2, DAY, ContactState::Reserved), contact(3, 2 * DAY, ContactState::Reserved));
    strong.priority = 90;
    let full = Budget::new([&used, &weak, &strong].into_iter(), &settings, None).place_at(after(3 * DAY));
    let full = full.expect_err("one happened, and two are planned");
    assert_eq!(full.used_by, [name(&used), name(&strong)], "the weak one gives way too");
}
