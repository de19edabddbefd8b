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
    pub objections: String,
    pub due_at: i64,
    pub chunk: Option<i32>,
    pub created_at: i64,
    pub delivered_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[
        Column::BatchId,
        Column::CustomerId,
        Column::Gestures,
        Column::Channel,
        Column::Language,
        Column::Subject,
        Column::Text,
        Column::TemplateId,
        Column::TemplateVersion,
        Column::Variant,
        Column::Facts,
        Column::CreatedAt,
    ];
}
