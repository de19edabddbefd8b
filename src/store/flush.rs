//! Writes what a group of commands changed: at most an insert and an update for each table, parents before children.

use super::{
    entity::{
        Table, case, consent, contact, customer, customer_identifier, customer_summary, customer_tag, decision,
        desk_action, event, gesture, household, idempotency_key, interaction, merge, not_same, note, note_batch,
        obligation, remedy_grant,
    },
    erase,
    error::StoreError,
    freed_calls, rows, search,
    write::{insert, insert_missing, update},
};
use crate::domain::{
    capacity::FreedDay,
    customer::Customer,
    ids::{CustomerId, InteractionId},
    obligation::Obligation,
    world::{Change, Row, Table as WorldTable, World},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// Writes every change and event of the world, and notes in it that they are written.
pub(super) async fn flush(
    db: &impl ConnectionTrait,
    world: &mut World,
    originals: &mut HashMap<CustomerId, Customer>,
) -> Result<(), StoreError> {
    customers(db, world, originals).await?;
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
        search::forget(db, what.records.iter().filter_map(|record| originals.get(record))).await?;
    }

    let written = world.customers.changes().map(|(_, customer)| (customer.id, customer.clone()));
    originals.extend(written);
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
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    K: Clone + Eq + Hash + Ord,
    V: Row,
{
    let (mut inserted, mut updated) = (Vec::new(), Vec::new());
    for (change, value) in table.changes() {
        match change {
            Change::Inserted => inserted.push(to_row(value)?),
            Change::Updated => updated.push(to_row(value)?),
        }
    }
    insert::<E, _>(db, inserted).await?;
    update::<E, _>(db, updated).await
}

/// Obligations repeat the outcome of their interaction, so those of changed interactions are written too.
async fn obligations(db: &impl ConnectionTrait, world: &World) -> Result<(), StoreError> {
    let mut changed: BTreeMap<InteractionId, (Change, &Obligation)> = BTreeMap::new();
    for (change, interaction) in world.interactions.changes() {
        if let (Change::Updated, Some(obligation)) = (change, world.obligations.get(&interaction.id)) {
            changed.insert(interaction.id, (Change::Updated, obligation));
        }
    }
    changed
        .extend(world.obligations.changes().map(|(change, obligation)| (obligation.interaction, (change, obligation))));

    let (mut inserted, mut updated) = (Vec::new(), Vec::new());
    for (change, obligation) in changed.into_values() {
        let interaction = world.interactions.get(&obligation.interaction).ok_or_else(|| StoreError::Bug {
            what: "an obligation was changed whose interaction was not loaded".to_owned(),
        })?;
        let row = rows::obligations::to_row(obligation, interaction)?;
        match change {
            Change::Inserted => inserted.push(row),
            Change::Updated => updated.push(row),
        }
    }
    insert::<obligation::Entity, _>(db, inserted).await?;
    update::<obligation::Entity, _>(db, updated).await
}

/// Customers, and of the lists beside them only what differs from the database.
async fn customers(
    db: &impl ConnectionTrait,
    world: &World,
    originals: &HashMap<CustomerId, Customer>,
) -> Result<(), StoreError> {
    let mut new = Changes::default();
    let mut old = Changes::default();
    let mut relisted = Relisted::default();
    for (change, customer) in world.customers.changes() {
        let mut rows = rows::customers::to_rows(customer)?;
        let side = match change {
            Change::Inserted => &mut new,
            Change::Updated => &mut old,
        };
        if let Some(original) = originals.get(&customer.id) {
            if original.identifiers == customer.identifiers {
                rows.identifiers.clear();
            } else {
                relisted.identifiers.push(customer.id.0);
            }
            if original.tags == customer.tags {
                rows.tags.clear();
            } else {
                relisted.tags.push(customer.id.0);
            }
            if customer.consents.starts_with(&original.consents) {
                // Consents are appended to.
                rows.consents.drain(..original.consents.len());
            } else {
                // Those that came with another record go with it.
                relisted.consents.push(customer.id.0);
            }
        }
        side.households.push(rows::customers::household_to_row(customer));
        side.customers.push(rows.customer);
        side.identifiers.extend(rows.identifiers);
        side.tags.extend(rows.tags);
        side.consents.extend(rows.consents);
    }
    insert_missing::<household::Entity, _>(db, new.households).await?;
    insert::<customer::Entity, _>(db, new.customers).await?;
    update::<customer::Entity, _>(db, old.customers).await?;
    relisted.delete(db).await?;
    new.identifiers.extend(old.identifiers);
    new.tags.extend(old.tags);
    new.consents.extend(old.consents);
    insert::<customer_identifier::Entity, _>(db, new.identifiers).await?;
    insert::<customer_tag::Entity, _>(db, new.tags).await?;
    insert::<consent::Entity, _>(db, new.consents).await?;
    let changed = world.customers.changes().map(|(_, customer)| (customer, originals.get(&customer.id)));
    search::keep(db, changed).await
}

#[derive(Default)]
struct Changes {
    households: Vec<household::Model>,
    customers: Vec<customer::Model>,
    identifiers: Vec<customer_identifier::Model>,
    tags: Vec<customer_tag::Model>,
    consents: Vec<consent::Model>,
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
