//! Notes that are put on paper.

use super::{
    Store, constant,
    entity::note::{self, Column, Entity},
    error::StoreError,
    filter::List,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    rows,
};
use crate::domain::{
    customer::Channel,
    filter::Filter,
    ids::{CustomerId, NoteBatchId, PrintRunId},
    note::{Note, NoteState},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

/// Which notes of a batch are put on paper.
#[derive(Debug, Clone)]
pub struct PaperNotes<'a> {
    /// The batch.
    pub batch: NoteBatchId,
    /// Over `note.` fields.
    pub filter: &'a Filter,
    /// Over which channels they go.
    pub channels: &'a [Channel],
    /// In which states they are.
    pub states: &'a [NoteState],
    /// Which print run has them.
    pub run: OfRun,
}

/// Which print run notes are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfRun {
    /// Any or none.
    Any,
    /// None that may still be sent.
    None,
    /// This one.
    This(PrintRunId),
}

impl Store {
    /// A page of the notes of a batch that are put on paper, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn notes_for_paper(&self, wanted: &PaperNotes<'_>, page: &PageRequest) -> Result<Page<Note>, StoreError> {
        let mut query = Entity::find()
            .filter(List::Notes.condition(wanted.filter)?)
            .filter(Column::BatchId.eq(wanted.batch.0))
            .filter(Column::Channel.is_in(wanted.channels.iter().map(|channel| channel.as_str())))
            .filter(Column::State.is_in(wanted.states.iter().map(|state| state.as_str())));
        query = match wanted.run {
            OfRun::Any => query,
            OfRun::None => query.filter(is_on_none()),
            OfRun::This(run) => query.filter(Column::PrintRun.eq(run.0)),
        };
        let columns = (Column::CreatedAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.created_at, row.id)).try_map(rows::notes::from_row)
    }

    /// The next notes of a print run behind a number, in the order in which they lie.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn printed_notes(
        &self,
        batch: NoteBatchId,
        run: PrintRunId,
        after: u32,
        limit: u64,
    ) -> Result<Vec<Note>, StoreError> {
        let query = Entity::find()
            .filter(Column::PrintRun.eq(run.0))
            .filter(Column::BatchId.eq(batch.0))
            .filter(Column::PrintNumber.gt(i64::from(after)))
            .order_by_asc(Column::PrintNumber)
            .order_by_asc(Column::Id)
            .limit(limit);
        self.read_notes(query).await
    }

    /// The print runs of a batch of which sheets may still be sent, and how many of each: those with the most first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn open_print_runs(&self, batch: NoteBatchId, limit: u64) -> Result<Vec<(PrintRunId, u64)>, StoreError> {
        let open: Vec<(Uuid, i64)> = Entity::find()
            .select_only()
            .column(Column::PrintRun)
            .column_as(Column::Id.count(), "sheets")
            .filter(Column::BatchId.eq(batch.0))
            .filter(constant::is(Column::State, NoteState::Composed.as_str()))
            .filter(Column::PrintRun.is_not_null())
            .filter(is_on_none().not())
            .group_by(Column::PrintRun)
            .order_by_desc(Column::Id.count())
            .order_by_asc(Column::PrintRun)
            .limit(limit)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(open.into_iter().map(|(run, sheets)| (PrintRunId(run), u64::try_from(sheets).unwrap_or(0))).collect())
    }

    /// The notes that were just written to these customers in a batch, and wait.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn waiting_notes_to(
        &self,
        batch: NoteBatchId,
        channels: &[Channel],
        customers: &[CustomerId],
    ) -> Result<Vec<Note>, StoreError> {
        let query = Entity::find()
            .filter(Column::BatchId.eq(batch.0))
            .filter(Column::CustomerId.is_in(customers.iter().map(|customer| customer.0)))
            .filter(Column::Channel.is_in(channels.iter().map(|channel| channel.as_str())))
            .filter(constant::is(Column::State, NoteState::Composed.as_str()));
        self.read_notes(query).await
    }

    /// The newest notes to a customer that wait with a person.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn notes_with_people(&self, customer: CustomerId) -> Result<Vec<Note>, StoreError> {
        let query = Entity::find()
            .filter(Column::CustomerId.eq(customer.0))
            .filter(constant::is(Column::State, NoteState::WithPerson.as_str()))
            .order_by_desc(Column::CreatedAt)
            .limit(WITH_PEOPLE);
        self.read_notes(query).await
    }

    async fn read_notes(&self, query: Select<Entity>) -> Result<Vec<Note>, StoreError> {
        let rows: Vec<note::Model> = query.all(self.reader()).await?;
        rows.into_iter().map(rows::notes::from_row).collect()
    }
}

/// No sheet of paper bears the note, but one with words from before that people were told to pull
/// ([`Note::is_on_paper`]).
pub(super) fn is_on_none() -> Condition {
    let is_pulled =
        constant::holds(Column::PrintTold).and(Expr::col(Column::PrintVersion).ne(Expr::col(Column::Version)));
    Condition::any().add(Column::PrintRun.is_null()).add(is_pulled)
}

/// So many notes to one customer are looked through for that of a gesture.
const WITH_PEOPLE: u64 = 20;
