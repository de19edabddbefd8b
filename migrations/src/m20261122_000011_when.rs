//! What is stopped from leaving.

use crate::schema::{Columns, big, column, create, drop, id, index, must, primary, refers, table, words};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        pauses(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["pauses"]).await
    }
}

const CHANNELS: [&str; 6] = ["in_person", "phone", "email", "message", "post", "hand_over"];

async fn pauses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let mut pauses = table(
        "pauses",
        [
            primary(id("id")),
            columns.key("location_id"),
            columns.one_of("channel", &CHANNELS),
            columns.key("rule_id"),
            must(words("reason")),
            must(big("paused_at")),
            big("resumed_at"),
        ],
    );
    pauses.foreign_key(&mut refers(&["location_id"], "locations", &["id"]));
    pauses.foreign_key(&mut refers(&["rule_id"], "rules", &["id"]));
    // Nobody stops the others without saying why.
    pauses.check(column("reason").ne(""));
    create(manager, pauses, vec![index("pauses", "by_time", &["paused_at", "id"])]).await
}
