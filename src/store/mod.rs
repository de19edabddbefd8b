//! The ledger: the only place that knows SQL.

mod chunk;
mod connect;
#[allow(unreachable_pub, reason = "the derives of entities write `pub`")]
mod entity;
mod error;
pub mod filter;
mod instance;
mod migrate;
mod rows;
mod write;

pub use connect::{ConnectSettings, Durability};
pub use error::StoreError;
pub use instance::{Instance, SecretName, Secrets};
pub use migrate::SchemaState;

use connect::Pools;
use jiff::Timestamp;
use std::sync::Arc;

/// Says what time it is; the store asks nobody else.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The open database.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pools: Pools,
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
}

impl std::fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreOptions").field("connect", &self.connect).field("migrate", &self.migrate).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a database.
    ///
    /// # Errors
    /// [`StoreError::SchemaMismatch`] when its schema is another and `migrate` was not asked for,
    /// [`StoreError::Unsuitable`] for a URL or clock that don't fit, [`StoreError::Unavailable`] when nothing answers.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let pools = connect::open(&options.connect).await?;
        if options.migrate {
            migrate::up(&pools).await?;
        } else {
            migrate::require_current(&pools.writer).await?;
        }
        let now = (options.now)();
        let instance = instance::open(&pools.writer, now, options.manual_clock).await?;
        if options.manual_clock != instance.manual_clock {
            let (is, asked) = if options.manual_clock { ("the system's", "a manual") } else { ("a manual", "the system's") };
            let text = format!("the database was made for {is} clock and can't be opened with {asked} one");
            return Err(StoreError::Unsuitable(text));
        }
        let secrets = instance::secrets(&pools.writer, now).await?;
        Ok(Self { inner: Arc::new(Inner { pools, instance, secrets }) })
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

    /// Whether both pools answer.
    ///
    /// # Errors
    /// The first one's error that does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.inner.pools.reader.ping().await?;
        self.inner.pools.writer.ping().await?;
        Ok(())
    }

    /// Keeps where a manual clock stands, for the next start.
    ///
    /// # Errors
    /// [`StoreError::Unsuitable`] when the database lives by the system's clock.
    pub async fn set_clock(&self, at: Timestamp) -> Result<(), StoreError> {
        instance::set_clock(&self.inner.pools.writer, at).await
    }

    /// Closes all connections, after what runs has ended.
    ///
    /// # Errors
    /// [`StoreError`] when a connection could not be closed in order.
    pub async fn close(&self) -> Result<(), StoreError> {
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
    let applied = migrate::up(&pools).await?;
    // In order, so that SQLite leaves one file behind and no journal.
    pools.reader.close_by_ref().await?;
    pools.writer.close_by_ref().await?;
    Ok(applied)
}

#[cfg(test)]
mod tests;
