//! The schema and the code name the same things, and the constraints hold whatever the code does.

use crate::support::{
    database::{Database, Engine},
    ledger::TestLedger,
    night::Night,
};
use gratitude::domain::{
    access::Role,
    action::ActionKind,
    case::{CaseOrigin, CaseState},
    customer::{Channel, ConsentState, CustomerKind, CustomerStatus, IdentifierKind, Purpose},
    gesture::{ContactState, GestureKind, GestureState, Tone},
    interaction::{
        Direction, FaultKind, InteractionChannel, InteractionKind, InteractionState, MomentKind, NoPurchaseReason,
        Outcome,
    },
    journey::MapState,
    note::{BatchState, NoteState},
    obligation::{ObligationState, OpenReason},
    rule::RuleState,
    template::TemplateState,
};
use sea_orm::{ConnectionTrait, Database as Connection, DatabaseConnection, Statement};
use std::collections::BTreeSet;

/// Each column that holds one of a list of names, with that list as the domain has it.
fn named_columns() -> Vec<(&'static str, &'static str, &'static [&'static str])> {
    vec![
        ("api_keys", "role", Role::NAMES),
        ("rules", "state", RuleState::NAMES),
        ("templates", "state", TemplateState::NAMES),
        ("customers", "kind", CustomerKind::NAMES),
        ("customers", "status", CustomerStatus::NAMES),
        ("customer_identifiers", "kind", IdentifierKind::NAMES),
        ("consents", "channel", Channel::NAMES),
        ("consents", "purpose", Purpose::NAMES),
        ("consents", "state", ConsentState::NAMES),
        ("interactions", "state", InteractionState::NAMES),
        ("interactions", "kind", InteractionKind::NAMES),
        ("interactions", "channel", InteractionChannel::NAMES),
        ("interactions", "direction", Direction::NAMES),
        ("interactions", "outcome", Outcome::NAMES),
        ("interactions", "no_purchase_reason", NoPurchaseReason::NAMES),
        ("interactions", "fault", FaultKind::NAMES),
        ("interactions", "moment", MomentKind::NAMES),
        ("journeys", "state", MapState::NAMES),
        ("touchpoints", "state", MapState::NAMES),
        ("cases", "state", CaseState::NAMES),
        ("cases", "origin", CaseOrigin::NAMES),
        ("gestures", "kind", GestureKind::NAMES),
        ("gestures", "channel", Channel::NAMES),
        ("gestures", "purpose", Purpose::NAMES),
        ("gestures", "tone", Tone::NAMES),
        ("gestures", "state", GestureState::NAMES),
        ("gestures", "lease_begun", Channel::NAMES),
        ("obligations", "state", ObligationState::NAMES),
        ("obligations", "open_reason", OpenReason::NAMES),
        ("contacts", "channel", Channel::NAMES),
        ("contacts", "kind", GestureKind::NAMES),
        ("contacts", "state", ContactState::NAMES),
        ("desk_actions", "kind", ActionKind::NAMES),
        ("note_batches", "state", BatchState::NAMES),
        ("notes", "channel", Channel::NAMES),
        ("notes", "state", NoteState::NAMES),
    ]
}

/// The constraints of a table, as the engine says them.
async fn constraints(database: &Database, connection: &DatabaseConnection, table: &str) -> String {
    let sql = match database.engine {
        Engine::Sqlite => format!("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'"),
        Engine::Postgres => format!(
            "SELECT string_agg(pg_get_constraintdef(oid), E'\\n') FROM pg_constraint \
             WHERE conrelid = '{table}'::regclass AND contype = 'c'"
        ),
    };
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.expect("the catalogue can be read").expect("the table exists");
    row.try_get_by_index(0).expect("text")
}

/// The names that a constraint allows for a column.
fn allowed(constraints: &str, engine: Engine, column: &str) -> BTreeSet<String> {
    let start = match engine {
        Engine::Sqlite => format!("\"{column}\" IN ("),
        Engine::Postgres => format!("(({column} = ANY (ARRAY["),
    };
    let from = constraints.find(&start).unwrap_or_else(|| panic!("no list of names for {column} in {constraints}"));
    let list = &constraints[from + start.len()..];
    let end = list.find([')', ']']).expect("the list ends");
    list[..end].split(',').map(|name| name.trim().split('\'').nth(1).expect("quoted").to_owned()).collect()
}

