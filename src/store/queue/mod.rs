//! The write queue: waiting commands in two lanes, taken in groups, each group one transaction.
//!
//! Nobody lingers for company: a group is what waits when the writer is free, so that one caller alone waits for no
//! one, and many share a commit. Writing runs in tasks of its own; a caller who goes away leaves no transaction open.

mod group;
mod lanes;
mod pending;

pub use lanes::Lane;
pub use pending::SubmitError;

use super::{
    catalog::{Catalog, CatalogCache},
    catalog_write::Job,
    connect::Pools,
    error::StoreError,
};
use crate::{
    domain::{
        erasing::ErasureSecret,
        hold_out::HoldOutSecret,
        ids::IdSource,
        settings::Settings,
        world::{Command, World},
    },
    telemetry::metric,
};
use futures_util::FutureExt;
use jiff::Timestamp;
use lanes::{Lanes, Taken};
use metrics::gauge;
use pending::{Pending, Typed};
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{sync::oneshot, task::JoinHandle};

/// What every writer shares, and who only looks at what would be written.
pub(super) struct Shared {
    pub(super) pools: Pools,
    pub(super) catalog: Arc<CatalogCache>,
    pub(super) settings: Arc<Settings>,
    pub(super) hold_out: HoldOutSecret,
    pub(super) erasure: ErasureSecret,
    pub(super) now: super::Now,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// The queue and its writers.
pub(super) struct Queue {
    lanes: Arc<Lanes>,
    writers: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    /// Starts the writers: one on SQLite, a few on PostgreSQL. The first of several takes only single calls, so that
    /// batches never hold all of them.
    pub(super) fn start(shared: Arc<Shared>, room: Room, seed: [u8; 32]) -> Self {
        let lanes = Arc::new(Lanes::new(room));
        let count = shared.pools.writers;
        let writers = (0..count).map(|number| {
            let ids =
                IdSource::new(blake3::derive_key("gratitude writer", &[&seed[..], &number.to_le_bytes()].concat()));
            let bulk = number > 0 || count == 1;
            tokio::spawn(run(shared.clone(), lanes.clone(), bulk, ids))
        });
        Self { writers: Mutex::new(writers.collect()), lanes }
    }

    pub(super) async fn submit<C: Command>(&self, lane: Lane, command: C) -> Result<C::Reply, SubmitError> {
        let (waiting, reply) = waiting(command);
        self.lanes.push(lane, vec![waiting])?;
        answered(reply).await
    }

    /// Lets commands wait at once, so that they share a group as far as they can; the replies have their order.
    pub(super) async fn submit_all<C: Command>(
        &self,
        lane: Lane,
        commands: Vec<C>,
    ) -> Vec<Result<C::Reply, SubmitError>> {
        let (all, replies): (Vec<_>, Vec<_>) = commands.into_iter().map(waiting).unzip();
        let room = self.lanes.push(lane, all);
        let mut results = Vec::with_capacity(replies.len());
        for (place, reply) in replies.into_iter().enumerate() {
            results.push(match &room {
                Ok(room) if place < *room => answered(reply).await,
                Ok(_) => Err(StoreError::QueueFull.into()),
                Err(error) => Err(error.clone().into()),
            });
        }
        results
    }

    pub(super) fn run_job(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.lanes.push(Lane::Interactive, vec![Taken::Job(job)]).map(drop)
    }

    /// How many wait, by lane: interactive, then bulk.
    pub(super) fn waiting(&self) -> (usize, usize) {
        self.lanes.waiting()
    }

    /// Takes nothing new, finishes what waits.
    pub(super) async fn close(&self) {
        self.lanes.close();
        let writers = std::mem::take(&mut *self.writers.lock().unwrap_or_else(PoisonError::into_inner));
        for writer in writers {
            if writer.await.is_err() {
                tracing::error!("a writer ended by a panic");
            }
        }
    }
}

type Reply<R> = oneshot::Receiver<Result<R, SubmitError>>;

fn waiting<C: Command>(command: C) -> (Taken, Reply<C::Reply>) {
    let (answer, reply) = oneshot::channel();
    (Taken::Command(Box::new(Typed::new(command, answer))), reply)
}

async fn answered<R>(reply: Reply<R>) -> Result<R, SubmitError> {
    reply.await.unwrap_or_else(|_| Err(StoreError::unanswered().into()))
}

/// How many may wait in each lane.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Single calls.
    pub interactive: usize,
    /// Items of batches.
    pub bulk: usize,
}

/// One writer's life.
async fn run(shared: Arc<Shared>, lanes: Arc<Lanes>, bulk: bool, mut ids: IdSource) {
    while let Some(taken) = lanes.take(bulk).await {
        let (interactive, waiting_in_bulk) = lanes.waiting();
        for (lane, waiting) in [("interactive", interactive), ("bulk", waiting_in_bulk)] {
            gauge!(metric::WRITE_QUEUE_DEPTH, "lane" => lane).set(u32::try_from(waiting).unwrap_or(u32::MAX));
        }
        let mut group: Vec<Box<dyn Pending>> = Vec::new();
        for item in taken {
            match item {
                Taken::Command(command) if command.is_abandoned() => {}
                Taken::Command(command) => group.push(command),
                Taken::Job(job) => {
                    outlive(group::write(&shared, &mut ids, std::mem::take(&mut group))).await;
                    outlive(job.run(&shared)).await;
                }
            }
        }
        outlive(group::write(&shared, &mut ids, group)).await;
    }
}

/// Lets a write panic alone: all others wait for the writer. What it had begun is rolled back, and whoever waits for it
/// is told.
async fn outlive(write: impl Future<Output = ()>) {
    if AssertUnwindSafe(write).catch_unwind().await.is_err() {
        tracing::error!("a write panicked");
    }
}

impl Shared {
    /// A world of this catalogue in which nothing is loaded yet, and the instant from which on contacts count in its
    /// budget.
    pub(super) fn world(&self, catalog: &Catalog, now: Timestamp) -> (World, Timestamp) {
        let mut world =
            World::new(Arc::clone(&catalog.rules), Arc::clone(&catalog.templates), Arc::clone(&catalog.settings));
        world.touchpoints = Arc::clone(&catalog.touchpoints);
        world.pauses = Arc::clone(&catalog.pauses);
        (world.revision, world.planned_since) = (catalog.revision(), catalog.planning_revision);
        world.hold_out = self.hold_out.clone();
        world.erasure = self.erasure.clone();
        (world, now.saturating_sub(catalog.settings.policy.budget_period).unwrap_or(now))
    }

    /// The instant of a decision.
    pub(super) fn now(&self) -> Timestamp {
        (self.now)()
    }
}
