//! Notes and their batches, read; and what a batch has to do next.

use super::{
    Store, constant, due,
    entity::{customer, gesture, note, note_batch},
    error::StoreError,
    filter::List,
    paging::{self, Cursor, Direction, Key, Page, PageRequest},
    paper, rows,
};
use crate::domain::{
    commands::notes::Covered,
    customer::{Channel, CustomerStatus},
    filter::Filter,
    gesture::Reason,
    ids::{CustomerId, GestureId, NoteBatchId, NoteId},
    limits::NOTE_PAGE,
    note::{BatchState, Note, NoteBatch, NoteState, WRITTEN_CHANNELS, WRITTEN_KINDS},
};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

/// Which planned gestures a batch covers.
#[derive(Debug, Clone)]
pub struct DueNotes {
    /// Over `gesture.` fields.
    pub filter: Filter,
    /// Due at this instant or before.
    pub as_of: Timestamp,
    /// Planned at this instant or before.
    pub planned_by: Timestamp,
    /// Still fresh after this instant.
    pub now: Timestamp,
    /// Channels that no batch may cover.
    pub left_to_workers: Vec<Channel>,
}

/// Which customers a segment covers.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Over `customer.` and `summary.` fields.
    pub filter: Filter,
    /// Known at this instant or before.
    pub known_by: Timestamp,
}

/// What is looked for on batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteWorkQuery {
    /// Notes over these channels leave.
    pub channels: Vec<Channel>,
    /// Their hour has come at this instant.
    pub now: Timestamp,
    /// Only such notes; not what is to be composed, taken back, or lapses on its way.
    pub only_leaving: bool,
}

/// The next customers that a batch covers, in order of id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredPage {
    /// At most [`NOTE_PAGE`].
    pub customers: Vec<Covered>,
    /// Whether nobody comes after them.
    pub is_last: bool,
}

