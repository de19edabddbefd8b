//! Customers, read.

use super::{
    Store,
    chunk::lists,
    entity::{customer, customer_identifier, customer_summary},
    error::StoreError,
    filter::List,
    load,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    customer::{Customer, IdentifierKey},
    filter::Filter,
    ids::CustomerId,
    summary::Summary,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

impl Store {
    /// The customers among these that exist, in the order given. One that was merged is returned as it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customers(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        let wanted: BTreeSet<Uuid> = ids.iter().map(|id| id.0).collect();
        let found = load::customers(self.reader(), &wanted).await?;
        let mut by_id: HashMap<_, _> = found.into_iter().map(|customer| (customer.id, customer)).collect();
        Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
    }

    /// A customer. One that was merged is returned as it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.customers(&[id]).await?.pop())
    }

    /// Who has this identifier, in no particular order; at most 20.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customers_with(&self, key: &IdentifierKey) -> Result<Vec<CustomerId>, StoreError> {
        use customer_identifier::{Column, Entity};
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::CustomerId)
            .distinct()
            .filter(Column::Kind.eq(key.kind.as_str()))
            .filter(Column::System.eq(key.system.as_str()))
            .filter(Column::Normalized.eq(key.normalized.as_str()))
            .limit(20)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(CustomerId).collect())
    }

    /// A page of the customers that a filter selects, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_customers(&self, filter: &Filter, page: &PageRequest) -> Result<Page<Customer>, StoreError> {
        let query = customer::Entity::find().filter(List::Customers.condition(filter)?);
        let columns = (customer::Column::CreatedAt, customer::Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Down, page).await?;
        let Page { items, next } = Page::cut(rows, page.size, |row| Cursor::uuid(row.created_at, row.id));
        let ids: Vec<_> = items.into_iter().map(|row| CustomerId(row.id)).collect();
        Ok(Page { items: self.customers(&ids).await?, next })
    }

    /// The summaries of these customers, as far as there are any.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn summaries(&self, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Summary>, StoreError> {
        use customer_summary::{Column, Entity};
        let mut found = HashMap::new();
        for list in lists(ids.iter().map(|id| id.0)) {
            for row in Entity::find().filter(Column::CustomerId.is_in(list)).all(self.reader()).await? {
                let summary = rows::summaries::from_row(row)?;
                found.insert(summary.customer, summary);
            }
        }
        Ok(found)
    }
}
