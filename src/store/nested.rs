//! Customers with what is kept beside them, each in one row: lists come as JSON arrays, so that they need no statement
//! of their own. A row costs more to hand over than to find, and a statement more than its rows.

use super::{
    entity::{consent, customer, customer_identifier, customer_tag},
    error::StoreError,
    rows,
};
use crate::domain::customer::Customer;
use sea_orm::{ColumnTrait, ColumnType, DbBackend, EntityTrait, FromQueryResult, Iden, Iterable, QueryResult};
use serde::de::DeserializeOwned;

/// The columns of a customer `c` and their lists, as [`customer`] reads them.
pub(super) fn customer_columns(backend: DbBackend) -> String {
    [
        prefixed::<customer::Column>("c"),
        list::<customer_identifier::Entity>(backend, "identifiers", ""),
        list::<customer_tag::Entity>(backend, "tags", ""),
        list::<consent::Entity>(backend, "consents", ""),
    ]
    .join(", ")
}

/// A customer from a row of [`customer_columns`].
pub(super) fn customer(row: &QueryResult) -> Result<Customer, StoreError> {
    rows::customers::from_rows(rows::customers::CustomerRows {
        customer: customer::Model::from_query_result(row, "c_")?,
        identifiers: listed(row, "identifiers")?,
        tags: listed(row, "tags")?,
        consents: listed(row, "consents")?,
    })
}

/// All columns of a table, each as `{table}_{column}`.
pub(super) fn prefixed<C: Iterable + Iden>(table: &str) -> String {
    let columns: Vec<_> =
        C::iter().map(|c| format!("{table}.\"{0}\" AS \"{table}_{0}\"", Iden::to_string(&c))).collect();
    columns.join(", ")
}

/// The rows of another table that belong to the customer, as a JSON array of objects, for [`listed`].
pub(super) fn list<E: EntityTrait>(backend: DbBackend, name: &str, condition: &str) -> String {
    let table = E::default().table_name().to_owned();
    let objects = match backend {
        DbBackend::Postgres => "json_agg(l)::text".to_owned(),
        _ => {
            let pairs: Vec<_> = E::Column::iter().map(|column| sqlite_pair(&column)).collect();
            format!("json_group_array(json_object({}))", pairs.join(", "))
        }
    };
    format!("(SELECT {objects} FROM {table} l WHERE l.customer_id = c.id{condition}) AS \"{name}\"")
}

/// A column's name and its value. SQLite's JSON knows neither bytes nor truth.
fn sqlite_pair(column: &impl ColumnTrait) -> String {
    let name = Iden::to_string(column);
    let value = match column.def().get_column_type() {
        ColumnType::Uuid => format!("nullif(hex(l.\"{name}\"), '')"),
        ColumnType::Boolean => {
            format!("json(CASE WHEN l.\"{name}\" THEN 'true' WHEN NOT l.\"{name}\" THEN 'false' ELSE 'null' END)")
        }
        _ => format!("l.\"{name}\""),
    };
    format!("'{name}', {value}")
}

/// The rows of a [`list`].
pub(super) fn listed<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Vec<T>, StoreError> {
    let Some(json) = row.try_get::<Option<String>>("", column)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&json).map_err(|why| StoreError::corrupt("customers", column, format!("{:?}", why.classify())))
}
