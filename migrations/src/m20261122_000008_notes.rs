//! Notes, the batches in which they are written and delivered, and which gestures they carry.

use crate::schema::{
    Columns, big, column, create, drop, flag, id, index, int, must, only, primary, refers, table, unique, words,
};
use sea_orm_migration::prelude::{
    Alias, ColumnDef, DbErr, DeriveMigrationName, ExprTrait, Index, MigrationTrait, SchemaManager, SimpleExpr, Table,
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
        batches(manager, columns).await?;
        notes(manager, columns).await?;
        for column in gesture_columns() {
            manager.alter_table(Table::alter().table(Alias::new("gestures")).add_column(column).take()).await?;
        }
        // Those who claim must not wade through what batches have.
        drop_index(manager, "gestures_claimable").await?;
        let claimable = column("state").eq("scheduled").and(nobodys());
        manager.create_index(only(index("gestures", "claimable", &["priority", "due_at", "id"]), claimable)).await?;
        let unwritten = column("state").eq("scheduled").and(nobodys());
        manager.create_index(only(index("gestures", "unwritten", &["customer_id", "id"]), unwritten)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, "gestures_unwritten").await?;
        drop_index(manager, "gestures_claimable").await?;
        let claimable = column("state").eq("scheduled");
        manager.create_index(only(index("gestures", "claimable", &["priority", "due_at", "id"]), claimable)).await?;
        for name in ["folded", "with_person", "note_id", "batch_id"] {
            let gone = Table::alter().table(Alias::new("gestures")).drop_column(Alias::new(name)).take();
            manager.alter_table(gone).await?;
        }
        drop(manager, &["notes", "note_batches"]).await
    }
}

const CHANNELS: [&str; 6] = ["in_person", "phone", "email", "message", "post", "hand_over"];
const COUNTS: [&str; 8] =
    ["composed", "with_person", "skipped", "delivering", "delivered", "failed", "uncertain", "cancelled"];

async fn batches(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let states = ["composing", "ready", "delivering", "completed", "stopped", "cancelling", "cancelled"];
    let mut batches = table(
        "note_batches",
        [
            primary(id("id")),
            must(words("display_name")),
            must(words("selection")),
            must(columns.one_of("state", &states)),
            must(words("explanation")),
            must(big("customer_count")),
            must(words("reasons")),
            id("cursor"),
            must(int("chunks")),
            words("chunk"),
            must(int("attempts")),
            big("retry_at"),
            columns.key("stopped_in"),
            must(flag("lenient")),
            big("began_at"),
            big("worked_at"),
            must(big("done")),
            must(big("version")),
            must(big("created_at")),
            big("ready_at"),
            big("approved_at"),
            big("ended_at"),
        ],
    );
    for count in COUNTS {
        let mut column = must(big(count));
        column.check(crate::schema::column(count).gte(0));
        batches.col(&mut column);
    }
    // Nobody is forgotten: once all is written, every customer stands somewhere.
    let all = COUNTS[1..].iter().fold(SimpleExpr::from(column(COUNTS[0])), |sum, count| sum.add(column(count)));
    let all_written = ["ready", "delivering", "completed", "cancelling", "cancelled"];
    batches.check(column("state").is_not_in(all_written).or(column("customer_count").eq(all)));
    // Nothing leaves that no person approved.
    let left = column("delivering").add(column("delivered")).add(column("failed")).add(column("uncertain"));
    batches.check(left.eq(0).or(column("approved_at").is_not_null()));
    batches.check(column("state").is_not_in(["completed", "cancelled"]).eq(column("ended_at").is_null()));
    batches.check(column("state").eq("stopped").eq(column("stopped_in").is_not_null()));
    let working = column("state").is_in(["composing", "delivering", "cancelling"]);
    let indexes = vec![
        index("note_batches", "by_creation", &["created_at", "id"]),
        only(index("note_batches", "at_work", &["worked_at", "id"]), working),
    ];
    create(manager, batches, indexes).await
}

async fn notes(manager: &SchemaManager<'_>, columns: Columns) -> Result<(), DbErr> {
    let states = ["composed", "with_person", "delivering", "delivered", "skipped", "failed", "uncertain", "cancelled"];
    let mut notes = table(
        "notes",
        [
            primary(id("id")),
            must(id("batch_id")),
            must(id("customer_id")),
            must(words("gestures")),
            columns.one_of("channel", &CHANNELS),
            must(columns.key("language")),
            must(words("subject")),
            must(words("text")),
            columns.key("template_id"),
            int("template_version"),
            must(int("variant")),
            must(words("facts")),
            must(columns.one_of("state", &states)),
            columns.key("reason"),
            must(words("explanation")),
            must(words("objections")),
            must(big("due_at")),
            int("chunk"),
            must(big("created_at")),
            big("delivered_at"),
        ],
    );
    notes.foreign_key(&mut refers(&["batch_id"], "note_batches", &["id"]));
    notes.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
    notes.foreign_key(&mut refers(
        &["template_id", "template_version"],
        "template_versions",
        &["template_id", "version"],
    ));
    notes.check(column("template_id").is_null().eq(column("template_version").is_null()));
    notes.check(column("state").eq("delivered").eq(column("delivered_at").is_not_null()));
    let stays = column("state").is_not_in(["delivering", "delivered", "failed", "uncertain"]);
    // What leaves says something, to somebody, in a chunk that the delivery recognises.
    notes.check(stays.or(column("chunk").is_not_null().and(column("channel").is_not_null())));
    notes.check(column("text").ne("").or(column("state").is_in(["skipped", "with_person"])));
    // What did not leave says why.
    let unstopped = column("state").is_not_in(["with_person", "skipped", "failed", "uncertain", "cancelled"]);
    notes.check(unstopped.or(column("reason").is_not_null()));
    let indexes = vec![
        // Nobody is written to twice in one batch (P4).
        unique(index("notes", "once", &["batch_id", "customer_id"])),
        index("notes", "by_creation", &["created_at", "id"]),
        index("notes", "by_batch", &["batch_id", "created_at", "id"]),
        only(index("notes", "by_turn", &["batch_id", "due_at", "id"]), column("state").eq("composed")),
        only(index("notes", "leaving", &["batch_id", "chunk"]), column("state").eq("delivering")),
        only(index("notes", "read", &["customer_id", "delivered_at"]), column("state").eq("delivered")),
    ];
    create(manager, notes, indexes).await
}

/// The batch and note that have a gesture, whether it goes along in another's place of the contact budget, and whether
/// only a person may carry it out.
fn gesture_columns() -> [ColumnDef; 4] {
    let mut note = id("note_id");
    note.check(column("note_id").is_null().eq(column("batch_id").is_null()));
    let mut with_person = must(flag("with_person"));
    with_person.default(false).check(column("with_person").not().or(column("batch_id").is_null()));
    let mut folded = must(flag("folded"));
    folded.default(false).check(column("folded").not().or(column("note_id").is_not_null()));
    [id("batch_id"), note, with_person, folded]
}

/// Whether neither a batch nor a person has the gesture.
fn nobodys() -> SimpleExpr {
    column("batch_id").is_null().and(column("with_person").not())
}

async fn drop_index(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().table(Alias::new("gestures")).name(name).to_owned()).await
}
