//! Which customers, interactions and gestures a group's needs lead to, and their locks.

use super::{families, neighbours::Window};
use crate::{
    domain::{
        commands::record::interaction_id,
        customer::{CustomerStatus, IdentifierKey},
        ids::{CaseId, CustomerId, GestureId, HouseholdId, InteractionId},
        limits::MERGE_DEPTH_MAX,
        world::{Needs, World},
    },
    store::{
        chunk::lists,
        entity::{case, customer, customer_identifier, gesture, household, interaction},
        error::StoreError,
        search,
    },
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Ids within reach of a group's needs.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) customers: BTreeSet<CustomerId>,
    pub(super) households: BTreeSet<HouseholdId>,
    pub(super) interactions: BTreeSet<InteractionId>,
    pub(super) gestures: BTreeSet<GestureId>,
    pub(super) cases: BTreeSet<CaseId>,
    pub(super) windows: BTreeSet<Window>,
}

/// Whose each thing is that a need can name.
#[derive(Debug, Default)]
struct Owners {
    identifiers: HashMap<IdentifierKey, Vec<Uuid>>,
    gestures: HashMap<Uuid, (Uuid, Option<Uuid>)>,
    cases: HashMap<Uuid, (Uuid, Option<Uuid>)>,
    interactions: HashMap<Uuid, Option<Uuid>>,
}

/// The interactions that were written under the commands' keys before: a repeated call is answered with them.
fn written(world: &World, needs: &[Needs]) -> BTreeSet<InteractionId> {
    let records = needs.iter().flat_map(|need| &need.keys).filter_map(|key| world.keys.get(key));
    records.filter_map(|record| interaction_id(&record.resource).ok()).collect()
}

/// Finds what is within reach, also of what was written before under the commands' keys.
pub(super) async fn find(db: &impl ConnectionTrait, world: &World, needs: &[Needs]) -> Result<Reach, StoreError> {
    let mut all = Needs::default();
    needs.iter().cloned().for_each(|n| all.extend(n));
    reserve_identifiers(db, &all).await?;

    let mut reach = Reach { households: all.households.clone(), ..Reach::default() };
    reach.gestures.extend(&all.gestures);
    reach.gestures.extend(world.notes.values().filter(|note| all.notes.contains(&note.id)).flat_map(|n| &n.gestures));
    reach.cases.extend(&all.cases);
    let mut owners = Owners { identifiers: identifiers(db, &all).await?, ..Owners::default() };
    owners.gestures = gestures(db, &reach.gestures).await?;
    owners.cases = cases(db, &reach.cases).await?;

    reach.interactions.extend(&all.interactions);
    reach.interactions.extend(written(world, needs));
    let beside = owners.gestures.values().chain(owners.cases.values()).filter_map(|(_, interaction)| *interaction);
    reach.interactions.extend(beside.map(InteractionId));
    owners.interactions = interactions(db, &reach.interactions, &all).await?;
    reach.interactions.extend(owners.interactions.keys().copied().map(InteractionId));

    let mut seen: BTreeSet<Uuid> = all.customers.iter().map(|id| id.0).collect();
    seen.extend(owners.identifiers.values().flatten());
    seen.extend(owners.gestures.values().chain(owners.cases.values()).map(|(customer, _)| *customer));
    seen.extend(owners.interactions.values().flatten());
    seen.extend(families::members(db, &all).await?);
    for number in &all.numbers {
        seen.extend(search::at_number(db, number).await?.into_iter().map(|id| id.0));
    }
    let survivors = customers(db, seen, &mut reach).await?;

    for need in needs.iter().filter(|need| !need.neighbours.is_empty()) {
        for customer in owners.of(need) {
            let customer = survivors.get(&customer).copied().unwrap_or(customer);
            reach.windows.extend(need.neighbours.iter().map(|near| Window::new(customer, near)));
        }
    }
    Ok(reach)
}

