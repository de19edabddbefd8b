//! A table of the world: what was loaded, what changed, and what the current command tries.

use crate::domain::{
    action::{Action, Changed},
    capacity::{Calls, FreedDay},
    case::{Case, Grant},
    customer::Customer,
    gesture::{Contact, Gesture},
    interaction::Interaction,
    note::{Note, NoteBatch},
    obligation::{Decision, Obligation},
    summary::Summary,
};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
};
use uuid::Uuid;

/// A thing that a table keeps: it says under which related ids it must be found.
pub trait Row: Clone {
    /// The ids of the things it belongs to (customer, interaction, household …).
    fn owners(&self) -> impl Iterator<Item = Uuid>;
}

/// Rows by key, with an overlay for the command that is being decided. Rows are large and wander from map to map, so
/// each has a place of its own.
#[derive(Debug)]
pub struct Table<K, V> {
    rows: HashMap<K, Box<V>>,
    /// Of each row that differs from the database: how it is there, if it is.
    changed: BTreeMap<K, Option<Box<V>>>,
    tried: HashMap<K, Box<V>>,
    owned: HashMap<Uuid, BTreeSet<K>>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: HashMap::new(), changed: BTreeMap::new(), tried: HashMap::new(), owned: HashMap::new() }
    }
}

impl<K: Clone + Eq + Hash + Ord, V: Row> Table<K, V> {
    /// Takes a row as it is in the database. A row that a command already changed is left as it is.
    pub fn load(&mut self, key: K, row: V) {
        if self.changed.contains_key(&key) {
            return;
        }
        self.index(&key, &row);
        self.rows.insert(key, Box::new(row));
    }

    /// The row under a key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.tried.get(key).or_else(|| self.rows.get(key)).map(Box::as_ref)
    }

    /// Whether a row is there that the database does not have: all that belongs to it is in the world too.
    #[must_use]
    pub fn is_new(&self, key: &K) -> bool {
        match self.changed.get(key) {
            Some(before) => before.is_none(),
            None => self.tried.contains_key(key) && !self.rows.contains_key(key),
        }
    }

    /// Inserts or replaces a row, for as long as the command stands.
    pub fn put(&mut self, key: K, row: V) {
        self.index(&key, &row);
        self.tried.insert(key, Box::new(row));
    }

    /// Every row, in no particular order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        let kept = self.rows.iter().filter(|(key, _)| !self.tried.contains_key(key)).map(|(_, row)| row);
        kept.chain(self.tried.values()).map(Box::as_ref)
    }

    /// The rows that belong to something, in order of their keys.
    pub fn of(&self, owner: Uuid) -> impl Iterator<Item = &V> {
        self.owned
            .get(&owner)
            .into_iter()
            .flatten()
            .filter_map(|key| self.get(key))
            .filter(move |row| row.owners().any(|o| o == owner))
    }

    /// The row as it is in the database.
    #[must_use]
    pub fn before(&self, key: &K) -> Option<&V> {
        match self.changed.get(key) {
            Some(before) => before.as_deref(),
            None => self.rows.get(key).map(Box::as_ref),
        }
    }

    /// What the database does not have yet, in order of keys: how each row is there, if it is, and how it is to be.
    pub fn changes(&self) -> impl Iterator<Item = (Option<&V>, &V)> {
        self.changed.iter().filter_map(|(key, before)| Some((before.as_deref(), self.rows.get(key)?.as_ref())))
    }

    /// What the current command tries to change, in order of keys; what it leaves as it was is left out.
    pub(super) fn tried(&self) -> Vec<Changed<V>>
    where
        V: PartialEq,
    {
        let mut tried: Vec<_> = self.tried.iter().collect();
        tried.sort_by_key(|(key, _)| *key);
        let differs = tried.into_iter().filter(|(key, row)| self.rows.get(key) != Some(row));
        let changed = differs.map(|(key, after)| {
            let before = self.rows.get(key).map(|row| V::clone(row));
            Changed { before, after: V::clone(after) }
        });
        changed.collect()
    }

    /// Whether the database has everything.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changed.is_empty()
    }

    fn index(&mut self, key: &K, row: &V) {
        for owner in row.owners() {
            self.owned.entry(owner).or_default().insert(key.clone());
        }
    }
}

/// What every table can do with the current command's changes.
pub(super) trait Overlay {
    fn settle(&mut self);
    fn revert(&mut self);
    fn flushed(&mut self);
}

impl<K: Clone + Eq + Hash + Ord, V: Row> Overlay for Table<K, V> {
    fn settle(&mut self) {
        for (key, row) in std::mem::take(&mut self.tried) {
            let before = self.rows.insert(key.clone(), row);
            self.changed.entry(key).or_insert(before);
        }
    }

    /// The index may keep keys of rows that are gone; look-ups skip them.
    fn revert(&mut self) {
        self.tried.clear();
    }

    fn flushed(&mut self) {
        self.changed.clear();
    }
}

impl Row for Action {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

impl Row for Customer {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.household.0).chain(self.identifiers.iter().map(|i| i.key().hash()))
    }
}

impl Row for Summary {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

impl Row for Interaction {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        self.customer.map(|c| c.0).into_iter().chain(self.joined.map(|j| j.0))
    }
}

impl Row for Obligation {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        self.follows.map(|f| f.0).into_iter()
    }
}

impl Row for Decision {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.customer.0).chain(self.interaction.map(|i| i.0))
    }
}

impl Row for Gesture {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.customer.0).chain(self.interaction.map(|i| i.0))
    }
}

impl Row for Case {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.customer.0)
    }
}

impl Row for Grant {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

impl Row for Contact {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.household.0).chain(self.gesture.map(|g| g.0))
    }
}

impl Row for NoteBatch {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

impl Row for Note {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.customer.0)
    }
}

impl Row for FreedDay {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

impl Row for Calls {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

impl Row for super::KeyRecord {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

impl Row for BTreeMap<Date, u32> {
    fn owners(&self) -> impl Iterator<Item = Uuid> {
        std::iter::empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reverted_command_leaves_no_trace_and_a_settled_one_is_flushed_once() {
        let day = |n| BTreeMap::from([(jiff::civil::date(2026, 1, n), 1)]);
        let mut table: Table<u8, BTreeMap<Date, u32>> = Table::default();
        table.load(1, day(1));

        table.put(1, day(2));
        table.put(2, day(3));
        table.revert();
        assert_eq!(table.get(&1), Some(&day(1)));
        assert_eq!(table.get(&2), None);
        assert!(table.is_clean());

        table.put(2, day(4));
        table.settle();
        table.put(2, day(5));
        table.put(1, day(6));
        table.settle();
        let changes: Vec<_> = table.changes().collect();
        assert_eq!(changes, [(Some(&day(1)), &day(6)), (None, &day(5))]);
        assert_eq!((table.before(&1), table.before(&2)), (Some(&day(1)), None));
        table.flushed();
        assert!(table.is_clean());
        assert_eq!(table.before(&2), Some(&day(5)));
    }

    #[test]
    fn loading_again_never_undoes_a_change() {
        let mut table: Table<u8, BTreeMap<Date, u32>> = Table::default();
        table.load(1, BTreeMap::new());
        table.put(1, BTreeMap::from([(jiff::civil::date(2026, 1, 1), 1)]));
        table.settle();
        table.load(1, BTreeMap::new());
        assert_eq!(table.get(&1).map(BTreeMap::len), Some(1));
    }
}
