//! Cases, read.

use super::{
    Store, constant,
    customers::not_of_discreet,
    entity::case::{Column, Entity},
    error::StoreError,
    filter::List,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    case::{Case, CaseState},
    filter::Filter,
    ids::{CaseId, CustomerId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

impl Store {
    /// A case.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn case(&self, id: CaseId) -> Result<Option<Case>, StoreError> {
        let row = Entity::find_by_id(id.0).one(self.reader()).await?;
        row.map(rows::cases::from_row).transpose()
    }

    /// The oldest open case of a customer.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn open_case(&self, customer: CustomerId) -> Result<Option<Case>, StoreError> {
        let row = Entity::find()
            .filter(Column::CustomerId.eq(customer.0))
            .filter(constant::is(Column::State, CaseState::Open.as_str()))
            .order_by_asc(Column::OpenedAt)
            .order_by_asc(Column::Id)
            .limit(1)
            .one(self.reader())
            .await?;
        row.map(rows::cases::from_row).transpose()
    }

    /// A page of the cases that a filter selects, newest first; those of discreet customers only `with_discreet`.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_cases(
        &self,
        filter: &Filter,
        with_discreet: bool,
        page: &PageRequest,
    ) -> Result<Page<Case>, StoreError> {
        let query = Entity::find()
            .filter(List::Cases.condition(filter)?)
            .apply_if((!with_discreet).then_some(Column::CustomerId), not_of_discreet);
        let columns = (Column::OpenedAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Down, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.opened_at, row.id)).try_map(rows::cases::from_row)
    }
}
