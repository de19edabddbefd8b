//! Goes through customers who were there before they could be found by their words, or whose words were made by an
//! older version of the code.

use super::keep::{Entry, Over, write};
use crate::{
    domain::identity::terms::VERSION,
    store::{
        Store,
        entity::{customer, search_progress},
        error::StoreError,
        load,
    },
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Store {
    /// Makes a page of customers be found by their words who are not yet; returns how many, `None` once all are.
    /// Whoever is made or changed meanwhile is found at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn fill_search(&self, page: u32) -> Result<Option<u64>, StoreError> {
        let progress = search_progress::Entity::find_by_id(1).one(self.reader()).await?;
        if progress.is_some_and(|progress| progress.done && progress.version >= VERSION) {
            return Ok(None);
        }
        self.keep_house(move |tx| Box::pin(next_page(tx, page))).await
    }
}

async fn next_page(tx: &DatabaseTransaction, page: u32) -> Result<Option<u64>, StoreError> {
    use customer::{Column, Entity};
    // Two who fill take turns here.
    let progress = search_progress::Entity::find_by_id(1).lock_exclusive().one(tx).await?;
    let Some(progress) = progress.filter(|progress| !(progress.done && progress.version >= VERSION)) else {
        return Ok(None);
    };
    let reached = progress.reached.filter(|_| progress.version == VERSION);
    let mut next = Entity::find().select_only().column(Column::Id).order_by_asc(Column::Id).limit(u64::from(page));
    if let Some(reached) = reached {
        next = next.filter(Column::Id.gt(reached));
    }
    let ids: Vec<Uuid> = next.into_tuple().all(tx).await?;
    let customers = load::customers(tx, &ids.iter().copied().collect::<BTreeSet<_>>()).await?;
    write(tx, customers.iter().map(Entry::of).collect(), Over::Older).await?;

    let mut now = progress.into_active_model();
    now.version = Set(VERSION);
    now.reached = Set(ids.last().copied().or(reached));
    now.done = Set(ids.len() < page as usize);
    now.update(tx).await?;
    Ok(Some(ids.len() as u64))
}
