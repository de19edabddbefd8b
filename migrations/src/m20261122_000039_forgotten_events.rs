//! Up to which place in the feed events were forgotten, so that whoever goes on behind an older one learns of it.

use crate::schema::{big, column};
use sea_orm_migration::prelude::{
    Alias, ConnectionTrait, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut seq = big("forgotten_seq");
        seq.check(column("forgotten_seq").is_null().eq(column("forgotten_tx").is_null()));
        for mut column in [big("forgotten_tx"), seq] {
            manager.alter_table(Table::alter().table(Alias::new("instance")).add_column(&mut column).take()).await?;
        }
        // What was forgotten before ended before what is kept now.
        let before = "UPDATE instance SET \
             forgotten_tx = (SELECT tx FROM events ORDER BY tx, seq LIMIT 1), \
             forgotten_seq = (SELECT seq - 1 FROM events ORDER BY tx, seq LIMIT 1) \
             WHERE EXISTS (SELECT 1 FROM events WHERE kind = 'retention.applied' AND detail LIKE '%\"events\"%')";
        manager.get_connection().execute_unprepared(before).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["forgotten_seq", "forgotten_tx"] {
            let table = Table::alter().table(Alias::new("instance")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
