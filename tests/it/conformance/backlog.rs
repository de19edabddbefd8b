//! A backlog of one kind does not slow those who ask for another: a claim reads what it takes, not what waits.

use super::plans::alone;
use crate::support::{database::Engine, ledger::TestLedger};
use gratitude::{
    domain::{
        commands::{
            Once,
            gestures::{Claim, ClaimedGesture, Schedule},
        },
        customer::{Channel, Purpose},
        gesture::{GestureKind, Tone},
        ids::CustomerId,
        world::{Actor, Due, Fingerprint},
    },
    store::{Lane, Watch},
};
use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, Database as Connection, DatabaseConnection, DbBackend, Statement};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// How many notes wait besides.
const BACKLOG: u32 = 100_000;

fn unrepeated() -> Once {
    Once { keys: Vec::new(), content: Fingerprint::default() }
}

async fn plan(ledger: &TestLedger, customer: CustomerId, kind: GestureKind, channel: Channel) {
    let schedule = Schedule {
        actor: Actor::default(),
        once: unrepeated(),
        customer,
        location: crate::support::ledger::LOCATION.parse().expect("a slug"),
        interaction: None,
        kind,
        channels: vec![channel],
        purpose: Purpose::Service,
        tone: Tone::Caring,
        priority: 50,
        role: String::new(),
        promised: false,
        due_at: None,
        deadline_at: None,
        occasion: None,
        window: None,
        content: None,
        recipient: String::new(),
        gift_value: None,
    };
    ledger.store.submit(Lane::Interactive, schedule).await.expect("planned");
}

async fn claim(ledger: &TestLedger, kinds: Vec<GestureKind>, limit: u32) -> Vec<ClaimedGesture> {
    let due = Due {
        at: ledger.now(),
        kinds,
        channels: Vec::new(),
        locations: Vec::new(),
        in_batches: Vec::new(),
        untested: false,
        far_side_deduplicates: false,
        due_from: None,
        limit,
    };
    let claim = Claim {
        actor: Actor::default(),
        once: unrepeated(),
        due,
        worker: "dialler".to_owned(),
        lease: SignedDuration::from_mins(1),
    };
    ledger.store.submit(Lane::Interactive, claim).await.expect("claimed").gestures
}

