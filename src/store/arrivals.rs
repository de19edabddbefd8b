//! Who is at a location.

use super::{
    Store,
    chunk::lists,
    constant,
    entity::{customer, customer_summary, interaction},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    ids::{InteractionId, LocationId},
    interaction::{Interaction, InteractionKind, InteractionState},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A visit as a desk lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The visit.
    pub visit: Interaction,
    /// As the customer likes to be called; empty when not known.
    pub display_name: String,
    /// Something went wrong for them that is not put right yet.
    pub open_case: bool,
    /// Found by an exact identifier only: not for every caller's eyes.
    pub discreet: bool,
}

impl Store {
    /// A page of the visits that are open at a location, who came first first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn visits_here(&self, location: &LocationId, page: &PageRequest) -> Result<Page<Arrival>, StoreError> {
        use interaction::{Column, Entity};
        let query = Entity::find()
            .filter(constant::is(Column::State, InteractionState::Open.as_str()))
            .filter(Column::LocationId.eq(location.as_str()))
            .filter(Column::Kind.eq(InteractionKind::Visit.as_str()));
        let columns = (Column::StartAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        let Page { items, next } = Page::cut(rows, page.size, |row| Cursor::uuid(row.start_at, row.id));
        Ok(Page { items: self.with_names(items).await?, next })
    }

    /// The visits among these interactions, as they are now, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn visits(&self, ids: &BTreeSet<InteractionId>) -> Result<Vec<Arrival>, StoreError> {
        use interaction::{Column, Entity};
        let mut found = Vec::with_capacity(ids.len());
        for list in lists(ids.iter().map(|id| id.0)) {
            let visits =
                Entity::find().filter(Column::Id.is_in(list)).filter(Column::Kind.eq(InteractionKind::Visit.as_str()));
            found.extend(visits.all(self.reader()).await?);
        }
        self.with_names(found).await
    }

    async fn with_names(&self, rows: Vec<interaction::Model>) -> Result<Vec<Arrival>, StoreError> {
        let known: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.customer_id).collect();
        let mut names: HashMap<Uuid, (String, bool, bool)> = HashMap::new();
        for list in lists(known) {
            let found: Vec<(Uuid, String, bool, Option<Uuid>)> = customer::Entity::find()
                .select_only()
                .columns([customer::Column::Id, customer::Column::DisplayName, customer::Column::Discreet])
                .column(customer_summary::Column::OpenCase)
                .join(sea_orm::JoinType::LeftJoin, summary_of_customer())
                .filter(customer::Column::Id.is_in(list))
                .into_tuple()
                .all(self.reader())
                .await?;
            names.extend(found.into_iter().map(|(id, name, discreet, case)| (id, (name, discreet, case.is_some()))));
        }
        let arrival = |row: interaction::Model| {
            let known = row.customer_id.and_then(|id| names.get(&id).cloned());
            let (display_name, discreet, open_case) = known.unwrap_or_default();
            Ok(Arrival { visit: rows::interactions::from_row(row)?, display_name, open_case, discreet })
        };
        rows.into_iter().map(arrival).collect()
    }
}

fn summary_of_customer() -> sea_orm::RelationDef {
    customer::Entity::belongs_to(customer_summary::Entity)
        .from(customer::Column::Id)
        .to(customer_summary::Column::CustomerId)
        .into()
}
