//! Notes and their batches.

use super::hidden;
use crate::{
    domain::{
        ids::{CustomerId, NoteBatchId, NoteId},
        template::LAST_NOTES,
        world::{Needs, World},
    },
    store::{
        chunk::lists,
        entity::{note, note_batch},
        error::StoreError,
        last_words, rows,
    },
};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The batches that are named, locked until the end of the transaction (in order of id), with the notes that are named
/// and what is wanted of readers. A note changes only under the lock of its batch.
pub(super) async fn batches(
    db: &impl ConnectionTrait,
    world: &mut World,
    needs: &[Needs],
    hidden_from: Timestamp,
) -> Result<(), StoreError> {
    let batches: BTreeSet<NoteBatchId> = needs.iter().flat_map(|need| need.batches.iter().copied()).collect();
    for list in lists(batches.iter().map(|id| id.0)) {
        let query =
            note_batch::Entity::find().filter(note_batch::Column::Id.is_in(list)).order_by_asc(note_batch::Column::Id);
        let query = if db.get_database_backend() == DbBackend::Postgres { query.lock_exclusive() } else { query };
        for row in query.all(db).await? {
            let batch = rows::notes::batch_from_row(row)?;
            world.batches.load(batch.id, batch);
        }
    }
    let notes: BTreeSet<NoteId> = needs.iter().flat_map(|need| need.notes.iter().copied()).collect();
    for list in lists(notes.iter().map(|id| id.0)) {
        load(world, note::Entity::find().filter(note::Column::Id.is_in(list)).all(db).await?)?;
    }
    let readers = needs.iter().flat_map(|need| need.readers.iter().copied()).collect();
    read_by(db, world, readers, hidden_from).await
}

/// What customers last read: the notes of batches, and the words of what reached them otherwise; and what they bought
/// as a surprise since an instant.
pub(super) async fn read_by(
    db: &impl ConnectionTrait,
    world: &mut World,
    readers: BTreeSet<CustomerId>,
    hidden_from: Timestamp,
) -> Result<(), StoreError> {
    for list in lists(readers.iter().map(|id| id.0)) {
        let ids = last_read(db, &list).await?;
        for ids in lists(ids) {
            load(world, note::Entity::find().filter(note::Column::Id.is_in(ids)).all(db).await?)?;
        }
        world.last_words.extend(last_words::by_gestures(db, &list).await?);
        hidden::load(db, world, list, hidden_from).await?;
    }
    Ok(())
}

fn load(world: &mut World, rows: Vec<note::Model>) -> Result<(), StoreError> {
    for row in rows {
        let note = rows::notes::from_row(row)?;
        world.notes.load(note.id, note);
    }
    Ok(())
}

/// The last few notes that each customer got.
async fn last_read(db: &impl ConnectionTrait, customers: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let backend = db.get_database_backend();
    let places = |n: usize| match backend {
        DbBackend::Postgres => format!("${n}"),
        _ => "?".to_owned(),
    };
    let list = (1..=customers.len()).map(places).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY delivered_at DESC, id DESC) AS place \
         FROM notes WHERE state = 'delivered' AND customer_id IN ({list})) AS ranked WHERE place <= {LAST_NOTES}"
    );
    let values = customers.iter().map(|id| Value::from(*id));
    let rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
