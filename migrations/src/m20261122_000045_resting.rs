//! What is late and was offered outside its hours rests until they begin. As long as it does, it stands in the way of
//! no claim: it is in neither index of what may be claimed.

use crate::schema::{big, column, index, only};
use sea_orm_migration::prelude::{
    Alias, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, SimpleExpr, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The indexes of what may be claimed, by purpose.
const CLAIMED_BY: [(&str, &[&str]); 2] = [
    ("claimable", &["kind", "channel", "priority", "due_at", "id", "deadline_at", "location_id"]),
    ("late", &["kind", "promised", "due_at", "id"]),
];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut rests_until = big("rests_until");
        rests_until.check(column("rests_until").is_null().or(column("state").eq("scheduled")));
        manager.alter_table(Table::alter().table(Alias::new("gestures")).add_column(&mut rests_until).take()).await?;
        put_in_place(manager, &free().and(column("rests_until").is_null())).await?;
        let resting = index("gestures", "resting", &["rests_until", "promised desc", "due_at", "id"]);
        manager.create_index(only(resting, column("rests_until").is_not_null())).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(drop("resting")).await?;
        put_in_place(manager, &free()).await?;
        let column = Alias::new("rests_until");
        manager.alter_table(Table::alter().table(Alias::new("gestures")).drop_column(column).take()).await
    }
}

/// Exchanges the indexes of what may be claimed.
async fn put_in_place(manager: &SchemaManager<'_>, which: &SimpleExpr) -> Result<(), DbErr> {
    for (purpose, columns) in CLAIMED_BY {
        manager.drop_index(drop(purpose)).await?;
        manager.create_index(only(index("gestures", purpose, columns), which.clone())).await?;
    }
    Ok(())
}

fn drop(purpose: &str) -> sea_orm_migration::prelude::IndexDropStatement {
    Index::drop().table(Alias::new("gestures")).name(format!("gestures_{purpose}")).to_owned()
}

fn free() -> SimpleExpr {
    column("state").eq("scheduled").and(column("batch_id").is_null()).and(column("with_person").not())
}
