//! What time has made due: bounded pages of ids for the scheduler, and housekeeping.

use super::{
    Catalog, Store, catch_up, constant, due,
    entity::{customer_summary, gesture, idempotency_key, interaction, rule},
    error::StoreError,
};
use crate::domain::{
    gesture::{GestureState, Reason},
    ids::{CustomerId, GestureId, InteractionId, LocationId},
    interaction::InteractionState,
    location::Location,
    rule::RuleState,
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

impl Store {
    /// Open visits whose expected end has come, or that were open for longer than `default` without one; the oldest
    /// first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn visits_to_close(
        &self,
        now: Timestamp,
        default: SignedDuration,
        limit: u32,
    ) -> Result<Vec<InteractionId>, StoreError> {
        use interaction::{Column, Entity};
        let begun_before = now.saturating_sub(default).unwrap_or(now).as_microsecond();
        let over = Condition::any()
            .add(Column::ExpectedEnd.lte(now.as_microsecond()))
            .add(Condition::all().add(Column::ExpectedEnd.is_null()).add(Column::StartAt.lte(begun_before)));
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(constant::is(Column::State, InteractionState::Open.as_str()))
            .filter(over)
            .order_by_asc(Column::StartAt)
            .order_by_asc(Column::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(InteractionId).collect())
    }

    /// Gestures whose lease has lapsed; the longest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn lapsed_leases(&self, now: Timestamp, limit: u32) -> Result<Vec<GestureId>, StoreError> {
        use gesture::Column;
        let leased = [GestureState::Claimed.as_str(), GestureState::Delivering.as_str()];
        let lapsed = Condition::all()
            .add(constant::is_one_of(Column::State, leased))
            .add(Column::LeaseUntil.lte(now.as_microsecond()))
            // What a batch has on its way is the batch's own care.
            .add(Column::BatchId.is_null());
        self.gesture_ids(lapsed, Column::LeaseUntil, limit).await
    }

    /// Gestures whose deadline has passed before anybody began them, promises among them, and that nobody is doing; the
    /// longest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn overdue_gestures(&self, now: Timestamp, limit: u32) -> Result<Vec<GestureId>, StoreError> {
        use gesture::Column;
        let waiting = [GestureState::Scheduled.as_str(), GestureState::Held.as_str()];
        let overdue = Condition::all()
            .add(constant::is_one_of(Column::State, waiting))
            .add(Column::DeadlineAt.lte(now.as_microsecond()))
            .add(due::not_taken(now));
        self.gesture_ids(overdue, Column::DeadlineAt, limit).await
    }

    /// Has what is late and rests be offered again whose hours have begun, at most `limit`; returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn wake_late(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.keep_house(move |tx| Box::pin(catch_up::wake(tx, now, limit))).await
    }

    /// Customers who have to be looked at because a day is near or they have gone silent; the longest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customers_to_look_at(&self, now: Timestamp, limit: u32) -> Result<Vec<CustomerId>, StoreError> {
        use customer_summary::{Column, Entity};
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::CustomerId)
            .filter(Column::LookAt.lte(now.as_microsecond()))
            .order_by_asc(Column::LookAt)
            .order_by_asc(Column::CustomerId)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(CustomerId).collect())
    }

    /// Gestures that wait although their rule is retired, or are on their way and would be tried again.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn waiting_gestures_of_retired_rules(&self, limit: u32) -> Result<Vec<GestureId>, StoreError> {
        use gesture::Column;
        let waiting = [GestureState::Scheduled.as_str(), GestureState::Held.as_str(), GestureState::Claimed.as_str()];
        let retired: Vec<String> = rule::Entity::find()
            .select_only()
            .column(rule::Column::Id)
            .filter(rule::Column::State.eq(RuleState::Retired.as_str()))
            .into_tuple()
            .all(self.reader())
            .await?;
        if retired.is_empty() {
            return Ok(Vec::new());
        }
        let under_way = [GestureState::Delivering.as_str(), GestureState::Uncertain.as_str()];
        let untold =
            Condition::any().add(Column::Reason.is_null()).add(Column::Reason.ne(Reason::RuleRetired.as_str()));
        let may_leave = Condition::any()
            .add(constant::is_one_of(Column::State, waiting))
            .add(Condition::all().add(constant::is_one_of(Column::State, under_way)).add(untold));
        let theirs = Condition::all().add(Column::RuleId.is_in(retired)).add(may_leave);
        self.gesture_ids(theirs, Column::DueAt, limit).await
    }

    /// Calls that wait for room and are offered a place on an earlier day, location by location, the most urgent first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn offered_calls(&self, limit: u32) -> Result<Vec<GestureId>, StoreError> {
        let catalog = self.catalog().await?;
        self.planned_at_each_before(
            &catalog,
            |location| (!location.settings.call_capacity.is_empty()).then_some(0),
            limit,
        )
        .await
    }

    /// Gestures that wait although what they were planned by does not hold any more; place by place.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn outdated_gestures(&self, limit: u32) -> Result<Vec<GestureId>, StoreError> {
        let catalog = self.catalog().await?;
        let since = catalog.planning_revision;
        self.planned_at_each_before(&catalog, |location| Some(since.max(location.planned_since)), limit).await
    }

    /// What was planned at each location before a revision, location by location.
    async fn planned_at_each_before(
        &self,
        catalog: &Catalog,
        since: impl Fn(&Location) -> Option<i64>,
        limit: u32,
    ) -> Result<Vec<GestureId>, StoreError> {
        let mut locations: Vec<_> = catalog.locations.values().collect();
        locations.sort_by(|a, b| a.id.cmp(&b.id));
        let mut found = Vec::new();
        for location in locations {
            let missing = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            if missing == 0 {
                break;
            }
            let Some(since) = since(location) else { continue };
            found.extend(
                self.gesture_ids(planned_before(&location.id, since), gesture::Column::PlannedBy, missing).await?,
            );
        }
        Ok(found)
    }

    async fn gesture_ids(
        &self,
        condition: Condition,
        order: gesture::Column,
        limit: u32,
    ) -> Result<Vec<GestureId>, StoreError> {
        let ids: Vec<Uuid> = gesture::Entity::find()
            .select_only()
            .column(gesture::Column::Id)
            .filter(condition)
            .order_by_asc(order)
            .order_by_asc(gesture::Column::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(GestureId).collect())
    }

    /// Forgets request keys whose time has passed, at most `limit`; returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn forget_request_keys(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        use idempotency_key::{Column, Entity};
        self.keep_house(move |tx| {
            Box::pin(async move {
                let expired = Entity::find()
                    .filter(Column::ExpiresAt.lte(now.as_microsecond()))
                    .order_by_asc(Column::ExpiresAt)
                    .limit(u64::from(limit))
                    .all(tx)
                    .await?;
                let mut forgotten = 0;
                for scope in by_scope(expired) {
                    let gone = Condition::all().add(Column::Scope.eq(scope.0)).add(Column::Key.is_in(scope.1));
                    forgotten += Entity::delete_many().filter(gone).exec(tx).await?.rows_affected;
                }
                catch_up::forget(tx, now).await?;
                Ok(forgotten)
            })
        })
        .await
    }
}

/// Waits at a location since before a revision of the catalogue.
fn planned_before(location: &LocationId, since: i64) -> Condition {
    use gesture::Column;
    let waiting = [GestureState::Scheduled.as_str(), GestureState::Held.as_str()];
    Condition::all()
        .add(constant::is_one_of(Column::State, waiting))
        .add(Column::LocationId.eq(location.as_str()))
        .add(Column::PlannedBy.lt(since))
}

fn by_scope(keys: Vec<idempotency_key::Model>) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut scopes: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for key in keys {
        scopes.entry(key.scope).or_default().push(key.key);
    }
    scopes
}
