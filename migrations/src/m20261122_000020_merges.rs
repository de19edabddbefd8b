//! Records of one person become one, and can be parted again: whose each row would be without that.

use crate::schema::{big, column, create, drop, id, index, must, only, primary, refers, table, words};
use sea_orm_migration::prelude::{
    Alias, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What is handed over with a customer. Obligations and contacts follow their interaction or gesture.
const HANDED_OVER: [&str; 5] = ["interactions", "decisions", "gestures", "cases", "notes"];
const ORIGIN: &str = "origin_customer_id";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in HANDED_OVER {
            // Empty as long as the row is with whom it came to.
            manager.alter_table(Table::alter().table(Alias::new(name)).add_column(id(ORIGIN)).take()).await?;
        }
        // Without it, handing over the notes of one customer would read all notes.
        manager.create_index(index("notes", "by_customer", &["customer_id"])).await?;
        merges(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["merges"]).await?;
        manager.drop_index(Index::drop().table(Alias::new("notes")).name("notes_by_customer").to_owned()).await?;
        for name in HANDED_OVER {
            manager.alter_table(Table::alter().table(Alias::new(name)).drop_column(Alias::new(ORIGIN)).take()).await?;
        }
        Ok(())
    }
}

async fn merges(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut merges = table(
        "merges",
        [
            primary(id("id")),
            must(id("survivor_id")),
            must(id("duplicate_id")),
            // What the survivor was by themselves; empty once the merge is undone.
            must(words("own")),
            must(words("stopped")),
            must(big("at")),
            big("undone_at"),
        ],
    );
    merges.foreign_key(&mut refers(&["survivor_id"], "customers", &["id"]));
    merges.foreign_key(&mut refers(&["duplicate_id"], "customers", &["id"]));
    merges.check(column("survivor_id").ne(column("duplicate_id")));
    merges.check(column("undone_at").is_null().or(column("own").eq("")));
    let standing = column("undone_at").is_null();
    let indexes = vec![
        only(index("merges", "by_survivor", &["survivor_id", "at", "id"]), standing.clone()),
        // A record is part of one other at a time.
        crate::schema::unique(only(index("merges", "once", &["duplicate_id"]), standing)),
    ];
    create(manager, merges, indexes).await
}
