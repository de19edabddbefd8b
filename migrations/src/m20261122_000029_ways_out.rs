//! The notes of a batch leave over several ways: those of each channel in an order of their own.

use crate::schema::{column, index, only};
use sea_orm_migration::prelude::{Alias, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_channel = index("notes", "by_way_out", &["batch_id", "channel", "due_at", "id"]);
        manager.create_index(only(by_channel, column("state").eq("composed"))).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().table(Alias::new("notes")).name("notes_by_way_out").to_owned()).await
    }
}
