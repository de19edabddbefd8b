//! What other systems call the interactions of people who were erased goes: it was left in its columns before.

use sea_orm_migration::{
    prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager},
    sea_orm::ConnectionTrait,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Interactions lead to the record that was erased, also those of records that were part of it.
const FORGET: &str = "UPDATE interactions SET source_system = NULL, source_id = NULL WHERE source_system IS NOT NULL \
                      AND customer_id IN (SELECT id FROM customers WHERE status = 'erased')";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(FORGET).await.map(|_| ())
    }

    /// What was forgotten does not come back.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
