//! The way to who is here, and to what happened with visits since somebody last looked.

use crate::schema::{column, index, only};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What can happen with a visit. One that is recorded after it ended is no arrival: what is imported costs nothing
/// here.
const OF_VISITS: [&str; 5] = [
    "interaction.opened",
    "interaction.closed",
    "interaction.corrected",
    "interaction.voided",
    "interaction.attributed",
];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let here = index("interactions", "here", &["location_id", "start_at", "id"]);
        manager.create_index(only(here, column("state").eq("open"))).await?;
        let of_visits = index("events", "of_visits", &["tx", "seq"]);
        manager.create_index(only(of_visits, column("kind").is_in(OF_VISITS))).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("events_of_visits").to_owned()).await?;
        manager.drop_index(Index::drop().name("interactions_here").to_owned()).await
    }
}
