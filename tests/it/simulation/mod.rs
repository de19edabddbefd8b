//! Random lives of a small shop's customers, step by step against the real store, with the promises checked after each
//! step.
//!
//! A seed repeats its whole life. `GRATITUDE_SIM_SEEDS` says how many seeds are lived through on SQLite,
//! `GRATITUDE_SIM_STEPS` how long each is, and `GRATITUDE_SIM_SEED` names the only one to live through, on both engines.

mod acts;
mod dice;
mod laws;
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
    sync::atomic::{AtomicU64, Ordering},
    thread,
};
use tokio::runtime::Builder;

const SQLITE_SEEDS: u64 = 6;
const POSTGRES_SEEDS: u64 = 1;
const STEPS: u64 = 40;

/// Lives through one seed.
async fn live(engine: Engine, seed: u64, steps: u64) {
    let Some(database) = Database::new(engine).await else { return };
    let mut shop = Shop::new(Telling::begin(database).await, Dice::new(seed));
    let mut laws = Laws::default();
    for step in 0..steps {
        let act = shop.act().await;
        let whole = whole::read(&shop.story).await;
        let broken = laws.broken(&whole, &shop);
        assert!(broken.is_empty(), "seed {seed} on {engine:?}, step {step}: after {act}:\n{}", broken.join("\n"));
        shop.see(whole);
    }
    let broken = laws::broken_in_the_end(&shop.story).await;
    assert!(broken.is_empty(), "seed {seed} on {engine:?}: {}", broken.join("\n"));
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// As many lives at a time as there are processors.
fn live_all(engine: Engine, seeds: u64) {
    let steps = number("GRATITUDE_SIM_STEPS").unwrap_or(STEPS);
    let seeds = number("GRATITUDE_SIM_SEED").map_or(0..seeds, |seed| seed..seed + 1);
    let next = AtomicU64::new(seeds.start);
    let lives = || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            runtime.block_on(live(engine, seed, steps));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            // Named after the test: whoever leaves it out says so by that name.
            let named = thread::Builder::new().name(thread::current().name().unwrap_or("lives").to_owned());
            named.spawn_scoped(scope, lives).expect("a thread");
        }
    });
}

#[test]
fn p2_p3_p4_p7_p10_hold_in_random_lives_on_sqlite() {
    live_all(Engine::Sqlite, number("GRATITUDE_SIM_SEEDS").unwrap_or(SQLITE_SEEDS));
}

#[test]
fn p2_p3_p4_p7_p10_hold_in_random_lives_on_postgres() {
    live_all(Engine::Postgres, POSTGRES_SEEDS);
}