impl Owners {
    /// The customers that one command is about.
    fn of(&self, need: &Needs) -> BTreeSet<Uuid> {
        let mut customers: BTreeSet<Uuid> = need.customers.iter().map(|id| id.0).collect();
        customers.extend(need.identifiers.iter().filter_map(|key| self.identifiers.get(key)).flatten());
        customers.extend(need.interactions.iter().filter_map(|id| self.interactions.get(&id.0)).flatten());
        customers.extend(need.gestures.iter().filter_map(|id| self.gestures.get(&id.0)).map(|(customer, _)| *customer));
        customers.extend(need.cases.iter().filter_map(|id| self.cases.get(&id.0)).map(|(customer, _)| *customer));
        customers
    }
}

impl Reach {
    /// Takes in what another reach holds.
    pub(super) fn extend(&mut self, other: Self) {
        let Self { customers, households, interactions, gestures, cases, windows } = other;
        self.customers.extend(customers);
        self.households.extend(households);
        self.interactions.extend(interactions);
        self.gestures.extend(gestures);
        self.cases.extend(cases);
        self.windows.extend(windows);
    }
}

/// Locks the households and the named interactions until the end of the transaction, in order of their ids.
pub(super) async fn lock(db: &impl ConnectionTrait, reach: &Reach) -> Result<(), StoreError> {
    for list in lists(reach.households.iter().map(|id| id.0)) {
        household::Entity::find()
            .filter(household::Column::Id.is_in(list))
            .order_by_asc(household::Column::Id)
            .lock_exclusive()
            .all(db)
            .await?;
    }
    for list in lists(reach.interactions.iter().map(|id| id.0)) {
        let locked: Vec<Uuid> = interaction::Entity::find()
            .select_only()
            .column(interaction::Column::Id)
            .filter(interaction::Column::Id.is_in(list))
            .order_by_asc(interaction::Column::Id)
            .lock_exclusive()
            .into_tuple()
            .all(db)
            .await?;
        drop(locked);
    }
    Ok(())
}

/// Keeps others from creating a customer for the same identifiers at the same time (PostgreSQL; on SQLite one writes
/// at a time). In order, so that nobody waits in a circle.
async fn reserve_identifiers(db: &impl ConnectionTrait, needs: &Needs) -> Result<(), StoreError> {
    let backend = db.get_database_backend();
    if backend != sea_orm::DbBackend::Postgres || !needs.may_create || needs.identifiers.is_empty() {
        return Ok(());
    }
    // Advisory locks have 64 bits; two identifiers with the same half of a hash only wait for each other.
    let keys: BTreeSet<i64> = needs.identifiers.iter().map(|key| key.hash().as_u64_pair().0.cast_signed()).collect();
    for list in lists(keys) {
        let values = (1..=list.len()).map(|n| format!("(${n}::bigint)")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT k FROM (VALUES {values}) v(k) ORDER BY k) s"
        );
        let values = list.into_iter().map(sea_orm::Value::from);
        db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}

async fn identifiers(
    db: &impl ConnectionTrait,
    needs: &Needs,
) -> Result<HashMap<IdentifierKey, Vec<Uuid>>, StoreError> {
    use customer_identifier::{Column, Entity};
    let mut by_namespace: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for key in &needs.identifiers {
        by_namespace.entry((key.kind, key.system.clone())).or_default().push(key.normalized.clone());
    }
    let mut found: HashMap<IdentifierKey, Vec<Uuid>> = HashMap::new();
    for ((kind, system), values) in by_namespace {
        for list in lists(values) {
            let rows: Vec<(String, Uuid)> = Entity::find()
                .select_only()
                .columns([Column::Normalized, Column::CustomerId])
                .filter(Column::Kind.eq(kind.as_str()))
                .filter(Column::System.eq(system.as_str()))
                .filter(Column::Normalized.is_in(list))
                .into_tuple()
                .all(db)
                .await?;
            for (normalized, customer) in rows {
                found.entry(IdentifierKey { kind, system: system.clone(), normalized }).or_default().push(customer);
            }
        }
    }
    Ok(found)
}

