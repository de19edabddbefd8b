//! What was done, by whom, and what must not be done twice.

use crate::schema::{Columns, big, column, create, drop, flag, id, index, must, only, primary_key, table, words};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, Expr, ExprTrait, MigrationTrait, SchemaManager,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let mut keys = table(
            "idempotency_keys",
            [
                must(columns.key("scope")),
                must(columns.key("key")),
                must(columns.key("resource")),
                must(words("fingerprint")),
                big("expires_at"),
                must(flag("erased")),
            ],
        );
        keys.primary_key(&mut primary_key(&["scope", "key"]));
        let expiring = only(index("idempotency_keys", "expiring", &["expires_at"]), column("expires_at").is_not_null());
        create(manager, keys, vec![expiring]).await?;

        let events = table(
            "events",
            [
                counter("seq"),
                transaction_id(manager),
                must(big("at")),
                must(columns.key("kind")),
                must(columns.key("subject")),
                id("customer_id"),
                must(columns.key("actor")),
                columns.key("on_behalf_of"),
                columns.key("request_id"),
                must(words("detail")),
            ],
        );
        let indexes = vec![
            index("events", "by_subject", &["subject", "seq"]),
            only(index("events", "by_customer", &["customer_id", "at", "seq"]), column("customer_id").is_not_null()),
        ];
        create(manager, events, indexes).await?;

        // Who read whose data (P12).
        let reads = table(
            "reads",
            [
                counter("seq"),
                must(big("at")),
                must(columns.key("actor")),
                columns.key("on_behalf_of"),
                must(columns.key("method")),
                must(id("customer_id")),
            ],
        );
        create(manager, reads, vec![index("reads", "by_customer", &["customer_id", "at", "seq"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["reads", "events", "idempotency_keys"]).await
    }
}

/// A number that grows from row to row.
fn counter(name: &str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.big_integer().not_null().primary_key().auto_increment();
    column
}

/// The transaction that wrote the row. A sequence is not the order of commits on PostgreSQL: readers take rows whose
/// transaction is older than the oldest one still running. On SQLite, where one writes at a time, it is 0.
fn transaction_id(manager: &SchemaManager<'_>) -> ColumnDef {
    use sea_orm_migration::sea_orm::DbBackend;
    let mut tx = must(big("tx"));
    if manager.get_database_backend() == DbBackend::Postgres {
        tx.default(Expr::cust("(pg_current_xact_id()::text::bigint)"));
    } else {
        tx.default(0);
    }
    tx
}
