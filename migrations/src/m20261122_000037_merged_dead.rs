//! Whether a record that is part of another says that they have died: it can't say so itself while it leads there.

use crate::schema::{flag, must};
use sea_orm_migration::prelude::{Alias, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const MERGES: &str = "merges";
const DECEASED: &str = "deceased";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What was merged before says nothing of it any more.
        let mut deceased = must(flag(DECEASED));
        deceased.default(false);
        manager.alter_table(Table::alter().table(Alias::new(MERGES)).add_column(deceased).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Alias::new(MERGES)).drop_column(Alias::new(DECEASED)).take()).await
    }
}
