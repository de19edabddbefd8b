//! Nothing of a person's words is left in any table once they asked to be forgotten (P11).

use crate::support::database::{Database, Engine};
use sea_orm::{ConnectionTrait, Database as Connection, DatabaseConnection, Statement};
use std::collections::BTreeSet;

/// The columns of text that hold words of people, or words about them: what erasing rewrites or deletes.
const WORDS: &[(&str, &[&str])] = &[
    ("cases", &["summary", "root_cause", "remedy", "remedies", "reopen_reason"]),
    ("consents", &["source", "text_version"]),
    ("customer_identifiers", &["normalized", "system", "typed"]),
    ("customer_search", &["blocks", "terms"]),
    ("customer_summaries", &["last_seen"]),
    ("customer_tags", &["tag"]),
    ("customers", &["display_name", "language", "profile", "region", "time_zone"]),
    ("gestures", &["content", "explanation"]),
    ("desk_actions", &["changes"]),
    ("interactions", &["detail", "source_id", "source_system", "subject_id", "subject_system", "void_reason"]),
    ("merges", &["own"]),
    ("notes", &["explanation", "facts", "problems", "subject", "text"]),
    ("obligations", &["explanation"]),
    ("search_words", &["key", "word"]),
];

/// The columns of text that hold none: names of states, kinds and rules, days, ids, hashes, counts, our own sentences,
/// and words of the business about itself.
const OTHERS: &[(&str, &[&str])] = &[
    ("cases", &["assignee", "location_id", "origin", "state"]),
    ("api_keys", &["*"]),
    ("catch_up", &["*"]),
    ("consents", &["channel", "purpose", "state"]),
    ("contact_policy", &["*"]),
    ("contacts", &["channel", "kind", "state"]),
    ("customer_identifiers", &["kind"]),
    (
        "customer_summaries",
        &[
            "counts",
            "first_visit",
            "gaps",
            "last_location_id",
            "last_purchase",
            "last_spoken",
            "last_visit",
            "known_on",
            "spend",
        ],
    ),
    ("customers", &["kind", "status"]),
    ("decisions", &["*"]),
    ("desk_actions", &["kind"]),
    ("erased_identifiers", &["hash"]),
    ("events", &["*"]),
    (
        "gestures",
        &[
            "call_day",
            "call_wanted",
            "channel",
            "group_name",
            "kind",
            "lease_begun",
            "lease_owner",
            "location_id",
            "occurrence",
            "planned_local",
            "purpose",
            "reason",
            "role",
            "rule_id",
            "state",
            "steps",
            "taken_by",
            "terms",
            "tone",
            "tzdb",
            "zone",
        ],
    ),
    ("idempotency_keys", &["fingerprint", "key", "resource", "scope"]),
    ("instance", &["*"]),
    ("instance_secrets", &["*"]),
    (
        "interactions",
        &[
            "candidates",
            "channel",
            "direction",
            "fault",
            "journey",
            "journey_detail",
            "kind",
            "local_date",
            "location_id",
            "moment",
            "moment_detail",
            "no_purchase_reason",
            "outcome",
            "purchase_currency",
            "staff",
            "stage",
            "state",
            "touchpoint",
        ],
    ),
    ("journeys", &["*"]),
    ("locations", &["*"]),
    ("merges", &["stopped"]),
    ("note_batches", &["*"]),
    (
        "notes",
        &["channel", "edited_by", "gestures", "language", "print_place", "reason", "route", "state", "template_id"],
    ),
    ("obligations", &["kind", "location_id", "looked_at", "open_reason", "outcome", "reason", "state"]),
    ("pauses", &["*"]),
    ("pin_tries", &["*"]),
    ("reads", &["*"]),
    ("remedy_grants", &["*"]),
    ("rule_versions", &["*"]),
    ("rules", &["*"]),
    ("seaql_migrations", &["*"]),
    ("staff", &["*"]),
    ("template_versions", &["*"]),
    ("templates", &["*"]),
    ("touchpoints", &["*"]),
];

async fn texts(connection: &DatabaseConnection, sql: &str) -> Vec<(String, String)> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.expect("the catalogue can be read");
    rows.iter()
        .map(|row| (row.try_get_by_index(0).expect("a table"), row.try_get_by_index(1).expect("a column")))
        .collect()
}

/// Every column that holds text.
async fn text_columns(database: &Database, connection: &DatabaseConnection) -> Vec<(String, String)> {
    let sql = match database.engine {
        Engine::Sqlite => {
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.type = 'text'"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb', 'json')"
        }
    };
    texts(connection, sql).await
}

both_engines! {
    async fn p11_of_every_column_of_text_it_is_said_whether_it_holds_words_of_people(database) {
        let connection = Connection::connect(&database.url).await.expect("the database can be reached");
        let said = |list: &'static [(&str, &[&str])], table: &str, column: &str| {
            list.iter().any(|(name, columns)| *name == table && (columns.contains(&column) || columns.contains(&"*")))
        };
        let found = text_columns(&database, &connection).await;
        let unsaid: BTreeSet<_> = found
            .iter()
            .filter(|(table, column)| !said(WORDS, table, column) && !said(OTHERS, table, column))
            .map(|(table, column)| format!("{table}.{column}"))
            .collect();
        assert!(unsaid.is_empty(), "do these hold words of people? say so above, and erase them in store/erase.rs: {unsaid:?}");
        connection.close().await.expect("the connection closes");
    }
}
