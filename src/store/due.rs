//! Picks the strongest due gestures.

use super::{
    Store, constant,
    entity::{gesture, household},
    error::StoreError,
};
use crate::domain::{
    gesture::GestureState,
    ids::GestureId,
    note::WRITTEN_KINDS,
    pause::{PauseBook, PauseScope},
    world::Due,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    Select,
    sea_query::{ExprTrait, LockBehavior, LockType},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Picks for each wish as many as it wants, none twice.
///
/// On PostgreSQL what is picked is locked until the transaction ends, with its household, and what others have locked
/// is passed over: so those who pick at once get different ones, and nobody waits for anybody here. All other
/// households must be locked before, in their order; then no two transactions can wait for each other in a circle.
pub(super) async fn pick(
    db: &impl ConnectionTrait,
    wishes: &[Due],
    pauses: &PauseBook,
) -> Result<BTreeSet<GestureId>, StoreError> {
    let mut picked = BTreeSet::new();
    for wish in wishes {
        let found = strongest(db, wish, &picked, pauses, Hold::Locked).await?;
        picked.extend(found);
    }
    Ok(picked)
}

/// Whether what is found may be taken by others meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    Free,
    Locked,
}

impl Store {
    /// The strongest gestures that are due and that nobody has, the most urgent first. Others may take them meanwhile:
    /// a command that asks for them by [`Needs::due`](crate::domain::world::Needs::due) is offered what nobody else is.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn due_gestures(&self, wish: &Due) -> Result<Vec<GestureId>, StoreError> {
        let catalog = self.catalog().await?;
        strongest(self.reader(), wish, &BTreeSet::new(), &catalog.pauses, Hold::Free).await
    }
}

/// Goes from priority to priority, so that neither a long backlog nor all that is planned for later is sorted.
async fn strongest(
    db: &impl ConnectionTrait,
    wish: &Due,
    taken: &BTreeSet<GestureId>,
    pauses: &PauseBook,
    hold: Hold,
) -> Result<Vec<GestureId>, StoreError> {
    let locks = hold == Hold::Locked && db.get_database_backend() == DbBackend::Postgres;
    let mut found = Vec::new();
    let mut missing = u64::from(wish.limit);
    let mut below = i32::MAX;
    while missing > 0 {
        let Some(priority) = next_priority(db, below).await? else {
            break;
        };
        let mut query = at_priority(wish, priority, taken).filter(not_paused(pauses)).limit(missing);
        if locks {
            query = locked(query);
        }
        let rows: Vec<Uuid> = query.into_tuple().all(db).await?;
        missing -= rows.len() as u64;
        found.extend(rows.into_iter().map(GestureId));
        below = priority;
    }
    Ok(found)
}

/// What fits a wish at a priority, the first due first.
pub(super) fn at_priority(wish: &Due, priority: i32, taken: &BTreeSet<GestureId>) -> Select<gesture::Entity> {
    gesture::Entity::find()
        .select_only()
        .column(gesture::Column::Id)
        .filter(gesture::Column::Priority.eq(priority))
        .filter(fits(wish))
        .filter(gesture::Column::Id.is_not_in(taken.iter().map(|id| id.0)))
        .order_by_asc(gesture::Column::DueAt)
        .order_by_asc(gesture::Column::Id)
}

/// With the gestures and their households locked, those that somebody else has locked left out.
fn locked(query: Select<gesture::Entity>) -> Select<gesture::Entity> {
    let household = gesture::Entity::belongs_to(household::Entity)
        .from(gesture::Column::HouseholdId)
        .to(household::Column::Id)
        .into();
    query.join(JoinType::InnerJoin, household).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
}

/// The highest priority below another at which anything is scheduled.
async fn next_priority(db: &impl ConnectionTrait, below: i32) -> Result<Option<i32>, StoreError> {
    let found: Option<Option<i32>> = gesture::Entity::find()
        .select_only()
        .column_as(gesture::Column::Priority.max(), "priority")
        .filter(free())
        .filter(gesture::Column::Priority.lt(below))
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.flatten())
}

/// Scheduled, and neither a batch nor a person has it.
pub(super) fn free() -> Condition {
    Condition::all()
        .add(constant::is(gesture::Column::State, GestureState::Scheduled.as_str()))
        .add(gesture::Column::BatchId.is_null())
        .add(constant::holds(gesture::Column::WithPerson).not())
}

/// Falls under no pause.
fn not_paused(pauses: &PauseBook) -> Condition {
    pauses.scopes().fold(Condition::all(), |condition, PauseScope { location, channel, rule }| {
        let mut covered = Condition::all();
        if let Some(location) = location {
            covered = covered.add(gesture::Column::LocationId.eq(location.as_str()));
        }
        if let Some(channel) = channel {
            covered = covered.add(gesture::Column::Channel.eq(channel.as_str()));
        }
        if let Some(rule) = rule {
            // What no rule made falls under no rule's pause: a comparison with nothing would be neither true nor false.
            covered = covered.add(gesture::Column::RuleId.is_not_null()).add(gesture::Column::RuleId.eq(rule.as_str()));
        }
        // Without a condition everything is covered.
        let covered = if covered.is_empty() { covered.add(gesture::Column::Id.is_not_null()) } else { covered };
        condition.add(covered.not())
    })
}

fn fits(wish: &Due) -> Condition {
    let at = wish.at.as_microsecond();
    let mut condition =
        Condition::all().add(free()).add(gesture::Column::DueAt.lte(at)).add(gesture::Column::DeadlineAt.gt(at));
    if !wish.kinds.is_empty() {
        condition = condition.add(gesture::Column::Kind.is_in(wish.kinds.iter().map(|kind| kind.as_str())));
    }
    if !wish.channels.is_empty() {
        condition = condition.add(gesture::Column::Channel.is_in(wish.channels.iter().map(|c| c.as_str())));
    }
    if !wish.in_batches.is_empty() {
        let left_to_batches = Condition::all()
            .add(gesture::Column::Kind.is_in(WRITTEN_KINDS.iter().map(|kind| kind.as_str())))
            .add(gesture::Column::Channel.is_in(wish.in_batches.iter().map(|c| c.as_str())));
        condition = condition.add(left_to_batches.not());
    }
    if !wish.locations.is_empty() {
        condition = condition.add(gesture::Column::LocationId.is_in(wish.locations.iter().map(|id| id.as_str())));
    }
    condition
}
