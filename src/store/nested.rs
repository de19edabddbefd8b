//! Customers with what is kept beside them, each in one row: lists come as JSON arrays, so that they need no statement
//! of their own. A row costs more to hand over than to find, and a statement more than its rows.

use super::{
    by_place::{ByPlace, Places},
    entity::{consent, customer, customer_identifier, customer_tag},
    error::StoreError,
    rows,
};
use crate::domain::customer::Customer;
use sea_orm::{ColumnTrait, ColumnType, DbBackend, EntityTrait, Iden, Iterable};
use serde::de::DeserializeOwned;

/// The columns of a customer `c` and their lists, as [`customer`] reads them.
pub(super) fn customer_columns(backend: DbBackend) -> String {
    [
        of::<customer::Model>("c"),
        list::<customer_identifier::Entity>(backend, "identifiers", ""),
        list::<customer_tag::Entity>(backend, "tags", ""),
        list::<consent::Entity>(backend, "consents", ""),
    ]
    .join(", ")
}

/// A customer from [`customer_columns`], which come next.
pub(super) fn customer(places: &mut Places<'_>) -> Result<Customer, StoreError> {
    rows::customers::from_rows(rows::customers::CustomerRows {
        customer: customer::Model::by_place(places)?,
        identifiers: listed(places, "identifiers")?,
        tags: listed(places, "tags")?,
        consents: listed(places, "consents")?,
    })
}

/// All columns of a row, in order.
pub(super) fn of<R: ByPlace>(table: &str) -> String {
    let columns: Vec<_> = R::COLUMNS.iter().map(|column| format!("{table}.\"{column}\"")).collect();
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

/// The rows of a [`list`], which comes next.
pub(super) fn listed<T: DeserializeOwned>(places: &mut Places<'_>, name: &str) -> Result<Vec<T>, StoreError> {
    let Some(json) = places.value::<Option<String>>()? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&json).map_err(|why| StoreError::corrupt("customers", name, format!("{:?}", why.classify())))
}
