//! Who may call: API keys, staff with their PINs, and how often a PIN was wrong.

use crate::schema::{
    Columns, big, column, create, drop, id, index, int, must, only, primary, primary_key, refers, table, words,
};
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
        keys(manager).await?;
        staff(manager).await?;
        let mut tries = table(
            "pin_tries",
            [
                must(Columns::of(manager).key("staff_id")),
                must(id("key_id")),
                must(int("wrong")),
                must(big("blocked_until")),
            ],
        );
        tries.primary_key(&mut primary_key(&["staff_id", "key_id"]));
        tries.foreign_key(&mut refers(&["staff_id"], "staff", &["id"]));
        tries.foreign_key(&mut refers(&["key_id"], "api_keys", &["id"]));
        tries.check(column("wrong").gte(0));
        create(manager, tries, Vec::new()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["pin_tries", "staff", "api_keys"]).await
    }
}

async fn keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut keys = table(
        "api_keys",
        [
            primary(id("id")),
            must(words("display_name")),
            must(Columns::of(manager).one_of("role", &["desk", "service", "batch", "manager", "operator"])),
            must(words("locations")),
            must(bytes("secret")),
            bytes("previous_secret"),
            big("previous_until"),
            must(big("created_at")),
            must(big("updated_at")),
            big("expires_at"),
            big("revoked_at"),
            big("last_used_at"),
        ],
    );
    // An old secret that is accepted for ever would make a rotation worthless.
    keys.check(column("previous_secret").is_null().or(column("previous_until").is_not_null()));
    let indexes = vec![
        index("api_keys", "by_time", &["created_at", "id"]),
        // Those that hold are read with every change of the catalogue.
        only(index("api_keys", "holding", &["created_at", "id"]), column("revoked_at").is_null()),
    ];
    create(manager, keys, indexes).await
}

async fn staff(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let mut staff = table(
        "staff",
        [
            primary(columns.key("id")),
            must(words("display_name")),
            must(columns.one_of("role", &["desk", "manager"])),
            must(words("locations")),
            words("pin"),
            must(big("pin_version")),
            big("ends_at"),
            must(big("created_at")),
            must(big("updated_at")),
            must(big("version")),
        ],
    );
    // Only a hash is ever kept.
    staff.check(column("pin").is_null().or(column("pin").like("$argon2id$%")));
    create(manager, staff, vec![index("staff", "by_time", &["created_at", "id"])]).await
}

fn bytes(name: &str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.blob();
    column
}
