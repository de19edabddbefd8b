//! Gestures, read.

use super::{
    Store,
    chunk::lists,
    constant,
    customers::not_of_discreet,
    due,
    entity::{
        decision,
        gesture::{Column, Entity},
    },
    error::StoreError,
    filter::List,
    load::{hidden_purchases, hidden_since},
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    customer::{Channel, Purpose},
    filter::Filter,
    gesture::{Gesture, GestureKind, GestureState, Terms},
    ids::{CustomerId, GestureId, LocationId, NoteId},
    note::Note,
    obligation::Decision,
};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{CaseStatement, Expr, ExprTrait, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Which part of the work of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueQuery {
    /// Where.
    pub location: LocationId,
    /// Due before this instant.
    pub before: Timestamp,
    /// Only in these states.
    pub states: Vec<GestureState>,
    /// Only by these channels, all when empty; what is uncertain or was given to a person, whatever its channel.
    pub channels: Vec<Channel>,
    /// Only these kinds; all when empty.
    pub kinds: Vec<GestureKind>,
    /// Only for these roles; all when empty.
    pub roles: Vec<String>,
    /// How many at most.
    pub size: u32,
    /// Behind what; the beginning when absent.
    pub after: Option<QueueCursor>,
}

/// The place of a gesture in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCursor {
    rank: i32,
    due_at: i64,
    id: Uuid,
}

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePage {
    /// What is to do.
    pub gestures: Vec<Gesture>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<QueueCursor>,
}

/// What a gesture is meant for, as far as those ask who deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What it counts as when consent is asked for.
    pub purpose: Purpose,
    /// In whose name.
    pub location: LocationId,
    /// The role of whom it is for in an organisation.
    pub recipient: String,
    /// Where it stands.
    pub state: GestureState,
    /// Over what it goes by now.
    pub channel: Channel,
    /// The note that it is in.
    pub note: Option<NoteId>,
}

impl Intent {
    /// Whether it still waits to leave in a note, over the channel for which that was written.
    #[must_use]
    pub fn waits_in(&self, note: &Note) -> bool {
        self.state == GestureState::Scheduled && self.note == Some(note.id) && Some(self.channel) == note.channel
    }
}

/// A promise comes before all that is none, whatever its priority (at most 100).
const PROMISE: i32 = 1_000;

/// A gesture's id, purpose, location, terms, state, channel and note.
type IntentRow = (Uuid, String, String, String, String, String, Option<Uuid>);

