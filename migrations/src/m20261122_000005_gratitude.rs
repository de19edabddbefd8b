//! What is owed, decided, planned and carried out.

use crate::schema::{
    Columns, big, column, create, drop, flag, id, index, int, must, only, primary, primary_key, refers, table, unique,
    words,
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
        let columns = Columns::of(manager);
        cases(manager, columns).await?;
        let indexes = vec![
            // A rule acts once on an occurrence, for ever (P4).
            unique(only(index("gestures", "once", &["rule_id", "occurrence"]), column("rule_id").is_not_null())),
            index("gestures", "by_customer", &["customer_id", "created_at", "id"]),
            index("gestures", "by_due", &["due_at", "id"]),
            only(index("gestures", "by_interaction", &["interaction_id"]), column("interaction_id").is_not_null()),
            only(index("gestures", "claimable", &["priority", "due_at", "id"]), column("state").eq("scheduled")),
            only(index("gestures", "leased", &["lease_until", "id"]), column("state").is_in(["claimed", "delivering"])),
            only(index("gestures", "expiring", &["deadline_at", "id"]), column("state").is_in(["scheduled", "held"])),
        ];
        create(manager, gestures(columns), indexes).await?;
        decisions(manager, columns).await?;
        obligations(manager, columns).await?;
        contacts(manager, columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["contacts", "obligations", "decisions", "gestures", "cases"]).await
    }
}

const CHANNELS: [&str; 6] = ["in_person", "phone", "email", "message", "post", "hand_over"];
const GESTURES: [&str; 5] = ["note", "call", "recognition", "gift", "apology"];

async fn cases(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let mut cases = table(
        "cases",
        [
            primary(id("id")),
            must(id("customer_id")),
            id("interaction_id"),
            id("gesture_id"),
            must(columns.one_of("state", &["open", "resolved"])),
            must(columns.one_of("origin", &["person", "misery", "unhappy_call", "missed_promise"])),
            must(words("summary")),
            must(int("severity")),
            must(words("root_cause")),
            must(flag("no_cause_found")),
            must(words("remedy")),
            must(big("opened_at")),
            big("resolved_at"),
            must(big("version")),
        ],
    );
    cases.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    cases.foreign_key(&mut refers(&["interaction_id"], "interactions", &["id"]));
    cases.check(column("severity").between(1, 5));
    cases.check(column("state").eq("resolved").eq(column("resolved_at").is_not_null()));
    // Nobody settles a case without saying why it happened, or that nobody knows.
    cases.check(column("state").eq("open").or(column("root_cause").ne("")).or(column("no_cause_found")));
    let indexes = vec![
        index("cases", "by_opening", &["opened_at", "id"]),
        index("cases", "by_customer", &["customer_id", "opened_at", "id"]),
        only(index("cases", "open", &["customer_id"]), column("state").eq("open")),
        only(index("cases", "by_interaction", &["interaction_id"]), column("interaction_id").is_not_null()),
    ];
    create(manager, cases, indexes).await
}

fn gestures(columns: Columns) -> TableCreateStatement {
    let states = [
        "scheduled",
        "claimed",
        "delivering",
        "completed",
        "held",
        "suppressed",
        "cancelled",
        "expired",
        "failed",
        "uncertain",
    ];
    let mut table = table(
        "gestures",
        [
            primary(id("id")),
            must(id("customer_id")),
            must(id("household_id")),
            id("interaction_id"),
            id("case_id"),
            must(columns.key("location_id")),
            columns.key("rule_id"),
            int("rule_version"),
            must(columns.key("occurrence")),
            must(columns.one_of("kind", &GESTURES)),
            must(columns.one_of("channel", &CHANNELS)),
            must(columns.one_of("purpose", &["service", "gratitude", "marketing"])),
            must(columns.one_of("tone", &["cheerful", "caring"])),
            must(int("priority")),
            must(columns.key("role")),
            must(columns.key("group_name")),
            must(flag("promised")),
            must(columns.one_of("state", &states)),
            columns.key("reason"),
            must(words("explanation")),
            must(big("due_at")),
            must(big("deadline_at")),
            must(words("planned_local")),
            must(words("zone")),
            must(words("tzdb")),
            must(words("steps")),
            must(words("terms")),
            must(words("content")),
            columns.key("lease_owner"),
            big("lease_token"),
            big("lease_until"),
            flag("far_side_deduplicates"),
            must(int("attempts")),
            big("completed_at"),
            must(big("version")),
            must(big("created_at")),
        ],
    );
    table.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    table.foreign_key(&mut refers(&["household_id"], "households", &["id"]));
    table.foreign_key(&mut refers(&["interaction_id"], "interactions", &["id"]));
    table.foreign_key(&mut refers(&["case_id"], "cases", &["id"]));
    table.foreign_key(&mut refers(&["location_id"], "locations", &["id"]));
    table.foreign_key(&mut refers(&["rule_id", "rule_version"], "rule_versions", &["rule_id", "version"]));
    table.check(column("rule_id").is_null().eq(column("rule_version").is_null()));
    table.check(column("priority").between(0, 100));
    table.check(column("state").eq("completed").eq(column("completed_at").is_not_null()));
    // Whoever has a gesture holds a lease, and a lease is whole.
    table.check(column("state").is_not_in(["claimed", "delivering"]).or(column("lease_token").is_not_null()));
    table.check(column("lease_token").is_null().eq(column("lease_until").is_null()));
    table.check(column("lease_token").is_null().eq(column("lease_owner").is_null()));
    // What a gate or a person stopped says why.
    table.check(
        column("state")
            .is_not_in(["held", "suppressed", "cancelled", "expired", "failed", "uncertain"])
            .or(column("reason").is_not_null()),
    );
    table
}

