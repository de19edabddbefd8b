//! A note.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub batch_id: Uuid,
    pub customer_id: Uuid,
    pub gestures: String,
    pub channel: Option<String>,
    pub language: String,
    pub subject: String,
    pub text: String,
    pub template_id: Option<String>,
    pub template_version: Option<i32>,
    pub variant: i32,
    pub facts: String,
    pub state: String,
    pub reason: Option<String>,
    pub explanation: String,
    pub problems: String,
    pub due_at: i64,
    pub chunk: Option<i32>,
    pub print_run: Option<Uuid>,
    pub print_number: Option<i64>,
    pub print_version: Option<i64>,
    pub print_place: Option<String>,
    pub print_told: bool,
    pub print_recipient: Option<i64>,
    pub attempts: i32,
    pub perhaps_left: bool,
    pub route: Option<String>,
    pub created_at: i64,
    pub delivered_at: Option<i64>,
    pub edited_by: Option<String>,
    pub edited_at: Option<i64>,
    pub version: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::BatchId, Column::CustomerId, Column::Gestures, Column::CreatedAt];
}
