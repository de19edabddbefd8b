//! The hot paths go by their indexes on SQLite, so that growth does not slow them down. What the store sends is
//! caught on its way, not written down again. (On PostgreSQL the conformance suite watches for sequential scans.)

use super::{migrated, options, settings};
use crate::{
    domain::{
        customer::{Channel, IdentifierKey, IdentifierKind},
        filter::Filter,
        gesture::GestureKind,
        ids::{ActionId, CaseId, CustomerId, GestureId, HouseholdId, InteractionId, NoteBatchId, NoteId},
        interaction::ExternalRef,
        refusal::Refusal,
        retention::Kept,
        world::{Command, Context, Due, EventKind, IdempotencyKey, Miss, Needs, Neighbourhood, Subject, World},
    },
    store::{
        CoverageQuery, DueNotes, Lane, NoteWorkQuery, ObligationQuery, PageRequest, Segment, Store, catch_up, connect,
        due, filter::List, load::hidden_purchases, paging::Cursor,
    },
};
use jiff::{SignedDuration, Timestamp, civil::date};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QuerySelect, QueryTrait, Statement};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// Tables that grow with the business.
const GROWING: [&str; 15] = [
    "households",
    "customers",
    "customer_identifiers",
    "customer_tags",
    "consents",
    "customer_summaries",
    "interactions",
    "gestures",
    "decisions",
    "obligations",
    "contacts",
    "events",
    "idempotency_keys",
    "note_batches",
    "notes",
];

type Caught = Arc<Mutex<BTreeSet<String>>>;

fn catch(connection: &mut DatabaseConnection, caught: &Caught) {
    let caught = Arc::clone(caught);
    connection.set_metric_callback(move |info| {
        caught.lock().unwrap().insert(info.statement.sql.clone());
    });
}

/// Wants one of everything.
struct Everything(Needs, Vec<Miss>);

impl Command for Everything {
    type Reply = ();

