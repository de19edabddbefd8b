//! By which way a note was last offered; whether those who have its paper know that it bears other words by now; and
//! the batches that stopped while something of them was on its way.

use crate::schema::{Columns, column, flag, index, must, only};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let route = Columns::of(manager).one_of("route", &["spool", "print", "smtp", "webhook"]);
        let mut told = must(flag("print_told"));
        told.default(false).check(column("print_told").not().or(column("print_run").is_not_null()));
        for column in [route, told] {
            add(manager, column).await?;
        }
        let stopped = only(index("note_batches", "stopped", &["worked_at", "id"]), column("state").eq("stopped"));
        manager.create_index(stopped).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let stopped = Index::drop().table(Alias::new("note_batches")).name("note_batches_stopped").to_owned();
        manager.drop_index(stopped).await?;
        for column in ["print_told", "route"] {
            let table = Table::alter().table(Alias::new("notes")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// Adds a column to the notes. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new("notes")).add_column(&mut column).take();
    manager.alter_table(table).await
}
