//! Records that are part of others.

use crate::{
    domain::{
        ids::CustomerId,
        limits::MERGE_DEPTH_MAX,
        world::{Needs, World},
    },
    store::{
        chunk::lists,
        entity::{customer, merge, not_same},
        error::StoreError,
        rows,
    },
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::BTreeSet;
use uuid::Uuid;

/// All records that are part of those whose families are wanted, however indirectly.
pub(super) async fn members(db: &impl ConnectionTrait, needs: &Needs) -> Result<BTreeSet<Uuid>, StoreError> {
    of(db, needs.families.iter().copied()).await
}

/// All records that are part of these, however indirectly.
pub(in crate::store) async fn of(
    db: &impl ConnectionTrait,
    customers: impl IntoIterator<Item = CustomerId>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let mut found = BTreeSet::new();
    let mut survivors: Vec<Uuid> = customers.into_iter().map(|id| id.0).collect();
    for _ in 0..MERGE_DEPTH_MAX {
        let mut next = Vec::new();
        for list in lists(std::mem::take(&mut survivors)) {
            let merged: Vec<Uuid> = customer::Entity::find()
                .select_only()
                .column(customer::Column::Id)
                .filter(customer::Column::MergedInto.is_in(list))
                .into_tuple()
                .all(db)
                .await?;
            next.extend(merged.into_iter().filter(|id| found.insert(*id)));
        }
        if next.is_empty() {
            break;
        }
        survivors = next;
    }
    Ok(found)
}

/// How the customers that are loaded became part of each other, and who of them is known to be somebody else, where
/// families are wanted.
pub(super) async fn merges(db: &impl ConnectionTrait, world: &mut World, needs: &[Needs]) -> Result<(), StoreError> {
    let mut all = Needs::default();
    needs.iter().for_each(|need| all.families.extend(&need.families));
    if all.families.is_empty() {
        return Ok(());
    }
    let survivors: BTreeSet<Uuid> = all.families.iter().map(|id| id.0).chain(members(db, &all).await?).collect();
    apart(db, world, &survivors).await?;
    for list in lists(survivors) {
        let standing = merge::Entity::find()
            .filter(merge::Column::SurvivorId.is_in(list))
            .filter(merge::Column::UndoneAt.is_null());
        for row in standing.all(db).await? {
            let merge = rows::merges::from_row(row)?;
            world.merges.load(merge.id, merge);
        }
    }
    Ok(())
}

async fn apart(db: &impl ConnectionTrait, world: &mut World, records: &BTreeSet<Uuid>) -> Result<(), StoreError> {
    use not_same::{Column, Entity};
    for list in lists(records.iter().copied()) {
        let theirs = Condition::any().add(Column::CustomerId.is_in(list.clone())).add(Column::OtherId.is_in(list));
        for row in Entity::find().filter(theirs).all(db).await? {
            let apart = rows::merges::apart_from_row(&row)?;
            world.not_same.load(apart.pair, apart);
        }
    }
    Ok(())
}
