//! Random lives of a small shop's customers, step by step against the real store, with the promises checked after each
//! step.
//!
//! A seed repeats its whole life. `GRATITUDE_SIM_SEEDS` says how many seeds are lived through on SQLite,
//! `GRATITUDE_SIM_STEPS` how long each is, and `GRATITUDE_SIM_SEED` names the only one to live through, on both engines.

mod acts;
mod dice;
mod laws;
mod whole;

use crate::{
    stories::telling::Telling,
    support::database::{Database, Engine},
};
use acts::Shop;
use dice::Dice;
use laws::Laws;

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

async fn live_all(engine: Engine, seeds: u64) {
    let steps = number("GRATITUDE_SIM_STEPS").unwrap_or(STEPS);
    if let Some(seed) = number("GRATITUDE_SIM_SEED") {
        return live(engine, seed, steps).await;
    }
    for seed in 0..seeds {
        live(engine, seed, steps).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p2_p3_p4_p7_hold_in_random_lives_on_sqlite() {
    live_all(Engine::Sqlite, number("GRATITUDE_SIM_SEEDS").unwrap_or(SQLITE_SEEDS)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p2_p3_p4_p7_hold_in_random_lives_on_postgres() {
    live_all(Engine::Postgres, POSTGRES_SEEDS).await;
}
