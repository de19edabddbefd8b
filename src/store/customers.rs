//! Customers, read.

use super::{
    Store,
    chunk::lists,
    entity::{customer, customer_identifier, customer_summary, merge},
    error::StoreError,
    filter::List,
    load,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    customer::{Customer, CustomerStatus, IdentifierKey},
    filter::Filter,
    ids::CustomerId,
    summary::Summary,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Query},
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

impl Store {
    /// These customers, by the ids they were asked for; the one of whose record it is part, for a record that was
    /// merged.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customers(&self, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>, StoreError> {
        let mut found: HashMap<CustomerId, Customer> = HashMap::new();
        let mut wanted: BTreeSet<Uuid> = ids.iter().map(|id| id.0).collect();
        while !wanted.is_empty() {
            let read = load::customers(self.reader(), &wanted).await?;
            wanted = read.iter().filter_map(|customer| customer.merged_into).map(|into| into.0).collect();
            found.extend(read.into_iter().map(|customer| (customer.id, customer)));
            wanted.retain(|into| !found.contains_key(&CustomerId(*into)));
        }
        let survivor = |id: &CustomerId| {
            let mut survivor = found.get(id)?;
            while let Some(into) = survivor.merged_into {
                survivor = found.get(&into)?;
            }
            Some((*id, survivor.clone()))
        };
        Ok(ids.iter().filter_map(survivor).collect())
    }

    /// A customer; the one of whose record it is part, for a record that was merged.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.customers(&[id]).await?.remove(&id))
    }

    /// The records that are part of those of these customers, in the order in which they were merged.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn parts_of(&self, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<CustomerId>>, StoreError> {
        use merge::{Column, Entity};
        let mut parts: HashMap<_, Vec<_>> = HashMap::new();
        for list in lists(ids.iter().map(|id| id.0)) {
            let standing = Entity::find()
                .filter(Column::SurvivorId.is_in(list))
                .filter(Column::UndoneAt.is_null())
                .order_by_asc(Column::At)
                .order_by_asc(Column::Id);
            for row in standing.all(self.reader()).await? {
                parts.entry(CustomerId(row.survivor_id)).or_default().push(CustomerId(row.duplicate_id));
            }
        }
        Ok(parts)
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

    /// A page of the customers that a filter selects, newest first. A record that is part of another is none of them,
    /// nor is one that was erased; discreet ones are, where the caller may come across them.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_customers(
        &self,
        filter: &Filter,
        with_discreet: bool,
        page: &PageRequest,
    ) -> Result<Page<Customer>, StoreError> {
        let query = customer::Entity::find()
            .apply_if((!with_discreet).then_some(()), |query, ()| query.filter(customer::Column::Discreet.eq(false)))
            .filter(
                customer::Column::Status
                    .is_not_in([CustomerStatus::Merged, CustomerStatus::Erased].map(CustomerStatus::as_str)),
            )
            .filter(List::Customers.condition(filter)?);
        let columns = (customer::Column::CreatedAt, customer::Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Down, page).await?;
        let Page { items, next } = Page::cut(rows, page.size, |row| Cursor::uuid(row.created_at, row.id));
        let ids: Vec<_> = items.into_iter().map(|row| CustomerId(row.id)).collect();
        let mut found = self.customers(&ids).await?;
        Ok(Page { items: ids.iter().filter_map(|id| found.remove(id)).collect(), next })
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

/// Leaves out of a list what concerns discreet customers, for who may not come across them (4.1).
pub(super) fn not_of_discreet<E: EntityTrait>(list: Select<E>, concerns: E::Column) -> Select<E> {
    let discreet = Query::select()
        .expr(Expr::val(1))
        .from(customer::Entity)
        .and_where(Expr::col((customer::Entity, customer::Column::Id)).equals(concerns.as_column_ref()))
        .and_where(customer::Column::Discreet.eq(true))
        .take();
    list.filter(Expr::exists(discreet).not())
}
