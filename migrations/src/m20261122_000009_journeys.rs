//! The customer's journey: journeys with their stages, touchpoints with their standards, and what interactions made of
//! these. Interactions of before may name touchpoints that nobody ever made; they keep them, without a place.

use crate::schema::{Columns, big, column, create, drop, flag, index, must, primary, refers, table, words};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const PLACE: [&str; 4] = ["journey", "stage", "standards_kept", "journey_detail"];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let journeys = table(
            "journeys",
            [
                primary(columns.key("id")),
                must(columns.one_of("state", &["active", "retired"])),
                must(words("settings")),
                must(big("version")),
                must(big("created_at")),
                must(big("updated_at")),
            ],
        );
        create(manager, journeys, vec![index("journeys", "by_creation", &["created_at", "id"])]).await?;

        let mut touchpoints = table(
            "touchpoints",
            [
                primary(columns.key("id")),
                must(columns.key("journey_id")),
                must(columns.key("stage")),
                must(columns.one_of("state", &["active", "retired"])),
                must(words("settings")),
                big("retired_at"),
                must(big("version")),
                must(big("created_at")),
                must(big("updated_at")),
            ],
        );
        touchpoints.foreign_key(&mut refers(&["journey_id"], "journeys", &["id"]));
        // Late facts are taken up to the end.
        touchpoints.check(column("state").eq("retired").eq(column("retired_at").is_not_null()));
        let indexes = vec![
            index("touchpoints", "by_creation", &["created_at", "id"]),
            index("touchpoints", "by_journey", &["journey_id", "created_at", "id"]),
        ];
        create(manager, touchpoints, indexes).await?;

        let place = [columns.key(PLACE[0]), columns.key(PLACE[1]), flag(PLACE[2]), words(PLACE[3])];
        for column in place {
            add(manager, column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in PLACE {
            let table = Table::alter().table(Alias::new("interactions")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        drop(manager, &["touchpoints", "journeys"]).await
    }
}

/// Adds a column to the interactions. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    let table = Table::alter().table(Alias::new("interactions")).add_column(&mut column).take();
    manager.alter_table(table).await
}
