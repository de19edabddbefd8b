//! Finds customers by their words: candidates in no order, to be scored by who asked.

use super::keys;
use crate::{
    domain::{
        customer::IdentifierKey,
        identity::{near_keys, search::Lookup, terms::Class},
        ids::CustomerId,
    },
    store::{Store, chunk::lists, error::StoreError},
};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
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

/// Most candidates.
const CANDIDATES_MAX: usize = 200;
/// Most known words that are compared with what was typed.
const NEAR_WORDS_MAX: u64 = 500;

impl Store {
    /// Customers who are wanted, at most 200, in no order.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn search(&self, wanted: &Wanted) -> Result<Vec<SearchHit>, StoreError> {
        if wanted.words.is_empty() {
            return Ok(Vec::new());
        }
        candidates(self.reader(), wanted).await?.lines().map(hit).collect()
    }

    /// The known words that may be meant by what was typed: some letter away, or sounding alike. They have yet to be
    /// compared.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn words_near(&self, typed: impl Iterator<Item = &str>) -> Result<Vec<String>, StoreError> {
        let keys: BTreeSet<String> = typed.flat_map(near_keys).collect();
        let db = self.reader();
        let backend = db.get_database_backend();
        let mut near = Vec::new();
        for list in lists(keys) {
            let statement = Statement::from_sql_and_values(backend, words_of(backend, list.len()), values(list));
            near.extend(together(db, statement).await?.lines().map(str::to_owned));
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

/// Reads what a statement makes one text of. Row by row, hundreds of candidates would cost more to hand over than to
/// find.
async fn together(db: &impl ConnectionTrait, statement: Statement) -> Result<String, StoreError> {
    let row = db.query_one_raw(statement).await?;
    Ok(row.map(|row| row.try_get::<Option<String>>("", "found")).transpose()?.flatten().unwrap_or_default())
}

/// A line of what was found: who, a space, and their terms.
fn hit(line: &str) -> Result<SearchHit, StoreError> {
    let (customer, terms) = line.split_once(' ').unwrap_or((line, ""));
    let customer =
        Uuid::try_parse(customer).map_err(|why| StoreError::corrupt("customer_search", "customer_id", why))?;
    Ok(SearchHit { customer: CustomerId(customer), terms: terms.to_owned() })
}

fn words_of(backend: DbBackend, keys: usize) -> String {
    let postgres = backend == DbBackend::Postgres;
    let key = |at| if postgres { format!("${at}") } else { "?".to_owned() };
    let keys: Vec<_> = (1..=keys).map(key).collect();
    let words =
        format!("SELECT DISTINCT word FROM search_words WHERE key IN ({}) LIMIT {NEAR_WORDS_MAX}", keys.join(", "));
    let joined = if postgres { "string_agg(word, chr(10))" } else { "group_concat(word, char(10))" };
    format!("SELECT {joined} AS found FROM ({words}) AS words")
}

fn values(texts: Vec<String>) -> Vec<Value> {
    texts.into_iter().map(Value::from).collect()
}

/// The customers with a telephone number, as an identifier or only as a contact point; at most 200.
pub(in crate::store) async fn at_number(
    db: &impl ConnectionTrait,
    number: &str,
) -> Result<Vec<CustomerId>, StoreError> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return Ok(Vec::new());
    }
    let whole = Lookup::Whole(Class::PhoneStart.term(&digits));
    let found = candidates(db, &Wanted { words: vec![vec![whole]], all: true }).await?;
    found.lines().map(|line| hit(line).map(|hit| hit.customer)).collect()
}

/// Whether anybody is still found by a word.
pub(super) async fn is_used(db: &impl ConnectionTrait, word: &str) -> Result<bool, StoreError> {
    let lookups = [Class::Name, Class::Town].map(|class| Lookup::Whole(class.term(word))).to_vec();
    Ok(!candidates(db, &Wanted { words: vec![lookups], all: true }).await?.is_empty())
}

/// Those who are wanted, each in a line.
async fn candidates(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<String, StoreError> {
    let backend = db.get_database_backend();
    let (sql, values) = match backend {
        DbBackend::Postgres => on_postgres(wanted),
        _ => (on_sqlite(), vec![matching(wanted).into()]),
    };
    together(db, Statement::from_sql_and_values(backend, sql, values)).await
}

fn on_sqlite() -> String {
    format!(
        "SELECT group_concat(hex(customer_id) || ' ' || terms, char(10)) AS found FROM customer_search WHERE id IN \
         (SELECT rowid FROM customer_terms WHERE customer_terms MATCH ? LIMIT {CANDIDATES_MAX})"
    )
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

/// The condition stands in a list of its own that is read only as far as it is asked for. The planner must not see the
/// limit: it would hope to meet two hundred soon, and read the whole table for a name that is rare.
fn on_postgres(wanted: &Wanted) -> (String, Vec<Value>) {
    let keys = |lookups: &Vec<Lookup>| lookups.iter().map(keys::of_lookup).collect::<Vec<_>>().join(" ");
    let values: Vec<Value> = wanted.words.iter().map(|lookups| keys(lookups).into()).collect();
    let words: Vec<_> = (1..=values.len()).map(|at| format!("keys && string_to_array(${at}, ' ')")).collect();
    let condition = combined(&words, wanted.all);
    let sql = format!(
        "WITH list AS MATERIALIZED (SELECT customer_id, terms FROM customer_search WHERE {condition}) \
         SELECT string_agg(customer_id::text || ' ' || terms, chr(10)) AS found \
         FROM (SELECT customer_id, terms FROM list LIMIT {CANDIDATES_MAX}) AS hits"
    );
    (sql, values)
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
        let (sql, values) = on_postgres(&wanted(true));
        assert!(sql.contains("keys && string_to_array($1, ' ') AND keys && string_to_array($2, ' ')"), "{sql}");
        assert_eq!(values, ["=anna =ann".into(), "mu".into(), "=\u{e000}ulm".into()]);
    }

    #[test]
    fn two_of_three_are_three_pairs() {
        assert_eq!(matching(&wanted(false)).matches(" AND ").count(), 3);
        assert_eq!(matching(&wanted(false)).matches(") OR (").count(), 2);
    }
}
