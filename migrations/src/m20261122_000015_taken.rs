//! A person takes what people do: who has it, and until when.

use crate::schema::{Columns, big};
use sea_orm_migration::prelude::{Alias, ColumnDef, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, Columns::of(manager).key("taken_by")).await?;
        add(manager, big("taken_until")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["taken_by", "taken_until"] {
            let table = Table::alter().table(Alias::new("gestures")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// Adds a column to the gestures. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new("gestures")).add_column(&mut column).take();
    manager.alter_table(table).await
}
