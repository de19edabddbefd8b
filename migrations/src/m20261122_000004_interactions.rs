//! What happened between customers and the business.

use crate::schema::{
    Columns, big, column, create, drop, flag, id, index, int, must, only, primary, refers, table, words,
};
use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, TableCreateStatement,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            index("interactions", "by_customer", &["customer_id", "start_at", "id"]),
            index("interactions", "by_location", &["location_id", "start_at", "id"]),
            index("interactions", "by_start", &["start_at", "id"]),
            only(index("interactions", "open", &["start_at", "id"]), column("state").eq("open")),
            only(
                index("interactions", "by_subject", &["subject_system", "subject_id"]),
                column("subject_id").is_not_null(),
            ),
            only(index("interactions", "by_visit", &["joined"]), column("joined").is_not_null()),
        ];
        create(manager, interactions(Columns::of(manager)), indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["interactions"]).await
    }
}

const KINDS: [&str; 13] = [
    "visit",
    "enquiry",
    "purchase",
    "order",
    "order_update",
    "delivery",
    "support",
    "complaint",
    "compliment",
    "return",
    "feedback",
    "observation",
    "outbound_contact",
];
const CHANNELS: [&str; 8] = ["in_store", "phone", "email", "chat", "web", "app", "social", "post"];
const OUTCOMES: [&str; 6] = ["purchased", "not_purchased", "resolved", "unresolved", "abandoned", "informed"];
const NO_PURCHASE_REASONS: [&str; 10] = [
    "unknown",
    "just_looking",
    "out_of_stock",
    "price",
    "not_offered",
    "wait",
    "undecided",
    "question",
    "no_show",
    "other",
];
const FAULTS: [&str; 9] =
    ["late", "wrong", "missing_part", "damaged", "wait", "passed_on", "rude", "charged_wrongly", "other"];

fn interactions(columns: Columns) -> TableCreateStatement {
    let mut table = table(
        "interactions",
        [
            primary(id("id")),
            // Whose it is now, and whose it was when it was recorded.
            id("customer_id"),
            id("recorded_customer_id"),
            must(words("candidates")),
            must(columns.one_of("state", &["open", "closed", "voided"])),
            must(columns.key("location_id")),
            must(columns.one_of("kind", &KINDS)),
            must(columns.one_of("channel", &CHANNELS)),
            must(columns.one_of("direction", &["inbound", "outbound"])),
            columns.one_of("outcome", &OUTCOMES),
            columns.one_of("no_purchase_reason", &NO_PURCHASE_REASONS),
            columns.one_of("fault", &FAULTS),
            must(columns.key("staff")),
            columns.key("touchpoint"),
            columns.key("subject_system"),
            columns.key("subject_id"),
            columns.key("source_system"),
            columns.key("source_id"),
            must(big("start_at")),
            big("end_at"),
            big("expected_end"),
            must(big("received_at")),
            must(columns.key("local_date")),
            must(flag("visit_day")),
            must(columns.one_of("moment", &["gratification", "neutral", "misery"])),
            must(words("moment_detail")),
            columns.key("purchase_currency"),
            big("purchase_micros"),
            int("emotion"),
            int("effort"),
            int("satisfaction"),
            int("recommendation"),
            must(words("detail")),
            id("joined"),
            must(flag("history")),
            words("void_reason"),
            must(big("version")),
        ],
    );
    table.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    table.foreign_key(&mut refers(&["location_id"], "locations", &["id"]));
    table.foreign_key(&mut refers(&["joined"], "interactions", &["id"]));
    // What goes on has no end; what is over has one, unless it was voided while it went on.
    table.check(column("state").ne("open").or(column("end_at").is_null()));
    table.check(column("state").ne("closed").or(column("end_at").is_not_null()));
    table.check(column("state").eq("voided").eq(column("void_reason").is_not_null()));
    table.check(column("end_at").is_null().or(column("end_at").gte(column("start_at"))));
    table.check(column("purchase_micros").is_null().or(column("purchase_micros").gte(0)));
    table
}
