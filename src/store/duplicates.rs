//! Who shares a block with whom, and who is known to be somebody else.

use super::{
    Store,
    chunk::lists,
    entity::{event, not_same},
    error::StoreError,
    load, rows,
    statement::{places, statement},
    write::{insert, insert_missing},
};
use crate::domain::{customer::Customer, ids::CustomerId, merging::ordered, world::Event};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
    Value,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What so many share tells nothing: such blocks are passed over.
const BLOCK_MAX: usize = 200;
/// Blocks of one statement.
const BLOCKS_AT_ONCE: usize = 64;

impl Store {
    /// The customers in each of these blocks, but for blocks of which there are more than 200.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn block_members(
        &self,
        blocks: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Vec<CustomerId>>, StoreError> {
        let db = self.reader();
        let backend = db.get_database_backend();
        let blocks: Vec<&String> = blocks.iter().collect();
        let mut members: BTreeMap<String, Vec<CustomerId>> = BTreeMap::new();
        for some in blocks.chunks(BLOCKS_AT_ONCE) {
            let (sql, values) = members_of(backend, some);
            for row in db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await? {
                let place: i64 = row.try_get("", "place")?;
                let block = usize::try_from(place).ok().and_then(|place| some.get(place));
                if let Some(block) = block {
                    let customer = CustomerId(row.try_get::<Uuid>("", "customer_id")?);
                    members.entry((*block).clone()).or_default().push(customer);
                }
            }
        }
        members.retain(|_, customers| customers.len() <= BLOCK_MAX);
        Ok(members)
    }

    /// A sample of at most so many customers, spread evenly over the order in which they came.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn sample_customers(&self, most: u64) -> Result<Vec<Customer>, StoreError> {
        let known = self.customers_known().await?;
        let step = (known / most.max(1)).max(1);
        let db = self.reader();
        let mut sample = Vec::new();
        for list in lists((1..=known).step_by(usize::try_from(step).unwrap_or(1))) {
            let sql = format!("SELECT customer_id FROM customer_search WHERE id IN ({})", places(list.len()));
            let values = list.into_iter().map(|place| Value::from(i64::try_from(place).unwrap_or(i64::MAX))).collect();
            let rows = db.query_all_raw(statement(db.get_database_backend(), &sql, values)).await?;
            let ids = rows.iter().map(|row| row.try_get("", "customer_id")).collect::<Result<BTreeSet<Uuid>, _>>()?;
            sample.extend(load::customers(db, &ids).await?);
        }
        Ok(sample)
    }

    /// About how many customers there are: how many were ever made.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn customers_known(&self) -> Result<u64, StoreError> {
        let db = self.reader();
        let sql = "SELECT COALESCE(max(id), 0) AS known FROM customer_search";
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
        let known = row.map(|row| row.try_get::<i64>("", "known")).transpose()?.unwrap_or_default();
        Ok(u64::try_from(known).unwrap_or_default())
    }

    /// Those of the customers who are known to be somebody else than another, in pairs, the smaller id first.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn not_same(&self, ids: &[CustomerId]) -> Result<BTreeSet<(CustomerId, CustomerId)>, StoreError> {
        use not_same::{Column, Entity};
        let mut pairs = BTreeSet::new();
        for list in lists(ids.iter().map(|id| id.0)) {
            let theirs = Condition::any().add(Column::CustomerId.is_in(list.clone())).add(Column::OtherId.is_in(list));
            let found = Entity::find().filter(theirs).order_by_asc(Column::CustomerId).limit(NOT_SAME_MAX);
            for row in found.all(self.reader()).await? {
                pairs.insert((CustomerId(row.customer_id), CustomerId(row.other_id)));
            }
        }
        Ok(pairs)
    }

    /// Keeps that two customers are not the same, or takes it back; whether that changed anything. The event is written
    /// with it, if it did.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't do it, as when one of them does not exist.
    pub async fn mark_not_same(
        &self,
        pair: (CustomerId, CustomerId),
        take_back: bool,
        event: Event,
    ) -> Result<bool, StoreError> {
        use not_same::{Column, Entity, Model};
        let (customer, other) = ordered(pair);
        self.keep_house(move |tx| {
            let event = event.clone();
            Box::pin(async move {
                let this = Condition::all().add(Column::CustomerId.eq(customer.0)).add(Column::OtherId.eq(other.0));
                let known = Entity::find().filter(this.clone()).one(tx).await?.is_some();
                if known != take_back {
                    return Ok(false);
                }
                if take_back {
                    Entity::delete_many().filter(this).exec(tx).await?;
                } else {
                    let at = event.at.as_microsecond();
                    let row = Model { customer_id: customer.0, other_id: other.0, created_at: at };
                    insert_missing::<Entity, _>(tx, vec![row]).await?;
                }
                insert::<event::Entity, _>(tx, vec![rows::ledger::event_to_row(&event)?]).await?;
                Ok(true)
            })
        })
        .await
    }
}

/// Most pairs that are read for a list of customers.
const NOT_SAME_MAX: u64 = 10_000;

/// For each block its place in the list and those in it, one more than count, so that what is too large shows.
fn members_of(backend: DbBackend, blocks: &[&String]) -> (String, Vec<Value>) {
    let limit = BLOCK_MAX + 1;
    if backend == DbBackend::Postgres {
        let list = blocks.iter().map(|block| block.as_str()).collect::<Vec<_>>().join(" ");
        // Materialised: the planner must not see the limit, as in `search/find.rs`.
        let sql = format!(
            "SELECT wanted.place - 1 AS place, found.customer_id FROM \
             unnest(string_to_array($1, ' ')) WITH ORDINALITY AS wanted (block, place), LATERAL \
             (WITH members AS MATERIALIZED (SELECT customer_id FROM customer_search \
             WHERE blocks @> ARRAY[wanted.block]) SELECT customer_id FROM members LIMIT {limit}) AS found"
        );
        return (sql, vec![list.into()]);
    }
    let one = |(place, _): (usize, &&String)| {
        format!(
            "SELECT {place} AS place, customer_id FROM customer_search WHERE id IN \
             (SELECT rowid FROM customer_blocks WHERE customer_blocks MATCH ? LIMIT {limit})"
        )
    };
    let sql = blocks.iter().enumerate().map(one).collect::<Vec<_>>().join(" UNION ALL ");
    (sql, blocks.iter().map(|block| format!("\"{block}\"").into()).collect())
}
