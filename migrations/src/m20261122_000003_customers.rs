//! Who we are grateful to.

use crate::schema::{
    Columns, big, column, create, drop, id, index, int, must, only, primary, primary_key, refers, table, unique, words,
};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        create(manager, table("households", [primary(id("id")), must(big("created_at"))]), vec![]).await?;
        customers(manager, columns).await?;
        identifiers(manager, columns).await?;
        what_belongs_to_customers(manager, columns).await?;
        summaries(manager, columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            ["customer_summaries", "consents", "customer_tags", "customer_identifiers", "customers", "households"];
        drop(manager, &tables).await
    }
}

async fn customers(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let mut customers = table(
        "customers",
        [
            primary(id("id")),
            must(id("household_id")),
            must(columns.one_of("kind", &["person", "organization", "internal"])),
            must(columns.one_of("status", &["active", "merged", "erased", "deceased"])),
            id("merged_into"),
            must(columns.key("display_name")),
            must(columns.key("language")),
            must(columns.key("region")),
            must(columns.key("time_zone")),
            must(words("profile")),
            must(big("version")),
            must(big("created_at")),
            must(big("updated_at")),
        ],
    );
    customers.foreign_key(&mut refers(&["household_id"], "households", &["id"]));
    customers.foreign_key(&mut refers(&["merged_into"], "customers", &["id"]));
    // A record leads to its survivor when, and only when, it was merged.
    customers.check(column("status").eq("merged").eq(column("merged_into").is_not_null()));
    let indexes = vec![
        index("customers", "by_household", &["household_id"]),
        only(index("customers", "by_survivor", &["merged_into"]), column("merged_into").is_not_null()),
        index("customers", "by_creation", &["created_at", "id"]),
    ];
    create(manager, customers, indexes).await
}

async fn identifiers(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let mut identifiers = table(
        "customer_identifiers",
        [
            // Who has it now, and who had it first: a merge moves the former, and can be undone by the latter.
            must(id("customer_id")),
            must(id("origin_customer_id")),
            must(columns.one_of("kind", &["phone", "email", "loyalty", "external_id", "social"])),
            must(columns.key("system")),
            must(columns.key("normalized")),
            must(words("typed")),
            must(int("position")),
        ],
    );
    identifiers.primary_key(&mut primary_key(&["origin_customer_id", "kind", "system", "normalized"]));
    identifiers.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    identifiers.foreign_key(&mut refers(&["origin_customer_id"], "customers", &["id"]));
    let value = ["kind", "system", "normalized"];
    let indexes = vec![
        index("customer_identifiers", "by_customer", &["customer_id"]),
        index("customer_identifiers", "by_value", &["kind", "system", "normalized", "customer_id"]),
        // Loyalty numbers and ids of other systems belong to one customer alone.
        unique(only(
            index("customer_identifiers", "unique_value", &value),
            column("kind").is_in(["loyalty", "external_id"]),
        )),
    ];
    create(manager, identifiers, indexes).await
}

async fn what_belongs_to_customers(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let mut tags = table("customer_tags", [must(id("customer_id")), must(columns.key("tag"))]);
    tags.primary_key(&mut primary_key(&["customer_id", "tag"]));
    tags.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    create(manager, tags, vec![index("customer_tags", "by_tag", &["tag", "customer_id"])]).await?;

    // Only ever appended to: the newest of a channel and purpose counts.
    let mut consents = table(
        "consents",
        [
            must(id("customer_id")),
            must(int("position")),
            must(columns.one_of("channel", &["in_person", "phone", "email", "message", "post", "hand_over"])),
            must(columns.one_of("purpose", &["service", "gratitude", "marketing"])),
            must(columns.one_of("state", &["granted", "refused", "unknown"])),
            must(words("source")),
            must(words("text_version")),
            must(big("at")),
        ],
    );
    consents.primary_key(&mut primary_key(&["customer_id", "position"]));
    consents.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    create(manager, consents, vec![]).await
}

async fn summaries(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let mut summaries = table(
        "customer_summaries",
        [
            primary(id("customer_id")),
            must(int("visit_days")),
            columns.key("first_visit"),
            columns.key("last_visit"),
            columns.key("last_purchase"),
            big("last_seen_at"),
            columns.key("last_location_id"),
            big("last_contact_at"),
            id("open_case"),
            must(int("open_promises")),
            big("grieving_since"),
            must(words("counts")),
            must(words("gaps")),
            must(words("spend")),
            words("last_seen"),
        ],
    );
    summaries.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    // A first visit day comes with a last one, and the count agrees.
    summaries.check(column("visit_days").eq(0).eq(column("first_visit").is_null()));
    summaries.check(column("first_visit").is_null().or(column("first_visit").lte(column("last_visit"))));
    let indexes = vec![index("customer_summaries", "by_last_visit", &["last_visit", "customer_id"])];
    create(manager, summaries, indexes).await
}
