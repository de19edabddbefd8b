//! After a standstill: what is late leaves at a bounded rate, the oldest promises first.
//!
//! The rate is kept in one row for each minute, so that it holds for all replicas together. Whoever gives out what is
//! late holds that row until the transaction ends; as long as nothing is late, nobody looks at it.
//!
//! What is late and was offered outside its hours rests, out of the way of all that may leave now, until they begin.

use super::{
    due::{fits, locked, not_paused},
    entity::{catch_up, gesture},
    error::StoreError,
};
use crate::domain::{
    gesture::{GestureKind, GestureState},
    ids::GestureId,
    limits::LATE_AFTER,
    pause::PauseBook,
    world::Due,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Statement,
    TryInsertResult,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is due before this instant is late.
pub(super) fn late_before(now: Timestamp) -> Timestamp {
    now.checked_sub(LATE_AFTER).unwrap_or(Timestamp::MIN)
}

/// The late gestures that fit a wish and are not `taken`, promises first, then by due time; as many as may still leave
/// in this minute. They are counted as given out.
pub(super) async fn reserve(
    db: &impl ConnectionTrait,
    wish: &Due,
    taken: &BTreeSet<GestureId>,
    pauses: &PauseBook,
    per_minute: u32,
) -> Result<Vec<GestureId>, StoreError> {
    let lanes = late_lanes(db, wish).await?;
    let one = Due { limit: 1, ..wish.clone() };
    // As long as nothing is late, nobody waits for the row.
    if lanes.is_empty() || candidates(db, &lanes, &one, taken, pauses).await?.is_empty() {
        return Ok(Vec::new());
    }
    let minute = wish.at.as_second().div_euclid(60);
    let left = per_minute.saturating_sub(given_out(db, minute).await?);
    let wish = Due { limit: Ord::min(left, wish.limit), ..wish.clone() };
    let found = candidates(db, &lanes, &wish, taken, pauses).await?;
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

/// A kind, and whether it was promised: the index of what is late has them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LateLane {
    kind: GestureKind,
    promised: bool,
}

/// The lanes of a wish, promises first.
pub(super) fn lanes(wish: &Due) -> Vec<LateLane> {
    let kinds = if wish.kinds.is_empty() { GestureKind::ALL } else { &wish.kinds };
    let of = |promised| kinds.iter().map(move |kind| LateLane { kind: *kind, promised });
    of(true).chain(of(false)).collect()
}

/// The lanes in which anything is late: one statement, which looks into the index once for each.
async fn late_lanes(db: &impl ConnectionTrait, wish: &Due) -> Result<Vec<LateLane>, StoreError> {
    let lanes = lanes(wish);
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), oldest_sql(&lanes))).await?;
    let late_before = late_before(wish.at).as_microsecond();
    let mut late = Vec::new();
    for row in rows {
        let oldest: Option<i64> = row.try_get("", "oldest")?;
        let place: i32 = row.try_get("", "lane")?;
        let lane = usize::try_from(place).ok().and_then(|place| lanes.get(place));
        late.extend(lane.copied().map(|lane| (place, lane)).filter(|_| oldest.is_some_and(|at| at < late_before)));
    }
    // The rows of a union come in no order that anybody promises.
    late.sort_unstable_by_key(|(place, _)| *place);
    Ok(late.into_iter().map(|(_, lane)| lane).collect())
}

/// Holds names of the program's own, and nothing of a caller's.
pub(super) fn oldest_sql(lanes: &[LateLane]) -> String {
    let state = GestureState::Scheduled;
    let one = |(place, LateLane { kind, promised }): (usize, &LateLane)| {
        format!(
            "SELECT {place} AS lane, MIN(due_at) AS oldest FROM gestures WHERE state = '{state}' \
             AND batch_id IS NULL AND NOT with_person AND rests_until IS NULL AND kind = '{kind}' \
             AND promised = {promised}"
        )
    };
    lanes.iter().enumerate().map(one).collect::<Vec<_>>().join(" UNION ALL ")
}

/// What is late in these lanes and fits a wish, promises first, then by due time. Lane by lane, so that a backlog of
/// notes does not slow who asks for calls.
async fn candidates(
    db: &impl ConnectionTrait,
    lanes: &[LateLane],
    wish: &Due,
    taken: &BTreeSet<GestureId>,
    pauses: &PauseBook,
) -> Result<Vec<GestureId>, StoreError> {
    use gesture::Column;
    let mut found: Vec<(bool, i64, Uuid)> = Vec::new();
    for LateLane { kind, promised } in lanes {
        let of_lane = gesture::Entity::find()
            .select_only()
            .columns([Column::DueAt, Column::Id])
            .filter(Column::Kind.eq(kind.as_str()))
            .filter(Column::Promised.eq(*promised))
            .filter(fits(wish))
            .filter(Column::Id.is_not_in(taken.iter().map(|id| id.0)))
            .filter(not_paused(pauses))
            .filter(Column::DueAt.lt(late_before(wish.at).as_microsecond()))
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(u64::from(wish.limit));
        let rows = of_lane.into_tuple::<(i64, Uuid)>().all(db).await?;
        found.extend(rows.into_iter().map(|(due_at, id)| (!promised, due_at, id)));
    }
    found.sort_unstable();
    found.truncate(usize::try_from(wish.limit).unwrap_or(usize::MAX));
    Ok(found.into_iter().map(|(_, _, id)| GestureId(id)).collect())
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

/// Has what rests be offered again whose hours have begun, at most so many: promises first, then by due time. Those
/// that somebody has locked wait for the next time.
pub(super) async fn wake(db: &impl ConnectionTrait, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    use gesture::Column;
    let mut rested = gesture::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::RestsUntil.lte(now.as_microsecond()))
        .order_by_asc(Column::RestsUntil)
        .order_by_desc(Column::Promised)
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(u64::from(limit));
    if db.get_database_backend() == DbBackend::Postgres {
        rested = rested.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let woken = gesture::Entity::update_many()
        .col_expr(Column::RestsUntil, Expr::value(None::<i64>))
        .filter(Column::Id.in_subquery(rested.into_query()))
        .exec(db)
        .await?;
    Ok(woken.rows_affected)
}

/// Forgets the minutes before an hour ago.
pub(super) async fn forget(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    let old = now.as_second().div_euclid(60) - 60;
    let gone = catch_up::Entity::delete_many().filter(catch_up::Column::Minute.lt(old)).exec(db).await?;
    Ok(gone.rows_affected)
}
