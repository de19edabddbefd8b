//! For whom somebody stands as a guardian: what changes about them changes how their charges are reached.

use crate::schema::{column, id, index, only};
use sea_orm_migration::prelude::{
    Alias, ConnectionTrait, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, Table,
};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = Table::alter().table(Alias::new("customers")).add_column(id("guardian_id")).take();
        manager.alter_table(added).await?;
        let known = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "UPDATE customers SET guardian_id = (profile::json -> 'guardian' ->> 'customer')::uuid \
                 WHERE profile LIKE '%\"guardian\":{%'"
            }
            _ => {
                "UPDATE customers SET guardian_id = \
                 unhex(replace(json_extract(profile, '$.guardian.customer'), '-', '')) \
                 WHERE profile LIKE '%\"guardian\":{%'"
            }
        };
        manager.get_connection().execute_unprepared(known).await?;
        let wards = only(index("customers", "by_guardian", &["guardian_id"]), column("guardian_id").is_not_null());
        manager.create_index(wards).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wards = Index::drop().table(Alias::new("customers")).name("customers_by_guardian").to_owned();
        manager.drop_index(wards).await?;
        let table = Table::alter().table(Alias::new("customers")).drop_column(Alias::new("guardian_id")).take();
        manager.alter_table(table).await
    }
}
