//! Random lives of a small shop's customers, step by step against the real store, with the promises checked after each
//! step.
//!
//! A seed repeats its whole life. `GRATITUDE_SIM_SEEDS` says how many seeds are lived through on SQLite,
//! `GRATITUDE_SIM_POSTGRES_SEEDS` how many on PostgreSQL, `GRATITUDE_SIM_STEPS` how long each is, and
//! `GRATITUDE_SIM_SEED` names the only one to live through, on both engines.

mod acts;
mod delivered;
mod dice;
mod hands;
mod laws;
mod plans;
mod undo;
mod whole;

use crate::{
    stories::telling::Telling,
    support::database::{Database, Engine},
};
use acts::Shop;
use dice::Dice;
use laws::Laws;
use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use tokio::runtime::Builder;
use whole::Writes;

const SQLITE_SEEDS: u64 = 6;
const POSTGRES_SEEDS: u64 = 1;
const STEPS: u64 = 50;
/// Lives that taught something once: 147 merged two records of which one had been thanked on the other's birthday; in
/// 988 something goes wrong on a day on which an apology for something else had been made.
const FOUND_IN: [u64; 2] = [147, 988];

/// Lives through one seed.
async fn live(engine: Engine, seed: u64, steps: u64) {
    let Some(database) = Database::new(engine).await else { return };
    let mut shop = Shop::new(Telling::begin(database).await, Dice::new(seed));
    let mut laws = Laws::default();
    let mut writes = Writes::of(&shop.story).await;
    for step in 0..steps {
        let act = shop.act().await;
        if !writes.are_new().await {
            continue;
        }
        let whole = whole::read(&shop.story).await;
        let broken = laws.broken(&whole, &shop);
        assert!(broken.is_empty(), "seed {seed} on {engine:?}, step {step}: after {act}:\n{}", broken.join("\n"));
        shop.see(whole);
    }
    // Also what the steps left behind that wrote nothing.
    let broken = laws.broken(&whole::read(&shop.story).await, &shop);
    assert!(broken.is_empty(), "seed {seed} on {engine:?}, at its end:\n{}", broken.join("\n"));
    let broken = laws::broken_in_the_end(&shop.story).await;
    assert!(broken.is_empty(), "seed {seed} on {engine:?}: {}", broken.join("\n"));
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// As many lives at a time as there are processors.
fn live_all(engine: Engine, seeds: u64) {
    let steps = number("GRATITUDE_SIM_STEPS").unwrap_or(STEPS);
    let named = number("GRATITUDE_SIM_SEED");
    let seeds: Vec<u64> = named.map_or_else(|| FOUND_IN.into_iter().chain(0..seeds).collect(), |seed| vec![seed]);
    let next = AtomicUsize::new(0);
    let lives = &|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        loop {
            let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            runtime.block_on(live(engine, seed, steps));
        }
    };
    thread::scope(|scope| {
        for processor in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            // Named after the test: whoever leaves it out says so by that name.
            let named = thread::Builder::new().name(thread::current().name().unwrap_or("lives").to_owned());
            let stay_and_live = move || {
                stay_on(processor);
                lives();
            };
            named.spawn_scoped(scope, stay_and_live).expect("a thread");
        }
    });
}

/// Keeps this thread, and those that it starts, on one processor: a life hands so much to and fro between itself and
/// its database's thread that waking another processor each time costs as much again.
#[cfg(target_os = "linux")]
fn stay_on(processor: usize) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let allowed = sched_getaffinity(None).expect("a thread knows where it may run");
    let mut only = CpuSet::new();
    only.set((0..CpuSet::MAX_CPU).filter(|&one| allowed.is_set(one)).nth(processor).expect("it is one of them"));
    sched_setaffinity(None, &only).expect("a thread may run where it may run");
}

#[cfg(not(target_os = "linux"))]
fn stay_on(_: usize) {}

#[test]
fn p2_p3_p4_p5_p7_p10_hold_in_random_lives_on_sqlite() {
    live_all(Engine::Sqlite, number("GRATITUDE_SIM_SEEDS").unwrap_or(SQLITE_SEEDS));
}

#[test]
fn p2_p3_p4_p5_p7_p10_hold_in_random_lives_on_postgres() {
    live_all(Engine::Postgres, number("GRATITUDE_SIM_POSTGRES_SEEDS").unwrap_or(POSTGRES_SEEDS));
}
