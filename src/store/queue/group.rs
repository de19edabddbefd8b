//! One group: load, decide in order, write, commit, answer.

use super::{
    Shared,
    pending::{Attempt, Pending},
};
use crate::{
    clock::Stopwatch,
    domain::{
        ids::IdSource,
        world::{Context, Needs, World},
    },
    store::{
        error::StoreError,
        flush::flush,
        load::{LoadError, Session},
        transaction,
    },
    telemetry::metric,
};
use metrics::histogram;
use sea_orm::DatabaseTransaction;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often a command may ask for more before that counts as a defect.
const MISSES_MAX: usize = 8;
/// The same for one that decides alone: about so many visits and purchases it may have to tell anew.
const MISSES_ALONE_MAX: usize = 256;

/// Why an attempt at a group did not end in a commit.
enum GroupError {
    Store(StoreError),
    /// Somebody came within reach after the locks were taken.
    Shifted,
    /// A command must decide alone, and others share the group.
    Crowded,
    /// A command failed in a way that only concerns itself.
    Broken {
        index: usize,
        error: StoreError,
    },
}

impl<E: Into<StoreError>> From<E> for GroupError {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

impl From<LoadError> for GroupError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => Self::Store(error),
            LoadError::Shifted => Self::Shifted,
        }
    }
}

/// Writes a group, however many attempts it takes, and answers every command of it.
pub(super) async fn write(shared: &Shared, ids: &mut IdSource, mut group: Vec<Box<dyn Pending>>) {
    let mut retries = transaction::Retries::default();
    let watch = Stopwatch::start();
    while !group.is_empty() {
        match attempt(shared, ids, &mut group).await {
            Ok(()) => {
                measure(group.len(), watch);
                group.into_iter().for_each(|command| command.answer());
                return;
            }
            Err(GroupError::Broken { index, error }) => group.remove(index).fail(error),
            Err(GroupError::Crowded) => return replay(shared, ids, group).await,
            Err(GroupError::Shifted) if retries.wait().await => {}
            Err(GroupError::Store(error)) if error.is_transient() && retries.wait().await => {}
            Err(GroupError::Store(error @ StoreError::Conflict { .. })) => {
                if group.len() > 1 {
                    return replay(shared, ids, group).await;
                }
                // Somebody else wrote the same at the same time: the next attempt sees it.
                if !retries.wait().await {
                    return fail(group, &error);
                }
            }
            Err(GroupError::Store(error)) => return fail(group, &error),
            Err(GroupError::Shifted) => return fail(group, &StoreError::Busy),
        }
    }
}

/// Tells how many commands shared a commit, and how long it took with its retries.
fn measure(commands: usize, watch: Stopwatch) {
    // A group has at most 256 commands: no precision is lost.
    histogram!(metric::WRITE_GROUP_SIZE).record(u32::try_from(commands).unwrap_or(u32::MAX));
    histogram!(metric::WRITE_GROUP_DURATION).record(watch.elapsed());
}

/// One by one, so that only the command at fault fails.
async fn replay(shared: &Shared, ids: &mut IdSource, group: Vec<Box<dyn Pending>>) {
    for command in group {
        Box::pin(write(shared, ids, vec![command])).await;
    }
}

fn fail(group: Vec<Box<dyn Pending>>, error: &StoreError) {
    for command in group {
        command.fail(error.clone());
    }
}

async fn attempt(shared: &Shared, ids: &mut IdSource, group: &mut [Box<dyn Pending>]) -> Result<(), GroupError> {
    let needs: Vec<Needs> = group.iter().map(|command| command.needs()).collect();
    if needs.len() > 1 && needs.iter().any(|needs| needs.alone) {
        return Err(GroupError::Crowded);
    }
    let tx = transaction::begin(&shared.pools.writer).await?;
    match decide(shared, ids, group, &needs, &tx).await {
        Ok(()) => Ok(tx.commit().await?),
        Err(error) => {
            transaction::roll_back(tx).await;
            Err(error)
        }
    }
}

async fn decide(
    shared: &Shared,
    ids: &mut IdSource,
    group: &mut [Box<dyn Pending>],
    needs: &[Needs],
    tx: &DatabaseTransaction,
) -> Result<(), GroupError> {
    let catalog = shared.catalog.get(tx).await?;
    let now = shared.now();
    let (mut world, contacts_from) = shared.world(&catalog, now);
    let mut session = Session::new(catalog, contacts_from, now);
    session.load(tx, &mut world, needs).await?;

    for (index, command) in group.iter_mut().enumerate() {
        let (mut misses, mut refusals) = (0, 0);
        loop {
            let attempt = decide_one(ids, now, command.as_mut(), &mut world);
            match attempt.map_err(|error| GroupError::Broken { index, error })? {
                Attempt::Decided(true) => break,
                Attempt::Decided(false) => {
                    refusals += 1;
                    if refusals > 1 || !session.made_meanwhile(tx, &mut world, &needs[index]).await? {
                        break;
                    }
                }
                Attempt::Missing(miss) => {
                    misses += 1;
                    if misses > if needs[index].alone { MISSES_ALONE_MAX } else { MISSES_MAX } {
                        let error = StoreError::Bug { what: "a command kept asking for more".to_owned() };
                        return Err(GroupError::Broken { index, error });
                    }
                    // What is loaded now must not lack what the commands before decided.
                    flush(tx, &mut world).await?;
                    session.load_missing(tx, &mut world, miss).await?;
                }
            }
        }
    }
    flush(tx, &mut world).await?;
    Ok(())
}

/// Lets one command decide, and keeps or drops its changes.
fn decide_one(
    ids: &mut IdSource,
    now: jiff::Timestamp,
    command: &mut dyn Pending,
    world: &mut World,
) -> Result<Attempt, StoreError> {
    let mut context = Context { now, ids };
    // A defect in one decision must not end the writer that all others wait for.
    let attempt = catch_unwind(AssertUnwindSafe(|| command.decide(world, &mut context)));
    match attempt {
        Ok(Attempt::Decided(true)) => {
            world.settle();
            Ok(Attempt::Decided(true))
        }
        Ok(dropped) => {
            world.revert();
            Ok(dropped)
        }
        Err(_panic) => {
            world.revert();
            tracing::error!("a decision panicked");
            Err(StoreError::Bug { what: "a decision panicked".to_owned() })
        }
    }
}
