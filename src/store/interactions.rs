//! Interactions, read, with what they are owed and what answers them.

use super::{
    Store,
    chunk::lists,
    customers::not_of_discreet,
    entity::{decision, gesture, interaction, obligation},
    error::StoreError,
    filter::List,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    filter::Filter,
    gesture::Gesture,
    ids::{CustomerId, InteractionId},
    interaction::{self as domain, Interaction, InteractionState},
    obligation::{Decision, Obligation},
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

/// An interaction with everything that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The interaction.
    pub interaction: Interaction,
    /// What it is owed.
    pub obligation: Obligation,
    /// What the rules that matched made of it; those of its visit where it joined one.
    pub decisions: Vec<Decision>,
    /// The gestures that answer it; those of its visit where it joined one. By due time.
    pub gestures: Vec<Gesture>,
}

impl Store {
    /// An interaction.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn interaction(&self, id: InteractionId) -> Result<Option<Interaction>, StoreError> {
        let row = interaction::Entity::find_by_id(id.0).one(self.reader()).await?;
        row.map(rows::interactions::from_row).transpose()
    }

    /// The interactions among these that exist, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn interactions(&self, ids: &[InteractionId]) -> Result<Vec<Interaction>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for list in lists(ids.iter().map(|id| id.0)) {
            let query = interaction::Entity::find().filter(interaction::Column::Id.is_in(list));
            found.extend(query.all(self.reader()).await?);
        }
        found.into_iter().map(rows::interactions::from_row).collect()
    }

    /// An interaction with everything that came of it.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn answered(&self, id: InteractionId) -> Result<Option<Answered>, StoreError> {
        let Some(interaction) = self.interaction(id).await? else {
            return Ok(None);
        };
        let db = self.reader();
        let obligation = obligation::Entity::find_by_id(id.0)
            .one(db)
            .await?
            .ok_or_else(|| StoreError::corrupt("obligations", "interaction_id", "an interaction has none"))?;
        let story = interaction.joined.unwrap_or(id);
        let decisions = decision::Entity::find().filter(decision::Column::InteractionId.eq(story.0)).all(db).await?;
        let gestures = gesture::Entity::find()
            .filter(gesture::Column::InteractionId.eq(story.0))
            .order_by_asc(gesture::Column::DueAt)
            .order_by_asc(gesture::Column::Id)
            .all(db)
            .await?;
        Ok(Some(Answered {
            interaction,
            obligation: rows::obligations::from_row(obligation)?,
            decisions: decisions.into_iter().map(rows::obligations::decision_from_row).collect::<Result<_, _>>()?,
            gestures: gestures.into_iter().map(rows::gestures::from_row).collect::<Result<_, _>>()?,
        }))
    }

    /// The last inbound interaction of a customer that began before an instant: what the desk remembers of the last
    /// time.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn last_interaction_before(
        &self,
        customer: CustomerId,
        before: Timestamp,
    ) -> Result<Option<Interaction>, StoreError> {
        use interaction::{Column, Entity};
        let row = Entity::find()
            .filter(Column::CustomerId.eq(customer.0))
            .filter(Column::StartAt.lt(before.as_microsecond()))
            .filter(Column::Direction.eq(domain::Direction::Inbound.as_str()))
            .filter(Column::State.ne(InteractionState::Voided.as_str()))
            .filter(Column::Kind.ne(domain::InteractionKind::Observation.as_str()))
            .order_by_desc(Column::StartAt)
            .order_by_desc(Column::Id)
            .limit(1)
            .one(self.reader())
            .await?;
        row.map(rows::interactions::from_row).transpose()
    }

    /// A page of the interactions that a filter selects, the latest first; those of discreet customers only
    /// `with_discreet`.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_interactions(
        &self,
        filter: &Filter,
        with_discreet: bool,
        page: &PageRequest,
    ) -> Result<Page<Interaction>, StoreError> {
        let query = interaction::Entity::find()
            .filter(List::Interactions.condition(filter)?)
            .apply_if((!with_discreet).then_some(interaction::Column::CustomerId), not_of_discreet);
        let columns = (interaction::Column::StartAt, interaction::Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Down, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.start_at, row.id)).try_map(rows::interactions::from_row)
    }
}
