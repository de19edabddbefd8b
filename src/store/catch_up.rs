//! After a standstill: what is late leaves at a bounded rate, the oldest promises first.
//!
//! The rate is kept in one row for each minute, so that it holds for all replicas together. Whoever gives out what is
//! late holds that row until the transaction ends; as long as nothing is late, nobody looks at it.

use super::{
    due::{fits, locked, not_paused},
    entity::{catch_up, gesture},
    error::StoreError,
};
use crate::domain::{gesture::GestureKind, ids::GestureId, limits::LATE_AFTER, pause::PauseBook, world::Due};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, TryInsertResult,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is due before this instant is late.
pub(super) fn late_before(now: Timestamp) -> Timestamp {
    now.checked_sub(LATE_AFTER).unwrap_or(Timestamp::MIN)
}

/// The late gestures that fit a wish and are not `taken`, promises first, then by due time; as many as may still leave in
/// this minute. They are counted as given out.
pub(super) async fn reserve(
    db: &impl ConnectionTrait,
    wish: &Due,
    taken: &BTreeSet<GestureId>,
    pauses: &PauseBook,
    per_minute: u32,
) -> Result<Vec<GestureId>, StoreError> {
    // As long as nothing is late, nobody waits for the row.
    if candidates(db, &Due { limit: 1, ..wish.clone() }, taken, pauses).await?.is_empty() {
        return Ok(Vec::new());
    }
    let minute = wish.at.as_second().div_euclid(60);
    let left = per_minute.saturating_sub(given_out(db, minute).await?);
    let found = candidates(db, &Due { limit: Ord::min(left, wish.limit), ..wish.clone() }, taken, pauses).await?;
    let late = held(db, found).await?;
    if !late.is_empty() {
        catch_up::Entity::update_many()
            .col_expr(catch_up::Column::Given, Expr::col(catch_up::Column::Given).add(late.len() as i64))
            .filter(catch_up::Column::Minute.eq(minute))
            .exec(db)
            .await?;
    }
    Ok(late)
}

/// Kind by kind and promises apart, since the index has them so: a backlog of notes does not slow who asks for calls.
async fn candidates(
    db: &impl ConnectionTrait,
    wish: &Due,
    taken: &BTreeSet<GestureId>,
    pauses: &PauseBook,
) -> Result<Vec<GestureId>, StoreError> {
    use gesture::Column;
    let kinds = if wish.kinds.is_empty() { GestureKind::ALL } else { &wish.kinds };
    let limit = usize::try_from(wish.limit).unwrap_or(usize::MAX);
    let mut late = Vec::new();
    for promised in [true, false] {
        let mut found: Vec<(i64, Uuid)> = Vec::new();
        for kind in kinds {
            let of_kind = gesture::Entity::find()
                .select_only()
                .columns([Column::DueAt, Column::Id])
                .filter(Column::Kind.eq(kind.as_str()))
                .filter(Column::Promised.eq(promised))
                .filter(fits(wish))
                .filter(Column::Id.is_not_in(taken.iter().map(|id| id.0)))
                .filter(not_paused(pauses))
                .filter(Column::DueAt.lt(late_before(wish.at).as_microsecond()))
                .order_by_asc(Column::DueAt)
                .order_by_asc(Column::Id)
                .limit(u64::from(wish.limit));
            found.extend(of_kind.into_tuple::<(i64, Uuid)>().all(db).await?);
        }
        found.sort_unstable();
        late.extend(found.into_iter().map(|(_, id)| GestureId(id)));
    }
    late.truncate(limit);
    Ok(late)
}

/// Those that nobody else has locked; on PostgreSQL they are locked with their households, in the way of all that is
/// picked.
async fn held(db: &impl ConnectionTrait, found: Vec<GestureId>) -> Result<Vec<GestureId>, StoreError> {
    if db.get_database_backend() != DbBackend::Postgres || found.is_empty() {
        return Ok(found);
    }
    let ids = gesture::Entity::find()
        .select_only()
        .column(gesture::Column::Id)
        .filter(gesture::Column::Id.is_in(found.iter().map(|id| id.0)));
    let free: Vec<Uuid> = locked(ids).into_tuple().all(db).await?;
    Ok(found.into_iter().filter(|id| free.contains(&id.0)).collect())
}

/// How many were given out in a minute; its row is held until the transaction ends.
async fn given_out(db: &impl ConnectionTrait, minute: i64) -> Result<u32, StoreError> {
    let row = catch_up::ActiveModel { minute: Set(minute), given: Set(0) };
    let missing = catch_up::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    match missing.try_insert().exec_without_returning(db).await? {
        TryInsertResult::Inserted(_) | TryInsertResult::Conflicted | TryInsertResult::Empty => {}
    }
    let given: Option<i64> = catch_up::Entity::find_by_id(minute)
        .select_only()
        .column(catch_up::Column::Given)
        .lock_exclusive()
        .into_tuple()
        .one(db)
        .await?;
    Ok(u32::try_from(given.unwrap_or(0)).unwrap_or(u32::MAX))
}

/// Forgets the minutes before an hour ago.
pub(super) async fn forget(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    let old = now.as_second().div_euclid(60) - 60;
    let gone = catch_up::Entity::delete_many().filter(catch_up::Column::Minute.lt(old)).exec(db).await?;
    Ok(gone.rows_affected)
}
