//! Journeys and touchpoints, read and written.

use super::{
    CatalogWrite, Store,
    entity::{journey, touchpoint},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows::journeys as rows,
    write::{insert, update},
};
use crate::domain::{
    ids::{JourneyId, TouchpointId},
    journey::{Journey, MapState, Touchpoint},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

impl Store {
    /// A journey.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn journey(&self, id: &JourneyId) -> Result<Option<Journey>, StoreError> {
        let row = journey::Entity::find_by_id(id.as_str()).one(self.reader()).await?;
        row.map(rows::journey_from_row).transpose()
    }

    /// A page of the journeys, oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_journeys(&self, retired: bool, page: &PageRequest) -> Result<Page<Journey>, StoreError> {
        let columns = (journey::Column::CreatedAt, journey::Column::Id);
        let mut query = journey::Entity::find();
        if !retired {
            query = query.filter(journey::Column::State.eq(MapState::Active.as_str()));
        }
        let found = paging::read(self.reader(), query, columns, Key::Slug, Direction::Up, page).await?;
        Page::cut(found, page.size, |row| Cursor { order: row.created_at, id: row.id.clone() })
            .try_map(rows::journey_from_row)
    }

    /// A touchpoint.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn touchpoint(&self, id: &TouchpointId) -> Result<Option<Touchpoint>, StoreError> {
        let row = touchpoint::Entity::find_by_id(id.as_str()).one(self.reader()).await?;
        row.map(rows::touchpoint_from_row).transpose()
    }

    /// A page of the touchpoints of one journey, or of all, oldest first, with or without the retired ones.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_touchpoints(
        &self,
        journey: Option<&JourneyId>,
        retired: bool,
        page: &PageRequest,
    ) -> Result<Page<Touchpoint>, StoreError> {
        let columns = (touchpoint::Column::CreatedAt, touchpoint::Column::Id);
        let mut query = touchpoint::Entity::find();
        if let Some(journey) = journey {
            query = query.filter(touchpoint::Column::JourneyId.eq(journey.as_str()));
        }
        if !retired {
            query = query.filter(touchpoint::Column::State.eq(MapState::Active.as_str()));
        }
        let found = paging::read(self.reader(), query, columns, Key::Slug, Direction::Up, page).await?;
        Page::cut(found, page.size, |row| Cursor { order: row.created_at, id: row.id.clone() })
            .try_map(rows::touchpoint_from_row)
    }
}

impl CatalogWrite {
    /// A journey.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn journey(&self, id: &JourneyId) -> Result<Option<Journey>, StoreError> {
        let row = journey::Entity::find_by_id(id.as_str()).one(&self.tx).await?;
        row.map(rows::journey_from_row).transpose()
    }

    /// How many journeys are in use.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn journeys_in_use(&self) -> Result<u64, StoreError> {
        let in_use = journey::Entity::find().filter(journey::Column::State.eq(MapState::Active.as_str()));
        Ok(in_use.count(&self.tx).await?)
    }

    /// Adds a journey.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is there already.
    pub async fn add_journey(&self, journey: &Journey) -> Result<(), StoreError> {
        self.touch();
        insert::<journey::Entity, _>(&self.tx, vec![rows::journey_to_row(journey)?]).await
    }

    /// Writes a journey over the one that is there.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_journey(&self, journey: &Journey) -> Result<(), StoreError> {
        self.touch();
        update::<journey::Entity, _>(&self.tx, vec![rows::journey_to_row(journey)?]).await
    }

    /// A touchpoint.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn touchpoint(&self, id: &TouchpointId) -> Result<Option<Touchpoint>, StoreError> {
        let row = touchpoint::Entity::find_by_id(id.as_str()).one(&self.tx).await?;
        row.map(rows::touchpoint_from_row).transpose()
    }

    /// All touchpoints of a journey, retired ones too, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn touchpoints_of(&self, journey: &JourneyId) -> Result<Vec<Touchpoint>, StoreError> {
        let of_journey = touchpoint::Entity::find().filter(touchpoint::Column::JourneyId.eq(journey.as_str()));
        let ordered = of_journey.order_by_asc(touchpoint::Column::CreatedAt).order_by_asc(touchpoint::Column::Id);
        ordered.all(&self.tx).await?.into_iter().map(rows::touchpoint_from_row).collect()
    }

    /// How many touchpoints are in use.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn touchpoints_in_use(&self) -> Result<u64, StoreError> {
        let in_use = touchpoint::Entity::find().filter(touchpoint::Column::State.eq(MapState::Active.as_str()));
        Ok(in_use.count(&self.tx).await?)
    }

    /// When the newest touchpoint was made, whatever its journey.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn newest_touchpoint_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let newest = touchpoint::Entity::find().order_by_desc(touchpoint::Column::CreatedAt).one(&self.tx).await?;
        newest.map(|row| rows::touchpoint_from_row(row).map(|touchpoint| touchpoint.created_at)).transpose()
    }

    /// Adds a touchpoint.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is there already.
    pub async fn add_touchpoint(&self, touchpoint: &Touchpoint) -> Result<(), StoreError> {
        self.touch();
        insert::<touchpoint::Entity, _>(&self.tx, vec![rows::touchpoint_to_row(touchpoint)?]).await
    }

    /// Writes a touchpoint over the one that is there.
    ///
    /// # Errors
    /// [`StoreError`] when the database refuses.
    pub async fn put_touchpoint(&self, touchpoint: &Touchpoint) -> Result<(), StoreError> {
        self.touch();
        update::<touchpoint::Entity, _>(&self.tx, vec![rows::touchpoint_to_row(touchpoint)?]).await
    }
}
