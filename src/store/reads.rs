//! Who read whose data (P12).

use super::{Store, error::StoreError, statement::run};
use crate::domain::ids::CustomerId;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend};
use serde::Serialize;
use uuid::Uuid;

/// Somebody reads a person's data.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reading {
    /// Who reads, as an actor's principal.
    pub principal: String,
    /// The member of staff on whose behalf, where one was named.
    pub on_behalf_of: Option<String>,
    /// By which method.
    pub method: &'static str,
    /// Whose data.
    pub customer: CustomerId,
}

/// A row of `reads`.
#[derive(Debug, Serialize)]
struct Row<'a> {
    at: i64,
    actor: &'a str,
    on_behalf_of: Option<&'a str>,
    method: &'a str,
    customer_id: Uuid,
}

const ON_SQLITE: &str = "INSERT INTO reads (at, actor, on_behalf_of, method, customer_id) \
     SELECT value ->> 'at', value ->> 'actor', value ->> 'on_behalf_of', value ->> 'method', \
     unhex(value ->> 'customer_id', '-') FROM json_each(?) ORDER BY key";

const ON_POSTGRES: &str = "INSERT INTO reads (at, actor, on_behalf_of, method, customer_id) \
     SELECT at, actor, on_behalf_of, method, customer_id FROM json_to_recordset(?::json) AS row \
     (at bigint, actor text, on_behalf_of text, method text, customer_id uuid)";

impl Store {
    /// Notes when who read whose data, in one statement that is the same for any number: a list is read at each key
    /// that somebody types, and five hundred rows value by value would keep the desk waiting.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it.
    pub async fn note_readings(&self, readings: &[(Timestamp, Reading)]) -> Result<(), StoreError> {
        let rows: Vec<_> = readings.iter().map(row).collect();
        let rows = serde_json::to_string(&rows).expect("numbers and texts are JSON");
        self.keep_house(move |tx| {
            let sql = if tx.get_database_backend() == DbBackend::Postgres { ON_POSTGRES } else { ON_SQLITE };
            let rows = rows.clone();
            Box::pin(async move { run(tx, sql, vec![rows.into()]).await })
        })
        .await
    }
}

fn row((at, reading): &(Timestamp, Reading)) -> Row<'_> {
    Row {
        at: at.as_microsecond(),
        actor: &reading.principal,
        on_behalf_of: reading.on_behalf_of.as_deref(),
        method: reading.method,
        customer_id: reading.customer.0,
    }
}
