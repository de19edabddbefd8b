//! Notes that are printed: in which run, where they lie in it, and how many of a batch wait for paper.

use crate::schema::{big, column, id, index, must, only, words};
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
        let mut number = big("print_number");
        number.check(column("print_number").is_null().eq(column("print_run").is_null()));
        let mut version = big("print_version");
        version.check(column("print_version").is_null().eq(column("print_run").is_null()));
        let mut place = words("print_place");
        place.check(column("print_place").is_null().eq(column("print_run").is_null()));
        for column in [id("print_run"), number, version, place] {
            add(manager, "notes", column).await?;
        }
        let printed = index("notes", "by_print", &["print_run", "print_number"]);
        manager.create_index(only(printed, column("print_run").is_not_null())).await?;
        let with_people = index("notes", "with_people", &["customer_id", "created_at"]);
        manager.create_index(only(with_people, column("state").eq("with_person"))).await?;
        let mut to_print = must(big("to_print"));
        to_print.default(0).check(column("to_print").gte(0));
        add(manager, "note_batches", to_print).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["notes_with_people", "notes_by_print"] {
            manager.drop_index(Index::drop().table(Alias::new("notes")).name(name).to_owned()).await?;
        }
        let columns = [
            ("note_batches", "to_print"),
            ("notes", "print_place"),
            ("notes", "print_version"),
            ("notes", "print_number"),
            ("notes", "print_run"),
        ];
        for (table, column) in columns {
            let table = Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// Adds a column. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, table: &str, mut column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new(table)).add_column(&mut column).take();
    manager.alter_table(table).await
}