async fn decisions(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let mut decisions = table(
        "decisions",
        [
            must(columns.key("rule_id")),
            must(columns.key("occurrence")),
            must(int("version")),
            must(id("interaction_id")),
            must(id("customer_id")),
            id("gesture_id"),
            columns.key("reason"),
            must(words("explanation")),
            columns.key("group_day"),
            columns.key("local_day"),
            // It speaks of the customer (the n-th visit), not of one interaction.
            must(flag("standing")),
            must(int("priority")),
            must(big("at")),
        ],
    );
    decisions.primary_key(&mut primary_key(&["rule_id", "occurrence"]));
    decisions.foreign_key(&mut refers(&["rule_id", "version"], "rule_versions", &["rule_id", "version"]));
    decisions.foreign_key(&mut refers(&["interaction_id"], "interactions", &["id"]));
    decisions.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    // A gesture, or the gate that stopped it (P3).
    decisions.check(column("gesture_id").is_not_null().or(column("reason").is_not_null()));
    let indexes = vec![
        index("decisions", "by_interaction", &["interaction_id"]),
        index("decisions", "by_day", &["customer_id", "local_day"]),
        only(index("decisions", "standing", &["customer_id"]), column("standing")),
    ];
    create(manager, decisions, indexes).await
}

async fn obligations(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let states = ["open", "fulfilled", "suppressed", "waived", "expired", "cancelled", "not_owed"];
    let open_reasons = ["visit_open", "anonymous", "gesture_pending", "with_a_person"];
    let mut obligations = table(
        "obligations",
        [
            primary(id("interaction_id")),
            id("customer_id"),
            // Copied from the interaction, so that coverage is counted in one table.
            must(columns.key("location_id")),
            must(columns.key("kind")),
            columns.key("outcome"),
            must(big("start_at")),
            must(flag("voided")),
            must(columns.one_of("state", &states)),
            columns.one_of("open_reason", &open_reasons),
            columns.key("reason"),
            id("gesture_id"),
            id("follows"),
            must(words("explanation")),
            must(words("looked_at")),
            must(big("updated_at")),
        ],
    );
    obligations.foreign_key(&mut refers(&["interaction_id"], "interactions", &["id"]));
    obligations.foreign_key(&mut refers(&["follows"], "interactions", &["id"]));
    // Its state is explained (P3): what it waits for, or what ended it.
    obligations.check(column("state").eq("open").eq(column("open_reason").is_not_null()));
    obligations.check(column("explanation").ne(""));
    let indexes = vec![
        index("obligations", "by_start", &["start_at", "interaction_id"]),
        index("obligations", "by_location", &["location_id", "start_at", "interaction_id"]),
        index("obligations", "by_customer", &["customer_id", "start_at", "interaction_id"]),
        only(index("obligations", "by_visit", &["follows"]), column("follows").is_not_null()),
        only(index("obligations", "open", &["start_at", "interaction_id"]), column("state").eq("open")),
    ];
    create(manager, obligations, indexes).await
}

async fn contacts(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let mut contacts = table(
        "contacts",
        [
            primary(id("id")),
            must(id("household_id")),
            must(id("customer_id")),
            must(columns.one_of("channel", &CHANNELS)),
            must(columns.one_of("kind", &GESTURES)),
            must(big("at")),
            must(columns.one_of("state", &["reserved", "used", "released"])),
            id("gesture_id"),
            must(int("priority")),
        ],
    );
    contacts.foreign_key(&mut refers(&["household_id"], "households", &["id"]));
    contacts.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    contacts.foreign_key(&mut refers(&["gesture_id"], "gestures", &["id"]));
    let indexes = vec![
        index("contacts", "by_household", &["household_id", "at"]),
        unique(index("contacts", "by_gesture", &["gesture_id"])),
    ];
    create(manager, contacts, indexes).await
}
