//! Merges of customers.

use super::Source;
use crate::{
    domain::{
        ids::CustomerId,
        merging::{Merge, NotSame, Person, ordered},
    },
    store::{
        entity::{merge, not_same},
        error::StoreError,
    },
};

const MERGES: Source = Source("merges");
const NOT_SAME: Source = Source("not_same");

pub(in crate::store) fn to_row(merge: &Merge) -> Result<merge::Model, StoreError> {
    Ok(merge::Model {
        id: merge.id,
        survivor_id: merge.survivor.0,
        duplicate_id: merge.duplicate.0,
        // Whoever was parted again needs no copy of what they were.
        own: if merge.undone_at.is_some() { String::new() } else { MERGES.to_json("own", &merge.own)? },
        deceased: merge.deceased,
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
        deceased: row.deceased,
        stopped: MERGES.json("stopped", &row.stopped)?,
        at: MERGES.instant("at", row.at)?,
        undone_at: MERGES.instant_opt("undone_at", row.undone_at)?,
    })
}

pub(in crate::store) fn apart_to_row(apart: &NotSame) -> not_same::Model {
    let NotSame { pair: (customer, other), at } = apart;
    not_same::Model { customer_id: customer.0, other_id: other.0, created_at: at.as_microsecond() }
}

pub(in crate::store) fn apart_from_row(row: &not_same::Model) -> Result<NotSame, StoreError> {
    let pair = ordered((CustomerId(row.customer_id), CustomerId(row.other_id)));
    Ok(NotSame { pair, at: NOT_SAME.instant("created_at", row.created_at)? })
}
