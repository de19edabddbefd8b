//! Everything that the database holds, read in one piece.

use crate::{stories::telling::Telling, support::database::Engine};
use gratitude::domain::{
    case::Case,
    customer::Customer,
    gesture::{Contact, Gesture},
    ids::{CustomerId, InteractionId},
    interaction::Interaction,
    obligation::{Decision, Obligation},
    refusal::Refusal,
    summary::Summary,
    world::{Command, Context, Needs, World},
};
use sea_orm::{ConnectOptions, ConnectionTrait, Database as Connection, DatabaseConnection, Statement};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The ledger as it stands.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) interactions: BTreeMap<InteractionId, Interaction>,
    pub(super) obligations: BTreeMap<InteractionId, Obligation>,
    pub(super) decisions: Vec<Decision>,
    pub(super) gestures: Vec<Gesture>,
    pub(super) contacts: Vec<Contact>,
    pub(super) summaries: BTreeMap<CustomerId, Summary>,
    pub(super) customers: BTreeMap<CustomerId, Customer>,
    pub(super) open_cases: Vec<Case>,
    /// As [`count_rows`] has it.
    pub(super) rows: BTreeMap<&'static str, i64>,
}

/// The tables that commands write to.
const TABLES: [&str; 12] = [
    "interactions",
    "obligations",
    "decisions",
    "gestures",
    "contacts",
    "cases",
    "customers",
    "customer_identifiers",
    "customer_summaries",
    "consents",
    "idempotency_keys",
    "events",
];

/// Whether anything was written, which SQLite tells each connection for itself; PostgreSQL writes for others too.
pub(super) struct Writes {
    connection: Option<DatabaseConnection>,
    seen: i64,
}

impl Writes {
    pub(super) async fn of(story: &Telling) -> Self {
        let database = &story.ledger.database;
        let mut alone = ConnectOptions::new(&database.url);
        alone.max_connections(1).test_before_acquire(false);
        let connection = match database.engine {
            Engine::Sqlite => Some(Connection::connect(alone).await.expect("the database is there")),
            Engine::Postgres => None,
        };
        Self { connection, seen: 0 }
    }

    /// Whether there may have been some since it was asked last.
    pub(super) async fn are_new(&mut self) -> bool {
        let Some(connection) = &self.connection else { return true };
        let asked = Statement::from_string(connection.get_database_backend(), "PRAGMA data_version");
        let version = connection.query_one_raw(asked).await.expect("the statement is right").expect("a version");
        let before = std::mem::replace(&mut self.seen, version.try_get_by_index(0).expect("a number"));
        before != self.seen
    }
}

/// Two statements beside those of the store: there is one such reading for every step that writes of every life.
pub(super) async fn read(story: &Telling) -> Whole {
    let mut everything = Everything::default();
    for row in rows(story, "SELECT 0 AS what, id FROM interactions UNION ALL SELECT 1 AS what, id FROM customers").await
    {
        let id: Uuid = row.try_get("", "id").expect("an id");
        match row.try_get::<i32>("", "what").expect("a number") {
            0 => everything.interactions.insert(InteractionId(id)),
            _ => everything.customers.insert(CustomerId(id)),
        };
    }
    let mut whole = story.submit(everything).await;
    whole.rows = count_rows(story).await;
    whole
}

/// How many rows each table has that commands write to.
pub(super) async fn count_rows(story: &Telling) -> BTreeMap<&'static str, i64> {
    let counts = TABLES.iter().enumerate().map(|(n, table)| format!("SELECT {n} AS place, count(*) AS n FROM {table}"));
    let counts = rows(story, &counts.collect::<Vec<_>>().join(" UNION ALL ")).await;
    let count = |row: &sea_orm::QueryResult| {
        let place: i32 = row.try_get("", "place").expect("a number");
        (TABLES[usize::try_from(place).expect("a place")], row.try_get("", "n").expect("a number"))
    };
    counts.iter().map(count).collect()
}

/// Reads by statements of its own, not by those of the store.
pub(super) async fn rows(story: &Telling, sql: &str) -> Vec<sea_orm::QueryResult> {
    let connection = story.ledger.reader().await;
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    connection.query_all_raw(statement).await.expect("the statement is right")
}

/// Loads everything, as a command would.
#[derive(Debug, Default)]
struct Everything {
    interactions: BTreeSet<InteractionId>,
    customers: BTreeSet<CustomerId>,
}

impl Command for Everything {
    type Reply = Whole;

    fn needs(&self) -> Needs {
        Needs { interactions: self.interactions.clone(), customers: self.customers.clone(), ..Needs::default() }
    }

    fn decide(&self, world: &mut World, _: &mut Context<'_>) -> Result<Whole, Refusal> {
        let mut gestures: Vec<_> = world.gestures.values().cloned().collect();
        gestures.sort_by_key(|g| g.id);
        let mut contacts: Vec<_> = world.contacts.values().cloned().collect();
        contacts.sort_by_key(|c| (c.at, c.id));
        let mut open_cases: Vec<_> = world.cases.values().filter(|case| case.resolved_at.is_none()).cloned().collect();
        open_cases.sort_by_key(|case| (case.opened_at, case.id));
        let mut decisions: Vec<_> = world.decisions.values().cloned().collect();
        decisions.sort_by(|a, b| (&a.rule, &a.occurrence).cmp(&(&b.rule, &b.occurrence)));
        Ok(Whole {
            interactions: world.interactions.values().map(|i| (i.id, i.clone())).collect(),
            obligations: world.obligations.values().map(|o| (o.interaction, o.clone())).collect(),
            customers: world.customers.values().map(|c| (c.id, c.clone())).collect(),
            summaries: world.summaries.values().map(|s| (s.customer, s.clone())).collect(),
            decisions,
            gestures,
            contacts,
            open_cases,
            rows: BTreeMap::new(),
        })
    }
}
