//! Everything that happened with a customer, and who did what.

use super::{
    Store,
    entity::{case, event, gesture, interaction},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    case::Case,
    gesture::Gesture,
    ids::CustomerId,
    interaction::Interaction,
    world::{Event, Subject},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// One thing that happened with a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineEntry {
    /// An interaction; stands where it began.
    Interaction(Box<Interaction>),
    /// A gesture; stands where it was planned.
    Gesture(Box<Gesture>),
    /// A case; stands where it was opened.
    Case(Box<Case>),
}

impl TimelineEntry {
    fn place(&self) -> Cursor {
        match self {
            Self::Interaction(i) => Cursor::uuid(i.start_at.as_microsecond(), i.id.0),
            Self::Gesture(g) => Cursor::uuid(g.created_at.as_microsecond(), g.id.0),
            Self::Case(c) => Cursor::uuid(c.opened_at.as_microsecond(), c.id.0),
        }
    }
}

impl Store {
    /// A page of everything that happened with a customer, newest first. Each source gives at most a page, of which
    /// the newest are taken.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn timeline(&self, customer: CustomerId, page: &PageRequest) -> Result<Page<TimelineEntry>, StoreError> {
        let (db, key, down) = (self.reader(), Key::Uuid, Direction::Down);
        let query = interaction::Entity::find().filter(interaction::Column::CustomerId.eq(customer.0));
        let columns = (interaction::Column::StartAt, interaction::Column::Id);
        let mut entries = Vec::new();
        for row in paging::read(db, query, columns, key, down, page).await? {
            entries.push(TimelineEntry::Interaction(Box::new(rows::interactions::from_row(row)?)));
        }
        let query = gesture::Entity::find().filter(gesture::Column::CustomerId.eq(customer.0));
        let columns = (gesture::Column::CreatedAt, gesture::Column::Id);
        for row in paging::read(db, query, columns, key, down, page).await? {
            entries.push(TimelineEntry::Gesture(Box::new(rows::gestures::from_row(row)?)));
        }
        let query = case::Entity::find().filter(case::Column::CustomerId.eq(customer.0));
        let columns = (case::Column::OpenedAt, case::Column::Id);
        for row in paging::read(db, query, columns, key, down, page).await? {
            entries.push(TimelineEntry::Case(Box::new(rows::cases::from_row(row)?)));
        }
        entries.sort_by_cached_key(|entry| {
            let place = entry.place();
            std::cmp::Reverse((place.order, place.id))
        });
        Ok(Page::cut(entries, page.size, TimelineEntry::place))
    }

    /// A page of what was done to something, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn events_of(
        &self,
        subject: &Subject,
        size: u32,
        after: Option<i64>,
    ) -> Result<Vec<(i64, Event)>, StoreError> {
        use event::{Column, Entity};
        use sea_orm::{QueryOrder, QuerySelect};
        let mut query = Entity::find().filter(Column::Subject.eq(subject.to_string()));
        if let Some(after) = after {
            query = query.filter(Column::Seq.gt(after));
        }
        let rows = query.order_by_asc(Column::Seq).limit(u64::from(size)).all(self.reader()).await?;
        rows.into_iter().map(|row| Ok((row.seq, rows::ledger::event_from_row(row)?))).collect()
    }
}
