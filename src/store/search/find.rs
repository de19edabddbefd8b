//! Finds customers by their words: candidates in no order, to be scored by who asked.

use super::keys;
use crate::{
    domain::{
        customer::IdentifierKey,
        identity::{near_keys, search::Lookup, terms::Class},
        ids::CustomerId,
    },
    store::{Store, chunk::lists, entity::search_word, error::StoreError},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Somebody who may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// Who; where records were merged, this may be one that became part of another.
    pub customer: CustomerId,
    /// All their terms.
    pub terms: String,
}

/// Which customers are wanted: those of whom all words fit, or any two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Each word, with the terms any of which fits it. None of them is empty.
    pub words: Vec<Vec<Lookup>>,
    /// All words must fit; otherwise two are enough.
    pub all: bool,
}

/// Most candidates of one condition.
const CANDIDATES_MAX: usize = 200;
/// Most known words that are compared with what was typed.
const NEAR_WORDS_MAX: u64 = 500;

impl Store {
    /// Customers who meet any of the conditions, at most 200 for each, in no order.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn search(&self, wanted: &[Wanted]) -> Result<Vec<SearchHit>, StoreError> {
        if wanted.iter().all(|wanted| wanted.words.is_empty()) {
            return Ok(Vec::new());
        }
        let db = self.reader();
        let backend = db.get_database_backend();
        let (sql, values) = match backend {
            DbBackend::Postgres => on_postgres(wanted),
            _ => on_sqlite(wanted),
        };
        let rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        let hit = |row: &sea_orm::QueryResult| {
            let customer = CustomerId(row.try_get::<Uuid>("", "customer_id")?);
            Ok(SearchHit { customer, terms: row.try_get("", "terms")? })
        };
        rows.iter().map(hit).collect()
    }

    /// The known words that may be meant by what was typed: some letter away, or sounding alike. They have yet to be
    /// compared.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn words_near(&self, typed: impl Iterator<Item = &str>) -> Result<Vec<String>, StoreError> {
        use search_word::{Column, Entity};
        let keys: BTreeSet<String> = typed.flat_map(near_keys).collect();
        let mut near = Vec::new();
        for list in lists(keys) {
            let found: Vec<String> = Entity::find()
                .select_only()
                .column(Column::Word)
                .distinct()
                .filter(Column::Key.is_in(list))
                .limit(NEAR_WORDS_MAX)
                .into_tuple()
                .all(self.reader())
                .await?;
            near.extend(found);
        }
        Ok(near)
    }

    /// Who has one of the identifiers, with the first that they have; at most 20 for each.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn owners(&self, keys: &[IdentifierKey]) -> Result<Vec<(CustomerId, IdentifierKey)>, StoreError> {
        let mut owners: Vec<(CustomerId, IdentifierKey)> = Vec::new();
        for key in keys {
            for customer in self.customers_with(key).await? {
                if owners.iter().all(|(known, _)| *known != customer) {
                    owners.push((customer, key.clone()));
                }
            }
        }
        Ok(owners)
    }
}

/// Whether anybody is still found by a word.
pub(super) async fn is_used(db: &impl ConnectionTrait, word: &str) -> Result<bool, StoreError> {
    let lookups = [Class::Name, Class::Town].map(|class| Lookup::Whole(class.term(word))).to_vec();
    let wanted = [Wanted { words: vec![lookups], all: true }];
    let backend = db.get_database_backend();
    let (sql, values) = match backend {
        DbBackend::Postgres => on_postgres(&wanted),
        _ => on_sqlite(&wanted),
    };
    Ok(db.query_one_raw(Statement::from_sql_and_values(backend, sql, values)).await?.is_some())
}

fn on_sqlite(wanted: &[Wanted]) -> (String, Vec<Value>) {
    let one = format!(
        "SELECT rowid FROM (SELECT rowid FROM customer_terms WHERE customer_terms MATCH ? LIMIT {CANDIDATES_MAX})"
    );
    let found = vec![one; wanted.len()].join(" UNION ");
    let values = wanted.iter().map(|wanted| matching(wanted).into()).collect();
    (format!("SELECT customer_id, terms FROM customer_search WHERE id IN ({found})"), values)
}

/// The condition in the language of SQLite's full-text tables. Terms have neither quotes nor spaces.
fn matching(wanted: &Wanted) -> String {
    let any = |lookups: &Vec<Lookup>| {
        let terms = lookups.iter().map(|lookup| match lookup {
            Lookup::Whole(term) => format!("\"{term}\""),
            Lookup::Beginning(term) => format!("\"{term}\"*"),
        });
        format!("({})", terms.collect::<Vec<_>>().join(" OR "))
    };
    let words: Vec<_> = wanted.words.iter().map(any).collect();
    combined(&words, wanted.all)
}

/// Each condition stands in a list of its own that is read only as far as it is asked for. The planner must not see the
/// limit: it would hope to meet two hundred soon, and read the whole table for a name that is rare.
fn on_postgres(wanted: &[Wanted]) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = Vec::new();
    let (mut lists, mut found) = (Vec::new(), Vec::new());
    for (at, wanted) in wanted.iter().enumerate() {
        let mut words = Vec::new();
        for lookups in &wanted.words {
            values.push(lookups.iter().map(keys::of_lookup).collect::<Vec<_>>().join(" ").into());
            words.push(format!("keys && string_to_array(${}, ' ')", values.len()));
        }
        let condition = combined(&words, wanted.all);
        lists.push(format!(
            "list{at} AS MATERIALIZED (SELECT customer_id, terms FROM customer_search WHERE {condition})"
        ));
        found.push(format!(
            "SELECT * FROM (SELECT customer_id, terms FROM list{at} LIMIT {CANDIDATES_MAX}) AS part{at}"
        ));
    }
    (format!("WITH {} {}", lists.join(", "), found.join(" UNION ")), values)
}

/// All of the conditions, or any two.
fn combined(conditions: &[String], all: bool) -> String {
    if all || conditions.len() < 3 {
        return conditions.join(" AND ");
    }
    let mut pairs = Vec::new();
    for (at, first) in conditions.iter().enumerate() {
        pairs.extend(conditions[at + 1..].iter().map(|second| format!("({first} AND {second})")));
    }
    pairs.join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(all: bool) -> Wanted {
        let words = vec![
            vec![Lookup::Whole("anna".to_owned()), Lookup::Whole("ann".to_owned())],
            vec![Lookup::Beginning("mu".to_owned())],
            vec![Lookup::Whole("\u{e000}ulm".to_owned())],
        ];
        Wanted { words, all }
    }

    #[test]
    fn conditions_are_said_in_the_words_of_each_engine() {
        assert_eq!(matching(&wanted(true)), "(\"anna\" OR \"ann\") AND (\"mu\"*) AND (\"\u{e000}ulm\")");
        let (sql, values) = on_postgres(&[wanted(true)]);
        assert!(sql.contains("keys && string_to_array($1, ' ') AND keys && string_to_array($2, ' ')"), "{sql}");
        assert_eq!(values, ["=anna =ann".into(), "mu".into(), "=\u{e000}ulm".into()]);
    }

    #[test]
    fn two_of_three_are_three_pairs() {
        assert_eq!(matching(&wanted(false)).matches(" AND ").count(), 3);
        assert_eq!(matching(&wanted(false)).matches(") OR (").count(), 2);
    }
}
