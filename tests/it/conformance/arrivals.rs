//! The feed of arrivals: whole, in order, and harmed by nobody who is slow.

use crate::support::{
    database::{Database, Engine},
    ledger::{LOCATION, TestLedger},
};
use futures_util::future::join_all;
use gratitude::{
    app::{App, ArrivalNews, ArrivalsWatch, OpenVisit},
    clock::Clock,
    domain::{
        commands::who::Who,
        ids::{InteractionId, LocationId},
        world::{Actor, EventKind},
    },
    store::Store,
};
use sea_orm::{ConnectionTrait, Database as Connection, TransactionTrait};
use std::sync::Arc;

fn app(ledger: &TestLedger, store: &Store) -> App {
    App::new(store.clone(), Clock::manual(ledger.now()), Arc::clone(&ledger.settings))
}

fn here() -> LocationId {
    LOCATION.parse().expect("a slug")
}

async fn comes(app: &App) -> InteractionId {
    let visit = OpenVisit {
        actor: Actor::system(),
        who: Who::Nobody,
        location: here(),
        at: None,
        staff: String::new(),
        expected_end: None,
        stranger: "a green hat".to_owned(),
    };
    app.check_in(visit).await.expect("checked in").reply.interaction.id
}

async fn watch(app: &App) -> ArrivalsWatch {
    app.watch_arrivals(&Actor::system(), &here(), None).await.expect("watched")
}

async fn snapshot(watch: &mut ArrivalsWatch) -> Vec<InteractionId> {
    let mut found = Vec::new();
    loop {
        let (ArrivalNews::Snapshot { start, arrivals, more }, position) = watch.next().await.expect("told") else {
            panic!("a snapshot is told first");
        };
        assert_eq!((start, position.is_some()), (found.is_empty(), !more));
        found.extend(arrivals.iter().map(|arrival| arrival.visit.id));
        if !more {
            return found;
        }
    }
}

async fn arrived(watch: &mut ArrivalsWatch) -> InteractionId {
    match watch.next().await.expect("told") {
        (ArrivalNews::Change(change), Some(at)) => {
            assert_eq!((change.kind, change.at), (EventKind::InteractionOpened, at));
            change.arrival.visit.id
        }
        other => panic!("an arrival, not {other:?}"),
    }
}

both_engines! {
    async fn who_watches_too_slowly_is_told_anew_and_holds_up_nobody(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger, &ledger.store);
        let (mut slow, mut quick) = (watch(&app).await, watch(&app).await);
        assert_eq!(snapshot(&mut slow).await, []);
        assert_eq!(snapshot(&mut quick).await, []);
        let mut come = Vec::new();
        for _ in 0..4 {
            let mut batch = join_all((0..100).map(|_| comes(&app))).await;
            let mut told = Vec::new();
            while told.len() < batch.len() {
                told.push(arrived(&mut quick).await);
            }
            told.sort_unstable();
            batch.sort_unstable();
            assert_eq!(told, batch);
            come.extend(batch);
        }
        let mut seen = snapshot(&mut slow).await;
        seen.sort_unstable();
        come.sort_unstable();
        assert_eq!(seen, come, "in parts, each once");
        let one_more = comes(&app).await;
        // Once it is told to the one, it is there for the other too.
        assert_eq!((arrived(&mut quick).await, arrived(&mut slow).await), (one_more, one_more));
        app.close().await;
    }

    async fn what_another_replica_writes_is_told_too(database) {
        let ledger = TestLedger::open(database).await;
        let other_store = ledger.replica(&ledger.settings).await;
        let (app, other) = (app(&ledger, &ledger.store), app(&ledger, &other_store));
        let mut watch = watch(&app).await;
        assert_eq!(snapshot(&mut watch).await, []);
        for _ in 0..3 {
            let visit = comes(&other).await;
            assert_eq!(arrived(&mut watch).await, visit);
        }
        app.close().await;
        assert!(watch.next().await.is_err(), "who watches learns that it is over");
    }
}

/// A sequence is not the order of commits: what began before and is not over may still put something before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_waits_for_who_still_writes() {
    let Some(database) = Database::new(Engine::Postgres).await else {
        return;
    };
    let writer = Connection::connect(&database.url).await.expect("the database can be reached");
    let ledger = TestLedger::open(database).await;
    let app = app(&ledger, &ledger.store);
    let mut watch = watch(&app).await;
    assert_eq!(snapshot(&mut watch).await, []);
    let first = comes(&app).await;
    assert_eq!(arrived(&mut watch).await, first);

    let slow = writer.begin().await.expect("begun");
    let copy = "INSERT INTO events (at, kind, subject, actor, detail) \
                SELECT at, kind, subject, 'slow', detail FROM events WHERE kind = 'interaction.opened'";
    slow.execute_unprepared(copy).await.expect("written");
    let second = comes(&app).await;
    let end = ledger.store.feed_end().await.expect("read");
    let behind = ledger.store.feed(&[EventKind::InteractionOpened], end, 10).await.expect("read");
    assert_eq!(behind, [], "neither is told while one of them is not over");
    slow.commit().await.expect("committed");
    assert_eq!(arrived(&mut watch).await, first, "the slow one's comes first, as it began first");
    assert_eq!(arrived(&mut watch).await, second);
    app.close().await;
}
