//! What is claimable lies by kind and channel: who asks for calls meets no notes, however many are due. When it is too
//! late and where it belongs stand in the index too, so that what is passed over costs no look at its row.

use crate::schema::{column, index, only};
use sea_orm_migration::prelude::{
    Alias, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, SimpleExpr,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const BY_LANE: [&str; 7] = ["kind", "channel", "priority", "due_at", "id", "deadline_at", "location_id"];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        put_in_place(manager, &BY_LANE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        put_in_place(manager, &["priority", "due_at", "id"]).await
    }
}

/// Exchanges the index of what is claimable.
async fn put_in_place(manager: &SchemaManager<'_>, columns: &[&str]) -> Result<(), DbErr> {
    let table = Alias::new("gestures");
    manager.drop_index(Index::drop().table(table).name("gestures_claimable").to_owned()).await?;
    manager.create_index(only(index("gestures", "claimable", columns), free())).await
}

/// Scheduled, and neither a batch nor a person has it.
fn free() -> SimpleExpr {
    column("state").eq("scheduled").and(column("batch_id").is_null()).and(column("with_person").not())
}
