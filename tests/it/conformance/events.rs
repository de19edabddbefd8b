//! The feed of events: whole and in one order, whoever writes meanwhile.

use crate::support::{
    database::{Database, Engine},
    ledger::TestLedger,
};
use gratitude::{
    app::{App, AppError, EventFilter, FeedPosition},
    clock::Clock,
    domain::{
        access::{Authority, Role},
        refusal::{Precondition, Refusal},
        retention::Retention,
        settings::Settings,
        world::{Actor, EventKind},
    },
};
use jiff::SignedDuration;
use sea_orm::{ConnectionTrait, Database as Connection, TransactionTrait};
use std::{collections::BTreeSet, sync::Arc};

fn app(ledger: &TestLedger) -> App {
    App::new(ledger.store.clone(), Clock::manual(ledger.now()), Arc::clone(&ledger.settings))
}

fn recorded() -> EventFilter {
    EventFilter { kinds: [EventKind::InteractionRecorded].into(), subjects: BTreeSet::new() }
}

/// How many interactions the feed tells of behind a place, and the place behind them.
async fn told(app: &App, wanted: &EventFilter, behind: Option<FeedPosition>) -> (usize, FeedPosition) {
    let page = app.events(&Actor::system(), wanted, behind, 500).await.expect("a page");
    assert!(!page.more, "all of it fits");
    assert!(page.events.is_sorted_by_key(|(place, _)| *place), "in order");
    (page.events.len(), page.reached)
}

/// Waits until the feed tells of so many behind a place: on PostgreSQL, whoever still writes elsewhere in the cluster
/// holds it back.
async fn arrived(app: &App, behind: Option<FeedPosition>, count: usize) {
    let mut watch = app.watch_events(Actor::system(), recorded(), behind, true).await.expect("watched");
    let mut seen = 0;
    while seen < count {
        seen += watch.next().await.expect("told").0.len();
    }
}