impl Store {
    /// A batch of notes.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn note_batch(&self, id: NoteBatchId) -> Result<Option<NoteBatch>, StoreError> {
        let row = note_batch::Entity::find_by_id(id.0).one(self.reader()).await?;
        row.map(rows::notes::batch_from_row).transpose()
    }

    /// A page of the batches that stand in one of these states, or of all if none is given, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_note_batches(
        &self,
        states: &[BatchState],
        page: &PageRequest,
    ) -> Result<Page<NoteBatch>, StoreError> {
        use note_batch::{Column, Entity};
        let mut query = Entity::find();
        if !states.is_empty() {
            query = query.filter(Column::State.is_in(states.iter().map(|state| state.as_str())));
        }
        let columns = (Column::CreatedAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Down, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.created_at, row.id)).try_map(rows::notes::batch_from_row)
    }

    /// A page of the batches on which there is work, those first that were left alone the longest. Those whose notes
    /// wait, for people or for their hour, are passed over where they lie.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn note_batches_at_work(
        &self,
        wanted: &NoteWorkQuery,
        page: &PageRequest,
    ) -> Result<Page<NoteBatch>, StoreError> {
        use note_batch::{Column, Entity};
        let at_work = BatchState::ALL.iter().filter(|state| state.is_at_work()).map(|state| state.as_str());
        let query = Entity::find().filter(constant::is_one_of(Column::State, at_work)).filter(has_work(wanted));
        let columns = (Column::WorkedAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        let place = |row: &note_batch::Model| Cursor::uuid(row.worked_at.unwrap_or(i64::MIN), row.id);
        Page::cut(rows, page.size, place).try_map(rows::notes::batch_from_row)
    }

    /// The batches that stopped with something on its way, those first that were left alone the longest.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn stopped_note_batches(&self, limit: u32) -> Result<Vec<NoteBatch>, StoreError> {
        use note_batch::{Column, Entity};
        let rows = Entity::find()
            .filter(constant::is(Column::State, BatchState::Stopped.as_str()))
            .filter(Column::Delivering.gt(0))
            .order_by_asc(Column::WorkedAt)
            .order_by_asc(Column::Id)
            .limit(u64::from(limit))
            .all(self.reader())
            .await?;
        rows.into_iter().map(rows::notes::batch_from_row).collect()
    }

    /// A note.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn note(&self, id: NoteId) -> Result<Option<Note>, StoreError> {
        let row = note::Entity::find_by_id(id.0).one(self.reader()).await?;
        row.map(rows::notes::from_row).transpose()
    }

    /// A page of the notes that a filter selects, of one batch or of all, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn list_notes(
        &self,
        batch: Option<NoteBatchId>,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<Page<Note>, StoreError> {
        use note::{Column, Entity};
        let mut query = Entity::find().filter(List::Notes.condition(filter)?);
        if let Some(batch) = batch {
            query = query.filter(Column::BatchId.eq(batch.0));
        }
        let columns = (Column::CreatedAt, Column::Id);
        let rows = paging::read(self.reader(), query, columns, Key::Uuid, Direction::Up, page).await?;
        Page::cut(rows, page.size, |row| Cursor::uuid(row.created_at, row.id)).try_map(rows::notes::from_row)
    }

    /// How many customers have gestures that a batch would cover.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn count_due_notes(&self, wanted: &DueNotes) -> Result<u64, StoreError> {
        let counted: Option<i64> = due_notes(wanted)?
            .select_only()
            .column_as(Expr::col(gesture::Column::CustomerId).count_distinct(), "customers")
            .into_tuple()
            .one(self.reader())
            .await?;
        Ok(counted.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }

    /// The next customers with gestures that a batch covers.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn next_due_notes(
        &self,
        wanted: &DueNotes,
        after: Option<CustomerId>,
    ) -> Result<CoveredPage, StoreError> {
        use gesture::Column;
        let mut query = due_notes(wanted)?.select_only().columns([Column::CustomerId, Column::Id]);
        if let Some(after) = after {
            query = query.filter(Column::CustomerId.gt(after.0));
        }
        let rows: Vec<(Uuid, Uuid)> = query
            .order_by_asc(Column::CustomerId)
            .order_by_asc(Column::Id)
            .limit(GESTURES_MAX as u64)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(covered(&rows))
    }

    /// How many customers a segment would cover.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn count_segment(&self, wanted: &Segment) -> Result<u64, StoreError> {
        Ok(segment(wanted)?.count(self.reader()).await?)
    }

    /// The next customers that a segment covers.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn next_of_segment(
        &self,
        wanted: &Segment,
        after: Option<CustomerId>,
    ) -> Result<CoveredPage, StoreError> {
        use customer::Column;
        let mut query = segment(wanted)?.select_only().column(Column::Id);
        if let Some(after) = after {
            query = query.filter(Column::Id.gt(after.0));
        }
        let limit = NOTE_PAGE as u64 + 1;
        let mut ids: Vec<Uuid> = query.order_by_asc(Column::Id).limit(limit).into_tuple().all(self.reader()).await?;
        let is_last = ids.len() <= NOTE_PAGE;
        ids.truncate(NOTE_PAGE);
        let customers = ids.into_iter().map(|id| Covered { customer: CustomerId(id), gestures: Vec::new() }).collect();
        Ok(CoveredPage { customers, is_last })
    }

    /// The next notes of a batch that wait, on no paper, and whose hour has come, with whom they are for: of one
    /// channel after the other, the longest due first, at most so many.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn waiting_notes(
        &self,
        batch: NoteBatchId,
        channels: &[Channel],
        due_by: Timestamp,
        limit: usize,
    ) -> Result<Vec<(NoteId, CustomerId)>, StoreError> {
        use note::Column;
        let mut found = Vec::new();
        // Channel by channel, so that each is read in the order of its index.
        for channel in channels {
            let ids: Vec<(Uuid, Uuid)> = waiting(batch)
                .columns([Column::Id, Column::CustomerId])
                .filter(Column::Channel.eq(channel.as_str()))
                .filter(Column::DueAt.lte(due_by.as_microsecond()))
                .filter(paper::is_on_none())
                .order_by_asc(Column::DueAt)
                .order_by_asc(Column::Id)
                .limit((limit - found.len()) as u64)
                .into_tuple()
                .all(self.reader())
                .await?;
            found.extend(ids.into_iter().map(|(note, customer)| (NoteId(note), CustomerId(customer))));
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// The next notes of a batch that have not left, at most [`NOTE_PAGE`].
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn unsent_notes(&self, batch: NoteBatchId) -> Result<Vec<NoteId>, StoreError> {
        use note::Column;
        let ids: Vec<Uuid> = waiting(batch)
            .column(Column::Id)
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(NOTE_PAGE as u64)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(NoteId).collect())
    }

    /// The notes of a batch that the delivery gave up: it refused them, or nobody knows whether they left. At most so
    /// many.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn given_up_notes(&self, batch: NoteBatchId, limit: usize) -> Result<Vec<NoteId>, StoreError> {
        use note::{Column, Entity};
        let given_up = [NoteState::Failed, NoteState::Uncertain].map(NoteState::as_str);
        let ids: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::BatchId.eq(batch.0))
            .filter(constant::is_one_of(Column::State, given_up))
            .filter(Column::Reason.eq(Reason::DeliveryFailed.as_str()))
            .order_by_asc(Column::Id)
            .limit(limit as u64)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(ids.into_iter().map(NoteId).collect())
    }

    /// The notes of a chunk that are on their way.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn notes_on_their_way(&self, batch: NoteBatchId, chunk: u32) -> Result<Vec<Note>, StoreError> {
        use note::{Column, Entity};
        let rows = Entity::find()
            .filter(Column::BatchId.eq(batch.0))
            .filter(Column::Chunk.eq(chunk))
            .filter(constant::is(Column::State, NoteState::Delivering.as_str()))
            .order_by_asc(Column::Id)
            .all(self.reader())
            .await?;
        rows.into_iter().map(rows::notes::from_row).collect()
    }
}

