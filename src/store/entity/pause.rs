//! What is stopped from leaving.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pauses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub location_id: Option<String>,
    pub channel: Option<String>,
    pub rule_id: Option<String>,
    pub reason: String,
    pub paused_at: i64,
    pub resumed_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::LocationId, Column::Channel, Column::RuleId, Column::Reason, Column::PausedAt];
}
