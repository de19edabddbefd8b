//! What was done at the desk and can be taken back for a minute, with everything as it was before.

use crate::schema::{Columns, big, create, drop, id, index, must, primary, table, words};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KINDS: [&str; 6] = ["check_in", "check_out", "acknowledge", "reassign", "log_call", "take"];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let actions = table(
            "desk_actions",
            [
                primary(id("id")),
                must(columns.one_of("kind", &KINDS)),
                must(big("at")),
                must(big("until_at")),
                big("undone_at"),
                must(words("changes")),
            ],
        );
        create(manager, actions, vec![index("desk_actions", "by_age", &["at"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["desk_actions"]).await
    }
}
