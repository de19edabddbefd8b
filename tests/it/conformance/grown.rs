//! In a database of a hundred thousand interactions, with the statistics that the engines keep of it, the walks go by
//! their indexes: each statement is caught on its way, and its plan looked at.

use crate::{
    stories::telling::{Telling, purchase, somebody},
    support::ledger::LOCATION,
};
use gratitude::{
    domain::{
        commands::{
            gestures::StartDelivery,
            who::{Identity, Who},
        },
        customer::{Channel, ConsentState, Identifier, IdentifierKind},
        filter::Filter,
        interaction::InteractionKind,
    },
    store::{PageRequest, Watch, filter::List},
};
use jiff::SignedDuration;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

#[path = "../../../benches/ratios/town/multiply.rs"]
mod multiply;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Customers after whom all others are made; numbers that no other customer has.
const MODELS: std::ops::Range<u64> = 7_700_000..7_700_004;
/// How often each of them came.
const VISITS: u32 = 20;
const CUSTOMERS: u64 = 5_000;

/// Tables of which a walk reads few rows, however many there are.
const GROWN: [&str; 10] = [
    "households",
    "customers",
    "customer_identifiers",
    "customer_summaries",
    "interactions",
    "gestures",
    "decisions",
    "obligations",
    "contacts",
    "events",
];

/// By their text, since a walk sends many statements again and again.
type Caught = Arc<Mutex<BTreeMap<String, Statement>>>;

both_engines! {
    async fn the_walks_go_by_indexes_in_a_grown_database(database) {
        let story = Telling::begin(database).await;
        for n in MODELS {
            live(&story, n).await;
        }
        let caught = Caught::default();
        let watch: Watch = {
            let caught = Arc::clone(&caught);
            Arc::new(move |_, statement: &Statement| {
                caught.lock().unwrap().insert(statement.sql.clone(), statement.clone());
            })
        };
        let story = story.opened_again(grow, watch).await;
        let connection = story.ledger.reader().await;
        if connection.get_database_backend() == DbBackend::Postgres {
            // As the store's own connections have it.
            connection.execute_unprepared("SET random_page_cost = 1.1").await.expect("set");
        }
        let size = interactions(connection).await;
        assert!(size >= 100_000, "{size} interactions");
        caught.lock().unwrap().clear();
        walk(&story).await;

        let statements: Vec<_> = caught.lock().unwrap().values().cloned().collect();
        assert!(statements.len() > 40, "only {} statements were caught", statements.len());
        let mut slow = Vec::new();
        for statement in statements {
            slow.extend(scans(connection, &statement).await);
        }
        assert_eq!(slow, [""; 0]);
        // The check is awake.
        let scan = Statement::from_string(connection.get_database_backend(), "SELECT id FROM gestures WHERE role = 'x'");
        assert_eq!(scans(connection, &scan).await.len(), 1);
    }
}

async fn interactions(connection: &DatabaseConnection) -> i64 {
    let sql = "SELECT count(*) AS n FROM interactions";
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await;
    row.expect("counted").expect("a count").try_get("", "n").expect("a number")
}

fn who(n: u64) -> Who {
    let Who::Identity(identity) = somebody(&phone(n), |_| {}) else { unreachable!("somebody has an identity") };
    let mut identifiers = identity.identifiers;
    identifiers.push(Identifier {
        kind: IdentifierKind::ExternalId,
        system: "till".to_owned(),
        typed: n.to_string(),
        normalized: n.to_string(),
        origin: None,
    });
    Who::Identity(Identity { identifiers, ..identity })
}

fn phone(n: u64) -> String {
    format!("+35191{n:07}")
}

/// A life of visits, with and without a purchase, and with what follows from them.
async fn live(story: &Telling, n: u64) {
    let first = story.stops_by(who(n)).await;
    let customer = first.interaction.customer.expect("somebody");
    story.hears(customer, Channel::Message, ConsentState::Granted).await;
    for visit in 1..VISITS {
        story.ledger.advance(SignedDuration::from_hours(24));
        if visit % 2 == 0 {
            story.buys(who(n), "a lamp").await;
        } else {
            story.stops_by(who(n)).await;
        }
    }
}

