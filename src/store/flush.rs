//! Writes what a group of commands changed: of each table what is new, and of what was there the columns that differ;
//! parents before children.

use super::{
    entity::{
        Table, case, consent, contact, customer, customer_identifier, customer_summary, customer_tag, decision,
        desk_action, event, gesture, household, idempotency_key, interaction, merge, not_same, note, note_batch,
        obligation, remedy_grant,
    },
    erase,
    error::StoreError,
    freed_calls, rows, search,
    write::{change, insert, insert_missing},
};
use crate::domain::{
    capacity::FreedDay,
    ids::InteractionId,
    obligation::Obligation,
    world::{Row, Table as WorldTable, World},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter};
use std::{collections::BTreeSet, hash::Hash};

/// Writes every change and event of the world, and notes in it that they are written.
pub(super) async fn flush(db: &impl ConnectionTrait, world: &mut World) -> Result<(), StoreError> {
    customers(db, world).await?;
    table::<merge::Entity, _, _>(db, &world.merges, rows::merges::to_row).await?;
    table::<not_same::Entity, _, _>(db, &world.not_same, |it| Ok(rows::merges::apart_to_row(it))).await?;
    table::<interaction::Entity, _, _>(db, &world.interactions, rows::interactions::to_row).await?;
    table::<case::Entity, _, _>(db, &world.cases, rows::cases::to_row).await?;
    table::<remedy_grant::Entity, _, _>(db, &world.grants, |grant| Ok(rows::cases::grant_to_row(grant))).await?;
    table::<note_batch::Entity, _, _>(db, &world.batches, rows::notes::batch_to_row).await?;
    table::<note::Entity, _, _>(db, &world.notes, rows::notes::to_row).await?;
    table::<gesture::Entity, _, _>(db, &world.gestures, rows::gestures::to_row).await?;
    for (_, FreedDay(day)) in world.freed.changes() {
        freed_calls::offer(db, day).await?;
    }
    table::<decision::Entity, _, _>(db, &world.decisions, |d| Ok(rows::obligations::decision_to_row(d))).await?;
    obligations(db, world).await?;
    table::<contact::Entity, _, _>(db, &world.contacts, |c| Ok(rows::gestures::contact_to_row(c))).await?;
    table::<customer_summary::Entity, _, _>(db, &world.summaries, rows::summaries::to_row).await?;
    table::<idempotency_key::Entity, _, _>(db, &world.keys, rows::ledger::key_to_row).await?;
    table::<desk_action::Entity, _, _>(db, &world.actions, rows::actions::to_row).await?;
    let events = world.events().iter().map(rows::ledger::event_to_row).collect::<Result<Vec<_>, _>>()?;
    insert::<event::Entity, _>(db, events).await?;
    if let Some(what) = world.take_forgetting() {
        erase::forget(db, &what).await?;
        search::forget(db, what.records.iter().filter_map(|record| world.customers.before(record))).await?;
    }
    world.flushed();
    Ok(())
}

async fn table<E, K, V>(
    db: &impl ConnectionTrait,
    table: &WorldTable<K, V>,
    to_row: impl Fn(&V) -> Result<E::Model, StoreError>,
) -> Result<(), StoreError>
where
    E: Table,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    K: Clone + Eq + Hash + Ord,
    V: Row,
{
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for (before, after) in table.changes() {
        match before {
            None => new.push(to_row(after)?),
            Some(before) => changed.push((to_row(before)?, to_row(after)?)),
        }
    }
    insert::<E, _>(db, new).await?;
    change::<E>(db, changed).await
}

/// Obligations repeat the outcome of their interaction, so those of changed interactions are written too.
async fn obligations(db: &impl ConnectionTrait, world: &World) -> Result<(), StoreError> {
    let to_row = |obligation: Option<&Obligation>, interaction| match (obligation, interaction) {
        (Some(obligation), Some(interaction)) => rows::obligations::to_row(obligation, interaction),
        _ => {
            let what = "an obligation was changed whose interaction was not loaded".to_owned();
            Err(StoreError::Bug { what })
        }
    };
    let of_changed = world.interactions.changes().map(|(_, interaction)| interaction.id);
    let of_changed = of_changed.filter(|id| world.obligations.get(id).is_some());
    let changed = world.obligations.changes().map(|(_, obligation)| obligation.interaction);
    let ids: BTreeSet<InteractionId> = of_changed.chain(changed).collect();

    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for id in &ids {
        let after = to_row(world.obligations.get(id), world.interactions.get(id))?;
        match world.obligations.before(id) {
            None => new.push(after),
            Some(before) => changed.push((to_row(Some(before), world.interactions.before(id))?, after)),
        }
    }
    insert::<obligation::Entity, _>(db, new).await?;
    change::<obligation::Entity>(db, changed).await
}

/// Customers, and of the lists beside them only what differs from the database.
async fn customers(db: &impl ConnectionTrait, world: &World) -> Result<(), StoreError> {
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    let (mut households, mut identifiers, mut tags, mut consents) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut relisted = Relisted::default();
    for (before, customer) in world.customers.changes() {
        let mut rows = rows::customers::to_rows(customer)?;
        if before.is_none_or(|before| before.household != customer.household) {
            households.push(rows::customers::household_to_row(customer));
        }
        match before {
            None => new.push(rows.customer),
            Some(before) => {
                if before.identifiers == customer.identifiers {
                    rows.identifiers.clear();
                } else {
                    relisted.identifiers.push(customer.id.0);
                }
                if before.tags == customer.tags {
                    rows.tags.clear();
                } else {
                    relisted.tags.push(customer.id.0);
                }
                if customer.consents.starts_with(&before.consents) {
                    // Consents are appended to.
                    rows.consents.drain(..before.consents.len());
                } else {
                    // Those that came with another record go with it.
                    relisted.consents.push(customer.id.0);
                }
                changed.push((rows::customers::customer_to_row(before)?, rows.customer));
            }
        }
        identifiers.extend(rows.identifiers);
        tags.extend(rows.tags);
        consents.extend(rows.consents);
    }
    insert_missing::<household::Entity, _>(db, households).await?;
    insert::<customer::Entity, _>(db, new).await?;
    change::<customer::Entity>(db, changed).await?;
    relisted.delete(db).await?;
    insert::<customer_identifier::Entity, _>(db, identifiers).await?;
    insert::<customer_tag::Entity, _>(db, tags).await?;
    insert::<consent::Entity, _>(db, consents).await?;
    search::keep(db, world.customers.changes()).await
}

/// Customers whose identifiers, tags or consents are written anew.
#[derive(Default)]
struct Relisted {
    identifiers: Vec<uuid::Uuid>,
    tags: Vec<uuid::Uuid>,
    consents: Vec<uuid::Uuid>,
}

impl Relisted {
    async fn delete(self, db: &impl ConnectionTrait) -> Result<(), StoreError> {
        if !self.identifiers.is_empty() {
            let gone = customer_identifier::Column::CustomerId.is_in(self.identifiers);
            customer_identifier::Entity::delete_many().filter(gone).exec(db).await?;
        }
        if !self.tags.is_empty() {
            let gone = customer_tag::Column::CustomerId.is_in(self.tags);
            customer_tag::Entity::delete_many().filter(gone).exec(db).await?;
        }
        if !self.consents.is_empty() {
            let gone = consent::Column::CustomerId.is_in(self.consents);
            consent::Entity::delete_many().filter(gone).exec(db).await?;
        }
        Ok(())
    }
}
