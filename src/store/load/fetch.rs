//! Reads the rows within reach into the world.

use super::{families, neighbours, reach::Reach};
use crate::{
    domain::{
        case::CaseState,
        customer::{Customer, IdentifierKey},
        gesture::GestureState,
        ids::{CustomerId, HouseholdId, InteractionId},
        interaction::{Interaction, InteractionKind},
        world::{Needs, World},
    },
    store::{
        by_place::{self, Places},
        chunk::{lists, pairs},
        constant,
        entity::{
            case, contact, customer, customer_summary, decision, gesture, household, idempotency_key, interaction,
            obligation, remedy_grant,
        },
        error::StoreError,
        nested, rows,
        statement::{places, statement},
    },
};
use jiff::{Timestamp, civil::Date};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Value,
    sea_query::{ExprTrait, SimpleExpr},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Reads everything within reach; returns the customers as they were read.
pub(super) async fn everything(
    db: &impl ConnectionTrait,
    world: &mut World,
    reach: &Reach,
    needs: &[Needs],
    contacts_from: Timestamp,
) -> Result<Vec<Customer>, StoreError> {
    let (interactions, mut owners) = stories(db, world, reach).await?;
    owners.extend(reach.customers.iter().map(|id| id.0));
    obligations(db, world, &interactions).await?;
    // One rule of a group acts on a local day: what was decided on the days of these interactions counts, too.
    let of_stories = interactions.iter().filter_map(|id| world.interactions.get(&InteractionId(*id)));
    let of_stories: BTreeSet<Date> = of_stories.map(|interaction| interaction.local_date).collect();
    let days = needs.iter().flat_map(|need| need.days.iter().copied()).chain(of_stories).collect();
    decisions(db, world, &interactions, &owners, &days).await?;
    let gestures = gestures(db, world, &interactions, &owners, reach).await?;
    cases(db, world, &owners, reach).await?;
    grants(db, world, needs).await?;
    summaries(db, world, &owners).await?;
    families::merges(db, world, needs).await?;
    let customers = customers(db, &owners).await?;
    named_households(db, world, needs).await?;
    let of_customers = customers.iter().map(|customer| customer.household.0);
    let households: BTreeSet<Uuid> = of_customers.chain(world.households.iter().map(|id| id.0)).collect();
    contacts(db, world, &households, &gestures, contacts_from).await?;
    let made_by_us = |i: &&Interaction| i.detail.kind == InteractionKind::OutboundContact;
    let unplanned = world.interactions.values().filter(made_by_us).map(|interaction| interaction.id.0).collect();
    unplanned_contacts(db, world, unplanned).await?;
    for customer in &customers {
        world.customers.load(customer.id, customer.clone());
    }
    erased(db, world, needs).await?;
    Ok(customers)
}

/// The households that are named, as far as they exist.
async fn named_households(db: &impl ConnectionTrait, world: &mut World, needs: &[Needs]) -> Result<(), StoreError> {
    let named: BTreeSet<Uuid> = needs.iter().flat_map(|need| &need.households).map(|id| id.0).collect();
    for list in lists(named) {
        let found = household::Entity::find().filter(household::Column::Id.is_in(list)).all(db).await?;
        world.households.extend(found.into_iter().map(|row| HouseholdId(row.id)));
    }
    Ok(())
}

/// Of those whom nobody knows and somebody may create: who was erased.
async fn erased(db: &impl ConnectionTrait, world: &mut World, needs: &[Needs]) -> Result<(), StoreError> {
    let wanted = needs.iter().filter(|need| need.may_create).flat_map(|need| &need.identifiers);
    let unknown = wanted.filter(|key| world.customers.of(key.hash()).next().is_none());
    let hashes: HashMap<String, IdentifierKey> = unknown.map(|key| (world.erasure.hash(key), key.clone())).collect();
    for list in lists(hashes.keys().cloned()) {
        let sql = format!("SELECT hash, customer_id FROM erased_identifiers WHERE hash IN ({})", places(list.len()));
        let values = list.into_iter().map(Into::into).collect();
        for row in db.query_all_raw(statement(db.get_database_backend(), &sql, values)).await? {
            let (hash, customer): (String, Uuid) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            if let Some(key) = hashes.get(&hash) {
                world.erased.insert(key.clone(), CustomerId(customer));
            }
        }
    }
    Ok(())
}

