//! Forgets a person's words wherever they lie: what a command does not load is rewritten here, in its transaction.
//!
//! Which columns hold people's words is said in `tests/it/conformance/erasure.rs`, which fails when one is added and nobody
//! says what becomes of it.

use super::{
    Store,
    chunk::lists,
    entity::{case, note},
    error::StoreError,
    load, rows,
    statement::{places, run, statement},
    write::update,
};
use crate::domain::{
    erasing::{ERASED, Forgetting},
    gesture::Content,
    ids::{CustomerId, NoteBatchId, NoteId},
    obligation::ObligationState,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rewrites what is not loaded, and remembers by what the person is recognised.
pub(super) async fn forget(db: &impl ConnectionTrait, what: &Forgetting) -> Result<(), StoreError> {
    for records in lists(what.records.iter().map(|id| id.0)) {
        words(db, &records).await?;
        cases(db, records).await?;
    }
    for record in &what.records {
        // How things stood before what a desk did in the last minutes.
        let spoken_of = Value::from(format!("%{record}%"));
        run(db, "DELETE FROM desk_actions WHERE changes LIKE ?", vec![spoken_of]).await?;
    }
    let at = what.at.as_microsecond();
    let customer = Value::from(what.customer.0);
    run(db, "INSERT INTO erasures (customer_id, at) VALUES (?, ?)", vec![customer.clone(), at.into()]).await?;
    for hash in &what.hashes {
        let known = "INSERT INTO erased_identifiers (hash, customer_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
        run(db, known, vec![hash.as_str().into(), customer.clone(), at.into()]).await?;
    }
    Ok(())
}

/// What gestures and notes said, and what people said when they let something go.
async fn words(db: &impl ConnectionTrait, records: &[Uuid]) -> Result<(), StoreError> {
    let theirs = format!("customer_id IN ({})", places(records.len()));
    let whose = || records.iter().map(|id| Value::from(*id));
    let silent = serde_json::to_string(&Content::default())
        .map_err(|_| StoreError::Bug { what: "an empty content as JSON".to_owned() })?;
    let erased = || Value::from(ERASED);
    let gestures = format!(
        "UPDATE gestures SET content = ?, explanation = CASE WHEN explanation = '' THEN '' ELSE ? END WHERE {theirs}"
    );
    run(db, &gestures, [silent.into(), erased()].into_iter().chain(whose()).collect()).await?;
    let notes = format!(
        "UPDATE notes SET subject = '', text = CASE WHEN text = '' THEN '' ELSE ? END, facts = '[]', objections = '[]', \
         explanation = CASE WHEN explanation = '' THEN '' ELSE ? END WHERE {theirs}"
    );
    run(db, &notes, [erased(), erased()].into_iter().chain(whose()).collect()).await?;
    let waived =
        format!("UPDATE obligations SET explanation = ? WHERE {theirs} AND state = '{}'", ObligationState::Waived);
    run(db, &waived, std::iter::once(erased()).chain(whose()).collect()).await
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

/// An erasure whose files are still to be cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Who was erased.
    pub customer: CustomerId,
    /// The notes to them, by the batch and chunk in which they left.
    pub notes: BTreeMap<(NoteBatchId, u32), Vec<NoteId>>,
}

impl Store {
    /// The erasure that has waited longest for its files to be cleaned.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn unfinished_erasure(&self) -> Result<Option<Unfinished>, StoreError> {
        let db = self.reader();
        let oldest = "SELECT customer_id FROM erasures WHERE finished_at IS NULL ORDER BY at LIMIT 1";
        let row = db.query_one_raw(statement(db.get_database_backend(), oldest, Vec::new())).await?;
        let Some(row) = row else { return Ok(None) };
        let customer: Uuid = row.try_get_by_index(0)?;
        let mut records = load::members(db, [CustomerId(customer)]).await?;
        records.insert(customer);
        let mut notes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for records in lists(records) {
            use note::{Column, Entity};
            let left: Vec<(Uuid, Uuid, i32)> = Entity::find()
                .select_only()
                .columns([Column::Id, Column::BatchId, Column::Chunk])
                .filter(Column::CustomerId.is_in(records))
                .filter(Column::Chunk.is_not_null())
                .into_tuple()
                .all(db)
                .await?;
            for (note, batch, chunk) in left {
                let chunk = u32::try_from(chunk).map_err(|why| StoreError::corrupt("notes", "chunk", why))?;
                notes.entry((NoteBatchId(batch), chunk)).or_default().push(NoteId(note));
            }
        }
        Ok(Some(Unfinished { customer: CustomerId(customer), notes }))
    }

    /// Ends an erasure: on SQLite, what its journal still holds of the person is written out and cut off first. `false` if
    /// readers are in the way; then it is done again later.
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
