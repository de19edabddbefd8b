//! What the test harness's cluster asks of a test's database.

use gratitude::store::{self, ConnectSettings, Durability};
use std::time::Duration;

/// Brings the database at `url` to the present schema.
pub(crate) async fn migrate(url: &str) {
    let settings = ConnectSettings {
        url: url.to_owned(),
        pooler: false,
        read_connections: 1,
        write_connections: 1,
        connect_timeout: Duration::from_secs(30),
        statement_timeout: Duration::from_secs(30),
        durability: Durability::Off,
        watch: None,
    };
    store::migrate(&settings).await.expect("the schema can be brought up to date");
}
