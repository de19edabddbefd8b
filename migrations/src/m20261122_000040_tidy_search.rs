//! Lets SQLite's full-text table be merged further than it does by itself: each search looks into every piece of it.

use sea_orm_migration::{
    prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager},
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// How many pieces of about one size are merged into one, where it is asked for.
const TOGETHER: &str = "INSERT INTO customer_terms (customer_terms, rank) VALUES ('usermerge', ";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        merge(manager, 2).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        merge(manager, 4).await
    }
}

async fn merge(manager: &SchemaManager<'_>, pieces: u8) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        manager.get_connection().execute_unprepared(&format!("{TOGETHER}{pieces})")).await?;
    }
    Ok(())
}