    fn needs(&self) -> Needs {
        self.0.clone()
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<(), Refusal> {
        let customer = CustomerId(some_id());
        if world.visit_days.get(&customer).is_none() {
            return Err(Refusal::Miss(self.1[0].clone()));
        }
        if !world.histories.contains(&customer) {
            return Err(Refusal::Miss(self.1[1].clone()));
        }
        if !world.gifts_known.contains(&customer) {
            return Err(Refusal::Miss(self.1[2].clone()));
        }
        if !world.wards_known.contains(&customer) {
            return Err(Refusal::Miss(self.1[3].clone()));
        }
        Ok(())
    }
}

fn some_id() -> Uuid {
    Uuid::from_u128(0x019c_adfd_8900_79e9_a3dc_f570_6029_38c0)
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn phone() -> IdentifierKey {
    let normalized = "+351910000001".to_owned();
    IdentifierKey { kind: IdentifierKind::Phone, system: String::new(), normalized }
}

fn everything() -> Everything {
    let customer = CustomerId(some_id());
    let due = Due {
        at: now(),
        kinds: vec![],
        channels: vec![],
        locations: vec![],
        in_batches: Vec::new(),
        untested: false,
        far_side_deduplicates: false,
        due_from: None,
        limit: 10,
    };
    let near = Neighbourhood { location: "lisbon".parse().unwrap(), from: now(), to: now() };
    let needs = Needs {
        keys: [IdempotencyKey::request("local", "Record", "one")].into(),
        identifiers: [phone()].into(),
        customers: [customer].into(),
        interactions: [InteractionId(some_id())].into(),
        gestures: [GestureId(some_id())].into(),
        leaving: [GestureId(some_id())].into(),
        due: vec![due],
        subjects: [ExternalRef { system: "orders".to_owned(), id: "1".to_owned() }].into(),
        cases: [CaseId(some_id())].into(),
        grants: [("lisbon".parse().unwrap(), date(2026, 11, 22))].into(),
        batches: [NoteBatchId(some_id())].into(),
        notes: [NoteId(some_id())].into(),
        readers: [customer].into(),
        locations: ["lisbon".parse().unwrap()].into(),
        neighbours: [near].into(),
        days: [date(2026, 11, 22)].into(),
        actions: [ActionId(some_id())].into(),
        numbers: ["+351911111111".to_owned()].into(),
        may_create: true,
        families: [customer].into(),
        households: [HouseholdId(some_id())].into(),
        alone: false,
    };
    Everything(
        needs,
        vec![Miss::VisitDays(customer), Miss::History(customer), Miss::Gifts(customer), Miss::Wards(customer)],
    )
}

async fn read_everything(store: &Store) {
    let page = PageRequest { size: 50, after: Some(Cursor::uuid(0, some_id())) };
    let all = |list: List| Filter::parse("", list.schema()).unwrap();
    let customer = CustomerId(some_id());
    store.recognise(&[phone()]).await.unwrap();
    store.customers_at_desk(&[customer]).await.unwrap();
    store.customers_with(&phone()).await.unwrap();
    store.customer(customer).await.unwrap();
    store.answered(InteractionId(some_id())).await.unwrap();
    store.last_interaction_before(customer, now()).await.unwrap();
    store.pending_gestures(customer).await.unwrap();
    store.hidden_from_others(&[customer]).await.unwrap();
    store.open_case(customer).await.unwrap();
    store.timeline(customer, &page).await.unwrap();
    store.events_of(&Subject::Customer(customer), 50, None).await.unwrap();
    for with_discreet in [true, false] {
        store.list_customers(&all(List::Customers), with_discreet, &page).await.unwrap();
    }
    store.list_interactions(&all(List::Interactions), true, &page).await.unwrap();
    store.list_gestures(&all(List::Gestures), true, &page).await.unwrap();
    store.list_cases(&all(List::Cases), true, &page).await.unwrap();
    store.list_obligations(&ObligationQuery::default(), &page).await.unwrap();
    store.visits_to_close(now(), SignedDuration::from_hours(8), 50).await.unwrap();
    store.lapsed_leases(now(), 50).await.unwrap();
    store.overdue_gestures(now(), 50).await.unwrap();
    store.wake_late(now(), 50).await.unwrap();
    store.offered_calls(50).await.unwrap();
    store.customers_to_look_at(now(), 50).await.unwrap();
    store.forget_request_keys(now(), 50).await.unwrap();
    store.forget_desk_actions(now(), 50).await.unwrap();
    store.visits_here(&"lisbon".parse().unwrap(), &page).await.unwrap();
    store.strangers(&"lisbon".parse().unwrap(), &page).await.unwrap();
    store.with_old_remarks(now(), 50).await.unwrap();
    for kept in [Kept::Remarks, Kept::RequestKeys] {
        store.too_old(kept, now()).await.unwrap();
    }
    store.visits(&[InteractionId(some_id())].into()).await.unwrap();
    let end = store.feed_end().await.unwrap();
    store.feed(EventKind::OF_VISITS, end, 50).await.unwrap();
    let some_days = CoverageQuery { from: Some(now()), before: Some(now()), location: None };
    store.coverage(&some_days).await.unwrap();
    store.customers_seen(&some_days).await.unwrap();
    read_notes(store, &page).await;
}

async fn read_notes(store: &Store, page: &PageRequest) {
    let all = |list: List| Filter::parse("", list.schema()).unwrap();
    let (batch, customer) = (NoteBatchId(some_id()), CustomerId(some_id()));
    store.note_batch(batch).await.unwrap();
    store.list_note_batches(&[], page).await.unwrap();
    for only_leaving in [false, true] {
        let wanted = NoteWorkQuery { channels: vec![Channel::Email, Channel::Post], now: now(), only_leaving };
        store.note_batches_at_work(&wanted, page).await.unwrap();
    }
    store.stopped_note_batches(50).await.unwrap();
    store.note(NoteId(some_id())).await.unwrap();
    store.list_notes(Some(batch), &all(List::Notes), page).await.unwrap();
    store.list_notes(None, &all(List::Notes), page).await.unwrap();
    store.waiting_notes(batch, &[Channel::Email, Channel::Post], now(), 8).await.unwrap();
    store.unsent_notes(batch).await.unwrap();
    store.notes_on_their_way(batch, 1).await.unwrap();
    store.intents(&[GestureId(some_id())]).await.unwrap();
    let filter = all(List::Gestures);
    let due = DueNotes { filter, as_of: now(), planned_by: now(), now: now(), left_to_workers: Vec::new() };
    store.next_due_notes(&due, Some(customer)).await.unwrap();
    store.count_due_notes(&due).await.unwrap();
    let segment = Segment { filter: all(List::Customers), known_by: now() };
    store.next_of_segment(&segment, Some(customer)).await.unwrap();
}

/// The steps by which a statement goes.
async fn plan(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = connection.query_all_raw(explain).await.unwrap();
    steps.iter().map(|row| row.try_get("", "detail").unwrap()).collect()
}

/// The steps of a plan that read a growing table from end to end, or sort what an index could have ordered.
async fn slow_steps(connection: &DatabaseConnection, sql: &str) -> Vec<String> {
    plan(connection, sql).await.into_iter().filter(|step| is_slow(step)).collect()
}

fn is_slow(step: &str) -> bool {
    // A customer's interactions are few, a location's are not.
    if step.starts_with("SEARCH i USING INDEX interactions_by_location") {
        return true;
    }
    // "SCAN t USING INDEX i" runs along an index in order, behind a LIMIT: that is how pages begin.
    let Some(table) = step.strip_prefix("SCAN ").filter(|rest| !rest.contains("USING")) else {
        return false;
    };
    // Aliases of hand-written statements.
    let aliases = ["i", "c", "s", "k", "l", "o", "owner"];
    GROWING.contains(&table) || aliases.contains(&table)
}

#[tokio::test]
async fn hot_statements_go_by_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let caught = Caught::default();
    let mut pools = connect::open(&settings(&folder)).await.unwrap();
    catch(&mut pools.writer, &caught);
    catch(&mut pools.reader, &caught);
    let store = Store::over(pools.clone(), options(&folder, true, false)).await.unwrap();
    caught.lock().unwrap().clear();

    store.submit(Lane::Interactive, everything()).await.unwrap();
    store.write("nothing", |_| Box::pin(async { Ok(()) })).await.unwrap();
    read_everything(&store).await;

    let statements: Vec<_> = caught.lock().unwrap().iter().filter(|sql| !sql.starts_with("INSERT")).cloned().collect();
    assert!(statements.len() > 40, "{} statements were caught", statements.len());
    for sql in statements {
        assert_eq!(slow_steps(&pools.writer, &sql).await, [""; 0], "{sql}");
    }
}

#[tokio::test]
async fn due_gestures_are_picked_in_the_order_of_their_index() {
    let folder = tempfile::tempdir().unwrap();
    let pools = migrated(&folder).await;
    let due = &everything().0.due[0];
    let lane = (GestureKind::Call, Channel::Phone);
    let sql = due::in_lane(due, lane, 50, &BTreeSet::new()).limit(10).build(DbBackend::Sqlite).sql;
    let steps = plan(&pools.writer, &sql).await;
    assert_eq!(
        steps,
        ["SEARCH gestures USING INDEX gestures_claimable (kind=? AND channel=? AND priority=? AND due_at<?)"]
    );
}

#[tokio::test]
async fn hidden_purchases_are_found_without_the_history_around_them() {
    let folder = tempfile::tempdir().unwrap();
    let caught = Caught::default();
    let mut pools = migrated(&folder).await;
    catch(&mut pools.reader, &caught);
    hidden_purchases(&pools.reader, vec![some_id()], now()).await.unwrap();
    let sql = caught.lock().unwrap().first().cloned().unwrap();
    let steps = plan(&pools.writer, &sql).await;
    assert_eq!(steps, ["SEARCH interactions USING INDEX interactions_hidden (customer_id=? AND start_at>?)"]);
}

#[tokio::test]
async fn what_is_late_is_looked_up_once_for_each_kind() {
    let folder = tempfile::tempdir().unwrap();
    let pools = migrated(&folder).await;
    let lanes = catch_up::lanes(&everything().0.due[0]);
    let steps = plan(&pools.writer, &catch_up::oldest_sql(&lanes)).await;
    let step = "SEARCH gestures USING INDEX gestures_late (kind=? AND promised=?)";
    assert_eq!(steps.iter().filter(|it| *it == step).count(), 2 * GestureKind::ALL.len(), "{steps:?}");
}

#[tokio::test]
async fn the_check_of_plans_sees_a_scan() {
    let folder = tempfile::tempdir().unwrap();
    let pools = migrated(&folder).await;
    let slow = slow_steps(&pools.writer, "SELECT id FROM gestures WHERE explanation = 'x'").await;
    assert_eq!(slow, ["SCAN gestures"]);
}
