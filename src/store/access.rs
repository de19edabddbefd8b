//! API keys, staff and their tries to sign in, read and written.

use super::{
    CatalogWrite, Store, chunk,
    entity::{api_key, case, event, gesture, interaction, pin_try, staff},
    error::StoreError,
    instance,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows::{access as rows, ledger::event_to_row},
    write::{insert, insert_missing, update},
};
use crate::domain::{
    access::{AccessBook, ApiKey, StaffMember, pause_after},
    ids::{ApiKeyId, CaseId, GestureId, InteractionId, LocationId, StaffId},
    world::Event,
};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use std::collections::BTreeSet;

impl Store {
    /// A key, also a revoked one.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let row = api_key::Entity::find_by_id(id.0).one(self.reader()).await?;
        row.map(rows::key_from_row).transpose()
    }

    /// A page of the keys, oldest first, with or without the revoked ones.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_api_keys(&self, revoked: bool, page: &PageRequest) -> Result<Page<ApiKey>, StoreError> {
        use api_key::{Column, Entity};
        let mut query = Entity::find();
        if !revoked {
            query = query.filter(Column::RevokedAt.is_null());
        }
        let columns = (Column::CreatedAt, Column::Id);
        let found = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        Page::cut(found, page.size, |row: &api_key::Model| Cursor::uuid(row.created_at, row.id))
            .try_map(rows::key_from_row)
    }

    /// A member of staff, also one who left.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn staff_member(&self, id: &StaffId) -> Result<Option<StaffMember>, StoreError> {
        let row = staff::Entity::find_by_id(id.as_str()).one(self.reader()).await?;
        row.map(rows::staff_from_row).transpose()
    }

    /// A page of the staff, oldest first, with or without those who left before `now`.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_staff(
        &self,
        left_before: Option<Timestamp>,
        page: &PageRequest,
    ) -> Result<Page<StaffMember>, StoreError> {
        use staff::{Column, Entity};
        let mut query = Entity::find();
        if let Some(now) = left_before {
            query = query.filter(Column::EndsAt.is_null().or(Column::EndsAt.gt(now.as_microsecond())));
        }
        let columns = (Column::CreatedAt, Column::Id);
        let found = paging::read(self.reader(), query, columns, Key::Slug, Direction::Up, page).await?;
        Page::cut(found, page.size, |row: &staff::Model| Cursor { order: row.created_at, id: row.id.clone() })
            .try_map(rows::staff_from_row)
    }

    /// Where these interactions, gestures and cases are: `None` if one is at no location, nothing for what is not
    /// there.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn places_of(
        &self,
        interactions: &[InteractionId],
        gestures: &[GestureId],
        cases: &[CaseId],
    ) -> Result<BTreeSet<Option<LocationId>>, StoreError> {
        let db = self.reader();
        let mut found: Vec<Option<String>> = Vec::new();
        for ids in chunk::lists(interactions.iter().map(|id| id.0)) {
            use interaction::{Column, Entity};
            let asked = Entity::find().select_only().column(Column::LocationId).filter(Column::Id.is_in(ids));
            found.extend(asked.into_tuple::<Option<String>>().all(db).await?);
        }
        for ids in chunk::lists(gestures.iter().map(|id| id.0)) {
            use gesture::{Column, Entity};
            let asked = Entity::find().select_only().column(Column::LocationId).filter(Column::Id.is_in(ids));
            found.extend(asked.into_tuple::<Option<String>>().all(db).await?);
        }
        for ids in chunk::lists(cases.iter().map(|id| id.0)) {
            use case::{Column, Entity};
            let asked = Entity::find().select_only().column(Column::LocationId).filter(Column::Id.is_in(ids));
            found.extend(asked.into_tuple::<Option<String>>().all(db).await?);
        }
        let bad = |_| StoreError::corrupt("locations", "id", "is no slug");
        found.into_iter().map(|id| id.map(|id| id.parse().map_err(bad)).transpose()).collect()
    }

    /// Notes that somebody signed in, or was refused.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn note_event(&self, event: Event) -> Result<(), StoreError> {
        self.keep_house(move |tx| {
            let row = event_to_row(&event);
            Box::pin(async move { insert::<event::Entity, _>(tx, vec![row?]).await })
        })
        .await
    }

    /// Notes when a key was used. Copies of the catalogue need not know.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn note_key_used(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        use api_key::{Column, Entity};
        self.keep_house(move |tx| {
            Box::pin(async move {
                let used = Entity::update_many().col_expr(Column::LastUsedAt, Expr::value(at.as_microsecond()));
                used.filter(Column::Id.eq(id.0)).exec(tx).await?;
                Ok(())
            })
        })
        .await
    }

    /// Counts a try to sign in *before* its PIN is looked at, so that many at once are no way round the pauses. `Err`
    /// in the reply says from when on the next may be made.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn begin_pin_try(
        &self,
        staff: StaffId,
        key: ApiKeyId,
        now: Timestamp,
    ) -> Result<Result<(), Timestamp>, StoreError> {
        self.keep_house(move |tx| {
            let staff = staff.clone();
            Box::pin(async move { begin_try(tx, &staff, key, now).await })
        })
        .await
    }

    /// Forgets the wrong tries of somebody who typed the right PIN.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn end_pin_tries(&self, staff: StaffId, key: ApiKeyId) -> Result<(), StoreError> {
        self.keep_house(move |tx| {
            let staff = staff.clone();
            Box::pin(async move {
                pin_try::Entity::delete_by_id((staff.to_string(), key.0)).exec(tx).await?;
                Ok(())
            })
        })
        .await
    }
}

