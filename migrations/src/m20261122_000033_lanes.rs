//! What a batch has on its way by each way out, and what came of a note's attempts so far.
//!
//! The columns for the one chunk that a batch could have before go at once: no version that knew them was released.

use crate::schema::{big, column, flag, index, int, must, only, words};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, ConnectionTrait, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager,
    Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut lanes = must(words("lanes"));
        lanes.default("{}");
        let mut attempts = must(int("attempts"));
        attempts.default(0).check(column("attempts").gte(0));
        add(manager, "note_batches", [lanes, no("for_test")]).await?;
        add(manager, "notes", [attempts, no("perhaps_left")]).await?;
        let spooled = "UPDATE note_batches SET lanes = '{\"spool\":{\"chunks\":[' || chunk || '],\"attempts\":' || attempts || '}}' \
                       WHERE chunk IS NOT NULL";
        manager.get_connection().execute_unprepared(spooled).await?;
        remove(manager, "note_batches", ["chunk", "attempts", "retry_at"]).await?;
        let given_up = column("state").is_in(["failed", "uncertain"]);
        manager.create_index(only(index("notes", "given_up", &["batch_id", "id"]), given_up)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().table(Alias::new("notes")).name("notes_given_up").to_owned()).await?;
        let mut attempts = must(int("attempts"));
        attempts.default(0);
        add(manager, "note_batches", [words("chunk"), attempts, big("retry_at")]).await?;
        remove(manager, "note_batches", ["for_test", "lanes"]).await?;
        remove(manager, "notes", ["perhaps_left", "attempts"]).await
    }
}

fn no(name: &str) -> ColumnDef {
    let mut column = must(flag(name));
    column.default(false);
    column
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: impl IntoIterator<Item = ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        manager.alter_table(Table::alter().table(Alias::new(table)).add_column(column).take()).await?;
    }
    Ok(())
}

async fn remove(
    manager: &SchemaManager<'_>,
    table: &str,
    columns: impl IntoIterator<Item = &'static str>,
) -> Result<(), DbErr> {
    for column in columns {
        manager.alter_table(Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).take()).await?;
    }
    Ok(())
}
