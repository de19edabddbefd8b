//! What speaks against a note gets reasons and suggestions, and who changed a note's words is kept.

use crate::schema::{big, column, must, words};
use sea_orm_migration::{
    prelude::{
        Alias, ColumnDef, ConnectionTrait, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table,
    },
    sea_orm::DbBackend,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rename(manager, "objections", "problems").await?;
        let known = match manager.get_database_backend() {
            DbBackend::Postgres => format!(
                "UPDATE notes SET problems = (SELECT jsonb_agg(jsonb_build_object('reason', {REASON}, 'text', value, \
                 'suggestion', '{LOOK}'))::text FROM jsonb_array_elements_text(problems::jsonb) AS said(value)) \
                 WHERE problems <> '[]'"
            ),
            _ => format!(
                "UPDATE notes SET problems = (SELECT json_group_array(json_object('reason', {REASON}, 'text', value, \
                 'suggestion', '{LOOK}')) FROM json_each(problems)) WHERE problems <> '[]'"
            ),
        };
        manager.get_connection().execute_unprepared(&known).await?;
        let mut version = must(big("version"));
        version.default(1).check(column("version").gte(1));
        let mut edited_at = big("edited_at");
        edited_at.check(column("edited_at").is_null().eq(column("edited_by").is_null()));
        for column in [version, words("edited_by"), edited_at] {
            add(manager, column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["edited_at", "edited_by", "version"] {
            let table = Table::alter().table(Alias::new("notes")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        let sentences = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "UPDATE notes SET problems = (SELECT jsonb_agg(value->>'text')::text FROM \
                 jsonb_array_elements(problems::jsonb) AS said(value)) WHERE problems <> '[]'"
            }
            _ => {
                "UPDATE notes SET problems = (SELECT json_group_array(json_extract(value, '$.text')) FROM \
                 json_each(problems)) WHERE problems <> '[]'"
            }
        };
        manager.get_connection().execute_unprepared(sentences).await?;
        rename(manager, "problems", "objections").await
    }
}

/// The reasons of the sentences that were kept until now, by how they begin.
const REASON: &str = "CASE WHEN value LIKE 'It says nothing%' THEN 'empty' \
     WHEN value LIKE 'It names nothing%' THEN 'nothing_particular' \
     WHEN value LIKE 'A place was left%' THEN 'placeholder' \
     WHEN value LIKE 'It repeats%' THEN 'repeated_wording' \
     WHEN value LIKE 'It grew too long%' THEN 'too_long' \
     WHEN value LIKE 'What it says has changed%' THEN 'stale_fact' \
     ELSE 'fact_missing' END";

const LOOK: &str = "Look at the note, and write it anew.";

async fn rename(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new("notes")).rename_column(Alias::new(from), Alias::new(to)).take();
    manager.alter_table(table).await
}

/// Adds a column to the notes. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(Alias::new("notes")).add_column(&mut column).take()).await
}
