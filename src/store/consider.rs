//! Decisions on the ledger as it is, of which nothing is kept: what would be, and why.

use super::{
    Store, SubmitError,
    error::StoreError,
    load::{LoadError, Session},
};
use crate::domain::{
    ids::IdSource,
    refusal::Refusal,
    world::{Command, Context, Miss, World},
};
use jiff::Timestamp;
use sea_orm::TransactionTrait;

/// How often a command may ask for more before that counts as a defect.
const MISSES_MAX: usize = 8;

impl Store {
    /// Has a command decide on the ledger as readers see it, without locks, and forgets what it did. Contacts from an
    /// instant on count in the budget; those of the budget's period when it is not said.
    ///
    /// # Errors
    /// [`SubmitError::Refused`] when the domain says no, [`StoreError`] when the database can't tell.
    pub async fn consider<C: Command>(
        &self,
        command: &C,
        contacts_from: Option<Timestamp>,
    ) -> Result<C::Reply, SubmitError> {
        let shared = &self.inner.shared;
        // One transaction, so that all reads are of one state as far as the engine gives that.
        let tx = self.reader().begin().await.map_err(StoreError::from)?;
        let catalog = shared.catalog.get(&tx).await?;
        let now = shared.now();
        let (mut world, budget_from) = shared.world(&catalog, now);
        let mut session = Session::reading(catalog, contacts_from.unwrap_or(budget_from), now);
        session.load(&tx, &mut world, &[command.needs()]).await.map_err(unshifted)?;
        // Ids that are made here are kept by nobody.
        let mut ids = IdSource::new([0; 32]);
        for _ in 0..MISSES_MAX {
            match command.decide(&mut world, &mut Context { now, ids: &mut ids }) {
                Ok(reply) => return Ok(reply),
                Err(Refusal::Miss(miss)) => {
                    world.revert();
                    load_missing(&mut session, &tx, &mut world, miss).await?;
                }
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Err(StoreError::Bug { what: "a command kept asking for more".to_owned() }.into())
    }
}

async fn load_missing(
    session: &mut Session,
    tx: &sea_orm::DatabaseTransaction,
    world: &mut World,
    miss: Miss,
) -> Result<(), StoreError> {
    session.load_missing(tx, world, miss).await.map_err(unshifted)
}

fn unshifted(error: LoadError) -> StoreError {
    match error {
        LoadError::Store(error) => error,
        // Only those who lock can find that somebody came within reach meanwhile.
        LoadError::Shifted => StoreError::Busy,
    }
}
