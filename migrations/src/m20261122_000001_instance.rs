//! The instance itself: when it was made, by which clock it lives, and its secrets.

use crate::schema::{Columns, big, column, create, drop, flag, int, must, primary, table};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let mut instance = table(
            "instance",
            [
                primary(int("id")),
                must(big("created_at")),
                must(flag("manual_clock")),
                // Where a manual clock stands; the system's clock is asked when there is none.
                big("clock_at"),
                // Grows with every change of a location or rule, so that copies in memory know that they are old.
                must(big("catalog_revision")),
            ],
        );
        instance.check(column("id").eq(1));
        instance.check(column("manual_clock").or(column("clock_at").is_null()));
        create(manager, instance, vec![]).await?;

        let mut value = ColumnDef::new(Alias::new("value"));
        value.blob().not_null();
        let secrets = table("instance_secrets", [primary(columns.key("name")), value, must(big("created_at"))]);
        create(manager, secrets, vec![]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["instance_secrets", "instance"]).await
    }
}
