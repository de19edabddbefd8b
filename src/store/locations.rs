//! Locations, read.

use super::{
    Store,
    entity::location::{Column, Entity},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{ids::LocationId, location::Location};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

impl Store {
    /// A location.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn location(&self, id: &LocationId) -> Result<Option<Location>, StoreError> {
        let row = Entity::find_by_id(id.as_str()).one(self.reader()).await?;
        row.map(rows::catalog::location_from_row).transpose()
    }

    /// The locations among these that exist, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn locations(&self, ids: &[LocationId]) -> Result<Vec<Location>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for list in super::chunk::lists(ids.iter().map(|id| id.as_str())) {
            found.extend(Entity::find().filter(Column::Id.is_in(list)).all(self.reader()).await?);
        }
        found.into_iter().map(rows::catalog::location_from_row).collect()
    }

    /// A page of all locations, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_locations(&self, page: &PageRequest) -> Result<Page<Location>, StoreError> {
        let columns = (Column::CreatedAt, Column::Id);
        let rows = paging::read(self.reader(), Entity::find(), columns, Key::Slug, Direction::Up, page).await?;
        Page::cut(rows, page.size, |row| Cursor { order: row.created_at, id: row.id.clone() })
            .try_map(rows::catalog::location_from_row)
    }
}
