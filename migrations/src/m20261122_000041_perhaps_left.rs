//! What may have left with nobody knowing, while its far side recognises it when it comes again: the token of the first
//! lease of which that is so. It ends in no state that says that it did not leave.

use crate::schema::{big, column};
use sea_orm_migration::{
    prelude::{Alias, DbErr, DeriveMigrationName, ExprTrait, MigrationTrait, SchemaManager, Table},
    sea_orm::ConnectionTrait,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What a worker was to try again whose far side recognises it.
const OF_WORKERS: &str = "UPDATE gestures SET perhaps_left = lease_token WHERE state IN ('scheduled', 'claimed') \
                          AND reason = 'lease_lapsed' AND far_side_deduplicates AND NOT lease_for_test";
/// What is to leave again in a note.
const OF_NOTES: &str = "UPDATE gestures SET perhaps_left = COALESCE(lease_token, 0) \
                        WHERE state IN ('scheduled', 'delivering') AND note_id IN \
                        (SELECT id FROM notes WHERE perhaps_left AND state IN ('composed', 'delivering'))";

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let open = column("state").is_in(["scheduled", "claimed", "delivering", "uncertain"]);
        let mut perhaps_left = big("perhaps_left");
        perhaps_left.check(column("perhaps_left").is_null().or(open));
        let table = Table::alter().table(Alias::new("gestures")).add_column(&mut perhaps_left).take();
        manager.alter_table(table).await?;
        for marks in [OF_WORKERS, OF_NOTES] {
            manager.get_connection().execute_unprepared(marks).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table(Alias::new("gestures")).drop_column(Alias::new("perhaps_left")).take();
        manager.alter_table(table).await
    }
}