/// How many interactions of a customer make each visit day.
pub(super) async fn visit_days(
    db: &impl ConnectionTrait,
    world: &mut World,
    customer: CustomerId,
) -> Result<(), StoreError> {
    use interaction::{Column, Entity};
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::LocalDate)
        .column_as(Column::Id.count(), "interactions")
        .filter(Column::CustomerId.eq(customer.0))
        .filter(Column::VisitDay.eq(true))
        .group_by(Column::LocalDate)
        .into_tuple()
        .all(db)
        .await?;
    let mut days = BTreeMap::new();
    for (day, interactions) in rows {
        let day = rows::time::day("interactions", "local_date", &day)?;
        days.insert(day, u32::try_from(interactions).unwrap_or(u32::MAX));
    }
    world.visit_days.load(customer, days);
    Ok(())
}

/// All interactions of a customer.
pub(super) async fn history(
    db: &impl ConnectionTrait,
    world: &mut World,
    customer: CustomerId,
) -> Result<(), StoreError> {
    let theirs = interaction::Kept::find().filter(interaction::Column::CustomerId.eq(customer.0));
    for row in by_place::all(db, theirs).await? {
        load_interaction(world, row)?;
    }
    world.histories.insert(customer);
    Ok(())
}

pub(super) async fn keys(db: &impl ConnectionTrait, world: &mut World, needs: &[Needs]) -> Result<(), StoreError> {
    use idempotency_key::{Column, Entity};
    let mut by_scope: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for key in needs.iter().flat_map(|need| &need.keys) {
        by_scope.entry(&key.scope).or_default().insert(&key.key);
    }
    for (scope, keys) in by_scope {
        for list in lists(keys) {
            let rows = Entity::find().filter(Column::Scope.eq(scope)).filter(Column::Key.is_in(list)).all(db).await?;
            for row in rows {
                let record = rows::ledger::key_from_row(row)?;
                world.keys.load(record.key.clone(), record);
            }
        }
    }
    Ok(())
}

/// The interactions within reach with the visits and purchases around them. Returns the ids of all, and whose they are.
async fn stories(
    db: &impl ConnectionTrait,
    world: &mut World,
    reach: &Reach,
) -> Result<(BTreeSet<Uuid>, BTreeSet<Uuid>), StoreError> {
    use interaction::{Column, Kept};
    let mut story = Story::default();
    story.add(world, neighbours::find(db, &reach.windows).await?)?;
    let mut named: BTreeSet<Uuid> = reach.interactions.iter().map(|id| id.0).collect();
    let around: BTreeSet<Uuid> = named.union(&story.ids).copied().collect();
    named.retain(|id| !story.ids.contains(id));
    // What joined a visit, and the visit that was joined: one story, thanked once.
    for (named, around) in pairs(named, around) {
        let either = Condition::any().add_option(among(Column::Id, named)).add_option(among(Column::Joined, around));
        story.add(world, by_place::all(db, Kept::find().filter(either)).await?)?;
    }
    let joined: BTreeSet<Uuid> = story.visits.difference(&story.ids).copied().collect();
    for list in lists(joined) {
        story.add(world, by_place::all(db, Kept::find().filter(Column::Id.is_in(list))).await?)?;
    }
    Ok((story.ids, story.owners))
}

#[derive(Default)]
struct Story {
    ids: BTreeSet<Uuid>,
    owners: BTreeSet<Uuid>,
    visits: BTreeSet<Uuid>,
}

impl Story {
    fn add(&mut self, world: &mut World, rows: Vec<interaction::Kept>) -> Result<(), StoreError> {
        for row in rows {
            self.ids.insert(row.id);
            self.owners.extend(row.customer_id);
            self.visits.extend(row.joined);
            load_interaction(world, row)?;
        }
        Ok(())
    }
}

/// Holds where the column has a value of the list; of none, nothing is said.
fn among(column: impl ColumnTrait, list: Vec<Uuid>) -> Option<SimpleExpr> {
    (!list.is_empty()).then(|| column.is_in(list))
}

fn load_interaction(world: &mut World, row: interaction::Kept) -> Result<(), StoreError> {
    world.interactions.load(InteractionId(row.id), rows::interactions::from_row(row)?);
    Ok(())
}

/// The obligations of interactions, and those that follow theirs.
async fn obligations(
    db: &impl ConnectionTrait,
    world: &mut World,
    interactions: &BTreeSet<Uuid>,
) -> Result<(), StoreError> {
    use obligation::{Column, Entity};
    let mut followers = BTreeSet::new();
    for list in lists(interactions.iter().copied()) {
        let condition =
            Condition::any().add(Column::InteractionId.is_in(list.clone())).add(Column::Follows.is_in(list));
        for row in by_place::all::<obligation::Model, _>(db, Entity::find().filter(condition)).await? {
            if !interactions.contains(&row.interaction_id) {
                followers.insert(row.interaction_id);
            }
            world.obligations.load(InteractionId(row.interaction_id), rows::obligations::from_row(row)?);
        }
    }
    for list in lists(followers) {
        let followed = interaction::Kept::find().filter(interaction::Column::Id.is_in(list));
        for row in by_place::all(db, followed).await? {
            load_interaction(world, row)?;
        }
    }
    Ok(())
}

