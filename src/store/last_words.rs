//! What customers last read of us, however it reached them.

use super::{Store, chunk::lists, error::StoreError, rows, statement};
use crate::domain::{
    gesture::GestureState,
    ids::CustomerId,
    note::{LastWords, NoteState, WRITTEN_CHANNELS, WRITTEN_KINDS},
    template::LAST_NOTES,
};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use std::{cmp::Reverse, collections::BTreeMap};
use uuid::Uuid;

/// What reached each customer, the newest first.
pub(super) type ByCustomer = BTreeMap<CustomerId, Vec<LastWords>>;

impl Store {
    /// What each of these customers was last written, a few texts, the newest first: by notes of batches, by workers,
    /// and by hand. Two reads for all of them.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn last_notes(&self, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, Vec<String>>, StoreError> {
        let mut read = ByCustomer::new();
        for list in lists(customers.iter().map(|id| id.0)) {
            for found in [by_notes(self.reader(), &list).await?, by_gestures(self.reader(), &list).await?] {
                found.into_iter().for_each(|(customer, words)| read.entry(customer).or_default().extend(words));
            }
        }
        let newest = |mut words: Vec<LastWords>| {
            words.sort_by_key(|it| Reverse(it.at));
            words.into_iter().take(LAST_NOTES).map(|it| it.text).collect()
        };
        Ok(read.into_iter().map(|(customer, words)| (customer, newest(words))).collect())
    }
}

/// The notes of batches that each customer got last.
async fn by_notes(db: &impl ConnectionTrait, customers: &[Uuid]) -> Result<ByCustomer, StoreError> {
    let from = format!(
        "SELECT customer_id, delivered_at AS at, text AS told, '' AS content, {} \
         FROM notes WHERE state = '{}' AND customer_id IN ({})",
        place("customer_id", "delivered_at DESC, id DESC"),
        NoteState::Delivered.as_str(),
        statement::places(customers.len()),
    );
    ranked(db, &from, customers).await
}

/// What each customer got last otherwise: a worker carried it out, or a person. A note that waited with people has the
/// words that they gave it.
pub(super) async fn by_gestures(db: &impl ConnectionTrait, customers: &[Uuid]) -> Result<ByCustomer, StoreError> {
    let from = format!(
        "SELECT g.customer_id, g.completed_at AS at, CASE WHEN n.state = '{}' THEN n.text ELSE '' END AS told, g.content, {} \
         FROM gestures AS g LEFT JOIN notes AS n ON n.id = g.note_id \
         WHERE g.state = '{}' AND g.kind IN ({}) AND g.channel IN ({}) AND (n.state IS NULL OR n.state <> '{}') \
         AND g.customer_id IN ({})",
        NoteState::WithPerson.as_str(),
        place("g.customer_id", "g.completed_at DESC, g.id DESC"),
        GestureState::Completed.as_str(),
        quoted(WRITTEN_KINDS.map(|kind| kind.as_str())),
        quoted(WRITTEN_CHANNELS.map(|channel| channel.as_str())),
        NoteState::Delivered.as_str(),
        statement::places(customers.len()),
    );
    ranked(db, &from, customers).await
}

fn place(of: &str, order: &str) -> String {
    format!("ROW_NUMBER() OVER (PARTITION BY {of} ORDER BY {order}) AS place")
}

/// Names of ours, as a list in a statement.
fn quoted<const N: usize>(names: [&str; N]) -> String {
    names.map(|name| format!("'{name}'")).join(", ")
}

/// The first few of each customer, as far as their words are kept.
async fn ranked(db: &impl ConnectionTrait, from: &str, customers: &[Uuid]) -> Result<ByCustomer, StoreError> {
    let sql = format!("SELECT customer_id, at, told, content FROM ({from}) AS ranked WHERE place <= {LAST_NOTES}");
    let values = customers.iter().map(|id| Value::from(*id)).collect();
    let mut read = ByCustomer::new();
    for row in db.query_all_raw(statement::statement(db.get_database_backend(), &sql, values)).await? {
        let (customer, words) = last_words(&row)?;
        if !words.text.is_empty() {
            read.entry(customer).or_default().push(words);
        }
    }
    Ok(read)
}

fn last_words(row: &QueryResult) -> Result<(CustomerId, LastWords), StoreError> {
    let (customer, at): (Uuid, i64) = (row.try_get("", "customer_id")?, row.try_get("", "at")?);
    let (told, content): (String, String) = (row.try_get("", "told")?, row.try_get("", "content")?);
    let text = if told.is_empty() && !content.is_empty() { rows::gestures::content(&content)?.text } else { told };
    Ok((CustomerId(customer), LastWords { at: rows::time::instant("gestures", "completed_at", at)?, text }))
}
