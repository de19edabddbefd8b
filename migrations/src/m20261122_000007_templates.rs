//! In which words gestures and notes speak: templates with their versions.

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
        let templates = table(
            "templates",
            [
                primary(columns.key("id")),
                must(columns.one_of("state", &["active", "retired"])),
                must(int("version")),
                must(big("revision")),
                must(big("created_at")),
                must(big("updated_at")),
            ],
        );
        create(manager, templates, vec![index("templates", "by_creation", &["created_at", "id"])]).await?;

        let mut versions = table(
            "template_versions",
            [
                must(columns.key("template_id")),
                must(int("version")),
                must(words("definition")),
                must(big("created_at")),
            ],
        );
        versions.primary_key(&mut primary_key(&["template_id", "version"]));
        versions.foreign_key(&mut refers(&["template_id"], "templates", &["id"]));
        create(manager, versions, vec![]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["template_versions", "templates"]).await
    }
}
