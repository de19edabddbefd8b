//! On PostgreSQL no hot path reads a growing table from end to end: where sequential scans are switched off, the
//! planner takes one only if no index serves. (On SQLite the plans themselves are looked at, beside the store.)

use crate::support::{
    database::{Database, Engine},
    ledger::{LOCATION, TestLedger},
};
use gratitude::{
    domain::{
        customer::{IdentifierKey, IdentifierKind},
        filter::Filter,
        retention::Kept,
        world::Subject,
    },
    store::{FeedPosition, PageRequest, filter::List},
};
use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, Database as Connection, DatabaseConnection, DbBackend, Statement};
use std::collections::BTreeMap;

/// Waits until the store's connections are gone: each tells what it counted when it ends.
pub(super) async fn alone(connection: &DatabaseConnection) {
    let sql = "SELECT COUNT(*), pg_sleep(0.01)::text FROM pg_stat_activity \
               WHERE datname = current_database() AND application_name LIKE 'gratitude-%'";
    loop {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = connection.query_one_raw(statement).await.expect("counted").expect("a count");
        if row.try_get_by_index::<i64>(0).expect("a number") == 0 {
            return;
        }
    }
}

/// How often each table that grows was read from end to end, by those who are gone.
async fn scans(connection: &DatabaseConnection) -> BTreeMap<String, i64> {
    alone(connection).await;
    let sql = "SELECT relname::text, COALESCE(seq_scan, 0) FROM pg_stat_user_tables \
               WHERE relname NOT IN ('seaql_migrations', 'instance', 'instance_secrets', 'locations', 'rules', \
               'rule_versions', 'templates', 'template_versions', 'journeys', 'touchpoints', 'pauses', 'contact_policy', \
               'api_keys', 'staff')";
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("counted");
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hot_paths_scan_no_growing_table() {
    let Some(database) = Database::new(Engine::Postgres).await else {
        return;
    };
    let watcher = Connection::connect(&database.url).await.expect("the database can be reached");
    let off = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$";
    watcher.execute_unprepared(off).await.expect("the test owns the cluster");
    let before = scans(&watcher).await;

    let ledger = TestLedger::open(database).await;
    for n in 0..5 {
        ledger.record(ledger.visit("+351910000001", &format!("visit {n}"))).await.expect("recorded");
        ledger.record(ledger.purchase("+351910000002", &format!("purchase {n}"))).await.expect("recorded");
        ledger.advance(SignedDuration::from_hours(24));
    }
    read(&ledger).await;
    ledger.store.close().await.expect("closed");
    assert_eq!(scans(&watcher).await, before);

    // The watch is awake: a scan is counted.
    let scan = "SELECT id FROM gestures WHERE explanation = ''; SELECT pg_stat_force_next_flush()";
    watcher.execute_unprepared(scan).await.expect("read");
    assert_ne!(scans(&watcher).await, before);
    watcher.close().await.expect("closed");
}

async fn read(ledger: &TestLedger) {
    let (store, now) = (&ledger.store, ledger.now());
    let page = PageRequest { size: 50, after: None };
    let all = |list: List| Filter::parse("", list.schema()).expect("an empty filter selects all");
    let normalized = "+351910000001".to_owned();
    let key = IdentifierKey { kind: IdentifierKind::Phone, system: String::new(), normalized };
    let known = store.recognise(&[key]).await.expect("read").remove(0).customer.id;
    let gesture = store.list_gestures(&all(List::Gestures), true, &page).await.expect("read").items.remove(0);
    let interaction = gesture.interaction.expect("it answers one");
    store.answered(interaction).await.expect("read").expect("there");
    store.timeline(known, &page).await.expect("read");
    store.events_of(&Subject::Gesture(gesture.id), 10, None).await.expect("read");
    store.events_behind(FeedPosition::START, 10).await.expect("read");
    store.list_customers(&all(List::Customers), true, &page).await.expect("read");
    store.list_interactions(&all(List::Interactions), true, &page).await.expect("read");
    store.visits_to_close(now, SignedDuration::from_hours(8), 10).await.expect("read");
    store.lapsed_leases(now, 10).await.expect("read");
    store.overdue_gestures(now, 10).await.expect("read");
    store.customers_to_look_at(now, 10).await.expect("read");
    store.forget_request_keys(now, 10).await.expect("forgotten");
    store.strangers(&LOCATION.parse().expect("a slug"), &page).await.expect("read");
    store.with_old_remarks(now, 10).await.expect("read");
    for kept in Kept::ALL {
        store.too_old(*kept, now).await.expect("counted");
    }
    for kept in [Kept::Events, Kept::Reads] {
        store.forget_log(kept, now - SignedDuration::from_hours(24 * 365), 10, now).await.expect("nothing is so old");
    }
}
