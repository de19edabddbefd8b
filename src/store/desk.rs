//! Who stands at the desk: one statement, whose cost does not grow with the number of customers.
//!
//! It finds the customers with everything that is kept beside them and what is to be said or handed over to them.

use super::{
    Store,
    by_place::Places,
    chunk::lists,
    entity::{case, customer_summary, gesture},
    error::StoreError,
    nested::{customer, customer_columns, list, listed, of},
    rows,
};
use crate::domain::{
    case::{Case, CaseState},
    customer::{Channel, Customer, IdentifierKey},
    gesture::{Gesture, GestureState},
    ids::CustomerId,
    summary::Summary,
};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use std::fmt::Write;

/// A customer as the desk must know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtDesk {
    /// Who.
    pub customer: Customer,
    /// Their history; empty for somebody we have not met.
    pub summary: Summary,
    /// The oldest open case.
    pub open_case: Option<Case>,
    /// What is to be said or handed over, and promises not kept yet; the first due first.
    pub gestures: Vec<Gesture>,
}

/// More than this share no identifier but a default one ("000"); the desk must ask anyway.
const FOUND_MAX: usize = 20;

impl Store {
    /// The customers who have one of the identifiers, in order of id: the survivors, where records were merged.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn recognise(&self, keys: &[IdentifierKey]) -> Result<Vec<AtDesk>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let length = keys.len().next_power_of_two();
        let values = keys
            .iter()
            .chain(keys.last().into_iter().cycle())
            .take(length)
            .flat_map(|key| [key.kind.as_str().into(), key.system.as_str().into(), key.normalized.as_str().into()]);
        self.at_desk(&by_identifier(self.reader().get_database_backend(), length), values.collect()).await
    }

    /// Customers by their ids, in order of id.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customers_at_desk(&self, ids: &[CustomerId]) -> Result<Vec<AtDesk>, StoreError> {
        let mut found = Vec::new();
        for list in lists(ids.iter().map(|id| id.0)) {
            let sql = by_id(self.reader().get_database_backend(), list.len());
            found.extend(self.at_desk(&sql, list.into_iter().map(Value::from).collect()).await?);
        }
        Ok(found)
    }

    async fn at_desk(&self, found: &str, values: Vec<Value>) -> Result<Vec<AtDesk>, StoreError> {
        let db = self.reader();
        let backend = db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, people(backend, found), values);
        db.query_all_raw(statement).await?.iter().map(person).collect()
    }
}

/// The ids of those who have one of so many identifiers.
fn by_identifier(backend: DbBackend, identifiers: usize) -> String {
    let wanted = tuples(backend, identifiers, &["text", "text", "text"]);
    format!(
        "WITH wanted (kind, system, normalized) AS (VALUES {wanted}), \
         found (id) AS (SELECT DISTINCT COALESCE(owner.merged_into, owner.id) FROM wanted \
         JOIN customer_identifiers i ON i.kind = wanted.kind AND i.system = wanted.system \
         AND i.normalized = wanted.normalized JOIN customers owner ON owner.id = i.customer_id LIMIT {FOUND_MAX})"
    )
}

/// The ids, as they are given.
fn by_id(backend: DbBackend, ids: usize) -> String {
    let wanted = tuples(backend, ids, &["uuid"]);
    format!("WITH wanted (id) AS (VALUES {wanted}), found (id) AS (SELECT DISTINCT id FROM wanted)")
}

fn tuples(backend: DbBackend, count: usize, types: &[&str]) -> String {
    let mut sql = String::new();
    for tuple in 0..count {
        sql.push_str(if tuple == 0 { "(" } else { ", (" });
        for (place, kind) in types.iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            match backend {
                DbBackend::Postgres => {
                    write!(sql, "{separator}${}::{kind}", tuple * types.len() + place + 1)
                        .expect("a string takes text");
                }
                _ => write!(sql, "{separator}?").expect("a string takes text"),
            }
        }
        sql.push(')');
    }
    sql
}

/// The people found, each in one row: the customer with their lists as JSON, the summary, the case, and the gestures.
fn people(backend: DbBackend, found: &str) -> String {
    let columns = [
        customer_columns(backend),
        of::<customer_summary::Model>("s"),
        of::<case::Model>("k"),
        list::<gesture::Entity>(backend, "gestures", &format!(" AND {}", said_here())),
    ];
    let open = CaseState::Open;
    format!(
        "{found} SELECT {} FROM found JOIN customers c ON c.id = found.id \
         LEFT JOIN customer_summaries s ON s.customer_id = c.id \
         LEFT JOIN cases k ON k.id = (SELECT o.id FROM cases o WHERE o.customer_id = c.id AND o.state = '{open}' \
         ORDER BY o.opened_at, o.id LIMIT 1) ORDER BY c.id",
        columns.join(", ")
    )
}

/// What is said or handed over here, and promises not kept yet.
fn said_here() -> String {
    let quoted =
        |names: &mut dyn Iterator<Item = &str>| names.map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let pending = quoted(&mut GestureState::ALL.iter().filter(|state| !state.is_final()).map(|state| state.as_str()));
    let here = quoted(&mut [Channel::InPerson, Channel::HandOver].iter().map(|channel| channel.as_str()));
    format!("l.state IN ({pending}) AND (l.channel IN ({here}) OR l.promised)")
}

fn person(row: &QueryResult) -> Result<AtDesk, StoreError> {
    let mut places = Places::of(row);
    let customer = customer(&mut places)?;
    let summary = places.row_if_any()?.map(rows::summaries::from_row).transpose()?;
    let summary = summary.unwrap_or_else(|| Summary::new(customer.id));
    let open_case = places.row_if_any()?.map(rows::cases::from_row).transpose()?;
    let gestures: Vec<gesture::Model> = listed(&mut places, "gestures")?;
    let mut gestures = gestures.into_iter().map(rows::gestures::from_row).collect::<Result<Vec<_>, _>>()?;
    gestures.sort_by_key(|gesture| (gesture.schedule.due_at, gesture.id));
    Ok(AtDesk { customer, summary, open_case, gestures })
}