async fn begin_try(
    tx: &DatabaseTransaction,
    staff: &StaffId,
    key: ApiKeyId,
    now: Timestamp,
) -> Result<Result<(), Timestamp>, StoreError> {
    use pin_try::{Column, Entity, Model};
    let first = Model { staff_id: staff.to_string(), key_id: key.0, wrong: 0, blocked_until: 0 };
    insert_missing::<Entity, _>(tx, vec![first]).await?;
    let its_row = || Column::StaffId.eq(staff.as_str()).and(Column::KeyId.eq(key.0));
    // Locks the row: of two at once, the second sees what the first has counted.
    let counted = Entity::update_many()
        .col_expr(Column::Wrong, Expr::col(Column::Wrong).add(1))
        .filter(its_row())
        .filter(Column::BlockedUntil.lte(now.as_microsecond()))
        .exec(tx)
        .await?;
    let row = Entity::find_by_id((staff.to_string(), key.0)).one(tx).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("pin_tries", "staff_id", "the row is missing"))?;
    if counted.rows_affected == 0 {
        let until = Timestamp::from_microsecond(row.blocked_until);
        return Ok(Err(until.map_err(|_| StoreError::corrupt("pin_tries", "blocked_until", "is no instant"))?));
    }
    let wrong = u32::try_from(row.wrong).unwrap_or(u32::MAX);
    let until = now.checked_add(pause_after(wrong)).unwrap_or(Timestamp::MAX);
    let blocked = Entity::update_many().col_expr(Column::BlockedUntil, Expr::value(until.as_microsecond()));
    blocked.filter(its_row()).exec(tx).await?;
    Ok(Ok(()))
}

impl CatalogWrite {
    /// 32 bytes that nobody can guess.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the system has no random numbers.
    pub fn random(&self) -> Result<[u8; 32], StoreError> {
        instance::random()
    }

    /// Whether a key was ever made.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn has_api_keys(&self) -> Result<bool, StoreError> {
        any_key(&self.tx).await
    }

    /// How many keys there are that were not revoked.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn api_keys_holding(&self) -> Result<u64, StoreError> {
        Ok(api_key::Entity::find().filter(api_key::Column::RevokedAt.is_null()).count(&self.tx).await?)
    }

    /// A key.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let row = api_key::Entity::find_by_id(id.0).one(&self.tx).await?;
        row.map(rows::key_from_row).transpose()
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is there already.
    pub async fn add_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        self.touch();
        insert::<api_key::Entity, _>(&self.tx, vec![rows::key_to_row(key)?]).await
    }

    /// Writes a key over the one that is there.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        self.touch();
        update::<api_key::Entity, _>(&self.tx, vec![rows::key_to_row(key)?]).await
    }

    /// How many members of staff there are, those who left too.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn staff_members(&self) -> Result<u64, StoreError> {
        Ok(staff::Entity::find().count(&self.tx).await?)
    }

    /// A member of staff.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn staff_member(&self, id: &StaffId) -> Result<Option<StaffMember>, StoreError> {
        let row = staff::Entity::find_by_id(id.as_str()).one(&self.tx).await?;
        row.map(rows::staff_from_row).transpose()
    }

    /// Adds a member of staff.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when they are there already.
    pub async fn add_staff(&self, member: &StaffMember) -> Result<(), StoreError> {
        self.touch();
        insert::<staff::Entity, _>(&self.tx, vec![rows::staff_to_row(member)?]).await
    }

    /// Writes a member of staff over the one that is there.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_staff(&self, member: &StaffMember) -> Result<(), StoreError> {
        self.touch();
        update::<staff::Entity, _>(&self.tx, vec![rows::staff_to_row(member)?]).await
    }
}

async fn any_key(db: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(api_key::Entity::find().limit(1).one(db).await?.is_some())
}

/// The keys that were not revoked, and the staff; their time may be over all the same.
pub(super) async fn book(db: &impl ConnectionTrait) -> Result<AccessBook, StoreError> {
    let keys = api_key::Entity::find().filter(api_key::Column::RevokedAt.is_null()).all(db).await?;
    let required = !keys.is_empty() || any_key(db).await?;
    let keys = keys.into_iter().map(rows::key_from_row).collect::<Result<Vec<_>, _>>()?;
    let staff = staff::Entity::find().all(db).await?.into_iter().map(rows::staff_from_row);
    Ok(AccessBook::new(keys, staff.collect::<Result<Vec<_>, _>>()?, required))
}
