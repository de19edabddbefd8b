//! A place for a call that became free is offered to those who wait for one.

use super::{constant, entity::gesture, error::StoreError};
use crate::domain::{
    capacity::CallDay,
    gesture::{GestureState, Reason},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType},
};

/// How many are asked: whom the first does not suit, whose hours forbid the day, leaves it to the next.
const ASKED: u64 = 5;

/// Has the most urgent of those who wait for room on this day, planned for a later one or for none, planned again: they
/// count as planned before all revisions, the most urgent first. Whom somebody has locked is passed over, so that
/// nobody waits in a circle (PostgreSQL).
pub(super) async fn offer(db: &impl ConnectionTrait, day: &CallDay) -> Result<(), StoreError> {
    use gesture::Column;
    let later = Column::CallDay.gt(day.day.to_string());
    let mut waiting = gesture::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(constant::is(Column::State, GestureState::Scheduled.as_str()))
        .filter(Column::LocationId.eq(day.location.as_str()))
        .filter(Column::Role.eq(day.role.as_str()))
        .filter(Column::CallWanted.lte(day.day.to_string()))
        .filter(later.or(Column::CallDay.eq(day.day.to_string()).and(Column::Reason.eq(Reason::CallCapacity.as_str()))))
        .order_by_desc(Column::Priority)
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(ASKED);
    if db.get_database_backend() == DbBackend::Postgres {
        waiting = waiting.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    gesture::Entity::update_many()
        .col_expr(Column::PlannedBy, Expr::cust("-1 - priority"))
        .filter(Column::Id.in_subquery(waiting.into_query()))
        .exec(db)
        .await?;
    Ok(())
}
