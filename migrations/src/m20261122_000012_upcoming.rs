//! Days and silences that set rules off: when each customer has to be looked at for them, and decisions that no
//! interaction set off.

use crate::schema::{
    Columns, big, column, create, flag, id, index, int, must, only, primary_key, refers, table, words,
};
use sea_orm_migration::{
    prelude::{Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, Table},
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const SUMMARIES: &str = "customer_summaries";
const LOOK: [&str; 3] = ["look_at", "last_spoken", "known_on"];

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns::of(manager);
        // Whoever was there before is looked at first of all, in pages, by the service itself.
        let mut look_at = must(big(LOOK[0]));
        look_at.default(0);
        for column in [look_at, columns.key(LOOK[1]), columns.key(LOOK[2])] {
            add(manager, column).await?;
        }
        // Who was never met may have a birthday.
        let met = "INSERT INTO customer_summaries (customer_id, visit_days, open_promises, counts, gaps, spend) \
                   SELECT c.id, 0, 0, '{}', '{}', '{}' FROM customers c \
                   WHERE NOT EXISTS (SELECT 1 FROM customer_summaries s WHERE s.customer_id = c.id)";
        manager.get_connection().execute_unprepared(met).await?;
        manager.create_index(index(SUMMARIES, "by_look", &["look_at", "customer_id"])).await?;
        require_interaction(manager, columns, false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let forget = "DELETE FROM decisions WHERE interaction_id IS NULL";
        manager.get_connection().execute_unprepared(forget).await?;
        require_interaction(manager, Columns::of(manager), true).await?;
        let by_look = Index::drop().table(Alias::new(SUMMARIES)).name("customer_summaries_by_look").to_owned();
        manager.drop_index(by_look).await?;
        for column in LOOK {
            let table = Table::alter().table(Alias::new(SUMMARIES)).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}

/// Adds a column to the summaries. One at a time: SQLite takes no more.
async fn add(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(Alias::new(SUMMARIES)).add_column(&mut column).take()).await
}

/// Says whether a decision must have an interaction. SQLite can't change a column: there the table is made anew.
async fn require_interaction(manager: &SchemaManager<'_>, columns: Columns, required: bool) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        let verb = if required { "SET" } else { "DROP" };
        let sql = format!("ALTER TABLE decisions ALTER COLUMN interaction_id {verb} NOT NULL");
        return connection.execute_unprepared(&sql).await.map(drop);
    }
    connection.execute_unprepared("ALTER TABLE decisions RENAME TO decisions_before").await?;
    for name in ["decisions_by_interaction", "decisions_by_day", "decisions_standing"] {
        manager.drop_index(Index::drop().name(name).to_owned()).await?;
    }
    decisions(manager, columns, required).await?;
    connection.execute_unprepared("INSERT INTO decisions SELECT * FROM decisions_before").await?;
    connection.execute_unprepared("DROP TABLE decisions_before").await.map(drop)
}

async fn decisions(manager: &SchemaManager<'_>, columns: Columns, required: bool) -> Result<(), DbErr> {
    let interaction = id("interaction_id");
    let mut decisions = table(
        "decisions",
        [
            must(columns.key("rule_id")),
            must(columns.key("occurrence")),
            must(int("version")),
            if required { must(interaction) } else { interaction },
            must(id("customer_id")),
            id("gesture_id"),
            columns.key("reason"),
            must(words("explanation")),
            columns.key("group_day"),
            columns.key("local_day"),
            must(flag("standing")),
            must(int("priority")),
            must(big("at")),
        ],
    );
    decisions.primary_key(&mut primary_key(&["rule_id", "occurrence"]));
    decisions.foreign_key(&mut refers(&["rule_id", "version"], "rule_versions", &["rule_id", "version"]));
    decisions.foreign_key(&mut refers(&["interaction_id"], "interactions", &["id"]));
    decisions.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    decisions.check(column("gesture_id").is_not_null().or(column("reason").is_not_null()));
    let indexes = vec![
        index("decisions", "by_interaction", &["interaction_id"]),
        index("decisions", "by_day", &["customer_id", "local_day"]),
        only(index("decisions", "standing", &["customer_id"]), column("standing")),
    ];
    create(manager, decisions, indexes).await
}