/// The decisions that interactions set off, and of customers those that stand or were made on certain days.
async fn decisions(
    db: &impl ConnectionTrait,
    world: &mut World,
    interactions: &BTreeSet<Uuid>,
    customers: &BTreeSet<Uuid>,
    days: &BTreeSet<Date>,
) -> Result<(), StoreError> {
    use decision::{Column, Entity};
    let days = lists(days.iter().map(ToString::to_string)).concat();
    for (interactions, customers) in pairs(interactions.iter().copied(), customers.iter().copied()) {
        let theirs = among(Column::CustomerId, customers);
        let of_days = theirs.clone().filter(|_| !days.is_empty());
        // Each has an index of its own.
        let wanted = Condition::any()
            .add_option(among(Column::InteractionId, interactions))
            .add_option(theirs.map(|theirs| theirs.and(constant::holds(Column::Standing))))
            .add_option(of_days.map(|theirs| theirs.and(Column::LocalDay.is_in(days.clone()))));
        for row in by_place::all(db, Entity::find().filter(wanted)).await? {
            let decision = rows::obligations::decision_from_row(row)?;
            world.decisions.load((decision.rule.clone(), decision.occurrence.clone()), decision);
        }
    }
    Ok(())
}

/// The gestures that are named, those that answer interactions, and those of customers that are not settled. One that
/// answered an interaction when it was somebody else's comes without that customer: it is over, or on its way.
async fn gestures(
    db: &impl ConnectionTrait,
    world: &mut World,
    interactions: &BTreeSet<Uuid>,
    customers: &BTreeSet<Uuid>,
    reach: &Reach,
) -> Result<BTreeSet<Uuid>, StoreError> {
    use gesture::{Column, Entity};
    let settled = GestureState::ALL.iter().filter(|state| state.is_final()).map(|state| state.as_str());
    let settled: Vec<_> = settled.collect();
    let mut rows: Vec<gesture::Model> = Vec::new();
    for (interactions, customers) in pairs(interactions.iter().copied(), customers.iter().copied()) {
        let pending = |theirs: SimpleExpr| theirs.and(Column::State.is_not_in(settled.iter().copied()));
        let wanted = Condition::any()
            .add_option(among(Column::InteractionId, interactions))
            .add_option(among(Column::CustomerId, customers).map(pending));
        rows.extend(by_place::all::<gesture::Model, _>(db, Entity::find().filter(wanted)).await?);
    }
    let mut found: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
    // Most that are named were among those, and no row is wider: so each is read once.
    let named: Vec<Uuid> = reach.gestures.iter().map(|id| id.0).filter(|id| found.insert(*id)).collect();
    for list in lists(named) {
        rows.extend(by_place::all::<gesture::Model, _>(db, Entity::find().filter(Column::Id.is_in(list))).await?);
    }
    for row in rows {
        let gesture = rows::gestures::from_row(row)?;
        world.gestures.load(gesture.id, gesture);
    }
    Ok(found)
}

/// The cases that are named, and the open ones of customers.
async fn cases(
    db: &impl ConnectionTrait,
    world: &mut World,
    customers: &BTreeSet<Uuid>,
    reach: &Reach,
) -> Result<(), StoreError> {
    use case::{Column, Entity};
    let mut found = Vec::new();
    for list in lists(reach.cases.iter().map(|id| id.0)) {
        found.extend(by_place::all::<case::Model, _>(db, Entity::find().filter(Column::Id.is_in(list))).await?);
    }
    for list in lists(customers.iter().copied()) {
        let open = Entity::find()
            .filter(Column::CustomerId.is_in(list))
            .filter(constant::is(Column::State, CaseState::Open.as_str()));
        found.extend(by_place::all::<case::Model, _>(db, open).await?);
    }
    for row in found {
        let case = rows::cases::from_row(row)?;
        world.cases.load(case.id, case);
    }
    Ok(())
}

/// What locations granted on the days that are named.
async fn grants(db: &impl ConnectionTrait, world: &mut World, needs: &[Needs]) -> Result<(), StoreError> {
    use remedy_grant::{Column, Entity};
    for (location, day) in needs.iter().flat_map(|need| &need.grants) {
        let of_day = Entity::find()
            .filter(Column::LocationId.eq(location.as_str()))
            .filter(Column::LocalDay.eq(day.to_string()));
        for row in of_day.all(db).await? {
            let grant = rows::cases::grant_from_row(row)?;
            world.grants.load((grant.location.clone(), grant.day, grant.number), grant);
        }
    }
    Ok(())
}

