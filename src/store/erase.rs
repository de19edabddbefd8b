//! Forgets a person's words wherever they lie: what a command does not load is rewritten here, in its transaction.
//!
//! Which columns hold people's words is said in `tests/it/conformance/erasure.rs`, which fails when one is added and
//! nobody says what becomes of it.

use super::{
    Store,
    chunk::lists,
    entity::{case, desk_action, note, note_batch},
    error::StoreError,
    load, rows,
    statement::{places, run, statement},
    write::update,
};
use crate::domain::{
    erasing::{ERASED, Forgetting},
    gesture::{Content, GestureState},
    ids::{CustomerId, NoteBatchId, NoteId},
    note::NoteState,
    obligation::ObligationState,
    settings::Route,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use uuid::Uuid;

/// How many actions of desks are looked at at once.
const ACTIONS_PAGE: u64 = 200;

/// Rewrites what is not loaded, and remembers by what the person is recognised.
pub(super) async fn forget(db: &impl ConnectionTrait, what: &Forgetting) -> Result<(), StoreError> {
    for records in lists(what.records.iter().map(|id| id.0)) {
        words(db, &records).await?;
        cases(db, records).await?;
    }
    for wards in lists(what.wards.iter().map(|id| id.0)) {
        told_wards(db, &wards).await?;
    }
    desk_actions(db, what).await?;
    let at = what.at.as_microsecond();
    let customer = Value::from(what.customer.0);
    run(db, "INSERT INTO erasures (customer_id, at) VALUES (?, ?)", vec![customer.clone(), at.into()]).await?;
    for hash in &what.hashes {
        let known = "INSERT INTO erased_identifiers (hash, customer_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
        run(db, known, vec![hash.as_str().into(), customer.clone(), at.into()]).await?;
    }
    Ok(())
}

/// What was said to those for whom the person stood, in their name. What is still to come was composed anew.
async fn told_wards(db: &impl ConnectionTrait, wards: &[Uuid]) -> Result<(), StoreError> {
    let whose = || wards.iter().map(|id| Value::from(*id));
    let theirs = format!("customer_id IN ({})", places(wards.len()));
    let over = GestureState::ALL.iter().filter(|state| state.is_final()).map(|state| format!("'{state}'"));
    let over = over.collect::<Vec<_>>().join(", ");
    let gestures = format!("UPDATE gestures SET content = ? WHERE {theirs} AND state IN ({over})");
    run(db, &gestures, std::iter::once(silent()?.into()).chain(whose()).collect()).await?;
    let notes = format!(
        "UPDATE notes SET subject = '', text = CASE WHEN text = '' THEN '' ELSE ? END, facts = '[]', problems = '[]' \
         WHERE {theirs}"
    );
    run(db, &notes, std::iter::once(ERASED.into()).chain(whose()).collect()).await
}

/// What a gesture says that says nothing.
fn silent() -> Result<String, StoreError> {
    serde_json::to_string(&Content::default())
        .map_err(|_| StoreError::Bug { what: "an empty content as JSON".to_owned() })
}

/// What gestures and notes said, and what people said when they let something go.
async fn words(db: &impl ConnectionTrait, records: &[Uuid]) -> Result<(), StoreError> {
    let theirs = format!("customer_id IN ({})", places(records.len()));
    let whose = || records.iter().map(|id| Value::from(*id));
    let silent = silent()?;
    let erased = || Value::from(ERASED);
    // Also what was planned for somebody else, for whom they had been taken, speaks of what they did.
    let answering = format!("interaction_id IN (SELECT id FROM interactions WHERE {theirs})");
    for which in [&theirs, &answering] {
        let gestures = format!(
            "UPDATE gestures SET content = ?, explanation = CASE WHEN explanation = '' THEN '' ELSE ? END WHERE {which}"
        );
        run(db, &gestures, [silent.clone().into(), erased()].into_iter().chain(whose()).collect()).await?;
    }
    let notes = format!(
        "UPDATE notes SET subject = '', text = CASE WHEN text = '' THEN '' ELSE ? END, facts = '[]', problems = '[]', \
         explanation = CASE WHEN explanation = '' THEN '' ELSE ? END WHERE {theirs}"
    );
    run(db, &notes, [erased(), erased()].into_iter().chain(whose()).collect()).await?;
    let waived =
        format!("UPDATE obligations SET explanation = ? WHERE {theirs} AND state = '{}'", ObligationState::Waived);
    run(db, &waived, std::iter::once(erased()).chain(whose()).collect()).await?;
    // Under which ids other systems know what happened. These columns are no part of an update (`Table::FIXED`).
    let sources = format!(
        "UPDATE interactions SET source_system = NULL, source_id = NULL WHERE {theirs} AND source_system IS NOT NULL"
    );
    run(db, &sources, whose().collect()).await
}

/// How things stood before and after what a desk did in the last minutes: with the person, or with what has become
/// theirs since, such as the visit of a stranger, or of somebody for whom they were taken.
async fn desk_actions(db: &impl ConnectionTrait, what: &Forgetting) -> Result<(), StoreError> {
    use desk_action::{Column, Entity};
    let records = what.records.iter().map(|id| id.0);
    let wards = what.wards.iter().map(|id| id.0);
    let theirs: HashSet<Uuid> = records.chain(wards).chain(what.interactions.iter().map(|id| id.0)).collect();
    let mut after = Uuid::nil();
    loop {
        let page = Entity::find().filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(ACTIONS_PAGE);
        let page = page.all(db).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        let spoken_of = page.iter().filter(|action| names_any(&action.changes, &theirs)).map(|action| action.id);
        for list in lists(spoken_of) {
            Entity::delete_many().filter(Column::Id.is_in(list)).exec(db).await?;
        }
    }
}

/// Whether a text in JSON has one of these ids in it, by itself or as the end of a name.
fn names_any(json: &str, ids: &HashSet<Uuid>) -> bool {
    json.split(['"', '/']).filter_map(|part| Uuid::try_parse(part).ok()).any(|id| ids.contains(&id))
}

async fn cases(db: &impl ConnectionTrait, records: Vec<Uuid>) -> Result<(), StoreError> {
    let found = case::Entity::find().filter(case::Column::CustomerId.is_in(records)).all(db).await?;
    let forgotten = found.into_iter().map(|row| {
        let mut case = rows::cases::from_row(row)?;
        case.forget();
        rows::cases::to_row(&case)
    });
    update::<case::Entity, _>(db, forgotten.collect::<Result<_, _>>()?).await
}

/// Whether a process has one of these chunks in hand that is to write it into a file.
async fn being_written(
    db: &impl ConnectionTrait,
    leaving: &BTreeSet<(Uuid, u32)>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    for batches in lists(leaving.iter().map(|(batch, _)| *batch)) {
        for row in note_batch::Entity::find().filter(note_batch::Column::Id.is_in(batches)).all(db).await? {
            let batch = rows::notes::batch_from_row(row)?;
            let mut chunks = batch.lane(Route::Spool).into_iter().flat_map(|lane| &lane.chunks);
            if chunks.any(|it| leaving.contains(&(batch.id.0, it.number)) && batch.is_being_written(it, now)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// An erasure whose files are still to be cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Who was erased.
    pub customer: CustomerId,
    /// The notes to them and in their name, by the batch and chunk in which they left.
    pub notes: BTreeMap<(NoteBatchId, u32), Vec<NoteId>>,
    /// One of these is being written by a process that read it before: its file may come yet.
    pub being_written: bool,
}

impl Store {
    /// The erasure that has waited longest for its files to be cleaned.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn unfinished_erasure(&self, now: Timestamp) -> Result<Option<Unfinished>, StoreError> {
        let db = self.reader();
        let oldest = "SELECT customer_id FROM erasures WHERE finished_at IS NULL ORDER BY at LIMIT 1";
        let row = db.query_one_raw(statement(db.get_database_backend(), oldest, Vec::new())).await?;
        let Some(row) = row else { return Ok(None) };
        let customer: Uuid = row.try_get_by_index(0)?;
        let mut records = load::members(db, [CustomerId(customer)]).await?;
        records.insert(customer);
        // Notes to those for whom they stood went to their address, in their name.
        let mut wards = BTreeSet::new();
        for record in &records {
            wards.extend(load::wards(db, CustomerId(*record)).await?.into_iter().map(|ward| ward.0));
        }
        records.append(&mut wards);
        let mut notes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut leaving = BTreeSet::new();
        for records in lists(records) {
            use note::{Column, Entity};
            let left: Vec<(Uuid, Uuid, i32, String)> = Entity::find()
                .select_only()
                .columns([Column::Id, Column::BatchId, Column::Chunk, Column::State])
                .filter(Column::CustomerId.is_in(records))
                .filter(Column::Chunk.is_not_null())
                .into_tuple()
                .all(db)
                .await?;
            for (note, batch, chunk, state) in left {
                let chunk = u32::try_from(chunk).map_err(|why| StoreError::corrupt("notes", "chunk", why))?;
                notes.entry((NoteBatchId(batch), chunk)).or_default().push(NoteId(note));
                if state == NoteState::Delivering.as_str() {
                    leaving.insert((batch, chunk));
                }
            }
        }
        // After the notes: a chunk that is not open any more was written before it was closed.
        let being_written = being_written(db, &leaving, now).await?;
        Ok(Some(Unfinished { customer: CustomerId(customer), notes, being_written }))
    }

    /// Ends an erasure: on SQLite, what its journal still holds of the person is written out and cut off first. `false`
    /// if readers are in the way; then it is done again later.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do its part.
    pub async fn finish_erasure(&self, customer: CustomerId, now: Timestamp) -> Result<bool, StoreError> {
        let writer = &self.inner.pools.writer;
        if writer.get_database_backend() == DbBackend::Sqlite {
            let cut = statement(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)", Vec::new());
            let busy: i32 = match writer.query_one_raw(cut).await? {
                Some(row) => row.try_get_by_index(0)?,
                None => 0,
            };
            if busy != 0 {
                return Ok(false);
            }
        }
        let finished = "UPDATE erasures SET finished_at = ? WHERE customer_id = ?";
        let values = vec![Value::from(now.as_microsecond()), Value::from(customer.0)];
        self.keep_house(move |tx| {
            let values = values.clone();
            Box::pin(async move { run(tx, finished, values).await })
        })
        .await?;
        Ok(true)
    }
}
