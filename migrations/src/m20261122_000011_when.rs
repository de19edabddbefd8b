//! Time: what is stopped from leaving, by what gestures were planned, and on which day calls take people's time.

use crate::schema::{Columns, big, column, create, drop, flag, id, index, must, only, primary, refers, table, words};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, Index, IndexCreateStatement, MigrationTrait,
    SchemaManager, Table,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        pauses(manager).await?;
        add(manager, "gestures", revision("planned_by")).await?;
        add(manager, "gestures", Columns::of(manager).key("call_day")).await?;
        let mut for_test = flag("lease_for_test");
        for_test.not_null().default(false);
        add(manager, "gestures", for_test).await?;
        let mut catch_up = table("catch_up", [primary(big("minute")), must(big("given"))]);
        catch_up.check(column("given").gte(0));
        create(manager, catch_up, Vec::new()).await?;
        add(manager, "locations", revision("planned_since")).await?;
        let mut change = words("planning_change");
        change.not_null().default("");
        add(manager, "locations", change).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["gestures_planned", "gestures_calls", "gestures_late"] {
            manager.drop_index(Index::drop().name(name).table(Alias::new("gestures")).to_owned()).await?;
        }
        for (table, column) in ADDED {
            let table = Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        drop(manager, &["pauses", "catch_up"]).await
    }
}

const CHANNELS: [&str; 6] = ["in_person", "phone", "email", "message", "post", "hand_over"];

const ADDED: [(&str, &str); 5] = [
    ("gestures", "planned_by"),
    ("gestures", "call_day"),
    ("gestures", "lease_for_test"),
    ("locations", "planned_since"),
    ("locations", "planning_change"),
];

/// A revision of the catalogue; what is there already was planned before the first.
fn revision(name: &str) -> ColumnDef {
    let mut column = big(name);
    column.not_null().default(0);
    column
}

fn indexes() -> [IndexCreateStatement; 3] {
    let waits = column("state").is_in(["scheduled", "held"]);
    [
        only(index("gestures", "planned", &["location_id", "planned_by", "id"]), waits),
        only(index("gestures", "calls", &["location_id", "call_day", "role"]), column("call_day").is_not_null()),
        only(index("gestures", "late", &["kind", "promised", "due_at", "id"]), column("state").eq("scheduled")),
    ]
}

/// Adds a column. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, name: &str, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(Alias::new(name)).add_column(&mut column).take()).await
}

async fn pauses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = Columns::of(manager);
    let mut pauses = table(
        "pauses",
        [
            primary(id("id")),
            columns.key("location_id"),
            columns.one_of("channel", &CHANNELS),
            columns.key("rule_id"),
            must(words("reason")),
            must(big("paused_at")),
            big("resumed_at"),
        ],
    );
    pauses.foreign_key(&mut refers(&["location_id"], "locations", &["id"]));
    pauses.foreign_key(&mut refers(&["rule_id"], "rules", &["id"]));
    // Nobody stops the others without saying why.
    pauses.check(column("reason").ne(""));
    let indexes = vec![
        index("pauses", "by_time", &["paused_at", "id"]),
        // Those that hold are read with every change of the catalogue.
        only(index("pauses", "holding", &["paused_at", "id"]), column("resumed_at").is_null()),
    ];
    create(manager, pauses, indexes).await
}
