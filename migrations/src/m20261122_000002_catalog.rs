//! What people set up: locations, and rules with their versions.

use crate::schema::{Columns, big, create, drop, index, int, must, primary, primary_key, refers, table, words};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        let locations = table(
            "locations",
            [
                primary(columns.key("id")),
                must(columns.key("display_name")),
                must(columns.key("region")),
                must(columns.key("language")),
                must(columns.key("time_zone")),
                must(words("settings")),
                must(big("version")),
                must(big("created_at")),
                must(big("updated_at")),
            ],
        );
        create(manager, locations, vec![index("locations", "by_creation", &["created_at", "id"])]).await?;

        let rules = table(
            "rules",
            [
                primary(columns.key("id")),
                must(columns.one_of("state", &["enabled", "disabled", "retired"])),
                must(int("version")),
                must(big("revision")),
                must(big("created_at")),
                must(big("updated_at")),
            ],
        );
        create(manager, rules, vec![index("rules", "by_creation", &["created_at", "id"])]).await?;

        let mut versions = table(
            "rule_versions",
            [must(columns.key("rule_id")), must(int("version")), must(words("definition")), must(big("created_at"))],
        );
        versions.primary_key(&mut primary_key(&["rule_id", "version"]));
        versions.foreign_key(&mut refers(&["rule_id"], "rules", &["id"]));
        create(manager, versions, vec![]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["rule_versions", "rules", "locations"]).await
    }
}