async fn statement(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

type Caught = Arc<Mutex<BTreeSet<String>>>;

/// Catches what a store sends.
fn catching(caught: &Caught) -> Watch {
    let caught = Arc::clone(caught);
    Arc::new(move |_, statement: &Statement| {
        caught.lock().unwrap().insert(statement.sql.clone());
    })
}

/// The steps of a plan that look at gestures otherwise than by their kind and channel (SQLite).
async fn beside_the_lane(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = db.query_all_raw(explain).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    let steps = steps.iter().map(|row| row.try_get::<String>("", "detail").expect("a step"));
    let in_lane = |step: &str| step.contains("INDEX gestures_claimable (kind=? AND channel=?");
    steps.filter(|step| step.contains(" gestures") && !in_lane(step)).collect()
}

/// Copies the one note that is there until so many wait, each due a little later, and has the engine look at them.
async fn pile_up(url: &str) {
    let db = &Connection::connect(url).await.expect("the database is there");
    let backend = db.get_database_backend();
    let (columns, series, id) = match backend {
        DbBackend::Postgres => (
            "SELECT column_name::text AS name FROM information_schema.columns WHERE table_name = 'gestures'",
            format!("generate_series(1, {BACKLOG}) AS s(n)"),
            "gen_random_uuid()",
        ),
        _ => (
            "SELECT name FROM pragma_table_info('gestures')",
            format!(
                "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {BACKLOG}) SELECT n FROM s) AS s"
            ),
            "randomblob(16)",
        ),
    };
    let names = db.query_all_raw(Statement::from_string(backend, columns)).await.expect("the columns");
    let names: Vec<String> = names.iter().map(|row| row.try_get("", "name").expect("a name")).collect();
    let value = |name: &String| match name.as_str() {
        "id" => id.to_owned(),
        "occurrence" => "CAST(s.n AS TEXT)".to_owned(),
        "due_at" => "g.due_at + s.n".to_owned(),
        _ => format!("g.{name}"),
    };
    let values: Vec<_> = names.iter().map(value).collect();
    let (names, values) = (names.join(", "), values.join(", "));
    statement(
        db,
        &format!("INSERT INTO gestures ({names}) SELECT {values} FROM gestures g, {series} WHERE g.rule_id IS NULL"),
    )
    .await;
    statement(db, "ANALYZE").await;
    db.close_by_ref().await.expect("closed");
}

/// How many entries of the index of what is claimable were read so far (PostgreSQL).
async fn entries_read(db: &DatabaseConnection) -> i64 {
    statement(db, "SELECT pg_stat_force_next_flush()").await;
    let sql = "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'gestures_claimable'";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("counted");
    row.expect("there is such an index").try_get_by_index(0).expect("a number")
}

both_engines! {
    async fn p4_a_claim_reads_what_it_takes_however_much_of_another_kind_waits(database) {
        let engine = database.engine;
        let ledger = TestLedger::open(database).await;
        let recorded = ledger.record(ledger.visit("+351910000001", "visit")).await.expect("recorded");
        let customer = recorded.interaction.customer.expect("made known");
        plan(&ledger, customer, GestureKind::Note, Channel::HandOver).await;
        let caught = Caught::default();
        let ledger = ledger.opened_again(pile_up, catching(&caught)).await;
        for n in 2..5 {
            let recorded = ledger.record(ledger.visit(&format!("+35191000000{n}"), &format!("visit {n}"))).await;
            let called = recorded.expect("recorded").interaction.customer.expect("made known");
            plan(&ledger, called, GestureKind::Call, Channel::Phone).await;
        }
        ledger.advance(SignedDuration::from_mins(1));
        let asked = Due {
            at: ledger.now(),
            kinds: vec![GestureKind::Call],
            channels: Vec::new(),
            locations: Vec::new(),
            in_batches: Vec::new(),
            untested: false,
            far_side_deduplicates: false,
            due_from: None,
            limit: 10,
        };
        let db = ledger.reader().await;
        let before = if engine == Engine::Postgres { entries_read(db).await } else { 0 };
        caught.lock().unwrap().clear();
        assert_eq!(ledger.store.due_gestures(&asked).await.expect("looked").len(), 3);
        let statements = caught.lock().unwrap().clone();
        assert!(statements.len() > 1, "{statements:?}");
        ledger.store.close().await.expect("closed: its connections tell what they counted");
        match engine {
            Engine::Postgres => {
                alone(db).await;
                let read = entries_read(db).await - before;
                assert!((3..1_000).contains(&read), "{read} of {BACKLOG} entries were read");
            }
            // SQLite counts nothing, but its plan says how far an entry is looked up, and what is read after that.
            Engine::Sqlite => {
                for sql in &statements {
                    assert_eq!(beside_the_lane(db, sql).await, [""; 0], "{sql}");
                }
                let beside = beside_the_lane(db, "SELECT id FROM gestures WHERE kind = 'call'").await;
                assert_eq!(beside.len(), 1, "the check is awake");
            }
        }
    }

    async fn p4_a_flood_of_notes_starves_no_call(database) {
        let ledger = TestLedger::open(database).await;
        let mut customers = Vec::new();
        for n in 0..12 {
            let phone = format!("+3519100000{n:02}");
            let recorded = ledger.record(ledger.visit(&phone, &format!("visit {n}"))).await.expect("recorded");
            customers.push(recorded.interaction.customer.expect("made known"));
        }
        // The notes are due first, and as urgent.
        for customer in &customers[..10] {
            plan(&ledger, *customer, GestureKind::Note, Channel::HandOver).await;
        }
        ledger.advance(SignedDuration::from_secs(1));
        for customer in &customers[10..] {
            plan(&ledger, *customer, GestureKind::Call, Channel::Phone).await;
        }
        ledger.advance(SignedDuration::from_secs(1));
        let kinds = |claimed: Vec<ClaimedGesture>| claimed.iter().map(|it| it.gesture.kind).collect::<Vec<_>>();
        let both = vec![GestureKind::Note, GestureKind::Call];
        let four = kinds(claim(&ledger, both.clone(), 4).await);
        assert_eq!(four.iter().filter(|kind| **kind == GestureKind::Call).count(), 1, "{four:?}");
        // One at a time: every other claim goes to one kind after the other.
        let mut singly = Vec::new();
        for _ in 0..4 {
            singly.extend(kinds(claim(&ledger, both.clone(), 1).await));
            ledger.advance(SignedDuration::from_micros(1));
        }
        assert_eq!(singly.iter().filter(|kind| **kind == GestureKind::Call).count(), 1, "{singly:?}");
    }
}
