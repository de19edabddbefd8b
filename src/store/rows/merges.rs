//! Merges of customers.

use super::Source;
use crate::{
    domain::{
        ids::CustomerId,
        merging::{Merge, Person},
    },
    store::{entity::merge, error::StoreError},
};

const MERGES: Source = Source("merges");

pub(in crate::store) fn to_row(merge: &Merge) -> Result<merge::Model, StoreError> {
    Ok(merge::Model {
        id: merge.id,
        survivor_id: merge.survivor.0,
        duplicate_id: merge.duplicate.0,
        // Whoever was parted again needs no copy of what they were.
        own: if merge.undone_at.is_some() { String::new() } else { MERGES.to_json("own", &merge.own)? },
        stopped: MERGES.to_json("stopped", &merge.stopped)?,
        at: merge.at.as_microsecond(),
        undone_at: merge.undone_at.map(|at| at.as_microsecond()),
    })
}

pub(in crate::store) fn from_row(row: merge::Model) -> Result<Merge, StoreError> {
    let own = if row.own.is_empty() { Person::default() } else { MERGES.json("own", &row.own)? };
    Ok(Merge {
        id: row.id,
        survivor: CustomerId(row.survivor_id),
        duplicate: CustomerId(row.duplicate_id),
        own,
        stopped: MERGES.json("stopped", &row.stopped)?,
        at: MERGES.instant("at", row.at)?,
        undone_at: MERGES.instant_opt("undone_at", row.undone_at)?,
    })
}
