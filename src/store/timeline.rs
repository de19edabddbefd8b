//! Everything that happened with a customer, and who did what.

use super::{
    Store, constant,
    entity::{case, decision, event, gesture, interaction},
    error::StoreError,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    case::Case,
    gesture::Gesture,
    ids::CustomerId,
    interaction::Interaction,
    obligation::Decision,
    world::{Event, Subject},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Most that rules decide about one customer at one instant.
const DECIDED_AT_ONCE: u64 = 1_000;

/// One thing that happened with a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineEntry {
    /// An interaction; stands where it began.
    Interaction(Box<Interaction>),
    /// A gesture; stands where it was planned.
    Gesture(Box<Gesture>),
    /// A case; stands where it was opened.
    Case(Box<Case>),
    /// What a rule of a day or a silence was to make and a gate stopped at once; stands where it was decided.
    Decision(Box<Decision>),
}

impl TimelineEntry {
    fn place(&self) -> Cursor {
        match self {
            Self::Interaction(i) => Cursor::uuid(i.start_at.as_microsecond(), i.id.0),
            Self::Gesture(g) => Cursor::uuid(g.created_at.as_microsecond(), g.id.0),
            Self::Case(c) => Cursor::uuid(c.opened_at.as_microsecond(), c.id.0),
            Self::Decision(d) => Cursor::uuid(d.at.as_microsecond(), id_of(d)),
        }
    }
}

/// Decisions have no id of their own, but a place among what happened at the same instant.
fn id_of(decision: &Decision) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(decision.rule.as_str().as_bytes()).update(b"/").update(decision.occurrence.as_bytes());
    let digest = hasher.finalize();
    let (first, _) = digest.as_bytes().split_at(16);
    Uuid::from_slice(first).unwrap_or_default()
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
        entries.extend(self.stopped_at_once(customer, page).await?);
        entries.sort_by_cached_key(|entry| {
            let place = entry.place();
            std::cmp::Reverse((place.order, place.id))
        });
        Ok(Page::cut(entries, page.size, TimelineEntry::place))
    }

    /// What rules of days and silences were to make for a customer and a gate stopped at once: of the page, and all
    /// that was decided at the instant at which it begins or ends, since many rules may decide at one.
    async fn stopped_at_once(
        &self,
        customer: CustomerId,
        page: &PageRequest,
    ) -> Result<Vec<TimelineEntry>, StoreError> {
        use decision::{Column, Entity};
        let mut query = Entity::find()
            .filter(constant::holds(Column::Standing))
            .filter(Column::CustomerId.eq(customer.0))
            .filter(Column::InteractionId.is_null())
            .filter(Column::GestureId.is_null());
        if let Some(after) = &page.after {
            query = query.filter(Column::At.lte(after.order));
        }
        let limit = u64::from(page.size) + DECIDED_AT_ONCE;
        let rows = query.order_by_desc(Column::At).limit(limit).all(self.reader()).await?;
        let entries = rows.into_iter().map(|row| rows::obligations::decision_from_row(row).map(Box::new));
        let mut entries = entries.map(|it| it.map(TimelineEntry::Decision)).collect::<Result<Vec<_>, _>>()?;
        if let Some(after) = &page.after {
            let last = (after.order, after.parse()?);
            let mut of_page = Vec::with_capacity(entries.len());
            for entry in entries {
                let place = entry.place();
                if (place.order, place.parse()?) < last {
                    of_page.push(entry);
                }
            }
            entries = of_page;
        }
        Ok(entries)
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
        let mut query = Entity::find().filter(Column::Subject.eq(subject.to_string()));
        if let Some(after) = after {
            query = query.filter(Column::Seq.gt(after));
        }
        let rows = query.order_by_asc(Column::Seq).limit(u64::from(size)).all(self.reader()).await?;
        rows.into_iter().map(|row| Ok((row.seq, rows::ledger::event_from_row(row)?))).collect()
    }
}