/// Whether there is something to do on a batch. Of its notes the first that is due is looked for, by one index.
fn has_work(wanted: &NoteWorkQuery) -> Condition {
    use note_batch::Column;
    let mut leaves = Query::select();
    leaves
        .expr(Expr::val(1))
        .from(note::Entity)
        .and_where(note::Column::BatchId.into_simple_expr().eq(Column::Id.into_simple_expr()))
        .and_where(constant::is(note::Column::State, NoteState::Composed.as_str()))
        .and_where(note::Column::Channel.is_in(wanted.channels.iter().map(|channel| channel.as_str())))
        .and_where(note::Column::DueAt.lte(wanted.now.as_microsecond()))
        .cond_where(paper::is_on_none());
    let is_delivering = || constant::is(Column::State, BatchState::Delivering.as_str());
    let leaves = Condition::all().add(is_delivering()).add(Expr::exists(leaves));
    if wanted.only_leaving {
        return leaves;
    }
    let is_under_way = Condition::any().add(is_delivering().not()).add(Column::Delivering.gt(0));
    Condition::any().add(is_under_way).add(leaves)
}

/// The notes of a batch that are written and wait, without their columns.
fn waiting(batch: NoteBatchId) -> Select<note::Entity> {
    use note::{Column, Entity};
    Entity::find()
        .select_only()
        .filter(Column::BatchId.eq(batch.0))
        .filter(constant::is(Column::State, NoteState::Composed.as_str()))
}

/// Gestures that one page looks at. Of a customer with more than that, the rest waits for another batch.
const GESTURES_MAX: usize = 2 * NOTE_PAGE;

/// The page that rows of customer and gesture make. The last customer of a full read may have more, and comes next
/// time.
fn covered(rows: &[(Uuid, Uuid)]) -> CoveredPage {
    let mut customers: Vec<Covered> = Vec::new();
    for (customer, gesture) in rows {
        let (customer, gesture) = (CustomerId(*customer), GestureId(*gesture));
        match customers.last_mut().filter(|last| last.customer == customer) {
            Some(last) => last.gestures.push(gesture),
            None => customers.push(Covered { customer, gestures: vec![gesture] }),
        }
    }
    let mut is_last = rows.len() < GESTURES_MAX;
    if !is_last && customers.len() > 1 {
        customers.pop();
    }
    if customers.len() > NOTE_PAGE {
        customers.truncate(NOTE_PAGE);
        is_last = false;
    }
    CoveredPage { customers, is_last }
}

fn due_notes(wanted: &DueNotes) -> Result<Select<gesture::Entity>, StoreError> {
    use gesture::Column;
    let channels = WRITTEN_CHANNELS.iter().filter(|channel| !wanted.left_to_workers.contains(channel));
    let condition = Condition::all()
        .add(due::free())
        .add(due::has_not_left())
        .add(Column::Kind.is_in(WRITTEN_KINDS.iter().map(|kind| kind.as_str())))
        .add(Column::Channel.is_in(channels.map(|channel| channel.as_str())))
        .add(Column::DueAt.lte(wanted.as_of.as_microsecond()))
        .add(Column::CreatedAt.lte(wanted.planned_by.as_microsecond()))
        .add(Column::DeadlineAt.gt(wanted.now.as_microsecond()))
        .add(List::Gestures.condition(&wanted.filter)?);
    Ok(gesture::Entity::find().filter(condition))
}

fn segment(wanted: &Segment) -> Result<Select<customer::Entity>, StoreError> {
    use customer::Column;
    let condition = Condition::all()
        .add(Column::Status.eq(CustomerStatus::Active.as_str()))
        .add(Column::CreatedAt.lte(wanted.known_by.as_microsecond()))
        .add(List::Customers.condition(&wanted.filter)?);
    Ok(customer::Entity::find().filter(condition))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(customer: usize, gesture: usize) -> (Uuid, Uuid) {
        (Uuid::from_u128(customer as u128), Uuid::from_u128(gesture as u128))
    }

    #[test]
    fn a_page_never_cuts_a_customer_in_two() {
        let few: Vec<_> = (0..3).map(|n| row(n / 2, n)).collect();
        let page = covered(&few);
        assert!(page.is_last);
        assert_eq!(page.customers.iter().map(|c| c.gestures.len()).collect::<Vec<_>>(), [2, 1]);

        let singles: Vec<_> = (0..NOTE_PAGE + 1).map(|n| row(n, n)).collect();
        let page = covered(&singles);
        assert!(!page.is_last);
        assert_eq!(page.customers.len(), NOTE_PAGE);

        let full: Vec<_> = (0..GESTURES_MAX).map(|n| row(n / 3, n)).collect();
        let page = covered(&full);
        assert!(!page.is_last);
        assert!(page.customers.iter().all(|c| c.gestures.len() == 3), "the last one, cut, is left for the next page");

        let one: Vec<_> = (0..GESTURES_MAX).map(|n| row(1, n)).collect();
        assert_eq!(covered(&one).customers.len(), 1, "somebody with very many is not skipped for ever");
    }
}
