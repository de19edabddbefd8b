//! The contact policy that somebody saved, and by what gestures are planned: when that changes, what is pending is
//! planned anew.

use crate::schema::{big, column, create, drop, int, must, primary, table, words};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const OF_INSTANCE: [&str; 2] = ["planning_revision", "planning_basis"];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut policy = table(
            "contact_policy",
            [primary(int("id")), must(words("policy")), must(big("version")), must(big("updated_at"))],
        );
        // There is one.
        policy.check(column("id").eq(1));
        create(manager, policy, Vec::new()).await?;

        let mut revision = big(OF_INSTANCE[0]);
        revision.not_null().default(0);
        add(manager, revision).await?;
        add(manager, words(OF_INSTANCE[1])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in OF_INSTANCE {
            let table = Table::alter().table(Alias::new("instance")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        drop(manager, &["contact_policy"]).await
    }
}

/// Adds a column to the instance. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new("instance")).add_column(&mut column).take();
    manager.alter_table(table).await
}
