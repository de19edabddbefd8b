//! What is kept for a time only: how much of it is too old, and its end, in bounded pages.

use super::{
    Store,
    entity::event,
    error::StoreError,
    rows,
    statement::{run, statement},
    write::insert,
};
use crate::domain::{
    ids::InteractionId,
    retention::Kept,
    world::{Actor, Event, EventDetail, EventKind, Subject},
};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

/// Interactions about which somebody wrote: word for word the condition of the index over them.
const WITH_REMARKS: &str = r#"(detail LIKE '%"remarks":%' OR detail LIKE '%"stranger":%')"#;

/// How much is kept longer than it may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TooOld {
    /// How many rows.
    pub count: u64,
    /// Since when the oldest of them is there.
    pub oldest: Option<Timestamp>,
}

impl Store {
    /// How much of something is from before an instant. Reads no more than that.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn too_old(&self, kept: Kept, before: Timestamp) -> Result<TooOld, StoreError> {
        let sql = match kept {
            Kept::Remarks => format!(
                "SELECT COUNT(*), MIN(start_at) FROM interactions \
                 WHERE start_at < ? AND state <> 'open' AND {WITH_REMARKS}"
            ),
            Kept::Events => old_rows("events"),
            Kept::Reads => old_rows("reads"),
            Kept::RequestKeys => {
                "SELECT COUNT(*), MIN(expires_at) FROM idempotency_keys WHERE expires_at IS NOT NULL AND expires_at <= ?"
                    .to_owned()
            }
        };
        let db = self.reader();
        let asked = statement(db.get_database_backend(), &sql, vec![before.as_microsecond().into()]);
        let Some(row) = db.query_one_raw(asked).await? else { return Ok(TooOld::default()) };
        let (count, oldest): (i64, Option<i64>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let oldest = oldest.map(Timestamp::from_microsecond).transpose();
        Ok(TooOld {
            count: u64::try_from(count).unwrap_or_default(),
            oldest: oldest.map_err(|why| StoreError::corrupt(kept.as_str(), "at", why))?,
        })
    }

    /// Interactions from before an instant about which somebody wrote; the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn with_old_remarks(&self, before: Timestamp, limit: u32) -> Result<Vec<InteractionId>, StoreError> {
        let sql = format!(
            "SELECT id FROM interactions WHERE start_at < ? AND state <> 'open' AND {WITH_REMARKS} \
             ORDER BY start_at, id LIMIT ?"
        );
        let db = self.reader();
        let values: Vec<Value> = vec![before.as_microsecond().into(), i64::from(limit).into()];
        let found = db.query_all_raw(statement(db.get_database_backend(), &sql, values)).await?;
        found.iter().map(|row| Ok(InteractionId(row.try_get_by_index::<Uuid>(0)?))).collect()
    }

    /// Forgets the oldest changes or readings from before an instant, at most `limit`, and notes that it did so;
    /// returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn forget_log(
        &self,
        kept: Kept,
        before: Timestamp,
        limit: u32,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let table = match kept {
            Kept::Events => "events",
            Kept::Reads => "reads",
            Kept::Remarks | Kept::RequestKeys => {
                return Err(StoreError::Bug { what: format!("{kept} are not rows of a log") });
            }
        };
        // Rows are numbered as they come: what is too old comes first, and the first that is not ends the page.
        let delete = format!(
            "DELETE FROM {table} WHERE seq IN (SELECT seq FROM (SELECT seq, at FROM {table} ORDER BY seq LIMIT ?) AS page \
             WHERE at < ?)"
        );
        let noted = forgotten(kept, now);
        self.keep_house(move |tx| {
            let values: Vec<Value> = vec![i64::from(limit).into(), before.as_microsecond().into()];
            let delete = statement(tx.get_database_backend(), &delete, values.clone());
            let noted = noted.clone();
            Box::pin(async move {
                if kept == Kept::Events {
                    note_forgotten(tx, values).await?;
                }
                let gone = tx.execute_raw(delete).await?.rows_affected();
                if gone > 0 {
                    insert::<event::Entity, _>(tx, vec![rows::ledger::event_to_row(&noted)?]).await?;
                }
                Ok(gone)
            })
        })
        .await
    }
}

/// Keeps the last place in the feed that a page is about to forget: whoever was told less would miss something. It only
/// grows, since on PostgreSQL the order of the feed is not that of the sequence.
async fn note_forgotten(tx: &impl ConnectionTrait, page: Vec<Value>) -> Result<(), StoreError> {
    let backend = tx.get_database_backend();
    let last = "SELECT tx, seq FROM (SELECT tx, seq, at FROM events ORDER BY seq LIMIT ?) AS page WHERE at < ? \
                ORDER BY tx DESC, seq DESC LIMIT 1";
    let Some(row) = tx.query_one_raw(statement(backend, last, page)).await? else { return Ok(()) };
    let (last_tx, last_seq): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let note = "UPDATE instance SET forgotten_tx = ?, forgotten_seq = ? WHERE id = 1 AND (forgotten_tx IS NULL \
                OR forgotten_tx < ? OR forgotten_tx = ? AND forgotten_seq < ?)";
    run(tx, note, [last_tx, last_seq, last_tx, last_tx, last_seq].map(Value::from).into()).await
}

/// Those at the beginning of a log that are too old: they stand before the first that is not.
fn old_rows(table: &str) -> String {
    format!(
        "SELECT COUNT(*), MIN(at) FROM {table} WHERE seq < COALESCE(\
         (SELECT seq FROM {table} WHERE at >= ? ORDER BY seq LIMIT 1), 9223372036854775807)"
    )
}

fn forgotten(kept: Kept, at: Timestamp) -> Event {
    let detail = EventDetail { fields: vec![kept.as_str().to_owned()], ..EventDetail::default() };
    let (kind, actor) = (EventKind::RetentionApplied, Actor::system());
    Event { at, kind, subject: Subject::Retention, customer: None, actor, detail }
}
