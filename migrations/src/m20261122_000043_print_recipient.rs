//! A mark of the address that a sheet of paper bears: one that is another by now must not go there.

use crate::schema::{big, column};
use sea_orm_migration::prelude::{Alias, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut recipient = big("print_recipient");
        recipient.check(column("print_recipient").is_null().or(column("print_run").is_not_null()));
        manager.alter_table(Table::alter().table(Alias::new("notes")).add_column(&mut recipient).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("print_recipient");
        manager.alter_table(Table::alter().table(Alias::new("notes")).drop_column(column).take()).await
    }
}