both_engines! {
    async fn a_page_ends_where_it_is_full_and_the_next_goes_on_there(database) {
        let ledger = TestLedger::open(database).await;
        for n in 0..7 {
            ledger.record(ledger.visit(&format!("+35191000000{n}"), &format!("visit {n}"))).await.expect("recorded");
        }
        let app = app(&ledger);
        arrived(&app, None, 7).await;
        let (mut seen, mut behind, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = app.events(&Actor::system(), &recorded(), behind, 3).await.expect("a page");
            seen.extend(page.events.iter().map(|(_, event)| event.subject.to_string()));
            (behind, pages) = (Some(page.reached), pages + 1);
            if !page.more {
                break;
            }
        }
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len(), pages), (7, 7, 3));
        assert_eq!(told(&app, &recorded(), behind).await.0, 0);
        app.close().await;
    }

    async fn what_a_replica_writes_is_followed_too_and_a_watch_ends_with_the_service(database) {
        let ledger = TestLedger::open(database).await;
        let other = ledger.replica(&ledger.settings).await;
        let app = app(&ledger);
        let mut watch = app.watch_events(Actor::system(), recorded(), None, false).await.expect("watched");
        assert!(watch.next().await.expect("told where it begins").0.is_empty());
        for n in 0..3 {
            let visit = ledger.visit("+351910000001", &format!("visit {n}"));
            other.submit(gratitude::store::Lane::Interactive, visit).await.expect("recorded");
            let (events, reached) = watch.next().await.expect("told");
            assert_eq!((events.len(), events[0].0 <= reached), (1, true));
        }
        app.close().await;
        assert!(watch.next().await.is_err(), "who follows learns that it is over");
    }

    async fn discreet_customers_are_told_of_only_to_who_may_see_them(database) {
        let url = database.url.clone();
        let ledger = TestLedger::open(database).await;
        ledger.record(ledger.visit("+351910000001", "one")).await.expect("recorded");
        ledger.record(ledger.visit("+351910000002", "two")).await.expect("recorded");
        let connection = Connection::connect(&url).await.expect("the database can be reached");
        let hide = "UPDATE customers SET discreet = TRUE WHERE id = (SELECT MIN(customer_id) FROM interactions)";
        // PostgreSQL has no smallest UUID.
        let hide = hide.replace("MIN(customer_id) FROM interactions", "customer_id FROM interactions ORDER BY id LIMIT 1");
        connection.execute_unprepared(&hide).await.expect("hidden");
        let app = app(&ledger);
        arrived(&app, None, 2).await;
        let sees = |role| {
            let app = app.clone();
            async move {
                let authority = Authority { role: Some(role), ..Authority::default() };
                let actor = Actor { authority, ..Actor::system() };
                app.events(&actor, &recorded(), None, 500).await.expect("a page").events.len()
            }
        };
        assert_eq!((sees(Role::Manager).await, sees(Role::Service).await), (2, 1));
        app.close().await;
    }

    async fn who_stays_away_for_longer_than_events_are_kept_is_told_so(database) {
        let ledger = TestLedger::open(database).await;
        let year = SignedDuration::from_hours(24 * 365);
        for n in 0..3 {
            ledger.record(ledger.visit("+351910000001", &format!("old {n}"))).await.expect("recorded");
        }
        let before = app(&ledger);
        arrived(&before, None, 3).await;
        let all = before.events(&Actor::system(), &EventFilter::default(), None, 500).await.expect("a page");
        let (first, last) = (all.events[0].0, all.reached);
        let mut watch = before.watch_events(Actor::system(), recorded(), Some(first), false).await.expect("watched");
        ledger.advance(year * 2);
        let settings = Settings { retention: Retention { events: Some(year), ..Retention::default() }, ..Settings::clone(&ledger.settings) };
        let app = App::new(ledger.store.clone(), Clock::manual(ledger.now()), Arc::new(settings));
        assert_eq!(app.events(&Actor::system(), &recorded(), Some(first), 500).await.expect("not forgotten yet").events.len(), 3);
        let mut forgotten = 0;
        loop {
            let swept = app.forget_by_retention(app.now(), 2).await.expect("forgotten");
            forgotten += swept.changed;
            if !swept.has_more {
                break;
            }
        }
        assert_eq!(forgotten, all.events.len() as u64, "all of it, page by page");
        ledger.record(ledger.visit("+351910000001", "new")).await.expect("recorded");
        arrived(&app, None, 1).await;

        let refused = |error: AppError| {
            matches!(error, AppError::Refused(Refusal::Precondition { kind: Precondition::EventsForgotten, .. }))
        };
        assert!(refused(app.events(&Actor::system(), &recorded(), Some(first), 10).await.expect_err("a gap")));
        assert!(refused(app.watch_events(Actor::system(), recorded(), Some(first), true).await.expect_err("a gap")));
        assert!(refused(watch.next().await.expect_err("who reads too slowly misses nothing in silence either")));
        assert_eq!(told(&app, &recorded(), Some(last)).await.0, 1, "who had been told all that was forgotten goes on");
        assert_eq!(told(&app, &recorded(), None).await.0, 1, "the beginning is what is kept");
        app.close().await;
    }

    async fn a_place_that_the_database_never_had_is_refused(database) {
        let ledger = TestLedger::open(database).await;
        let app = app(&ledger);
        let ahead: FeedPosition = serde_json::from_str(r#"{"tx":9000000000000,"seq":9000000000000}"#).expect("a place");
        assert!(app.events(&Actor::system(), &recorded(), Some(ahead), 10).await.is_err());
        assert!(app.watch_events(Actor::system(), recorded(), Some(ahead), false).await.is_err());
        app.close().await;
    }
}

/// A sequence is not the order of commits: nothing is told while something before it may still be written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_feed_tells_nothing_late_that_belongs_before() {
    let Some(database) = Database::new(Engine::Postgres).await else {
        return;
    };
    let writer = Connection::connect(&database.url).await.expect("the database can be reached");
    let ledger = TestLedger::open(database).await;
    let app = app(&ledger);
    ledger.record(ledger.visit("+351910000001", "one")).await.expect("recorded");
    arrived(&app, None, 1).await;
    let (first, place) = told(&app, &recorded(), None).await;
    assert_eq!(first, 1);

    let slow = writer.begin().await.expect("begun");
    let copy = "INSERT INTO events (at, kind, subject, actor, detail) \
                SELECT at, kind, subject, 'slow', detail FROM events WHERE kind = 'interaction.recorded'";
    slow.execute_unprepared(copy).await.expect("written");
    ledger.record(ledger.visit("+351910000002", "two")).await.expect("recorded");
    assert_eq!(told(&app, &recorded(), Some(place)).await, (0, place), "neither is told while one of them is not over");
    slow.commit().await.expect("committed");
    arrived(&app, Some(place), 2).await;
    let page = app.events(&Actor::system(), &recorded(), Some(place), 10).await.expect("a page");
    let by: Vec<_> = page.events.iter().map(|(_, event)| event.actor.principal.as_str()).collect();
    assert_eq!((by.len(), by[0]), (2, "slow"), "the slow one's comes first, as it began first");
    app.close().await;
}
