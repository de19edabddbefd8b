//! The ledger: the only place that knows SQL.
//!
//! What changes goes through the write queue ([`Store::submit`] for commands on customers' histories,
//! [`Store::write`] for the catalogue); what is only read goes past it, on connections that can't write.

mod access;
mod actions;
mod arrivals;
mod by_place;
mod cases;
mod catalog;
mod catalog_write;
mod catch_up;
mod chunk;
mod connect;
mod consider;
mod constant;
mod customers;
mod desk;
mod due;
mod duplicates;
#[allow(unreachable_pub, reason = "the derives of entities write `pub`")]
mod entity;
mod erase;
mod error;
mod events;
mod export;
pub mod filter;
mod flush;
mod freed_calls;
mod gestures;
mod insights;
mod instance;
mod interactions;
mod journeys;
mod last_words;
mod load;
mod locations;
mod migrate;
mod nested;
mod notes;
mod paging;
mod paper;
mod pauses;
mod policy;
mod queue;
mod reads;
mod retention;
mod rows;
mod rules;
mod search;
mod source_keys;
mod statement;
mod sweeps;
mod templates;
mod timeline;
mod transaction;
mod write;

pub use arrivals::Arrival;
pub use catalog::Catalog;
pub use catalog_write::CatalogWrite;
pub use connect::{Access, ConnectSettings, Durability, Watch};
pub use desk::AtDesk;
pub use erase::Unfinished;
pub use error::StoreError;
pub use events::FeedPosition;
pub use export::{Held, Place, ReadBy, Section};
pub use gestures::{QueueCursor, QueuePage, QueueQuery};
pub use insights::{CoverageCount, CoverageQuery, CustomersSeen, ObligationQuery};
pub use instance::{GivenSecrets, Instance, SecretName, Secrets};
pub use interactions::Answered;
pub use migrate::SchemaState;
pub use notes::{CoveredPage, DueNotes, NoteWorkQuery, Segment};
pub use paging::{Cursor, Page, PageRequest};
pub use paper::{OfRun, PaperNotes};
pub use queue::{Lane, Room, SubmitError};
pub use reads::Reading;
pub use retention::TooOld;
pub use search::{SearchHit, Wanted};
pub use timeline::TimelineEntry;

use crate::domain::{
    erasing::ErasureSecret,
    hold_out::HoldOutSecret,
    settings::Settings,
    world::{Command, KeyHasher},
};
use catalog::CatalogCache;
use connect::Pools;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use queue::{Queue, Shared};
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Says what time it is; the store asks nobody else.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The open database. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
    shared: Arc<Shared>,
    queue: Queue,
    catalog: Arc<CatalogCache>,
    instance: Instance,
    secrets: Secrets,
}

/// How a database is opened.
#[derive(Clone)]
pub struct StoreOptions {
    /// Where and how data is kept.
    pub connect: ConnectSettings,
    /// Bring the schema up to date first; otherwise any other schema is refused.
    pub migrate: bool,
    /// A database that is opened for the first time becomes one for a manual clock.
    pub manual_clock: bool,
    /// Says what time it is.
    pub now: Now,
    /// On what decisions depend besides the ledger.
    pub settings: Arc<Settings>,
    /// How many writes may wait.
    pub room: Room,
    /// Secrets that stand in for those in the database.
    pub secrets: GivenSecrets,
    /// Determines the ids that are made; random when absent. For runs that must repeat themselves.
    pub seed: Option<[u8; 32]>,
}