impl Store {
    /// A gesture.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn gesture(&self, id: GestureId) -> Result<Option<Gesture>, StoreError> {
        let row = Entity::find_by_id(id.0).one(self.reader()).await?;
        row.map(rows::gestures::from_row).transpose()
    }

    /// The decision that made a gesture; `None` when a person did.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn decision_of(&self, gesture: &Gesture) -> Result<Option<Decision>, StoreError> {
        let Some((rule, _)) = &gesture.rule else {
            return Ok(None);
        };
        let key = (rule.to_string(), gesture.occurrence.clone());
        let row = decision::Entity::find_by_id(key).one(self.reader()).await?;
        row.map(rows::obligations::decision_from_row).transpose()
    }

    /// What gestures are meant for.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn intents(&self, ids: &[GestureId]) -> Result<HashMap<GestureId, Intent>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for list in lists(ids.iter().map(|id| id.0)) {
            let rows: Vec<IntentRow> = Entity::find()
                .select_only()
                .columns([Column::Id, Column::Purpose, Column::LocationId, Column::Terms])
                .columns([Column::State, Column::Channel, Column::NoteId])
                .filter(Column::Id.is_in(list))
                .into_tuple()
                .all(self.reader())
                .await?;
            for (id, purpose, location, terms, state, channel, note) in rows {
                let purpose = purpose.parse().map_err(|why| StoreError::corrupt("gestures", "purpose", why))?;
                let location = location.parse().map_err(|why| StoreError::corrupt("gestures", "location_id", why))?;
                let Terms { recipient, .. } = rows::gestures::terms(&terms)?;
                let state = state.parse().map_err(|why| StoreError::corrupt("gestures", "state", why))?;
                let channel = channel.parse().map_err(|why| StoreError::corrupt("gestures", "channel", why))?;
                let note = note.map(NoteId);
                found.insert(GestureId(id), Intent { purpose, location, recipient, state, channel, note });
            }
        }
        Ok(found)
    }

    /// A page of the gestures that a filter selects, the first due first; those for discreet customers only
    /// `with_discreet`.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_gestures(
        &self,
        filter: &Filter,
        with_discreet: bool,
        page: &PageRequest,
    ) -> Result<Page<Gesture>, StoreError> {
        let query = Entity::find()
            .filter(List::Gestures.condition(filter)?)
            .apply_if((!with_discreet).then_some(Column::CustomerId), not_of_discreet);
        let columns = (Column::DueAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.due_at, row.id)).try_map(rows::gestures::from_row)
    }

    /// The gestures of a customer that nothing has settled yet, the first due first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn pending_gestures(&self, customer: CustomerId) -> Result<Vec<Gesture>, StoreError> {
        let rows = Entity::find()
            .filter(Column::CustomerId.eq(customer.0))
            .filter(Column::State.is_not_in(settled()))
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(rows::gestures::from_row).collect()
    }

    /// The names of what customers bought as a surprise or in confidence lately, which others must not read.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn hidden_from_others(
        &self,
        customers: &[CustomerId],
    ) -> Result<BTreeMap<CustomerId, Vec<String>>, StoreError> {
        let since = hidden_since(self.inner.shared.now());
        let mut hidden: BTreeMap<CustomerId, Vec<String>> = BTreeMap::new();
        for list in lists(customers.iter().map(|id| id.0)) {
            for purchase in hidden_purchases(self.reader(), list, since).await? {
                let Some(customer) = purchase.customer else { continue };
                hidden.entry(customer).or_default().extend(purchase.hidden_items().map(str::to_owned));
            }
        }
        Ok(hidden)
    }

    /// What people have to do at a location: promises first, then by priority and due time.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn queue(&self, query: &QueueQuery) -> Result<QueuePage, StoreError> {
        let mut select = Entity::find()
            .filter(due_work(query))
            .order_by_desc(rank())
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(u64::from(query.size) + 1);
        if let Some(after) = &query.after {
            select = select.filter(behind(after));
        }
        let mut rows = select.all(self.reader()).await?;
        let more = rows.len() > query.size as usize;
        rows.truncate(query.size as usize);
        let place = |row: &super::entity::gesture::Model| QueueCursor {
            rank: row.priority + if row.promised { PROMISE } else { 0 },
            due_at: row.due_at,
            id: row.id,
        };
        let next = if more { rows.last().map(place) } else { None };
        Ok(QueuePage { gestures: rows.into_iter().map(rows::gestures::from_row).collect::<Result<_, _>>()?, next })
    }
}

/// The states in which nothing will happen any more.
pub(super) fn settled() -> Vec<&'static str> {
    GestureState::ALL.iter().filter(|state| state.is_final()).map(|state| state.as_str()).collect()
}

fn due_work(query: &QueueQuery) -> Condition {
    let mut work = Condition::all()
        .add(Column::LocationId.eq(query.location.as_str()))
        .add(Column::DueAt.lt(query.before.as_microsecond()))
        .add(Column::State.is_in(query.states.iter().map(|state| state.as_str())))
        // What a batch has is nobody else's, until nobody knows what became of it.
        .add(Condition::any().add(Column::BatchId.is_null()).add(Column::State.eq(GestureState::Uncertain.as_str())));
    // Nor do people do again what a worker may have done.
    let uncertain = Column::State.eq(GestureState::Uncertain.as_str());
    work = work.add(Condition::any().add(due::has_not_left()).add(uncertain));
    if !query.channels.is_empty() {
        let by_channel = Column::Channel.is_in(query.channels.iter().map(|channel| channel.as_str()));
        let uncertain = Column::State.eq(GestureState::Uncertain.as_str());
        let with_person = constant::holds(Column::WithPerson);
        work = work.add(Condition::any().add(by_channel).add(uncertain).add(with_person));
    }
    if !query.kinds.is_empty() {
        work = work.add(Column::Kind.is_in(query.kinds.iter().map(|kind| kind.as_str())));
    }
    if !query.roles.is_empty() {
        work = work.add(Column::Role.is_in(query.roles.iter().map(String::as_str)));
    }
    work
}

fn rank() -> SimpleExpr {
    let promise: SimpleExpr = CaseStatement::new().case(Column::Promised.eq(true), PROMISE).finally(0).into();
    Column::Priority.into_simple_expr().add(promise)
}

fn behind(after: &QueueCursor) -> Condition {
    let later = Expr::tuple([Column::DueAt.into_simple_expr(), Column::Id.into_simple_expr()])
        .gt(Expr::tuple([Expr::val(after.due_at), Expr::val(after.id)]));
    Condition::any().add(rank().lt(after.rank)).add(Condition::all().add(rank().eq(after.rank)).add(later))
}
