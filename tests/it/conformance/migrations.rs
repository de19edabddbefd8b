//! What a database of an older version holds is there in the present one, and reads as it was meant.

use crate::support::{
    database::{Engine, settings},
    ledger::TestLedger,
    night::Night,
};
use gratitude::{
    app::NewSelection,
    domain::{
        note::NoteState,
        note_problem::{NoteProblem, ProblemReason},
    },
    store::{self, ConnectSettings},
};
use gratitude_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database as Connection, DatabaseConnection, Statement, TransactionTrait};
use std::{sync::Arc, time::Duration};

/// How many of the newest migrations bring a database to the present from before this one.
fn since(migration: &str) -> u32 {
    let all = Migrator::migrations();
    let before = all.iter().position(|it| it.name() == migration).expect("there is such a migration");
    u32::try_from(all.len() - before).expect("a small number")
}

/// The sentences in which that version said what speaks against a note, and the reasons that they have now.
const SAID: [(&str, ProblemReason); 7] = [
    ("It says nothing.", ProblemReason::Empty),
    ("It names nothing that is particular to this customer.", ProblemReason::NothingParticular),
    ("A place was left unfilled: `Dear \"Söhne\" \\ {{ name }},`.", ProblemReason::Placeholder),
    ("It repeats what an earlier note said: “It's always a pleasure, isn't it?”.", ProblemReason::RepeatedWording),
    ("It grew too long and was cut short.", ProblemReason::TooLong),
    ("What it rests on is not known: `customer.name`.", ProblemReason::FactMissing),
    ("What it says has changed since it was written.", ProblemReason::StaleFact),
];

/// Gives the notes of the old schema, in order, what speaks against them.
async fn object(db: &DatabaseConnection, objections: &[Vec<&str>]) {
    let backend = db.get_database_backend();
    let ids = Statement::from_string(backend, "SELECT id FROM notes ORDER BY id");
    let ids = db.query_all_raw(ids).await.expect("there are notes");
    assert_eq!(ids.len(), objections.len());
    for (row, said) in ids.iter().zip(objections) {
        let id: uuid::Uuid = row.try_get_by_index(0).expect("an id");
        let json = serde_json::to_string(said).expect("JSON");
        let places = if backend == sea_orm::DbBackend::Postgres { ("$1", "$2") } else { ("?", "?") };
        let sql = format!("UPDATE notes SET objections = {} WHERE id = {}", places.0, places.1);
        let values = [json.into(), id.into()];
        db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.expect("the old column is there");
    }
}

/// Whoever has waited for the lock of migrations for longer than a statement may run.
const PATIENT: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event = 'advisory' AND clock_timestamp() - query_start > interval '250 ms'";

