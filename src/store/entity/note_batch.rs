//! A batch of notes, with its progress.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "note_batches")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub display_name: String,
    pub selection: String,
    pub state: String,
    pub explanation: String,
    pub customer_count: i64,
    pub composed: i64,
    pub with_person: i64,
    pub skipped: i64,
    pub delivering: i64,
    pub delivered: i64,
    pub failed: i64,
    pub uncertain: i64,
    pub cancelled: i64,
    pub to_print: i64,
    pub reasons: String,
    pub cursor: Option<Uuid>,
    pub chunks: i32,
    pub lanes: String,
    pub for_test: bool,
    pub stopped_in: Option<String>,
    pub lenient: bool,
    pub began_at: Option<i64>,
    pub worked_at: Option<i64>,
    pub done: i64,
    pub version: i64,
    pub created_at: i64,
    pub ready_at: Option<i64>,
    pub approved_at: Option<i64>,
    pub ended_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::DisplayName, Column::Selection, Column::CreatedAt];
}
