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
    customer::Profile,
    ids::{InteractionId, LocationId},
    interaction::{Interaction, InteractionKind, InteractionState},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What ended, of somebody who was described and is still not known: word for word the condition of the index over
/// them.
const STRANGERS: &str = r#"(customer_id IS NULL AND state = 'closed' AND detail LIKE '%"stranger":%')"#;

/// A visit as a desk lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The visit.
    pub visit: Interaction,
    /// As the customer is shown in the language of the location; empty when no name is known.
    pub display_name: String,
    /// Something went wrong for them that is not put right yet.
    pub open_case: bool,
    /// Found by an exact identifier only: not for every caller's eyes.
    pub discreet: bool,
}

impl Arrival {
    fn of_stranger(visit: Interaction) -> Self {
        Self { visit, display_name: String::new(), open_case: false, discreet: false }
    }
}

/// Whose visit it is, as far as a list shows it.
struct Visitor {
    profile: Profile,
    open_case: bool,
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
            .filter(Column::Kind.eq(InteractionKind::Visit.as_str()))
            // Who is here is listed once.
            .filter(Column::Joined.is_null());
        let columns = (Column::StartAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        let Page { items, next } = Page::cut(rows, page.size, |row| Cursor::uuid(row.start_at, row.id));
        Ok(Page { items: self.with_names(items).await?, next })
    }

    /// A page of what ended at a location of people who were described and are still not known, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn strangers(&self, location: &LocationId, page: &PageRequest) -> Result<Page<Interaction>, StoreError> {
        use interaction::{Column, Entity};
        let query = Entity::find().filter(Column::LocationId.eq(location.as_str())).filter(Expr::cust(STRANGERS));
        let columns = (Column::StartAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Down, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.start_at, row.id)).try_map(rows::interactions::from_row)
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
        let catalog = self.catalog().await?;
        let visitors = self.visitors(&rows).await?;
        let arrival = |row: interaction::Model| {
            let visitor = row.customer_id.and_then(|id| visitors.get(&id));
            let visit = rows::interactions::from_row(row)?;
            let Some(visitor) = visitor else { return Ok(Arrival::of_stranger(visit)) };
            let language = catalog.locations.get(&visit.location).map(|location| location.settings.language.as_str());
            let display_name = visitor.profile.shown_as(language.unwrap_or_default());
            Ok(Arrival { visit, display_name, open_case: visitor.open_case, discreet: visitor.profile.discreet })
        };
        rows.into_iter().map(arrival).collect()
    }

    /// Whose visits these are.
    async fn visitors(&self, visits: &[interaction::Model]) -> Result<HashMap<Uuid, Visitor>, StoreError> {
        let known: BTreeSet<Uuid> = visits.iter().filter_map(|row| row.customer_id).collect();
        let mut visitors = HashMap::new();
        for list in lists(known) {
            let found: Vec<(Uuid, String, Option<Uuid>)> = customer::Entity::find()
                .select_only()
                .columns([customer::Column::Id, customer::Column::Profile])
                .column(customer_summary::Column::OpenCase)
                .join(sea_orm::JoinType::LeftJoin, summary_of_customer())
                .filter(customer::Column::Id.is_in(list))
                .into_tuple()
                .all(self.reader())
                .await?;
            for (id, profile, case) in found {
                let profile = rows::customers::profile(&profile)?;
                visitors.insert(id, Visitor { profile, open_case: case.is_some() });
            }
        }
        Ok(visitors)
    }
}

fn summary_of_customer() -> sea_orm::RelationDef {
    customer::Entity::belongs_to(customer_summary::Entity)
        .from(customer::Column::Id)
        .to(customer_summary::Column::CustomerId)
        .into()
}
