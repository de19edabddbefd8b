//! The way to what happened around an instant: the visits and purchases of a customer that had not ended by then.

use crate::schema::index;
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, Index, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // By the end, not by the beginning: of a long history almost nothing ends later than what is told now.
        manager.create_index(index("interactions", "by_end", &["customer_id", "end_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("interactions_by_end").to_owned()).await
    }
}