/// Whose each row is, and which interaction it answers.
type Answers = HashMap<Uuid, (Uuid, Option<Uuid>)>;

async fn gestures(db: &impl ConnectionTrait, ids: &BTreeSet<GestureId>) -> Result<Answers, StoreError> {
    use gesture::{Column, Entity};
    answers::<Entity>(db, ids.iter().map(|id| id.0), [Column::Id, Column::CustomerId, Column::InteractionId]).await
}

async fn cases(db: &impl ConnectionTrait, ids: &BTreeSet<CaseId>) -> Result<Answers, StoreError> {
    use case::{Column, Entity};
    answers::<Entity>(db, ids.iter().map(|id| id.0), [Column::Id, Column::CustomerId, Column::InteractionId]).await
}

async fn answers<E: EntityTrait>(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
    [id, customer, interaction]: [E::Column; 3],
) -> Result<Answers, StoreError> {
    let mut found = Answers::new();
    for list in lists(ids) {
        let rows = E::find().select_only().columns([id, customer, interaction]).filter(id.is_in(list));
        let rows: Vec<(Uuid, Uuid, Option<Uuid>)> = rows.into_tuple().all(db).await?;
        found.extend(rows.into_iter().map(|(id, customer, interaction)| (id, (customer, interaction))));
    }
    Ok(found)
}

/// The interactions that are named, and those of the subjects that are named, with their customers.
async fn interactions(
    db: &impl ConnectionTrait,
    ids: &BTreeSet<InteractionId>,
    needs: &Needs,
) -> Result<HashMap<Uuid, Option<Uuid>>, StoreError> {
    use interaction::{Column, Entity};
    let mut conditions: Vec<Condition> =
        lists(ids.iter().map(|id| id.0)).into_iter().map(|list| Condition::all().add(Column::Id.is_in(list))).collect();
    let mut by_system: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for subject in &needs.subjects {
        by_system.entry(&subject.system).or_default().push(&subject.id);
    }
    for (system, subjects) in by_system {
        conditions.extend(
            lists(subjects)
                .into_iter()
                .map(|list| Condition::all().add(Column::SubjectSystem.eq(system)).add(Column::SubjectId.is_in(list))),
        );
    }
    let mut found = HashMap::new();
    for condition in conditions {
        let rows: Vec<(Uuid, Option<Uuid>)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::CustomerId])
            .filter(condition)
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Adds customers and those they were merged into, with their households; returns who stands for whom.
async fn customers(
    db: &impl ConnectionTrait,
    mut wanted: BTreeSet<Uuid>,
    reach: &mut Reach,
) -> Result<HashMap<Uuid, Uuid>, StoreError> {
    use customer::{Column, Entity};
    let mut merged = HashMap::new();
    for _ in 0..=MERGE_DEPTH_MAX {
        let mut next = BTreeSet::new();
        for list in lists(wanted) {
            let rows: Vec<(Uuid, Uuid, String, Option<Uuid>)> = Entity::find()
                .select_only()
                .columns([Column::Id, Column::HouseholdId, Column::Status, Column::MergedInto])
                .filter(Column::Id.is_in(list))
                .into_tuple()
                .all(db)
                .await?;
            for (id, household, status, into) in rows {
                reach.customers.insert(CustomerId(id));
                reach.households.insert(HouseholdId(household));
                if let (true, Some(into)) = (status == CustomerStatus::Merged.as_str(), into) {
                    merged.insert(id, into);
                    if !reach.customers.contains(&CustomerId(into)) {
                        next.insert(into);
                    }
                }
            }
        }
        if next.is_empty() {
            break;
        }
        wanted = next;
    }
    let survivor = |mut id| {
        while let Some(into) = merged.get(&id) {
            id = *into;
        }
        id
    };
    Ok(merged.keys().map(|id| (*id, survivor(*id))).collect())
}
