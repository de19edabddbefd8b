//! How many calls are planned at a location, counted so that nobody else plans some meanwhile.

use crate::{
    domain::{
        capacity::{CallDay, Calls},
        gesture::{GestureState, Reason},
        ids::LocationId,
        world::World,
    },
    store::{entity::gesture, error::StoreError, rows},
};
use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement};

/// Counts the calls of a location from a day on, by role and day.
///
/// On PostgreSQL those who ask for the same location take turns until their transaction ends. They may hold households
/// then; whoever waits in a circle for that is tried again by the queue.
pub(super) async fn planned(
    db: &impl ConnectionTrait,
    world: &mut World,
    location: LocationId,
    from: Date,
) -> Result<(), StoreError> {
    if db.get_database_backend() == DbBackend::Postgres {
        let hash = blake3::hash(format!("calls at {location}").as_bytes());
        let key = i64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"));
        let sql = "SELECT pg_advisory_xact_lock($1)";
        db.query_all_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [key.into()])).await?;
    }
    use gesture::{Column, Entity};
    let idle = [
        GestureState::Held,
        GestureState::Suppressed,
        GestureState::Cancelled,
        GestureState::Expired,
        GestureState::Failed,
    ];
    let has_a_place = Condition::any()
        .add(Column::Reason.is_null())
        .add(Column::Reason.ne(Reason::CallCapacity.as_str()))
        .add(Column::State.ne(GestureState::Scheduled.as_str()));
    let rows: Vec<(String, String, i64)> = Entity::find()
        .select_only()
        .columns([Column::Role, Column::CallDay])
        .column_as(Column::Id.count(), "calls")
        .filter(Column::LocationId.eq(location.as_str()))
        .filter(Column::CallDay.gte(from.to_string()))
        .filter(Column::State.is_not_in(idle.map(|state| state.as_str())))
        .filter(has_a_place)
        .group_by(Column::Role)
        .group_by(Column::CallDay)
        .into_tuple()
        .all(db)
        .await?;
    for (role, day, calls) in rows {
        let day = rows::time::day("gestures", "call_day", &day)?;
        let key = CallDay { location: location.clone(), role, day };
        world.calls.load(key, Calls(u32::try_from(calls).unwrap_or(u32::MAX)));
    }
    world.calls_known.insert(location);
    Ok(())
}
