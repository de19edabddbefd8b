//! One row of a file, cut down to what the mapping wants.

use std::borrow::Cow;

use super::columns::Slot;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Line of the file on which it begins, from 1.
    pub(super) line: u64,
    /// Its number, from 1; a heading is no row.
    pub(super) number: u64,
    /// The wanted columns.
    pub(super) cells: Vec<String>,
    /// The columns that the mapping derives from them.
    pub(super) derived: Vec<String>,
}

impl Record {
    /// What stands in a slot; empty if nothing does.
    pub(super) fn get(&self, slot: Slot) -> Cow<'_, str> {
        let cell = match slot {
            Slot::Cell(index) => self.cells.get(index),
            Slot::Derived(index) => self.derived.get(index),
            Slot::Row => return Cow::Owned(self.number.to_string()),
        };
        Cow::Borrowed(cell.map(String::as_str).unwrap_or_default())
    }
}