/// Makes all other customers, and has the engine look at what there is.
async fn grow(url: &str) {
    let models = MODELS.end - MODELS.start;
    multiply::all(url, MODELS.start, models, CUSTOMERS).await.expect("customers can be multiplied");
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.expect("the database is there");
    connection.execute_unprepared("ANALYZE").await.expect("analysed");
    connection.close().await.expect("closed");
}

/// An interaction comes in, a customer walks in, gestures are carried out, people look at lists.
async fn walk(story: &Telling) {
    let known = who(17);
    story.tell(known.clone(), InteractionKind::Purchase, |new| new.detail.purchase = Some(purchase("a ring"))).await;
    let visit = story.comes_in(known.clone()).await;
    story.voids(visit.interaction.id).await;
    let customer = visit.interaction.customer.expect("known");
    let store = &story.ledger.store;
    let key = {
        let Who::Identity(identity) = &known else { unreachable!("it names somebody") };
        identity.identifiers[0].key()
    };
    assert_eq!(store.recognise(&[key]).await.expect("read").len(), 1);
    story.ledger.advance(SignedDuration::from_hours(26));
    for claimed in story.claims_up_to(5).await {
        let start = StartDelivery { actor: story.actor(), id: claimed.gesture.id, token: claimed.token };
        story.try_to(start).await.expect("an answer");
    }
    let page = PageRequest { size: 50, after: None };
    let all = |list: List| Filter::parse("", list.schema()).expect("an empty filter selects all");
    store.timeline(customer, &page).await.expect("read");
    store.pending_gestures(customer).await.expect("read");
    store.list_customers(&all(List::Customers), true, &page).await.expect("read");
    store.list_interactions(&all(List::Interactions), true, &page).await.expect("read");
    store.list_gestures(&all(List::Gestures), true, &page).await.expect("read");
    store.visits_to_close(story.ledger.now(), SignedDuration::from_hours(8), 50).await.expect("read");
    store.lapsed_leases(story.ledger.now(), 50).await.expect("read");
    store.overdue_gestures(story.ledger.now(), 50).await.expect("read");
    assert_eq!(LOCATION, visit.interaction.location.as_str());
}

/// The steps of a statement's plan that read a grown table from end to end.
async fn scans(connection: &DatabaseConnection, statement: &Statement) -> Vec<String> {
    let backend = connection.get_database_backend();
    let verb = statement.sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
    if !["SELECT", "WITH", "UPDATE", "DELETE"].contains(&verb.as_str()) {
        return Vec::new();
    }
    let explain = match backend {
        DbBackend::Postgres => "EXPLAIN",
        _ => "EXPLAIN QUERY PLAN",
    };
    let explain = Statement { sql: format!("{explain} {}", statement.sql), ..statement.clone() };
    let plan = connection.query_all_raw(explain).await.unwrap_or_else(|error| panic!("{error}: {}", statement.sql));
    let column = if backend == DbBackend::Postgres { "QUERY PLAN" } else { "detail" };
    let steps = plan.iter().map(|row| row.try_get::<String>("", column).expect("a step"));
    let scanned = steps.filter(|step| GROWN.iter().any(|table| scans_table(backend, step, table)));
    scanned.map(|step| format!("{}: {}", step.trim(), statement.sql)).collect()
}

fn scans_table(backend: DbBackend, step: &str, table: &str) -> bool {
    match backend {
        DbBackend::Postgres => {
            step.split("Seq Scan on ").nth(1).is_some_and(|rest| rest.split_whitespace().next() == Some(table))
        }
        // "SCAN t USING INDEX i" runs along an index in order, behind a LIMIT: that is how pages begin.
        _ => step.strip_prefix("SCAN ").is_some_and(|rest| rest == table),
    }
}