async fn summaries(db: &impl ConnectionTrait, world: &mut World, customers: &BTreeSet<Uuid>) -> Result<(), StoreError> {
    use customer_summary::{Column, Entity};
    for list in lists(customers.iter().copied()) {
        for row in by_place::all(db, Entity::find().filter(Column::CustomerId.is_in(list))).await? {
            let summary = rows::summaries::from_row(row)?;
            world.summaries.load(summary.customer, summary);
        }
    }
    Ok(())
}

/// The places that households have in the budget from an instant on, and those of gestures whenever they are.
async fn contacts(
    db: &impl ConnectionTrait,
    world: &mut World,
    households: &BTreeSet<Uuid>,
    gestures: &BTreeSet<Uuid>,
    from: Timestamp,
) -> Result<(), StoreError> {
    use contact::{Column, Entity};
    for (households, gestures) in pairs(households.iter().copied(), gestures.iter().copied()) {
        let recent = |theirs: SimpleExpr| theirs.and(Column::At.gt(from.as_microsecond()));
        let wanted = Condition::any()
            .add_option(among(Column::HouseholdId, households).map(recent))
            .add_option(among(Column::GestureId, gestures));
        for row in by_place::all(db, Entity::find().filter(wanted)).await? {
            let contact = rows::gestures::contact_from_row(row)?;
            world.contacts.load(contact.id, contact);
        }
    }
    Ok(())
}

/// The places of contacts that no gesture planned, which bear their interaction's id.
async fn unplanned_contacts(
    db: &impl ConnectionTrait,
    world: &mut World,
    interactions: BTreeSet<Uuid>,
) -> Result<(), StoreError> {
    for list in lists(interactions) {
        for row in by_place::all(db, contact::Entity::find().filter(contact::Column::Id.is_in(list))).await? {
            let contact = rows::gestures::contact_from_row(row)?;
            world.contacts.load(contact.id, contact);
        }
    }
    Ok(())
}

/// Those for whom a customer stands as a guardian.
pub(in crate::store) async fn wards(
    db: &impl ConnectionTrait,
    guardian: CustomerId,
) -> Result<BTreeSet<CustomerId>, StoreError> {
    let ids: Vec<Uuid> = customer::Entity::find()
        .select_only()
        .column(customer::Column::Id)
        .filter(customer::Column::GuardianId.eq(guardian.0))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// Customers with everything that is kept beside them, and the guardians through whom they are reached.
pub(in crate::store) async fn customers(
    db: &impl ConnectionTrait,
    ids: &BTreeSet<Uuid>,
) -> Result<Vec<Customer>, StoreError> {
    let mut found = themselves(db, ids).await?;
    let named = found.iter().filter_map(|customer| customer.profile.guardian.as_ref());
    let named: BTreeSet<Uuid> = named.map(|guardian| guardian.customer.0).collect();
    if !named.is_empty() {
        let guardians = with_survivors(db, named).await?;
        for customer in &mut found {
            let named = customer.profile.guardian.as_ref().map(|named| named.customer);
            let mut guardian = named.and_then(|named| guardians.get(&named));
            while let Some(into) = guardian.and_then(|merged| merged.merged_into) {
                guardian = guardians.get(&into);
            }
            customer.reach_through(guardian);
        }
    }
    Ok(found)
}

/// Customers, and those of whose records theirs are part.
async fn with_survivors(
    db: &impl ConnectionTrait,
    mut wanted: BTreeSet<Uuid>,
) -> Result<HashMap<CustomerId, Customer>, StoreError> {
    let mut found = HashMap::new();
    while !wanted.is_empty() {
        let read = themselves(db, &wanted).await?;
        wanted = read.iter().filter_map(|customer| customer.merged_into).map(|into| into.0).collect();
        found.extend(read.into_iter().map(|customer| (customer.id, customer)));
        wanted.retain(|into| !found.contains_key(&CustomerId(*into)));
    }
    Ok(found)
}

async fn themselves(db: &impl ConnectionTrait, ids: &BTreeSet<Uuid>) -> Result<Vec<Customer>, StoreError> {
    let backend = db.get_database_backend();
    let columns = nested::customer_columns(backend);
    let mut found = Vec::with_capacity(ids.len());
    for list in lists(ids.iter().copied()) {
        let sql = format!("SELECT {columns} FROM customers c WHERE c.id IN ({})", places(list.len()));
        let wanted = statement(backend, &sql, list.into_iter().map(Value::from).collect());
        for row in db.query_all_raw(wanted).await? {
            found.push(nested::customer(&mut Places::of(&row))?);
        }
    }
    Ok(found)
}
