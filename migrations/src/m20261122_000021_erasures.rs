//! Who was erased, and by what they are recognised should they be brought in again: keyed hashes, nothing else.

use crate::schema::{Columns, big, column, create, drop, id, index, must, only, primary, refers, table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let mut erasures = table(
            "erasures",
            [
                primary(id("customer_id")),
                must(big("at")),
                // What lies outside of the rows (files, SQLite's journal) is cleaned after the commit.
                big("finished_at"),
            ],
        );
        erasures.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
        let unfinished = only(index("erasures", "unfinished", &["at"]), column("finished_at").is_null());
        create(manager, erasures, vec![unfinished]).await?;

        let mut identifiers =
            table("erased_identifiers", [primary(columns.key("hash")), must(id("customer_id")), must(big("at"))]);
        identifiers.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
        create(manager, identifiers, vec![]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["erased_identifiers", "erasures"]).await
    }
}
