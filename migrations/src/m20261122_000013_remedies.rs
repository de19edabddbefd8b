//! Cases that are taken care of: by whom and where, with what was given, and opened again. What a location granted on a
//! day is counted apart, so that its limit holds whoever grants at once.

use crate::schema::{Columns, big, column, create, drop, id, int, must, primary_key, refers, table, words};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const CARE: [&str; 6] = ["location_id", "assignee", "remedies", "recovery_id", "reopened_at", "reopen_reason"];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let care =
            [columns.key(CARE[0]), columns.key(CARE[1]), words(CARE[2]), id(CARE[3]), big(CARE[4]), words(CARE[5])];
        for column in care {
            add(manager, column).await?;
        }
        let mut grants = table(
            "remedy_grants",
            [
                must(columns.key("location_id")),
                must(columns.key("local_day")),
                must(int("number")),
                must(id("case_id")),
                must(columns.key("currency")),
                must(big("micros")),
            ],
        );
        // Two who grant at once would take the same number: one of them looks again, and sees the other.
        grants.primary_key(&mut primary_key(&["location_id", "local_day", "number"]));
        grants.foreign_key(&mut refers(&["location_id"], "locations", &["id"]));
        grants.foreign_key(&mut refers(&["case_id"], "cases", &["id"]));
        grants.check(column("number").gte(1));
        grants.check(column("micros").gt(0));
        create(manager, grants, Vec::new()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["remedy_grants"]).await?;
        for column in CARE {
            let table = Table::alter().table(Alias::new("cases")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// Adds a column to the cases. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new("cases")).add_column(&mut column).take();
    manager.alter_table(table).await
}
