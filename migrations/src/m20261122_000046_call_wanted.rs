//! Which calls wait for a day with room, and since which: a place that becomes free is theirs.

use crate::schema::{Columns, column, index, only};
use sea_orm_migration::prelude::{
    Alias, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut wanted = Columns::of(manager).key("call_wanted");
        wanted.check(column("call_wanted").is_null().or(column("call_day").is_not_null()));
        manager.alter_table(Table::alter().table(Alias::new("gestures")).add_column(&mut wanted).take()).await?;
        let waiting = index("gestures", "waiting_calls", &["location_id", "role", "priority desc", "due_at", "id"]);
        let waits = column("state").eq("scheduled").and(column("call_wanted").is_not_null());
        manager.create_index(only(waiting, waits)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Alias::new("gestures");
        manager.drop_index(Index::drop().table(table.clone()).name("gestures_waiting_calls").to_owned()).await?;
        manager.alter_table(Table::alter().table(table).drop_column(Alias::new("call_wanted")).take()).await
    }
}
