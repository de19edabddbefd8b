//! The way to the few purchases that others must not hear of, however long the history is among which they stand.

use crate::schema::{index, only};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, Expr, Index, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Holds of what was bought as a surprise, or in confidence. What is not so is left out of the JSON, and a quote within
/// a text has a backslash before it.
const HIDDEN: &str = r#"(detail LIKE '%"surprise":true%' OR detail LIKE '%"confidential":true%')"#;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let hidden = index("interactions", "hidden", &["customer_id", "start_at"]);
        manager.create_index(only(hidden, Expr::cust(HIDDEN))).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("interactions_hidden").to_owned()).await
    }
}
