//! Pauses, read and written.

use super::{
    CatalogWrite, Store,
    entity::pause::{Column, Entity, Model},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows::catalog as rows,
    write::{insert, update},
};
use crate::domain::{
    ids::PauseId,
    pause::{Pause, PauseBook},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

impl Store {
    /// A page of the pauses, oldest first, with or without those that were ended.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_pauses(&self, ended: bool, page: &PageRequest) -> Result<Page<Pause>, StoreError> {
        let mut query = Entity::find();
        if !ended {
            query = query.filter(Column::ResumedAt.is_null());
        }
        let columns = (Column::PausedAt, Column::Id);
        let found = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        Page::cut(found, page.size, |row: &Model| Cursor::uuid(row.paused_at, row.id)).try_map(rows::pause_from_row)
    }
}

impl CatalogWrite {
    /// A pause.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn pause(&self, id: PauseId) -> Result<Option<Pause>, StoreError> {
        let row = Entity::find_by_id(id.0).one(&self.tx).await?;
        row.map(rows::pause_from_row).transpose()
    }

    /// How many pauses hold.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn pauses_holding(&self) -> Result<u64, StoreError> {
        Ok(Entity::find().filter(Column::ResumedAt.is_null()).count(&self.tx).await?)
    }

    /// Adds a pause.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is there already.
    pub async fn add_pause(&self, pause: &Pause) -> Result<(), StoreError> {
        self.touch();
        insert::<Entity, _>(&self.tx, vec![rows::pause_to_row(pause)]).await
    }

    /// Writes a pause over the one that is there.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_pause(&self, pause: &Pause) -> Result<(), StoreError> {
        self.touch();
        update::<Entity, _>(&self.tx, vec![rows::pause_to_row(pause)]).await
    }
}

/// The pauses that hold.
pub(super) async fn holding(db: &impl ConnectionTrait) -> Result<PauseBook, StoreError> {
    let rows = Entity::find().filter(Column::ResumedAt.is_null()).all(db).await?;
    let pauses = rows.into_iter().map(rows::pause_from_row).collect::<Result<Vec<_>, _>>()?;
    Ok(PauseBook::new(pauses))
}
