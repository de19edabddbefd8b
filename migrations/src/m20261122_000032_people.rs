//! The way to the words about people that are kept for a time only and to strangers who may be known later, and what
//! staff are called where they go unnamed.

use crate::schema::{index, only, words};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, Expr, Index, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Holds of interactions about which somebody wrote. What is empty is left out of the JSON, and a quote within a text
/// has a backslash before it, so the name of a field is found where the field is, and nowhere else.
const WITH_REMARKS: &str = r#"(detail LIKE '%"remarks":%' OR detail LIKE '%"stranger":%')"#;

/// Holds of what ended, of somebody who was described and is still not known.
const STRANGERS: &str = r#"(customer_id IS NULL AND state = 'closed' AND detail LIKE '%"stranger":%')"#;

fn pseudonym() -> ColumnDef {
    words("pseudonym")
}

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let remarked = index("interactions", "with_remarks", &["start_at", "id"]);
        manager.create_index(only(remarked, Expr::cust(WITH_REMARKS))).await?;
        let strangers = index("interactions", "strangers", &["location_id", "start_at", "id"]);
        manager.create_index(only(strangers, Expr::cust(STRANGERS))).await?;
        let staff = Table::alter().table(Alias::new("staff")).add_column(pseudonym()).to_owned();
        manager.alter_table(staff).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let staff = Table::alter().table(Alias::new("staff")).drop_column(Alias::new("pseudonym")).to_owned();
        manager.alter_table(staff).await?;
        manager.drop_index(Index::drop().name("interactions_strangers").to_owned()).await?;
        manager.drop_index(Index::drop().name("interactions_with_remarks").to_owned()).await
    }
}
