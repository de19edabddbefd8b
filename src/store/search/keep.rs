//! Keeps the words of customers, in the transaction in which the customers change.

use super::{find, keys};
use crate::{
    domain::{
        customer::Customer,
        identity::{
            duplicates::blocks,
            near_keys,
            terms::{VERSION, spelled, terms},
        },
    },
    store::{chunk, entity::search_word, error::StoreError, write::insert_missing},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement, Value,
    sea_query::{Expr, ExprTrait},
};
use std::{collections::BTreeSet, fmt::Write};

/// What a customer is found by.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    customer: uuid::Uuid,
    terms: String,
    blocks: String,
}

impl Entry {
    pub(super) fn of(customer: &Customer) -> Self {
        Self { customer: customer.id.0, terms: terms(customer), blocks: blocks(customer).join(" ") }
    }
}

/// Which rows give way to new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// Those of this version too: the customer has changed.
    Same,
    /// Those of older versions only: the customer has not, and whoever changes them meanwhile knows better.
    Older,
}

/// Keeps the words of these customers where they differ from before.
pub(in crate::store) async fn keep(
    db: &impl ConnectionTrait,
    customers: impl Iterator<Item = (Option<&Customer>, &Customer)>,
) -> Result<(), StoreError> {
    let differs = |(before, customer): (Option<&Customer>, &Customer)| {
        let entry = Entry::of(customer);
        (before.map(Entry::of).as_ref() != Some(&entry)).then_some(entry)
    };
    let entries: Vec<_> = customers.filter_map(differs).collect();
    write(db, entries, Over::Same).await
}

/// Writes entries, and makes their words known.
pub(super) async fn write(db: &impl ConnectionTrait, entries: Vec<Entry>, over: Over) -> Result<(), StoreError> {
    let words: BTreeSet<String> = entries.iter().flat_map(|entry| spelled(&entry.terms)).map(str::to_owned).collect();
    learn(db, words, over).await?;
    let backend = db.get_database_backend();
    for piece in chunk::pieces(entries, COLUMNS) {
        let sql = upsert(backend, piece.len(), over);
        let values: Vec<Value> = piece.into_iter().flat_map(|entry| values(backend, entry)).collect();
        db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

/// Columns of a row, at most.
const COLUMNS: usize = 5;

fn values(backend: DbBackend, entry: Entry) -> Vec<Value> {
    let mut values = vec![entry.customer.into(), VERSION.into()];
    if backend == DbBackend::Postgres {
        let keys = keys::of_terms(&entry.terms);
        values.extend([entry.terms.into(), keys.into(), entry.blocks.into()]);
    } else {
        values.extend([entry.terms.into(), entry.blocks.into()]);
    }
    values
}

fn upsert(backend: DbBackend, rows: usize, over: Over) -> String {
    let postgres = backend == DbBackend::Postgres;
    let keys = if postgres { "keys, " } else { "" };
    let mut sql = format!("INSERT INTO customer_search (customer_id, version, terms, {keys}blocks) VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "" } else { ", " });
        if postgres {
            let [customer, version, terms, keys, blocks] = std::array::from_fn(|column| row * COLUMNS + column + 1);
            write!(
                sql,
                "(${customer}, ${version}, ${terms}, string_to_array(${keys}, ' '), string_to_array(${blocks}, ' '))"
            )
            .expect("a string takes text");
        } else {
            sql.push_str("(?, ?, ?, ?)");
        }
    }
    let others = if postgres { ", keys = excluded.keys" } else { "" };
    let compared = if over == Over::Same { "<=" } else { "<" };
    sql + &format!(
        " ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version, terms = excluded.terms, \
         blocks = excluded.blocks{others} WHERE customer_search.version {compared} excluded.version"
    )
}

/// Makes words known that were not. What is known already costs one look, unless an older version may have known it by
/// other keys.
async fn learn(db: &impl ConnectionTrait, mut words: BTreeSet<String>, over: Over) -> Result<(), StoreError> {
    use search_word::{Column, Entity, Model};
    let asked: Vec<_> = if over == Over::Same { words.iter().cloned().collect() } else { Vec::new() };
    for list in chunk::lists(asked) {
        let known: Vec<String> = Entity::find()
            .select_only()
            .column(Column::Word)
            .filter(Column::Key.is_in(list))
            .filter(Expr::col(Column::Word).eq(Expr::col(Column::Key)))
            .into_tuple()
            .all(db)
            .await?;
        for word in known {
            words.remove(&word);
        }
    }
    let rows = words.iter().flat_map(|word| near_keys(word).into_iter().map(|key| Model { key, word: word.clone() }));
    // In order, so that two who learn the same don't wait for each other in a circle.
    let rows: BTreeSet<Model> = rows.collect();
    insert_missing::<Entity, _>(db, rows.into_iter().collect()).await
}

/// Forgets the words by which these customers were found, unless others are found by them too. Their own rows must be
/// without words by then.
pub(in crate::store) async fn forget<'a>(
    db: &impl ConnectionTrait,
    customers: impl Iterator<Item = &'a Customer>,
) -> Result<(), StoreError> {
    use search_word::{Column, Entity};
    let terms: Vec<String> = customers.map(terms).collect();
    let words: BTreeSet<&str> = terms.iter().flat_map(|terms| spelled(terms)).collect();
    for word in words {
        if !find::is_used(db, word).await? {
            let keys: Vec<String> = near_keys(word).into_iter().collect();
            Entity::delete_many().filter(Column::Key.is_in(keys)).filter(Column::Word.eq(word)).exec(db).await?;
        }
    }
    Ok(())
}
