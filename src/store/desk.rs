//! Who stands at the desk: two statements, whose cost does not grow with the number of customers.
//!
//! The first finds the customers with everything that is kept beside them (lists come as JSON arrays, so that they need
//! no statement of their own), the second what is to be said or handed over to them.

use super::{
    Store,
    chunk::lists,
    entity::{case, consent, customer, customer_identifier, customer_summary, customer_tag, gesture},
    error::StoreError,
    gestures::settled,
    rows,
};
use crate::domain::{
    case::{Case, CaseState},
    customer::{Channel, Customer, IdentifierKey},
    gesture::Gesture,
    ids::CustomerId,
    summary::Summary,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, Iden, Iterable, QueryFilter,
    QueryOrder, QueryResult, Statement, Value,
};
use serde::de::DeserializeOwned;
use std::{collections::HashMap, fmt::Write};
use uuid::Uuid;

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
        let mut people = Vec::new();
        for row in db.query_all_raw(statement).await? {
            people.push(person(&row)?);
        }
        let mut gestures = self.gestures_at_desk(&people).await?;
        for person in &mut people {
            person.gestures = gestures.remove(&person.customer.id).unwrap_or_default();
        }
        Ok(people)
    }

    async fn gestures_at_desk(&self, people: &[AtDesk]) -> Result<HashMap<CustomerId, Vec<Gesture>>, StoreError> {
        use gesture::{Column, Entity};
        let mut found: HashMap<CustomerId, Vec<Gesture>> = HashMap::new();
        let said_here = [Channel::InPerson.as_str(), Channel::HandOver.as_str()];
        for list in lists(people.iter().map(|person| person.customer.id.0)) {
            let rows = Entity::find()
                .filter(Column::CustomerId.is_in(list))
                .filter(Column::State.is_not_in(settled()))
                .filter(Condition::any().add(Column::Channel.is_in(said_here)).add(Column::Promised.eq(true)))
                .order_by_asc(Column::DueAt)
                .order_by_asc(Column::Id)
                .all(self.reader())
                .await?;
            for row in rows {
                let gesture = rows::gestures::from_row(row)?;
                found.entry(gesture.customer).or_default().push(gesture);
            }
        }
        Ok(found)
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

/// The people found, each in one row: columns `c_…` of the customer, `s_…` of the summary, `k_…` of the case, and the
/// lists as JSON.
fn people(backend: DbBackend, found: &str) -> String {
    let columns = [
        prefixed::<customer::Column>("c"),
        prefixed::<customer_summary::Column>("s"),
        prefixed::<case::Column>("k"),
        list::<customer_identifier::Column>(backend, "customer_identifiers", "identifiers"),
        list::<customer_tag::Column>(backend, "customer_tags", "tags"),
        list::<consent::Column>(backend, "consents", "consents"),
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

fn prefixed<C: Iterable + Iden>(table: &str) -> String {
    let columns: Vec<_> =
        C::iter().map(|c| format!("{table}.\"{0}\" AS \"{table}_{0}\"", Iden::to_string(&c))).collect();
    columns.join(", ")
}

/// The rows of another table that belong to the customer, as a JSON array of objects. Ids come as hexadecimal digits on
/// both engines.
fn list<C: Iterable + Iden>(backend: DbBackend, table: &str, name: &str) -> String {
    let pairs: Vec<_> = C::iter()
        .map(|column| {
            let column = Iden::to_string(&column);
            let value = match (column.ends_with("customer_id"), backend) {
                (true, DbBackend::Postgres) => format!("l.\"{column}\"::text"),
                (true, _) => format!("hex(l.\"{column}\")"),
                (false, _) => format!("l.\"{column}\""),
            };
            format!("'{column}', {value}")
        })
        .collect();
    let (array, object, end) = match backend {
        DbBackend::Postgres => ("json_agg", "json_build_object", "::text"),
        _ => ("json_group_array", "json_object", ""),
    };
    let pairs = pairs.join(", ");
    format!("(SELECT {array}({object}({pairs})){end} FROM {table} l WHERE l.customer_id = c.id) AS \"{name}\"")
}

fn person(row: &QueryResult) -> Result<AtDesk, StoreError> {
    let found = customer::Model::from_query_result(row, "c_")?;
    let id = found.id;
    let customer = rows::customers::from_rows(rows::customers::CustomerRows {
        customer: found,
        identifiers: listed(row, "identifiers")?,
        tags: listed(row, "tags")?,
        consents: listed(row, "consents")?,
    })?;
    let summary = if row.try_get::<Option<Uuid>>("s_", "customer_id")?.is_some() {
        rows::summaries::from_row(customer_summary::Model::from_query_result(row, "s_")?)?
    } else {
        Summary::new(CustomerId(id))
    };
    let open_case = if row.try_get::<Option<Uuid>>("k_", "id")?.is_some() {
        Some(rows::cases::from_row(case::Model::from_query_result(row, "k_")?)?)
    } else {
        None
    };
    Ok(AtDesk { customer, summary, open_case, gestures: Vec::new() })
}

fn listed<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Vec<T>, StoreError> {
    let Some(json) = row.try_get::<Option<String>>("", column)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&json).map_err(|why| StoreError::corrupt("customers", column, format!("{:?}", why.classify())))
}