impl std::fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreOptions")
            .field("connect", &self.connect)
            .field("migrate", &self.migrate)
            .field("manual_clock", &self.manual_clock)
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a database and starts its writers. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::SchemaMismatch`] when its schema is another and `migrate` was not asked for,
    /// [`StoreError::Unsuitable`] for a URL or clock that don't fit, [`StoreError::Unavailable`] when nothing answers.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let pools = connect::open(&options.connect).await?;
        Self::over(pools, options).await
    }

    async fn over(pools: Pools, options: StoreOptions) -> Result<Self, StoreError> {
        if options.migrate {
            migrate::up(&pools, &options.connect).await?;
        } else {
            migrate::require_current(&pools.writer).await?;
        }
        let now = (options.now)();
        let instance = instance::open(&pools.writer, now, options.manual_clock).await?;
        if options.manual_clock != instance.manual_clock {
            let clock = |manual| if manual { "a manual clock" } else { "the system's clock" };
            let (made, asked) = (clock(instance.manual_clock), clock(options.manual_clock));
            return Err(StoreError::Unsuitable(format!("the database was made for {made} and can't live by {asked}")));
        }
        let secrets = instance::secrets(&pools.writer, now, &options.secrets).await?;
        source_keys::hash_old(&pools.writer, &KeyHasher::new(secrets.get(SecretName::Fingerprint))).await?;
        let seed = match options.seed {
            Some(seed) => seed,
            None => instance::random()?,
        };
        let catalog = Arc::new(CatalogCache::new(Arc::clone(&options.settings)));
        policy::plan_by(&pools.writer, &options.settings).await?;
        let shared = Arc::new(Shared {
            pools: pools.clone(),
            catalog: Arc::clone(&catalog),
            settings: options.settings,
            hold_out: HoldOutSecret::new(secrets.get(SecretName::HoldOut)),
            erasure: ErasureSecret::new(secrets.get(SecretName::Erasure)),
            now: options.now,
        });
        let queue = Queue::start(Arc::clone(&shared), options.room, seed);
        Ok(Self { inner: Arc::new(Inner { pools, shared, queue, catalog, instance, secrets }) })
    }

    /// Has a command decided and written. When the caller goes away meanwhile, it may still be.
    ///
    /// # Errors
    /// [`SubmitError::Refused`] when the domain says no; [`StoreError::QueueFull`] when too many wait;
    /// [`StoreError::Busy`] and [`StoreError::Unavailable`] when the database does not do its part.
    pub async fn submit<C: Command>(&self, lane: Lane, command: C) -> Result<C::Reply, SubmitError> {
        self.inner.queue.submit(lane, command).await
    }

    /// The same for many at once, each for itself; the results have the order of the commands.
    pub async fn submit_all<C: Command>(&self, lane: Lane, commands: Vec<C>) -> Vec<Result<C::Reply, SubmitError>> {
        self.inner.queue.submit_all(lane, commands).await
    }

    /// Changes the catalogue: locations, rules and templates. The work may run several times, so it must do nothing but
    /// read and write the ledger; it is committed when it ends well and wrote something.
    ///
    /// # Errors
    /// Those of the work, and of [`submit`](Self::submit).
    pub async fn write<T, F>(&self, label: &'static str, work: F) -> Result<T, SubmitError>
    where
        T: Send + 'static,
        F: for<'l> Fn(&'l CatalogWrite) -> BoxFuture<'l, Result<T, SubmitError>> + Send + Sync + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        self.inner.queue.run_job(Box::new(catalog_write::Edit { label, work, answer }))?;
        outcome.await.unwrap_or_else(|_| Err(StoreError::unanswered().into()))
    }

    /// Statements that need no decision.
    async fn keep_house<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'l> Fn(&'l DatabaseTransaction) -> BoxFuture<'l, Result<T, StoreError>> + Send + Sync + 'static,
    {
        let (answer, outcome) = oneshot::channel();
        self.inner.queue.run_job(Box::new(catalog_write::Housekeeping { work, answer }))?;
        outcome.await.unwrap_or_else(|_| Err(StoreError::unanswered()))
    }

    /// The locations, enabled rules and templates; read again only when they have changed. A change made through this
    /// store is seen at once, one made by another process within a fifth of a second.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn catalog(&self) -> Result<Arc<Catalog>, StoreError> {
        self.inner.catalog.recent(self.reader()).await
    }

    /// The connections that only read.
    fn reader(&self) -> &DatabaseConnection {
        &self.inner.pools.reader
    }

    /// Keeps where a manual clock stands, for the next start.
    ///
    /// # Errors
    /// [`StoreError::Unsuitable`] when the database lives by the system's clock.
    pub async fn set_clock(&self, at: Timestamp) -> Result<(), StoreError> {
        self.keep_house(move |tx| Box::pin(instance::set_clock(tx, at))).await
    }

    /// What the database knew of itself when it was opened.
    #[must_use]
    pub fn instance(&self) -> Instance {
        self.inner.instance
    }

    /// One of the instance's secrets.
    #[must_use]
    pub fn secret(&self, name: SecretName) -> [u8; 32] {
        self.inner.secrets.get(name)
    }

    /// Hashes what may be written twice (P2).
    #[must_use]
    pub fn hasher(&self) -> KeyHasher {
        KeyHasher::new(self.secret(SecretName::Fingerprint))
    }

    /// How many writes wait: of single calls, and of batches.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        self.inner.queue.waiting()
    }

    /// Whether both pools answer.
    ///
    /// # Errors
    /// The first one's error that does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.inner.pools.reader.ping().await?;
        // SQLite's one writer may be at work for long; that its file can be read is enough.
        if self.inner.pools.writers > 1 {
            self.inner.pools.writer.ping().await?;
        }
        Ok(())
    }

    /// Takes nothing new, finishes what waits, closes all connections.
    ///
    /// # Errors
    /// [`StoreError`] when a connection could not be closed in order.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.queue.close().await;
        self.inner.pools.reader.close_by_ref().await?;
        self.inner.pools.writer.close_by_ref().await?;
        Ok(())
    }
}

/// Brings the schema of a database up to date; returns how many migrations were applied.
///
/// # Errors
/// [`StoreError::SchemaMismatch`] when a newer program made it.
pub async fn migrate(settings: &ConnectSettings) -> Result<usize, StoreError> {
    let pools = connect::open(settings).await?;
    let applied = migrate::up(&pools, settings).await?;
    // In order, so that SQLite leaves one file behind and no journal.
    pools.reader.close_by_ref().await?;
    pools.writer.close_by_ref().await?;
    Ok(applied)
}

#[cfg(test)]
mod tests;
