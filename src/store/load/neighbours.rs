//! The visits and purchases of a customer near an instant at a place.

use crate::{
    domain::{interaction::InteractionKind, world::Neighbourhood},
    store::{
        by_place::{self, ByPlace},
        entity::interaction,
        error::StoreError,
    },
};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use std::{collections::BTreeSet, fmt::Write};
use uuid::Uuid;

/// One customer's neighbourhood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Window {
    customer: Uuid,
    location: String,
    from: i64,
    to: i64,
}

impl Window {
    pub(super) fn new(customer: Uuid, near: &Neighbourhood) -> Self {
        Self {
            customer,
            location: near.location.to_string(),
            from: near.from.as_microsecond(),
            to: near.to.as_microsecond(),
        }
    }
}

/// Windows of one statement: four parameters each.
const WINDOWS_MAX: usize = 256;

/// The interactions in any of the windows.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    windows: &BTreeSet<Window>,
) -> Result<Vec<interaction::Kept>, StoreError> {
    let windows: Vec<_> = windows.iter().collect();
    let mut found = Vec::new();
    for chunk in windows.chunks(WINDOWS_MAX) {
        // Filled up to a power of two, like every list: see `chunk`.
        let length = chunk.len().next_power_of_two();
        let values = chunk.iter().chain(chunk.last().into_iter().cycle()).take(length).flat_map(|window| {
            [
                Value::from(window.customer),
                Value::from(window.location.as_str()),
                Value::from(window.from),
                Value::from(window.to),
            ]
        });
        let backend = db.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql(backend, length), values);
        found.extend(by_place::rows(db, statement).await?);
    }
    Ok(found)
}

/// The windows come as a list of values, so that each customer's rows are found by an index: by the one of ends, so
/// that of a long history only what ended late enough is read. Begin and location are made expressions, lest another
/// index is taken; and SQLite joins in the order in which a CROSS JOIN names the tables. A row in two windows comes
/// twice.
fn sql(backend: DbBackend, windows: usize) -> String {
    let columns: Vec<_> = interaction::Kept::COLUMNS.iter().map(|name| format!("i.\"{name}\"")).collect();
    let mut values = String::new();
    for window in 0..windows {
        let separator = if window == 0 { "" } else { ", " };
        let first = window * 4;
        match backend {
            DbBackend::Postgres => write!(
                values,
                "{separator}(${}::uuid, ${}::text, ${}::bigint, ${}::bigint)",
                first + 1,
                first + 2,
                first + 3,
                first + 4
            ),
            _ => write!(values, "{separator}(?, ?, ?, ?)"),
        }
        .expect("a string takes any text");
    }
    let (visit, purchase) = (InteractionKind::Visit, InteractionKind::Purchase);
    let columns = columns.join(", ");
    let in_window = |ended: &str| {
        format!(
            "SELECT {columns} FROM near CROSS JOIN interactions i WHERE i.customer_id = near.customer_id AND {ended} \
             AND i.start_at + 0 <= near.highest AND i.location_id || '' = near.location_id \
             AND i.kind IN ('{visit}', '{purchase}') AND i.state <> 'voided'"
        )
    };
    // What goes on has no end.
    let (closed, open) = (in_window("i.end_at >= near.lowest"), in_window("i.end_at IS NULL"));
    format!("WITH near (customer_id, location_id, lowest, highest) AS (VALUES {values}) {closed} UNION ALL {open}")
}