/// Statements that break a promise, each of which the database must refuse.
const BROKEN: &[(&str, &str)] = &[
    ("a second obligation of an interaction", "INSERT INTO obligations SELECT * FROM obligations"),
    ("an obligation without its interaction", "UPDATE obligations SET follows = customer_id"),
    ("an open obligation that waits for nothing", "UPDATE obligations SET state = 'open', open_reason = NULL"),
    ("an obligation that explains nothing", "UPDATE obligations SET explanation = ''"),
    ("a decision that decides nothing", "UPDATE decisions SET gesture_id = NULL, reason = NULL"),
    ("a completed gesture that never was", "UPDATE gestures SET state = 'completed'"),
    ("a claimed gesture without a lease", "UPDATE gestures SET state = 'claimed'"),
    ("a suppressed gesture without a reason", "UPDATE gestures SET state = 'suppressed', reason = NULL"),
    ("a gesture of an unknown version", "UPDATE gestures SET rule_version = 99 WHERE rule_id IS NOT NULL"),
    ("a closed interaction without an end", "UPDATE interactions SET end_at = NULL"),
    ("an interaction that ends before it begins", "UPDATE interactions SET end_at = start_at - 1"),
    ("a voided interaction without a reason", "UPDATE interactions SET state = 'voided'"),
    ("a merged customer without a survivor", "UPDATE customers SET status = 'merged'"),
    ("a customer without a household", "UPDATE customers SET household_id = NULL"),
    ("a customer of a household that is not there", "UPDATE customers SET household_id = id"),
    ("a first visit without visit days", "UPDATE customer_summaries SET visit_days = 0"),
    (
        "a PIN that can be read",
        "INSERT INTO staff (id, display_name, role, locations, pin, pin_version, created_at, updated_at, version) \
         VALUES ('ana', 'Ana', 'desk', '[]', '4711', 1, 0, 0, 1)",
    ),
    ("two instances", "INSERT INTO instance (id, created_at, manual_clock, catalog_revision) VALUES (2, 0, FALSE, 0)"),
];

/// The same about notes: of a batch that is ready, with one note of one gesture.
const BROKEN_NOTES: &[(&str, &str)] = &[
    (
        "a second note to one customer",
        "INSERT INTO notes (id, batch_id, customer_id, gestures, language, subject, text, variant, facts, state, \
         explanation, problems, due_at, created_at) SELECT customer_id, batch_id, customer_id, gestures, language, \
         subject, text, variant, facts, state, explanation, problems, due_at, created_at FROM notes",
    ),
    ("a delivered note without a time", "UPDATE notes SET state = 'delivered', chunk = 1"),
    ("a note on its way outside of a chunk", "UPDATE notes SET state = 'delivering'"),
    ("a skipped note without a reason", "UPDATE notes SET state = 'skipped'"),
    ("a note that says nothing", "UPDATE notes SET text = ''"),
    ("a note of an unknown version", "UPDATE notes SET template_version = 99"),
    ("a customer who stands nowhere", "UPDATE note_batches SET composed = 0"),
    ("less than nothing", "UPDATE note_batches SET composed = 2, skipped = -1"),
    ("a note that left unapproved", "UPDATE note_batches SET composed = 0, delivered = 1"),
    ("a completed batch without an end", "UPDATE note_batches SET state = 'completed'"),
    ("a gesture with a person and in a batch", "UPDATE gestures SET with_person = TRUE"),
    ("a gesture in a note of no batch", "UPDATE gestures SET batch_id = NULL"),
    ("a gesture that goes along in no note", "UPDATE gestures SET batch_id = NULL, note_id = NULL, folded = TRUE"),
];

both_engines! {
    async fn what_breaks_a_promise_about_notes_is_refused_by_the_database(database) {
        let url = database.url.clone();
        let ledger = TestLedger::open(database).await;
        let mut looked = ledger.visit("+351910000001", "one");
        looked.new.detail.items_looked_at = vec!["a red teapot".to_owned()];
        ledger.record(looked).await.expect("recorded");
        ledger.advance(jiff::SignedDuration::from_hours(48));
        let night = Night::over(&ledger);
        let made = night.over_due().await;
        assert_eq!(night.work(made.id).await.counts.composed, 1);
        let connection = Connection::connect(&url).await.expect("the database can be reached");
        for (what, sql) in BROKEN_NOTES {
            let error = connection.execute_unprepared(sql).await.expect_err(what);
            assert!(error.to_string().contains("constraint"), "{what}: {error}");
        }
        connection.close().await.expect("the connection closes");
    }

    async fn constraints_know_exactly_the_names_of_the_domain(database) {
        let connection = Connection::connect(&database.url).await.expect("the database can be reached");
        for (table, column, names) in named_columns() {
            let found = allowed(&constraints(&database, &connection, table).await, database.engine, column);
            assert_eq!(found, names.iter().map(|name| (*name).to_owned()).collect(), "{table}.{column}");
        }
        connection.close().await.expect("the connection closes");
    }

    async fn what_breaks_a_promise_is_refused_by_the_database(database) {
        let url = database.url.clone();
        let ledger = TestLedger::open(database).await;
        let recorded = ledger.record(ledger.visit("+351910000001", "one")).await.expect("recorded");
        assert_eq!(recorded.gestures.len(), 1);
        let connection = Connection::connect(&url).await.expect("the database can be reached");
        for (what, sql) in BROKEN {
            let error = connection.execute_unprepared(sql).await.expect_err(what);
            assert!(error.to_string().contains("constraint"), "{what}: {error}");
        }
        connection.close().await.expect("the connection closes");
    }
}
