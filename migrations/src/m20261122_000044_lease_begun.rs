//! The channel by which a worker's delivery began: as long as nobody else is given the gesture, its late answer is
//! believed whatever became of the gesture meanwhile.

use crate::schema::{Columns, column};
use sea_orm_migration::{
    prelude::{Alias, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table},
    sea_orm::ConnectionTrait,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const CHANNELS: [&str; 6] = ["in_person", "phone", "email", "message", "post", "hand_over"];
/// Of what is on its way with a worker, and of what nobody knows; what notes carry has no worker.
const OF_WORKERS: &str = "UPDATE gestures SET lease_begun = channel WHERE state IN ('delivering', 'uncertain') \
                          AND lease_token IS NOT NULL AND batch_id IS NULL";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut begun = Columns::of(manager).key("lease_begun");
        begun.check(column("lease_begun").is_in(CHANNELS));
        manager.alter_table(Table::alter().table(Alias::new("gestures")).add_column(&mut begun).take()).await?;
        manager.get_connection().execute_unprepared(OF_WORKERS).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Alias::new("lease_begun");
        manager.alter_table(Table::alter().table(Alias::new("gestures")).drop_column(column).take()).await
    }
}
