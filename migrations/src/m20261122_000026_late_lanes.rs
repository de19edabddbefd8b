//! What is late is looked for among what may be claimed: what batches and people have would be met at every claim, and
//! stays there for days.

use crate::schema::{column, index, only};
use sea_orm_migration::prelude::{
    Alias, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, SimpleExpr,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        put_in_place(manager, free()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        put_in_place(manager, column("state").eq("scheduled")).await
    }
}

async fn put_in_place(manager: &SchemaManager<'_>, which: SimpleExpr) -> Result<(), DbErr> {
    let table = Alias::new("gestures");
    manager.drop_index(Index::drop().table(table).name("gestures_late").to_owned()).await?;
    manager.create_index(only(index("gestures", "late", &["kind", "promised", "due_at", "id"]), which)).await
}

fn free() -> SimpleExpr {
    column("state").eq("scheduled").and(column("batch_id").is_null()).and(column("with_person").not())
}