both_engines! {
    async fn who_migrates_may_take_as_long_as_it_needs(database) {
        if database.engine == Engine::Sqlite {
            return;
        }
        let other = Connection::connect(&database.url).await.expect("the database can be reached");
        let lock = other.begin().await.expect("a transaction");
        let held = format!("SELECT pg_advisory_xact_lock({})", 0x6772_6174_6974_7564_i64);
        lock.execute_unprepared(&held).await.expect("nobody has it");
        let limit = Duration::from_millis(50);
        let settings = ConnectSettings { statement_timeout: limit, ..settings(&database.url) };
        let migrating = tokio::spawn(async move { store::migrate(&settings).await });
        let patient = || Statement::from_string(other.get_database_backend(), PATIENT);
        loop {
            assert!(!migrating.is_finished(), "{:?}", migrating.await);
            let row = other.query_one_raw(patient()).await.expect("readable").expect("a row");
            if row.try_get_by_index::<i64>(0).expect("a number") > 0 {
                break;
            }
        }
        lock.commit().await.expect("it was only held");
        assert_eq!(migrating.await.expect("no panic"), Ok(0), "somebody else has done it");
    }

    async fn p4_what_was_to_be_tried_again_after_its_lease_lapsed_may_have_left(database) {
        let ledger = TestLedger::open(database).await;
        let mut planned = Vec::new();
        for n in 0..2 {
            let visit = ledger.visit(&format!("+35191000000{n}"), &format!("visit {n}"));
            planned.push(ledger.record(visit).await.expect("recorded").gestures[0].id);
        }
        let older = async |url: &str| {
            let db = Connection::connect(url).await.expect("the database can be reached");
            Migrator::down(&db, Some(since("m20261122_000041_perhaps_left"))).await.expect("the older schema");
            let lapsed = "UPDATE gestures SET reason = 'lease_lapsed', lease_owner = 'w', lease_token = 3, lease_until = 1, \
                          far_side_deduplicates = TRUE, state = 'scheduled' WHERE id = (SELECT MIN(id::text)::uuid FROM gestures)";
            let lapsed = match db.get_database_backend() {
                sea_orm::DbBackend::Postgres => lapsed.to_owned(),
                _ => lapsed.replace("MIN(id::text)::uuid", "MIN(id)"),
            };
            assert_eq!(db.execute_unprepared(&lapsed).await.expect("the old columns are there").rows_affected(), 1);
            Migrator::up(&db, None).await.expect("the present schema");
            db.close().await.expect("closed");
        };
        let ledger = ledger.opened_again(older, Arc::new(|_, _| {})).await;
        planned.sort();
        let mut marks = Vec::new();
        for id in planned {
            marks.push(ledger.store.gesture(id).await.expect("read").expect("there").perhaps_left);
        }
        assert_eq!(marks.iter().flatten().collect::<Vec<_>>(), [&3], "one of them");
    }

    async fn what_spoke_against_a_note_gets_its_reason_and_keeps_its_words(database) {
        let ledger = TestLedger::open(database).await;
        for n in 0..3 {
            ledger.record(ledger.visit(&format!("+35191000000{n}"), &format!("visit {n}"))).await.expect("recorded");
        }
        let selection = || NewSelection::Segment {
            filter: String::new(),
            template: "thanks-for-being-our-customer".parse().expect("a slug"),
            location: "lisbon".parse().expect("a slug"),
            channels: Vec::new(),
        };
        let (batch, before) = {
            let night = Night::over(&ledger);
            let made = night.make(selection()).await;
            night.work(made.id).await;
            (made.id, night.notes(made.id).await)
        };
        assert_eq!(before.len(), 3, "one to each");
        let everything: Vec<_> = SAID.iter().map(|(said, _)| *said).collect();
        let objections = [Vec::new(), vec![everything[1]], everything];
        let older = async |url: &str| {
            let db = Connection::connect(url).await.expect("the database can be reached");
            Migrator::down(&db, Some(since("m20261122_000031_note_words"))).await.expect("the older schema");
            object(&db, &objections).await;
            Migrator::up(&db, None).await.expect("the present schema");
            db.close().await.expect("closed");
        };
        let ledger = ledger.opened_again(older, Arc::new(|_, _| {})).await;
        let night = Night::over(&ledger);
        let mut after = night.notes(batch).await;
        after.sort_by_key(|note| note.id);
        let told = |note: &[NoteProblem]| {
            note.iter().map(|problem| (problem.text.clone(), problem.reason)).collect::<Vec<_>>()
        };
        let expected = |which: &[usize]| which.iter().map(|n| (SAID[*n].0.to_owned(), SAID[*n].1)).collect::<Vec<_>>();
        assert_eq!(told(&after[0].problems), []);
        assert_eq!(told(&after[1].problems), expected(&[1]));
        assert_eq!(told(&after[2].problems), expected(&[0, 1, 2, 3, 4, 5, 6]));
        assert!(after.iter().flat_map(|note| &note.problems).all(|problem| !problem.suggestion.is_empty()));
        assert!(after.iter().all(|note| note.edit.is_none() && note.version == 1), "nobody has edited them");
        let mut unchanged = before;
        unchanged.sort_by_key(|note| note.id);
        for (now, was) in after.iter().zip(&unchanged) {
            assert_eq!((now.id, &now.words, now.state, &now.gestures), (was.id, &was.words, was.state, &was.gestures));
        }

        let again = night.work(batch).await;
        assert_eq!(again.counts.total(), 3, "work goes on");
        let new = night.make(selection()).await;
        night.work(new.id).await;
        assert!(night.notes(new.id).await.iter().any(|note| note.state != NoteState::Cancelled), "and more is written");
    }
}
