//! What a location granted on a day, grant by grant.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "remedy_grants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub location_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub local_day: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub case_id: Uuid,
    pub currency: String,
    pub micros: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl super::Table for Entity {
    const FIXED: &[Column] = &[Column::CaseId, Column::Currency];
}
